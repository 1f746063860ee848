"""The add-on's quaternions agree with SciPy's and with the backend's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from blender_addon.core import quaternion as q

NUMBERS = st.floats(-10.0, 10.0)


def random_rotations(count: int, seed: int) -> tuple[Rotation, np.ndarray]:
    wxyz = q.normalize(np.random.default_rng(seed).normal(size=(count, 4)))
    return Rotation.from_quat(wxyz[:, [1, 2, 3, 0]]), wxyz


def same(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.abs(np.sum(first * second, axis=-1))


def test_products_inverses_and_turned_vectors_are_scipys():
    (a, first), (b, second) = random_rotations(50, 1), random_rotations(50, 2)
    vectors = np.random.default_rng(3).normal(size=(50, 3))
    product = (a * b).as_quat()[:, [3, 0, 1, 2]]
    np.testing.assert_allclose(same(q.multiply(first, second), product), 1.0)
    np.testing.assert_allclose(q.rotate(first, vectors), a.apply(vectors), atol=1e-12)
    np.testing.assert_allclose(q.rotate(q.inverse(first), vectors), a.inv().apply(vectors))


def test_matrices_there_and_back_also_near_half_turns():
    rotation, wxyz = random_rotations(200, 4)
    np.testing.assert_allclose(q.to_matrix(wxyz), rotation.as_matrix(), atol=1e-12)
    np.testing.assert_allclose(same(q.from_matrix(rotation.as_matrix()), wxyz), 1.0)
    for axis in np.eye(3):
        half = Rotation.from_rotvec(np.pi * axis)
        turned = q.from_matrix(half.as_matrix())
        np.testing.assert_allclose(q.to_matrix(turned), half.as_matrix(), atol=1e-12)


@given(arrays(np.float64, (3,), elements=NUMBERS))
def test_rotation_vectors_are_scipys(rotvec: np.ndarray):
    expected = Rotation.from_rotvec(rotvec).as_quat()[[3, 0, 1, 2]]
    np.testing.assert_allclose(same(q.from_rotvec(rotvec), expected), 1.0, atol=1e-9)


@given(arrays(np.float64, (2, 3), elements=NUMBERS))
def test_between_turns_one_direction_onto_the_other_without_twist(pair: np.ndarray):
    start, end = pair
    if min(np.linalg.norm(start), np.linalg.norm(end)) < 1e-3:
        return
    turn = q.between(start, end)
    np.testing.assert_allclose(q.rotate(turn, q.normalize(start)), q.normalize(end), atol=1e-6)
    assert abs(turn[1:] @ q.normalize(start)) < 1e-6


def test_between_opposite_directions_is_a_half_turn():
    for axis in np.eye(3):
        turn = q.between(axis, -axis)
        np.testing.assert_allclose(q.rotate(turn, axis), -axis, atol=1e-9)


@given(st.floats(-3.0, 3.0), st.floats(-1.0, 1.0), st.floats(-1.0, 1.0))
def test_twist_is_what_was_turned_about_the_axis_before_swinging(angle, up, side):
    axis = np.array([1.0, 0.0, 0.0])
    twist = q.from_rotvec(angle * axis)
    swung = q.multiply(q.from_rotvec(np.array([0.0, up, side])), twist)
    assert abs(q.twist_angle(swung, axis) - angle) < 1e-9


def test_continuous_changes_signs_only():
    _, wxyz = random_rotations(2, 7)
    path = np.array([wxyz[0] * (-1.0) ** k + 0.01 * k for k in range(9)])
    smooth = q.continuous(path)
    np.testing.assert_allclose(np.abs(smooth), np.abs(path))
    assert (np.sum(smooth[1:] * smooth[:-1], axis=-1) > 0.0).all()
    np.testing.assert_array_equal(q.continuous(path[:1]), path[:1])


def test_frames_are_right_handed_and_start_with_the_first_direction():
    rng = np.random.default_rng(8)
    first, second = rng.normal(size=(2, 20, 3))
    axes = q.frame(first, second)
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)
    np.testing.assert_allclose(axes[..., 0], q.normalize(first))
    assert (np.sum(axes[..., 1] * second, axis=-1) > 0.0).all()
