"""From a Korean text to signing: the whole way, held against what was measured on signers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gesture_core.body.volume import arms_of
from gesture_core.errors import UserError
from gesture_core.metrics.plausibility import plausibility
from gesture_core.metrics.sign_pace import motion_pace, signing_seconds
from gesture_core.motion import EXPRESSIONS, Motion, crop, mirror
from gesture_core.sign import SignPerformance, sign
from gesture_core.signing.skin import signing_volume
from gesture_core.signing.timing import load_timing
from gesture_core.skeleton import HUMANOID, forward_kinematics

SENTENCES = (
    "지하철 환풍구에 가방이 빠졌어요!",
    "집에 불이 났어요",
    "서울역까지 가려면 지하철 몇호선으로 환승해야 하나요?",
    "어지러워서 서있을 수 없어요",
    "빨리 도와주세요",
    "친구를 만났어",
    "무슨 계절을 좋아하세요?",
    "버스를 타고 학교에 갔어요",
    "길을 건너서 오른쪽으로 가세요",
    "내일 비행기로 부산에 가요",
    "동생은 커피를 안 마셔요",
    "친구와 영화를 보고 싶어요",
)


@pytest.fixture(scope="module")
def performances() -> list[SignPerformance]:
    return [sign(text) for text in SENTENCES]


def spans_of(motion: Motion, kind: str) -> list:
    return [span for span in motion.spans if span.kind == kind]


def signed_part(motion: Motion) -> Motion:
    """From the first sign to the end of the last, as the recordings are cut."""
    glosses = spans_of(motion, "gloss")
    first, last = glosses[0].start, max(span.end for span in glosses)
    return crop(motion, round(first * motion.fps), round(last * motion.fps) + 1)


def test_every_gloss_is_signed_in_order(performances: list[SignPerformance]) -> None:
    for performance in performances:
        glosses = spans_of(performance.motion, "gloss")
        tokens = [t for sentence in performance.glossed for t in sentence.signed]
        assert [span.text for span in glosses] == [token.gloss for token in tokens]
        assert [span.source for span in glosses] == [token.kind for token in tokens]
        starts = [span.start for span in glosses]
        assert starts == sorted(starts)
        (subtitle,) = spans_of(performance.motion, "subtitle")
        assert subtitle.text == performance.glossed[0].text
        assert subtitle.end <= performance.motion.duration


def test_wrists_keep_to_the_range_of_real_signers(performances: list[SignPerformance]) -> None:
    measured = load_timing().measured
    for performance in performances:
        pace = motion_pace(signed_part(performance.motion))
        for kept, values in (
            (measured.speed, pace.speed),
            (measured.acceleration, pace.acceleration),
        ):
            assert np.percentile(values, 95) <= kept.common[1], performance.provenance["text"]
            assert values.max() <= kept.largest[1], performance.provenance["text"]


def test_signs_follow_each_other_as_fast_as_in_the_sample(
    performances: list[SignPerformance],
) -> None:
    rates = []
    for performance in performances:
        glosses = spans_of(performance.motion, "gloss")
        if len(glosses) > 2 and all(span.source in ("sign", "synonym") for span in glosses):
            rates.append(
                len(glosses) / signing_seconds(motion_pace(signed_part(performance.motion)))
            )
    low, high = load_timing().measured.glosses_per_second
    assert len(rates) >= 4
    assert low <= np.median(rates) <= high


def test_no_hand_teleports(performances: list[SignPerformance]) -> None:
    for performance in performances:
        motion = performance.motion
        positions, _ = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
        hands = motion.skeleton.indices(("leftHand", "rightHand", "leftIndexDistal"))
        steps = np.linalg.norm(np.diff(positions[:, hands], axis=0), axis=-1)
        jerks = np.abs(np.diff(steps, axis=0))
        assert steps.max() < 0.12, performance.provenance["text"]
        assert jerks.max() < 0.06, performance.provenance["text"]


def test_a_body_could_do_it(performances: list[SignPerformance]) -> None:
    for performance in performances:
        found = plausibility(performance.motion)
        assert found.limit_frames == 0.0, (found.limit_joint, performance.provenance["text"])
        assert found.foot_slide < 0.01


def test_arms_stay_out_of_body_and_each_other(performances: list[SignPerformance]) -> None:
    for performance in performances:
        motion, text = performance.motion, performance.provenance["text"]
        positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
        for arm in arms_of(signing_volume(), positions, turned):
            depth = arm.overlap().max(axis=1)
            body, hands = (depth[:, arm.carried == kind].max(axis=1) for kind in (0.0, 1.0))
            assert body.max() <= 0.005, text
            assert hands.max() <= 0.005, text


def test_equal_figures_in_a_row_are_told_apart() -> None:
    motion = sign("119").motion
    letters = spans_of(motion, "letter")
    assert [span.text for span in letters] == ["1", "1", "9"]
    positions, _ = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
    wrist = positions[:, motion.skeleton.index("rightHand")]
    first, second = (wrist[round(span.end * motion.fps)] for span in letters[:2])
    assert np.linalg.norm(second - first) > 0.03


def test_the_same_arguments_give_the_same_motion() -> None:
    first, again = (sign("친구를 만났어", seed=4) for _ in range(2))
    np.testing.assert_array_equal(first.motion.rotations, again.motion.rotations)
    np.testing.assert_array_equal(first.motion.expressions, again.motion.expressions)
    assert first.motion.spans == again.motion.spans


def test_a_left_handed_signer_is_the_mirror_image() -> None:
    right, left = (sign("빨리 도와주세요", dominant=side) for side in ("right", "left"))
    np.testing.assert_array_equal(left.motion.rotations, mirror(right.motion).rotations)
    assert left.motion.spans == right.motion.spans


def test_speed_and_frame_rate_are_as_asked() -> None:
    slow, usual, fast = (sign("집에 불이 났어요", speed=speed) for speed in (0.6, 1.0, 1.5))
    assert slow.motion.duration > usual.motion.duration > fast.motion.duration
    film = sign("집에 불이 났어요", fps=24.0)
    assert film.motion.fps == 24.0
    assert film.motion.duration == pytest.approx(usual.motion.duration, abs=0.1)
    assert film.motion.spans == usual.motion.spans


def test_lips_stay_shut_without_mouthing() -> None:
    silent = sign("친구를 만났어", mouthing=False).motion
    lips = sign("친구를 만났어").motion
    assert silent.expressions[:, speaking_columns()].max() == 0.0
    assert lips.expressions[:, speaking_columns()].max() > 0.2


def test_words_stay_on_the_lips_while_a_whole_sentence_holds_the_mouth_open() -> None:
    motion = sign("지하철 환풍구에 가방이 빠졌어요!").motion
    opened = [span for span in spans_of(motion, "nonmanual") if span.source == "Mo1"]
    spelled = next(span for span in spans_of(motion, "gloss") if span.text == "빠지다")
    assert any(span.start <= spelled.start and span.end >= spelled.end for span in opened)
    during = slice(round(spelled.start * motion.fps), round(spelled.end * motion.fps))
    assert np.ptp(motion.expressions[during][:, speaking_columns()], axis=0).max() > 0.1


def test_what_sentence_and_sign_both_ask_of_the_face_is_told_once() -> None:
    motion = sign("무슨 계절을 좋아하세요?").motion
    assert [span.text for span in spans_of(motion, "nonmanual") if span.source == "EBf"] == [
        "furrow"
    ]


def speaking_columns() -> list[int]:
    return [n for n, name in enumerate(EXPRESSIONS) if name.startswith(("jaw", "mouthPucker"))]


def test_sentences_follow_with_a_short_rest_and_no_jump() -> None:
    performance = sign("친구를 만났어. 빨리 도와주세요.")
    first, second = spans_of(performance.motion, "subtitle")
    assert 0.5 < second.start - first.end < 2.5
    rotations = performance.motion.rotations
    steps = np.abs(np.diff(rotations, axis=0)).max(axis=(1, 2))
    between = slice(round(first.end * 30), round(second.start * 30))
    assert steps[between].max() < 0.25


def test_a_name_is_spelled_and_said_so() -> None:
    performance = sign("봄이를 만났어")
    letters = [span.text for span in spans_of(performance.motion, "letter")]
    assert "".join(letters).startswith("ㅂㅗㅁ")
    assert any("fingerspelled" in warning for warning in performance.warnings)
    starts = [span.start for span in spans_of(performance.motion, "letter")]
    assert starts == sorted(starts)


def test_what_is_spelled_within_another_gloss_is_told() -> None:
    performance = sign("9호선 타세요")
    assert performance.warnings == ("fingerspelled, for want of a sign: 호",)
    assert [span.text for span in spans_of(performance.motion, "letter")] == ["ㅎ", "ㅗ"]


def test_what_has_no_sign_and_no_letters_is_shown() -> None:
    performance = sign("🙂")
    (gloss,) = spans_of(performance.motion, "gloss")
    assert gloss.source == "caption"
    assert gloss.end - gloss.start > 0.5
    assert any("captions only" in warning for warning in performance.warnings)


@pytest.mark.parametrize("text", ["", "  ", "\n\t"])
def test_nothing_cannot_be_signed(text: str) -> None:
    with pytest.raises(UserError, match="nothing to sign"):
        sign(text)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"speed": 5.0}, "speed 5 is outside 0.4 to 2"),
        ({"fps": 1.0}, "fps 1 is outside"),
        ({"dominant": "both"}, "valid: right, left"),
        ({"seed": -1}, "seed -1"),
        ({"glosser": "magic"}, "magic"),
        ({"model": Path("none.safetensors")}, "none.safetensors"),
        ({"model": Path("none.safetensors"), "speed": 1.2}, "none.safetensors .* leave out speed"),
        ({"model": Path("none.safetensors"), "mouthing": False}, "leave out speed, lexicon and"),
        ({"lexicon": Path("no/such/folder")}, "no lexicon|no/such/folder"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(wrong: dict, told: str) -> None:
    with pytest.raises(UserError, match=told):
        sign("친구를 만났어", **wrong)


def test_a_question_keeps_its_face_until_the_hands_go_down() -> None:
    motion = sign("화장실이 어디에 있어요?").motion
    last = spans_of(motion, "gloss")[-1]
    brows = [span for span in spans_of(motion, "nonmanual") if span.source == "EBf"]
    assert brows[0].text == "furrow"
    assert brows[0].end >= last.end + load_timing().hold.sentence - 0.01
    frown = motion.expressions[:, EXPRESSIONS.index("browDownLeft")]
    assert frown[round((last.end + 0.2) * motion.fps)] > 0.6
    assert frown[-1] < 0.01
