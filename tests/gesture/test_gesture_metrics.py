import numpy as np
import pytest

from gesture_core.metrics.fgd import extrapolated_distance, frechet_distance
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


def test_frechet_distance_of_known_normals():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(200_000, 2)) * [1.0, 2.0]
    b = rng.normal(size=(200_000, 2)) * [3.0, 2.0] + [1.0, 0.0]
    # ‖μ‖² + (1 − 3)² + (2 − 2)²
    assert frechet_distance(a, b) == pytest.approx(1.0 + 4.0, rel=0.02)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)


def test_frechet_distance_agrees_with_scipy_on_full_covariances():
    from scipy.linalg import sqrtm

    rng = np.random.default_rng(1)
    a = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5))
    b = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) + 0.3
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(
        cov_a + cov_b - 2 * np.real(sqrtm(cov_a @ cov_b))
    )
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_too_few_samples_raise():
    with pytest.raises(ValueError, match="too few"):
        frechet_distance(np.zeros((5, 8)), np.zeros((50, 8)))


def test_extrapolation_takes_the_bias_out():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(400, 32)), rng.normal(size=(400, 32))
    plain, endless = frechet_distance(a, b), extrapolated_distance(a, b, rng)
    assert abs(endless) < 0.3 * plain  # the true distance is 0


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
