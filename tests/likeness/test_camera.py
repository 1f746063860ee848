"""The pinhole camera."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.likeness.camera import FACING, Camera
from tests.fixtures.photograph_heads import look_at


def test_projects_as_worked_out_by_hand() -> None:
    # two metres in front of the origin, looking back at it
    camera = Camera(1000.0, np.array([320.0, 240.0]), FACING, np.array([0.0, 0.0, 2.0]))
    assert camera.position == pytest.approx([0, 0, 2])
    assert camera.project(np.zeros(3)) == pytest.approx([320, 240, 2])
    # 20 cm to the character's left is right in the picture, 10 cm up is up
    assert camera.project(np.array([0.2, 0.1, 0.0])) == pytest.approx([420, 190, 2])
    # a point half-way to the camera looks twice as large
    assert camera.project(np.array([0.2, 0.1, 1.0])) == pytest.approx([520, 140, 1])


@given(st.floats(-1.2, 1.2), st.floats(-0.8, 0.8), st.floats(0.3, 3), st.floats(300, 3000))
def test_looks_at_its_target_from_upright(
    yaw: float, pitch: float, distance: float, focal: float
) -> None:
    target = np.array([0.1, 1.5, 0.05])
    away = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    camera = look_at(target, target + distance * away, focal, 400)
    assert camera.rotation @ camera.rotation.T == pytest.approx(np.eye(3))
    assert np.linalg.det(camera.rotation) == pytest.approx(1)
    assert camera.project(target) == pytest.approx([200, 200, distance])
    above = camera.project(target + [0.0, 0.01, 0.0])
    assert above[0] == pytest.approx(200)
    assert above[1] < 200


@given(st.floats(0, 400), st.floats(0, 400), st.floats(0.2, 5))
def test_unproject_undoes_project(x: float, y: float, depth: float) -> None:
    camera = look_at(np.array([0.0, 1.5, 0.0]), np.array([0.4, 1.7, 1.0]), 700.0, 400)
    point = camera.unproject(np.array([x, y]), np.array(depth))
    assert camera.project(point) == pytest.approx([x, y, depth], abs=1e-8)


def test_moves_with_the_world() -> None:
    camera = look_at(np.array([0.0, 1.5, 0.0]), np.array([0.4, 1.7, 1.0]), 700.0, 400)
    points = np.random.default_rng(0).normal(0, 0.1, (5, 3)) + [0, 1.5, 0]
    by = np.array([0.3, -0.9, 0.1])
    assert camera.moved(by).project(points + by) == pytest.approx(camera.project(points))
