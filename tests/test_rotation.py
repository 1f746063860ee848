"""Rotations against hand-computed values and against scipy's independent implementation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gesture_core import rotation as rot

RANDOM = np.random.default_rng(7)
QUATS = rot.quat_normalize(RANDOM.normal(size=(500, 4)))
SCIPY = Rotation.from_quat(QUATS[:, [1, 2, 3, 0]])
ORDERS = ["".join(order) for order in itertools.permutations("XYZ")]


def same_rotation(a: np.ndarray, b: np.ndarray, tolerance: float = 1e-7) -> bool:
    return bool(np.all(rot.quat_angle(rot.quat_multiply(rot.quat_inverse(a), b)) < tolerance))


def test_quarter_turn_about_y_takes_forward_to_left() -> None:
    quarter = rot.rotvec_to_quat([0.0, np.pi / 2, 0.0])
    np.testing.assert_allclose(quarter, [np.sqrt(0.5), 0, np.sqrt(0.5), 0])
    np.testing.assert_allclose(rot.quat_rotate(quarter, [0.0, 0.0, 1.0]), [1, 0, 0], atol=1e-12)


def test_product_applies_the_right_factor_first() -> None:
    about_x = rot.rotvec_to_quat([np.pi / 2, 0, 0])
    about_y = rot.rotvec_to_quat([0, np.pi / 2, 0])
    moved = rot.quat_rotate(rot.quat_multiply(about_y, about_x), [0.0, 1.0, 0.0])
    np.testing.assert_allclose(moved, [1, 0, 0], atol=1e-12)  # y -> z by x-turn, z -> x by y-turn


def test_products_and_lengths_are_those_of_numpy_to_the_bit() -> None:
    a, b = RANDOM.normal(size=(2, 50, 3))
    np.testing.assert_array_equal(rot.cross(a, b), np.cross(a, b))
    np.testing.assert_array_equal(rot.cross(a[:, None], b[0]), np.cross(a[:, None], b[0]))
    np.testing.assert_array_equal(rot.length(a), np.linalg.norm(a, axis=-1))


def test_matrices_and_rotvecs_match_scipy() -> None:
    np.testing.assert_allclose(rot.quat_to_rotmat(QUATS), SCIPY.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(rot.quat_to_rotvec(QUATS), SCIPY.as_rotvec(), atol=1e-9)
    assert same_rotation(rot.rotmat_to_quat(SCIPY.as_matrix()), QUATS)
    assert same_rotation(rot.rotvec_to_quat(SCIPY.as_rotvec()), QUATS)


def test_half_turns_survive_the_matrix() -> None:
    halves = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0.6, 0.8, 0]], dtype=float)
    assert same_rotation(rot.rotmat_to_quat(rot.quat_to_rotmat(halves)), halves)


@pytest.mark.parametrize("order", ORDERS)
def test_euler_angles_match_scipy_in_every_order(order: str) -> None:
    angles = rot.quat_to_euler(QUATS, order)
    np.testing.assert_allclose(angles, SCIPY.as_euler(order), atol=1e-9)
    assert same_rotation(rot.euler_to_quat(angles, order), QUATS)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("middle", [np.pi / 2, -np.pi / 2])
def test_euler_angles_survive_gimbal_lock(order: str, middle: float) -> None:
    angles = np.stack(
        [RANDOM.uniform(-3, 3, 20), np.full(20, middle), RANDOM.uniform(-3, 3, 20)], 1
    )
    quats = rot.euler_to_quat(angles, order)
    assert same_rotation(rot.euler_to_quat(rot.quat_to_euler(quats, order), order), quats, 1e-6)


def test_a_wrong_euler_order_is_refused() -> None:
    with pytest.raises(ValueError, match="'XXZ'"):
        rot.quat_to_euler(QUATS, "XXZ")


def test_rot6d_round_trip_and_orthonormalises() -> None:
    matrices = rot.quat_to_rotmat(QUATS)
    sixes = rot.rotmat_to_rot6d(matrices)
    np.testing.assert_allclose(rot.rot6d_to_rotmat(sixes), matrices, atol=1e-12)
    loose = rot.rot6d_to_rotmat(sixes * 3 + RANDOM.normal(size=sixes.shape) * 0.1)
    np.testing.assert_allclose(
        loose @ np.swapaxes(loose, -1, -2), np.tile(np.eye(3), (500, 1, 1)), atol=1e-9
    )


def test_slerp_is_halfway_and_takes_the_short_arc() -> None:
    a, b = rot.quat_identity(), rot.rotvec_to_quat([0, 0, 1.0])
    assert same_rotation(rot.quat_slerp(a, -b, 0.5), rot.rotvec_to_quat([0, 0, 0.5]))
    np.testing.assert_allclose(rot.quat_slerp(a, a, 0.3), a)


def test_between_is_minimal_even_for_opposite_directions() -> None:
    a, b = RANDOM.normal(size=(2, 200, 3))
    turn = rot.quat_between(a, b)
    unit_a, unit_b = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b))
    np.testing.assert_allclose(rot.quat_rotate(turn, unit_a), unit_b, atol=1e-9)
    np.testing.assert_allclose(
        rot.quat_angle(turn), np.arccos(np.sum(unit_a * unit_b, 1)), atol=1e-7
    )
    np.testing.assert_allclose(rot.quat_rotate(rot.quat_between(a, -a), unit_a), -unit_a, atol=1e-4)


def test_swing_twist_recomposes_and_separates() -> None:
    axis = np.array([0.0, 1.0, 0.0])
    swing, twist = rot.quat_swing_twist(QUATS, axis)
    assert same_rotation(rot.quat_multiply(swing, twist), QUATS)
    np.testing.assert_allclose(swing[:, 2], 0, atol=1e-12)
    np.testing.assert_allclose(twist[:, [1, 3]], 0, atol=1e-12)


def test_continuous_removes_sign_flips() -> None:
    smooth = rot.rotvec_to_quat(np.outer(np.linspace(0, 6, 50), [0, 1, 0]))
    flipped = smooth * np.where(RANDOM.random(50) < 0.5, -1, 1)[:, None]
    steps = np.sum(np.diff(rot.quat_continuous(flipped), axis=0) ** 2, axis=1)
    assert steps.max() < 0.02


def test_mean_of_symmetric_turns_is_the_middle() -> None:
    turns = rot.rotvec_to_quat([[0.4, 0, 0], [-0.4, 0, 0], [0, 0, 0]])
    turns[1] *= -1  # the sign of a quaternion must not matter
    assert same_rotation(rot.quat_mean(turns), rot.quat_identity())
