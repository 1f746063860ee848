"""Entries of the lexicon become signs, and what is wrong in them is said where it is."""

from __future__ import annotations

import math
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.signing.entry import parse_direction, parse_sign
from gesture_core.signing.notation import DIRECTIONS, Circle, Sign, Tap

RECORDED = {"recording": "a.npz", "licence": "CC0", "consent": "asked on 2026-11-02"}
FIRST = "{shape: flat, fingers: up, palm: forward}"


def sign(text: str) -> Sign:
    return parse_sign("test", yaml.safe_load(text), "here")


def test_words_of_a_direction_are_added_by_their_weights() -> None:
    root = 1.0 / math.sqrt(5.0)
    assert parse_direction("2forward+up") == pytest.approx((0.0, root, 2.0 * root))
    assert parse_direction("across") == (-1.0, 0.0, 0.0)


@given(st.lists(st.sampled_from(sorted(DIRECTIONS)), min_size=1, max_size=3, unique=True))
def test_a_direction_is_a_unit_vector_or_points_nowhere(words: list[str]) -> None:
    total = [sum(DIRECTIONS[word][axis] for word in words) for axis in range(3)]
    if not any(total):
        with pytest.raises(UserError, match="points nowhere"):
            parse_direction("+".join(words))
    else:
        vector = parse_direction("+".join(words))
        assert math.hypot(*vector) == pytest.approx(1.0)
        assert all(a * b >= 0.0 for a, b in zip(total, vector, strict=True))


def test_what_is_left_out_is_taken_over_from_the_step_before() -> None:
    made = sign(
        f"steps: [{{strong: {FIRST}, weak: {FIRST}}},"
        " {strong: {shape: fist, at: chin, touch: true}},"
        " {strong: {off: [0, 0, 0.05]}}]"
    )
    first, second, third = (step.strong for step in made.steps)
    assert first is not None
    assert second is not None
    assert third is not None
    assert (second.shape, second.fingers, second.at, second.by) == (
        "fist",
        first.fingers,
        "chin",
        "fingertips",
    )
    assert second.touch
    assert (third.at, third.off, third.by, third.touch) == (
        "chin",
        (0, 0, 0.05),
        "fingertips",
        False,
    )
    assert made.steps[2].weak == made.steps[0].weak
    assert made.steps[2].named == ("strong",)


@pytest.mark.parametrize(
    ("where", "by"),
    [
        ("at: mouth", "fingertips"),
        ("at: chest, off: [0, 0, 0.25]", "palm"),
        ("at: neutral", "palm"),
        ("at: chest, off: [0, 0, 0.25], by: index", "index"),
    ],
)
def test_the_palm_is_brought_to_places_in_space_and_fingertips_to_skin(where: str, by: str) -> None:
    strong = (
        sign(f"steps: [{{strong: {{shape: flat, fingers: up, palm: back, {where}}}}}]")
        .steps[0]
        .strong
    )
    assert strong
    assert strong.by == by


def test_both_hands_have_one_posture() -> None:
    step = sign(f"steps: [{{both: {FIRST}}}]").steps[0]
    assert step.strong == step.weak
    assert step.named == ("strong", "weak")


def test_movements_are_read_with_their_directions() -> None:
    step = sign(
        f"steps: [{{strong: {FIRST}, circle: {{plane: sagittal, turns: 3}},"
        " tap: {along: back, times: 2, hand: strong}}]"
    ).steps[0]
    circle, tap = step.movements
    assert isinstance(circle, Circle)
    assert isinstance(tap, Tap)
    assert (circle.times, circle.way) == (3.0, DIRECTIONS["forward"])
    assert tap.along == DIRECTIONS["back"]
    assert step.movements_of("weak") == ()


def test_a_sequence_repeats_from_the_step_it_is_told() -> None:
    made = sign(
        f"{{repeat: 3, repeat_from: 1, steps: [{{strong: {FIRST}}},"
        " {strong: {shape: fist}}, {strong: {shape: spread}}]}"
    )
    shapes = [step.strong.shape for step in made.sequence if step.strong]
    assert shapes == ["flat", "fist", "spread", "fist", "spread", "fist", "spread"]
    assert made.shapes == {"flat", "fist", "spread"}


