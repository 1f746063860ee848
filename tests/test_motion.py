"""Skeleton, Motion and the utterance: small cases one can work out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.motion import EXPRESSIONS, Motion, Span, crop, mirror, resample, rest_motion
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, Skeleton, forward_kinematics
from gesture_core.utterance import Phoneme, Utterance, Word, padded

TWO_BONES = Skeleton(("root", "tip"), (-1, 0), np.array([[0, 1.0, 0], [0, 0.5, 0]]))


def moving_motion() -> Motion:
    motion = rest_motion(31, 30.0)
    rotations = motion.rotations.copy()
    angle = np.linspace(0, 1, 31)
    rotations[:, HUMANOID.index("leftUpperArm")] = rotvec_to_quat(angle[:, None] * [0.2, 0.3, -1.0])
    expressions = motion.expressions.copy()
    expressions[:, EXPRESSIONS.index("eyeBlinkLeft")] = angle
    spans = (Span("word", "안녕", 0.2, 0.6), Span("word", "하세요", 0.75, 0.9))
    return replace(motion, rotations=rotations, expressions=expressions, spans=spans)


def test_forward_kinematics_of_a_bent_stick() -> None:
    turn = rotvec_to_quat([[0, 0, -np.pi / 2], [0, 0, 0]])
    positions, rotations = forward_kinematics(TWO_BONES, turn, [0.0, 1.0, 0.0])
    np.testing.assert_allclose(positions, [[0, 1, 0], [0.5, 1, 0]], atol=1e-12)
    np.testing.assert_allclose(rotations[1], turn[0])


def test_humanoid_is_a_symmetric_t_pose() -> None:
    rest = HUMANOID.rest_positions
    np.testing.assert_allclose(rest[HUMANOID.mirror] * [-1, 1, 1], rest, atol=1e-12)
    arm = rest[HUMANOID.index("leftHand")] - rest[HUMANOID.index("leftUpperArm")]
    assert arm[0] > 0.4
    np.testing.assert_allclose(arm[1:], 0, atol=1e-9)
    assert 0 < rest[HUMANOID.index("leftToes")][1] < 0.06 < rest[HUMANOID.index("leftFoot")][1]


@pytest.mark.parametrize(
    ("names", "parents"), [(("a", "a"), (-1, 0)), (("a", "b"), (-1, 1)), (("a", "b"), (1, -1))]
)
def test_a_broken_tree_is_refused(names: tuple[str, ...], parents: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="names|parents"):
        Skeleton(names, parents, np.zeros((2, 3)))


def test_mirrored_positions_are_the_reflection() -> None:
    motion = moving_motion()
    positions, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    reflected = mirror(motion)
    other, _ = forward_kinematics(HUMANOID, reflected.rotations, reflected.root)
    np.testing.assert_allclose(other[:, HUMANOID.mirror], positions * [-1, 1, 1], atol=1e-12)
    right = EXPRESSIONS.index("eyeBlinkRight")
    np.testing.assert_allclose(reflected.expressions[:, right], np.linspace(0, 1, 31))


def test_resampling_keeps_times_and_returns() -> None:
    motion = moving_motion()
    fine = resample(motion, 60.0)
    assert fine.duration == pytest.approx(motion.duration)
    np.testing.assert_allclose(fine.rotations[::2], motion.rotations, atol=1e-12)
    middle = quat_multiply(quat_inverse(motion.rotations[4]), fine.rotations[9])
    whole = quat_multiply(quat_inverse(motion.rotations[4]), motion.rotations[5])
    np.testing.assert_allclose(quat_angle(middle), quat_angle(whole) / 2, atol=1e-9)


def test_crop_moves_spans_along_and_drops_those_outside() -> None:
    part = crop(moving_motion(), 12, 21)  # 0.4 s to 0.7 s
    assert part.frames == 9
    assert [(span.text, round(span.start, 3), round(span.end, 3)) for span in part.spans] == [
        ("안녕", 0.0, 0.2)
    ]


def test_expressions_are_the_52_of_arkit() -> None:
    assert len(set(EXPRESSIONS)) == 52
    assert EXPRESSIONS[0] == "browDownLeft"
    assert EXPRESSIONS[-1] == "tongueOut"


def test_padding_moves_every_time_on_the_clock() -> None:
    utterance = Utterance(
        "네", "네", (Word("네", 0.1, 0.3, 0),), (Phoneme("n", 0.1, 0.15),),
        np.ones(1000, np.float32), 1000, "test",
    )  # fmt: skip
    moved = padded(utterance, 0.25, 0.5)
    assert moved.duration == pytest.approx(1.75)
    assert moved.words[0].start == pytest.approx(0.35)
    assert moved.phonemes[0].end == pytest.approx(0.4)
    assert moved.samples[:250].sum() == 0
    assert moved.samples[250:1250].sum() == 1000
