"""Pose errors against cases worked by hand and against scipy's own alignments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.linalg import orthogonal_procrustes
from scipy.spatial import procrustes
from scipy.spatial.transform import Rotation

from gesture_core.metrics.pose_error import (
    align_similar,
    aligned_errors,
    mean_pose,
    rooted_errors,
)

TRIANGLE = np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def moved(points: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    turn = Rotation.from_quat(rng.standard_normal(4)).as_matrix()
    return rng.uniform(0.2, 3.0) * points @ turn.T + rng.uniform(-5, 5, 3)


def test_a_moved_shape_comes_back_exactly() -> None:
    """Turned a quarter about z, doubled and moved by hand."""
    found = np.array([[5.0, 0.0, 1.0], [5.0, 4.0, 1.0], [3.0, 0.0, 1.0]])
    assert align_similar(found, TRIANGLE) == pytest.approx(TRIANGLE, abs=1e-12)
    assert aligned_errors(found, TRIANGLE) == pytest.approx([0, 0, 0], abs=1e-12)


def test_a_rectangle_of_the_wrong_length_by_hand() -> None:
    """Half sides (2, 1) onto (1, 1): the best scale is (2·1 + 1·1) / (2² + 1²) = 0.6."""
    corners = np.array([[1.0, 1, 0], [-1, 1, 0], [-1, -1, 0], [1, -1, 0]])
    aligned = align_similar(corners * [2.0, 1.0, 1.0], corners)
    assert aligned == pytest.approx(corners * [1.2, 0.6, 1.0])
    errors = aligned_errors(corners * [2.0, 1.0, 1.0], corners)
    assert errors == pytest.approx([np.hypot(0.2, 0.4)] * 4)


def test_rooted_errors_by_hand() -> None:
    found = TRIANGLE + [1.0, 0.0, 0.0]
    found[2] += [0.0, 0.0, 0.3]
    assert rooted_errors(found, TRIANGLE, (0, 1)) == pytest.approx([0.0, 0.0, 0.3])
    assert rooted_errors(found, TRIANGLE, (2,)) == pytest.approx([0.3, 0.3, 0.0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31 - 1), st.integers(4, 30))
def test_alignment_is_that_of_scipy(seed: int, count: int) -> None:
    """`procrustes` scales both to norm 1 and may mirror; where it need not, the errors agree."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((count, 3))
    found = moved(truth + 0.1 * rng.standard_normal((count, 3)), rng)
    centred = found - found.mean(axis=0), truth - truth.mean(axis=0)
    assume(np.linalg.det(orthogonal_procrustes(*centred)[0]) > 0)
    wanted, aligned, disparity = procrustes(truth, found)
    size = np.linalg.norm(truth - truth.mean(axis=0))
    errors = np.linalg.norm(wanted - aligned, axis=1) * size
    assert aligned_errors(found, truth) == pytest.approx(errors, abs=1e-9)
    assert (aligned_errors(found, truth) ** 2).sum() == pytest.approx(disparity * size**2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31 - 1))
def test_a_mirrored_pose_is_turned_at_best(seed: int) -> None:
    """As Kabsch's algorithm in scipy does it: the rotation is proper, only the scale is ours."""
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal((6, 3))
    found = truth * [-1.0, 1.0, 1.0] + 0.2 * rng.standard_normal((6, 3))
    centred, wanted = found - found.mean(axis=0), truth - truth.mean(axis=0)
    turn = Rotation.align_vectors(wanted, centred)[0]
    turned = turn.apply(centred)
    scale = (turned * wanted).sum() / (turned**2).sum()
    assert align_similar(found, truth) == pytest.approx(
        scale * turned + truth.mean(axis=0), abs=1e-6
    )


def test_frames_are_aligned_each_by_itself() -> None:
    rng = np.random.default_rng(5)
    truth = rng.standard_normal((4, 2, 9, 3))
    found = np.array([[moved(pose, rng) for pose in row] for row in truth])
    assert align_similar(found, truth) == pytest.approx(truth, abs=1e-9)


def test_the_mean_pose_forgets_where_people_face() -> None:
    rng = np.random.default_rng(7)
    pose = rng.standard_normal((8, 3))
    poses = np.array([moved(pose, rng) for _ in range(20)])
    assert aligned_errors(mean_pose(poses), pose) == pytest.approx(np.zeros(8), abs=1e-9)