def test_values_of_the_face_are_text() -> None:
    made = sign(f"{{steps: [{{strong: {FIRST}}}], face: {{Hs: true, EBf: raise}}}}")
    assert made.face == {"Hs": "true", "EBf": "raise"}


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({}, r"here: steps must be a list"),
        ({"steps": [{}] * 51}, r"here: 51 steps; a sign has at most 50"),
        ({"steps": [{"hold": 1}]}, r"here: steps\[0\]: the first step must name"),
        ({"steps": [{"strong": {"shape": "flat"}}]}, r"strong: .*must give fingers, palm"),
        ({"stebs": []}, r"unknown setting 'stebs'"),
        ({"steps": [{"strong": {}, "both": {}}]}, r"either both, or strong and weak"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(entry: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_sign("test", entry, "here")


@pytest.mark.parametrize(
    ("hand", "message"),
    [
        ("fingers: up, palm: up", "nearly at right angles"),
        ("fingers: upp, palm: back", "no direction 'upp'; valid: up, down"),
        ("fingers: .up, palm: back", "no direction '.up'; valid: up, down"),
        ("fingers: up, palm: back, elbow: 200", "elbow must be -90 to 90 degrees, not 200"),
        ("fingers: up, palm: back, at: chin, off: [0, .nan, 0]", "must be a finite number"),
        ("fingers: up, palm: back, at: nose_tip", "no place 'nose_tip'; valid: neutral"),
        ("fingers: up, palm: back, at: weak.palm", "weak, which no step has named"),
        ("fingers: up, palm: back, at: strong.palm", "cannot be at a place on itself"),
        ("fingers: up, palm: back, at: chin, off: [0, 0]", "off must be 3 numbers"),
        ("fingers: up, palm: back, at: chin, by: toe", "by must be one of palm"),
    ],
)
def test_hands_that_cannot_be_are_refused(hand: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        sign(f"steps: [{{strong: {{shape: flat, {hand}}}}}]")


def test_two_hands_cannot_both_wait_for_the_other() -> None:
    with pytest.raises(UserError, match="each hand is at a place on the other"):
        sign(
            "steps: [{strong: {shape: flat, fingers: up, palm: back, at: weak.palm},"
            " weak: {shape: flat, fingers: up, palm: back, at: strong.palm}}]"
        )


def test_a_circle_runs_in_its_plane() -> None:
    with pytest.raises(UserError, match="way of a frontal circle must be side or across"):
        sign(f"steps: [{{strong: {FIRST}, circle: {{plane: frontal, way: forward}}}}]")


def test_a_recording_needs_no_steps_and_lies_beside_its_entry(tmp_path: Any) -> None:
    file = tmp_path / "mine.yaml"
    made = parse_sign("test", RECORDED, "here", file)
    assert made.recording == tmp_path / "a.npz"
    assert (made.steps, made.licence, made.file) == ((), "CC0", "mine.yaml")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"consent": " "}, "here: a recording needs its consent"),
        ({"licence": ""}, "here: a recording needs its licence"),
        ({"recording": "../a.npz"}, "recording must name a file beside its entry"),
        ({"steps": []}, "give either steps or a recording"),
    ],
)
def test_a_recording_is_somebodys_and_lies_beside_its_entry(
    changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        parse_sign("test", {**RECORDED, **changed}, "here")


@pytest.mark.parametrize(
    ("move", "message"),
    [
        ("circle: {radius: 900}", "circle: radius must be above 0 and at most 0.5, not 900"),
        ("shake: {size: -0.1}", "shake: size must be above 0"),
        ("twist: {degrees: .nan}", "twist: degrees must be a finite number"),
        ("tap: {times: 21}", "tap: times .* at most 20, not 21"),
    ],
)
def test_movements_that_no_hand_makes_are_refused(move: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"here: steps\[0\]: {message}"):
        sign(f"steps: [{{strong: {FIRST}, {move}}}]")


@pytest.mark.parametrize(
    ("face", "message"),
    [
        ("{Brows: raise}", "here: face: no channel 'Brows'; valid: EBf"),
        ("{EBf: rais}", "here: face: EBf has no value 'rais'; valid: raise, furrow"),
    ],
)
def test_a_face_that_is_not_known_is_refused(face: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        sign(f"{{steps: [{{strong: {FIRST}}}], face: {face}}}")


def test_any_word_is_mouthed() -> None:
    assert sign(f"{{steps: [{{strong: {FIRST}}}], face: {{Mmo: 집}}}}").face == {"Mmo": "집"}
