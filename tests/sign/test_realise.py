"""Signs become movement: places, contacts, sizes and times measured on the finished motion."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import yaml

from gesture_core.body.landmarks import landmark_positions
from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.errors import UserError
from gesture_core.motion import Motion
from gesture_core.rotation import Array, quat_rotate
from gesture_core.signing.arms import mirrored, track_to_motion
from gesture_core.signing.contact import clear, overlaps
from gesture_core.signing.entry import parse_sign
from gesture_core.signing.lexicon import Lexicon, load_lexicon
from gesture_core.signing.notation import Sign
from gesture_core.signing.preview import preview_motion
from gesture_core.signing.realise import beats_of, resting_track, sign_to_track
from gesture_core.signing.track import Track
from gesture_core.skeleton import HUMANOID, forward_kinematics

POINTING = "{shape: index, fingers: 2back+across, palm: down"
SPACE = "{shape: flat, fingers: forward, palm: down, at: chest, off: [0.15, 0.0, 0.28]"
MIRROR = np.array([-1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load_lexicon()


def sign(text: str) -> Sign:
    return parse_sign("test", yaml.safe_load(text), "test")


def track(text: str, lexicon: Lexicon, **settings: Any) -> Track:
    return sign_to_track(sign(text), lexicon, **settings)


def points(motion: Motion, *names: str) -> Array:
    """World places `(T, N, 3)` of joints and landmarks."""
    body = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    return landmark_positions(names, *body)


@pytest.mark.parametrize(
    ("place", "bone", "offset"),
    [
        ("nose", "head", (0.0, 0.0019, 0.1175)),
        ("chin", "head", (0.0, -0.066, 0.098)),
        ("forehead", "head", (0.0, 0.085, 0.105)),
        ("chest", "upperChest", (0.0, 0.02, 0.132)),
    ],
)
def test_a_finger_touches_what_it_is_to_touch(
    place: str, bone: str, offset: tuple[float, ...], lexicon: Lexicon
) -> None:
    made = track(f"steps: [{{strong: {POINTING}, at: {place}, by: index, touch: true}}}}]", lexicon)
    motion = track_to_motion(clear(made))
    tip = points(motion, "rightIndexTip")[0, 0]
    skin = HUMANOID.rest_positions[HUMANOID.index(bone)] + offset
    # the landmark is the end of the nail, a centimetre from the pad; places are a few mm apart
    assert np.linalg.norm(tip - skin) < 0.03


def test_a_fingertip_stands_on_the_other_palm(lexicon: Lexicon) -> None:
    made = track(
        "steps: [{weak: {shape: flat, fingers: forward, palm: up, at: belly, off: [0, 0, 0.3]},"
        " strong: {shape: index, fingers: 2down+across, palm: back, at: weak.palm, by: index,"
        " touch: true}}]",
        lexicon,
    )
    motion = track_to_motion(clear(made))
    tip, wrist, knuckle = points(motion, "rightIndexTip", "leftHand", "leftMiddleProximal")[0]
    palm = wrist + 0.7 * (knuckle - wrist)
    assert np.linalg.norm((tip - palm)[[0, 2]]) < 0.03
    assert 0.005 < tip[1] - palm[1] < 0.035  # on the palm's skin, 2 cm above its bones


def test_fingers_and_palm_look_where_they_are_told(lexicon: Lexicon) -> None:
    made = track(
        "steps: [{strong: {shape: flat, fingers: up, palm: forward, at: neutral,"
        " off: [0, 0.1, 0]}}]",
        lexicon,
    )
    turn = made.strong.turn[0]
    # right hand: fingers along -X, palm along -Y of the T-pose
    assert quat_rotate(turn, [-1.0, 0.0, 0.0])[1] > 0.9
    assert quat_rotate(turn, [0.0, -1.0, 0.0])[2] > 0.9


def test_both_hands_are_mirror_images(lexicon: Lexicon) -> None:
    made = track(f"steps: [{{both: {SPACE}}}, circle: {{plane: frontal}}}}]", lexicon)
    image = mirrored(made.strong)
    np.testing.assert_allclose(image.wrist, made.weak.wrist, atol=1e-9)
    np.testing.assert_allclose(np.abs(np.sum(image.turn * made.weak.turn, axis=-1)), 1.0)


def test_a_hand_that_is_not_named_hangs_and_is_free(lexicon: Lexicon) -> None:
    made = track(f"steps: [{{strong: {SPACE}}}}}]", lexicon)
    assert made.strong.active.all()
    assert not made.weak.active.any()
    assert made.weak.wrist[:, 1].max() < HUMANOID.rest_positions[0, 1] + 0.05


def test_a_hand_is_free_until_the_step_that_names_it(lexicon: Lexicon) -> None:
    entry = sign(f"steps: [{{strong: {SPACE}}}}}, {{weak: {SPACE}}}}}]")
    made = sign_to_track(entry, lexicon)
    named = beats_of(entry, lexicon)[1].reached
    np.testing.assert_array_equal(
        made.weak.active, np.arange(made.frames) / made.fps > named - 1e-6
    )


@pytest.mark.parametrize(
    ("move", "axis", "wanted"),
    [
        ("circle: {plane: frontal, radius: 0.06, turns: 2}", 0, 0.12),
        ("circle: {plane: frontal, radius: 0.06, turns: 2}", 1, 0.12),
        ("circle: {plane: horizontal, radius: 0.05, turns: 1}", 2, 0.10),
        ("shake: {along: up, size: 0.03, times: 3}", 1, 0.06),
        ("tap: {along: down, size: 0.04, times: 2}", 1, 0.04),
    ],
)
def test_movements_are_as_large_as_they_are_written(
    move: str, axis: int, wanted: float, lexicon: Lexicon
) -> None:
    made = track(f"steps: [{{strong: {SPACE}}}, {move}}}]", lexicon, fps=120.0)
    assert np.ptp(made.strong.wrist[:, axis]) == pytest.approx(wanted, abs=0.003)


def test_a_tap_counts_its_contacts(lexicon: Lexicon) -> None:
    made = track(
        f"steps: [{{strong: {SPACE}}}, tap: {{along: down, size: 0.04, times: 3}}}}]", lexicon
    )
    height = made.strong.wrist[:, 1]
    low = height < height.min() + 0.005
    assert np.sum(low[1:] & ~low[:-1]) + low[0] == 3


def test_alternating_hands_are_half_a_turn_apart(lexicon: Lexicon) -> None:
    move = "shake: {along: up, size: 0.04, times: 4}, alternate: true"
    made = track(f"steps: [{{both: {SPACE}}}, {move}}}]", lexicon)
    middle = slice(made.frames // 4, -made.frames // 4)
    strong, weak = (h.wrist[middle, 1] - h.wrist[:, 1].mean() for h in (made.strong, made.weak))
    assert np.corrcoef(strong, weak)[0, 1] < -0.95


def test_an_arc_leaves_the_straight_way_by_its_height(lexicon: Lexicon) -> None:
    across = "{off: [-0.1, 0.0, 0.28]}"
    straight = track(f"steps: [{{strong: {SPACE}}}}}, {{strong: {across}}}]", lexicon)
    arc = track(
        f"steps: [{{strong: {SPACE}}}}}, {{strong: {across}, path: arc-up, height: 0.08}}]", lexicon
    )
    rise = np.ptp(arc.strong.wrist[:, 1]) - np.ptp(straight.strong.wrist[:, 1])
    assert rise == pytest.approx(0.08, abs=0.01)


def test_speed_divides_time(lexicon: Lexicon) -> None:
    text = f"steps: [{{strong: {SPACE}}}}}, {{strong: {{at: chin}}, seconds: 0.6, hold: 0.4}}]"
    once, twice = (track(text, lexicon, speed=speed) for speed in (1.0, 2.0))
    assert once.frames == 31
    assert twice.frames == 16
    np.testing.assert_allclose(once.strong.wrist[::2], twice.strong.wrist, atol=0.002)


def test_a_hand_passes_through_a_posture_on_its_way_without_a_stop(lexicon: Lexicon) -> None:
    on = "{strong: {off: [0.0, 0.0, 0.28]}, seconds: 0.3}, {strong: {off: [-0.15, 0.0, 0.28]}"
    text = f"steps: [{{strong: {SPACE}}}}}, {on}, seconds: 0.3}}]"
    speed = np.linalg.norm(np.diff(track(text, lexicon).strong.wrist, axis=0), axis=-1) * 30.0
    assert speed[8:10].min() > 0.3  # metres a second about the middle posture
    back = text.replace("-0.15", "0.15")
    turned = np.linalg.norm(np.diff(track(back, lexicon).strong.wrist, axis=0), axis=-1) * 30.0
    assert turned[8:10].min() < 0.15


def test_a_sign_without_movement_stands_to_be_read(lexicon: Lexicon) -> None:
    assert track(f"steps: [{{strong: {SPACE}}}}}]", lexicon).frames / 30.0 >= 0.25


def test_hands_that_change_places_go_round_each_other(lexicon: Lexicon) -> None:
    front, behind = "off: [0, 0, 0.32]}", "off: [0, 0, 0.24]}"
    hand = "{shape: flat, fingers: up, palm: across, at: chest,"
    made = track(
        f"steps: [{{strong: {hand} {front}, weak: {hand} {behind}}},"
        f" {{strong: {{{behind}, weak: {{{front}}}]",
        lexicon,
    )
    assert max(overlap.depth.max() for overlap in overlaps(made).values()) > 0.01
    freed = clear(made)
    assert max(overlap.depth.max() for overlap in overlaps(freed).values()) < 0.005


def test_the_shipped_signs_are_within_joints_and_out_of_the_body(lexicon: Lexicon) -> None:
    names = sorted(lexicon.signs)[::25] + ["지하철", "불가능", "부탁"]
    deep: dict[str, float] = {}
    for gloss in names:
        made = clear(sign_to_track(lexicon.sign(gloss), lexicon))
        motion = track_to_motion(made)
        assert limit_use(humanoid_limits(), motion.rotations).max() <= 1.0 + 1e-6
        found = overlaps(made)
        deep[gloss] = max(float(overlap.depth.max()) for overlap in found.values())
    assert {gloss: depth for gloss, depth in deep.items() if depth > 0.005} == {}


def test_the_preview_goes_from_hanging_hands_and_back(lexicon: Lexicon) -> None:
    motion = preview_motion("도착", lexicon)
    (gloss,) = (span for span in motion.spans if span.kind == "gloss")
    steps = [span for span in motion.spans if span.kind == "step"]
    assert [span.text for span in steps] == [
        str(number + 1) for number in range(len(lexicon.sign("도착").sequence))
    ]
    assert gloss.start == pytest.approx(steps[0].start)
    assert gloss.end == pytest.approx(steps[-1].end, abs=0.05)
    rest = track_to_motion(resting_track())
    hands = points(motion, "leftHand", "rightHand")
    np.testing.assert_allclose(
        hands[[0, -1]], np.repeat(points(rest, "leftHand", "rightHand"), 2, 0)
    )


def test_a_recorded_file_or_a_speed_that_cannot_be_is_refused(lexicon: Lexicon) -> None:
    entry = sign(f"steps: [{{strong: {SPACE}}}}}]")
    with pytest.raises(UserError, match="speed must be 0.1 to 5, not 0"):
        sign_to_track(entry, lexicon, speed=0.0)


def test_one_sign_is_worked_out_once(lexicon: Lexicon) -> None:
    entry = lexicon.sign("가다")
    assert sign_to_track(entry, lexicon) is sign_to_track(entry, lexicon)
    assert sign_to_track(replace(entry), lexicon) is not sign_to_track(entry, lexicon)
