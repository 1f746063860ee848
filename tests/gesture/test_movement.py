import numpy as np
import pytest

from gesture_core.metrics.movement import (
    wrist_distance,
    wrist_excursion,
    wrist_jerk,
    wrist_positions,
    wrist_range,
)
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID

FOREARM = float(np.linalg.norm(HUMANOID.offsets[HUMANOID.index("leftHand")]))


def swinging(fps: float, seconds: float = 4.0, radians: float = 0.5) -> Motion:
    """The left lower arm swings once a second in the horizontal plane."""
    motion = rest_motion(round(seconds * fps), fps)
    time = np.arange(motion.frames) / fps
    angle = radians * np.sin(2 * np.pi * time)
    turn = np.stack([0 * angle, angle, 0 * angle], axis=1)
    motion.rotations[:, HUMANOID.index("leftLowerArm")] = rotvec_to_quat(turn)
    return motion


def test_still_hands_have_no_range_and_no_jerk():
    still = rest_motion(20, 15.0)
    assert wrist_range(still) == pytest.approx(0.0, abs=1e-12)
    assert wrist_jerk(still) == pytest.approx(0.0, abs=1e-9)
    assert wrist_jerk(rest_motion(3, 15.0)) == 0.0


def test_jerk_of_a_swing_is_that_of_the_sine():
    motion = swinging(200.0, radians=0.01)
    # left wrist: length · 0.01 · (2π)³ · mean |cos|, halved by the right one that rests
    expected = 0.5 * FOREARM * 0.01 * (2 * np.pi) ** 3 * 2 / np.pi
    assert wrist_jerk(motion) == pytest.approx(expected, rel=0.02)


def test_range_and_excursion_of_a_swing():
    motion = swinging(60.0)
    wrists = wrist_positions(motion)
    assert wrist_range(motion) == pytest.approx(wrists.std(axis=0).mean())
    away = wrist_excursion(motion, motion.rotations[0])
    assert away[:, 0].max() == pytest.approx(2 * FOREARM * np.sin(0.25), rel=1e-3)
    assert away[:, 1].max() == pytest.approx(0.0, abs=1e-12)
    assert wrist_distance(motion, motion) == 0.0
    assert wrist_distance(motion, rest_motion(motion.frames, 60.0)) > 0.02
