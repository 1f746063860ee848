"""Rotations as the angles and axes of Blender's rotation modes."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from blender_addon.core.euler import (
    axis_angle_to_quat,
    euler_to_quat,
    quat_to_axis_angle,
    quat_to_euler,
)
from blender_addon.core.quaternion import continuous, from_rotvec, multiply

ORDERS = tuple(map("".join, permutations("XYZ")))


def wander(frames: int = 200, bones: int = 5, step: float = 0.05) -> np.ndarray:
    """Rotations that drift through everything, upside down and over the poles."""
    rng = np.random.default_rng(1)
    turn = from_rotvec(rng.normal(size=(bones, 3)))
    turns = [turn]
    for _ in range(frames - 1):
        turns.append(multiply(from_rotvec(rng.normal(size=(bones, 3)) * step), turns[-1]))
    return continuous(np.array(turns))


def same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return abs(np.sum(one * other, axis=-1))


def test_the_first_axis_turns_first():
    angles = np.array([np.pi / 2.0, 0.0, np.pi / 2.0])
    about_x, about_z = from_rotvec(np.array([[np.pi / 2, 0, 0], [0, 0, np.pi / 2]]))
    assert euler_to_quat(angles, "XYZ") == pytest.approx(multiply(about_z, about_x))
    assert euler_to_quat(angles, "ZYX") == pytest.approx(multiply(about_x, about_z))


@pytest.mark.parametrize("order", ORDERS)
def test_euler_angles_there_and_back(order):
    turns = wander()
    assert same(euler_to_quat(quat_to_euler(turns, order), order), turns) == pytest.approx(1.0)


@pytest.mark.parametrize("order", ORDERS)
def test_a_steady_turn_gives_angles_without_jumps(order):
    for axis in range(3):
        rotvec = np.zeros((300, 1, 3))
        rotvec[:, 0, axis] = np.linspace(0.0, 6.0 * np.pi, 300)
        angles = quat_to_euler(continuous(from_rotvec(rotvec)), order)
        assert np.abs(np.diff(angles, axis=0)).max() < 0.1


def test_axis_and_angle_there_and_back():
    turns = wander()
    values = quat_to_axis_angle(turns)
    assert np.linalg.norm(values[..., 1:], axis=-1) == pytest.approx(1.0)
    assert same(axis_angle_to_quat(values), turns) == pytest.approx(1.0)
    resting = quat_to_axis_angle(np.array([[1.0, 0.0, 0.0, 0.0]]))
    assert resting.tolist() == [[0.0, 0.0, 1.0, 0.0]]
