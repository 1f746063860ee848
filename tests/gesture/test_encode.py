import numpy as np

from gesture_core.gestures.encode import (
    BONES,
    SIZE,
    fit_motion_code,
    rotations_to_vector,
    vector_to_rotations,
)
from gesture_core.rotation import (
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID


def random_motion(frames: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rotations (T, J, 4) of the moving bones and a rest pose (J, 4)."""
    rng = np.random.default_rng(seed)
    rest = rotvec_to_quat(rng.normal(scale=0.5, size=(len(HUMANOID), 3)))
    rotations = np.repeat(rest[None], frames, axis=0)
    turns = rotvec_to_quat(rng.normal(scale=0.4, size=(frames, len(BONES), 3)))
    rotations[:, BONES] = quat_multiply(rest[BONES], turns)
    return rotations, rest


def angle_between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return quat_angle(quat_multiply(quat_inverse(a), b))


def test_round_trip():
    rotations, rest = random_motion(5)
    vector = rotations_to_vector(rotations, rest)
    assert vector.shape == (5, SIZE)
    assert angle_between(vector_to_rotations(vector, rest), rotations).max() < 1e-6


def test_rest_is_zero_and_zero_is_rest():
    _, rest = random_motion(1)
    np.testing.assert_allclose(rotations_to_vector(rest[None], rest), 0.0, atol=1e-12)
    assert angle_between(vector_to_rotations(np.zeros((1, SIZE)), rest)[0], rest).max() < 1e-6


def test_half_the_size_is_half_the_turn():
    rotations, rest = random_motion(3)
    half = vector_to_rotations(rotations_to_vector(rotations, rest), rest, 0.5)
    np.testing.assert_allclose(
        angle_between(half, rest)[:, BONES],
        0.5 * angle_between(rotations, rest)[:, BONES],
        atol=1e-6,
    )
    still = vector_to_rotations(rotations_to_vector(rotations, rest), rest, 0.0)
    assert angle_between(still, rest).max() < 1e-6


def test_legs_do_not_move():
    vector = np.random.default_rng(0).normal(scale=0.2, size=(4, SIZE))
    rotations = vector_to_rotations(vector, quat_identity((len(HUMANOID),)))
    legs = HUMANOID.indices(("hips", "leftUpperLeg", "rightFoot"))
    np.testing.assert_array_equal(rotations[:, legs], quat_identity((4, 3)))


def test_code_keeps_what_its_components_span():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(200, 6)) @ rng.normal(size=(6, SIZE))
    code = fit_motion_code(vectors, 6)
    np.testing.assert_allclose(code.decode(code.encode(vectors)), vectors, atol=1e-4)
    np.testing.assert_array_equal(code.encode(np.zeros((1, SIZE))), np.zeros((1, 6)))
