"""MediaPipe Holistic → keypoints: by hand, against MediaPipe's own outlines, against OpenPose."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.formats.mediapipe_layout import (
    BODY_LANDMARKS,
    FACE_MESH_VERTICES,
    holistic_to_keypoints,
    within_picture,
)
from gesture_core.formats.pose_file import read_pose
from gesture_core.keypoints import FACE_SLICE, LEFT_HAND_SLICE, RIGHT_HAND_SLICE, keypoint

Array = NDArray[np.float64]

GROUPS = {
    "jaw": range(0, 17),
    "right brow": range(17, 22),
    "left brow": range(22, 27),
    "right eye": range(36, 42),
    "left eye": range(42, 48),
    "lips": range(48, 68),
}
MIRRORED = [
    *(16 - point for point in range(17)),
    *(43 - point for point in range(17, 27)),
    *range(27, 31),
    *(66 - point for point in range(31, 36)),
    *(45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40),
    *(54, 53, 52, 51, 50, 49, 48, 59, 58, 57, 56, 55),
    *(64, 63, 62, 61, 60, 67, 66, 65),
]
"""The 68 points as a mirror exchanges them, as 300-W's users do when they flip pictures."""


def landmarks(*leading: int) -> tuple[Array, Array, Array, Array]:
    """Body, face and hands whose every number tells where it came from."""
    body = np.zeros((*leading, 33, 3))
    body[..., 0] = np.arange(33) * 10 + 1
    body[..., 1] = np.arange(33) * 20 + 2
    body[..., 2] = 0.5 + np.arange(33) / 100
    face = np.broadcast_to(np.arange(478)[:, None] + [1000.0, 2000.0], (*leading, 478, 2)).copy()
    hand = np.broadcast_to(np.arange(21)[:, None] + [5000.0, 6000.0], (*leading, 21, 2)).copy()
    return body, face, hand, hand + 3000


def test_the_body_keeps_its_own_sides_and_gains_a_neck() -> None:
    body, face, left, right = landmarks()
    found = holistic_to_keypoints(body, face, left, right)
    shoulder = BODY_LANDMARKS.index("leftShoulder")
    assert shoulder == 11  # MediaPipe's own number
    np.testing.assert_allclose(found[keypoint("leftShoulder")], [111, 222, 0.61])
    np.testing.assert_allclose(found[keypoint("rightWrist")], [161, 322, 0.66])
    np.testing.assert_allclose(found[keypoint("leftHeel")], [291, 582, 0.79])
    np.testing.assert_allclose(found[keypoint("rightBigToe")], [321, 642, 0.82])
    np.testing.assert_allclose(found[keypoint("neck")], [116, 232, 0.61])
    np.testing.assert_allclose(found[keypoint("midHip")], [236, 472, 0.73])
    for toe in ("leftSmallToe", "rightSmallToe"):
        np.testing.assert_array_equal(found[keypoint(toe)], 0)


def test_hands_go_one_to_one() -> None:
    found = holistic_to_keypoints(*landmarks())
    np.testing.assert_allclose(found[keypoint("leftHandWrist")], [5000, 6000, 1])
    np.testing.assert_allclose(found[keypoint("leftHandIndex4")], [5008, 6008, 1])
    np.testing.assert_allclose(found[keypoint("rightHandLittle4")], [8020, 9020, 1])


def test_pupils_are_irises_or_the_middle_of_the_eye() -> None:
    body, face, left, right = landmarks()
    pupils = [keypoint("rightPupil"), keypoint("leftPupil")]
    with_irises = holistic_to_keypoints(body, face, left, right)[pupils]
    np.testing.assert_allclose(with_irises, [[1468, 2468, 1], [1473, 2473, 1]])
    expected = [[1083, 2083, 1], [1312.5, 2312.5, 1]]  # middles of 33, 133 and of 362, 263
    np.testing.assert_allclose(
        holistic_to_keypoints(body, face[:468], left, right)[pupils], expected
    )
    face[468:] = np.nan
    np.testing.assert_allclose(holistic_to_keypoints(body, face, left, right)[pupils], expected)


def test_what_was_not_seen_is_zero_throughout() -> None:
    body, face, left, right = landmarks(4)
    face[1], left[2], body[3, 11] = np.nan, np.nan, np.nan
    found = holistic_to_keypoints(body, face, left, right)
    assert np.isfinite(found).all()
    assert not found[1, FACE_SLICE].any()
    assert not found[2, LEFT_HAND_SLICE].any()
    assert (found[2, RIGHT_HAND_SLICE, 2] == 1).all()
    assert not found[3, [keypoint("leftShoulder"), keypoint("neck")]].any()
    assert found[3, keypoint("rightShoulder"), 2] > 0


def test_guesses_outside_of_the_picture_are_not_seen() -> None:
    inside, outside = [[0, 479.9, 0.5], [639.9, 0, 1]], [[-0.1, 5, 0.9], [640, 5, 1], [5, 480, 1]]
    found = within_picture(np.array([*inside, *outside]), 640, 480)
    np.testing.assert_array_equal(found, [*inside, *np.zeros((3, 3))])


def test_leading_axes_do_not_matter() -> None:
    random = np.random.default_rng(0)
    shapes = ((33, 3), (468, 2), (21, 2), (21, 2))
    parts = [random.uniform(0.1, 1, (2, 3, *shape)) for shape in shapes]
    together = holistic_to_keypoints(*parts)
    assert together.shape == (2, 3, 137, 3)
    apart = holistic_to_keypoints(*(part[1, 2] for part in parts))
    np.testing.assert_array_equal(together[1, 2], apart)


def test_face_points_lie_on_mediapipes_outlines() -> None:
    connections = pytest.importorskip("mediapipe.python.solutions.face_mesh_connections")
    outlines = {
        "jaw": connections.FACEMESH_FACE_OVAL,
        "right brow": connections.FACEMESH_RIGHT_EYEBROW,
        "left brow": connections.FACEMESH_LEFT_EYEBROW,
        "right eye": connections.FACEMESH_RIGHT_EYE,
        "left eye": connections.FACEMESH_LEFT_EYE,
        "lips": connections.FACEMESH_LIPS,
    }
    for group, points in GROUPS.items():
        vertices = {vertex for edge in outlines[group] for vertex in edge}
        assert {FACE_MESH_VERTICES[point] for point in points} <= vertices, group


def test_face_points_mirror_like_the_mesh() -> None:
    holistic = pytest.importorskip("pose_format.utils.holistic")
    flipped = [int(vertex) for vertex in holistic.FLIPPED_FACE_POINTS]
    mirrored = [flipped[vertex] for vertex in FACE_MESH_VERTICES]
    assert mirrored == [FACE_MESH_VERTICES[point] for point in MIRRORED]


def front_face(path: Path) -> Array:
    """The 68 points (68, 2) of a clip's face from the front: the median of its straightest
    quarter of frames, with the outer corners of the eyes at 0, 0 and 1, 0."""
    faces = np.concatenate(read_pose(path).frames)[:, FACE_SLICE][:, :68]
    faces = faces[(faces[..., 2] > 0).all(axis=1)]
    points = faces[..., 0] + 1j * faces[..., 1]
    points = (points - points[:, 36:37]) / (points[:, 45:46] - points[:, 36:37])
    straight = np.argsort(np.abs(points[:, 30].real - 0.5))[: len(points) // 4]
    points = points[straight]
    return np.stack([np.median(points.real, axis=0), np.median(points.imag, axis=0)], axis=1)


def misfit(points: Array, target: Array) -> float:
    """Root mean square distance after the best affine fit; the outer eye corners are 1 apart."""
    system = np.column_stack([points, np.ones(len(points))])
    moved = system @ np.linalg.lstsq(system, target, rcond=None)[0]
    scale = np.linalg.norm(target[45] - target[36])
    return float(np.sqrt(((moved - target) ** 2).sum(axis=1).mean()) / scale)


def test_a_mesh_gives_the_face_that_openpose_gives(shared_data: Callable[[str], Path]) -> None:
    # Two people: the faces of two of OpenPose's own signers lie 0.04 to 0.08 apart.
    folder = next(shared_data("pose_fixtures").rglob("openpose.pose")).parent
    openpose = front_face(folder / "openpose.pose")
    mesh = front_face(folder / "segmentation_example.pose")
    assert misfit(mesh, openpose) < 0.07
    for group in (slice(0, 17), slice(17, 27), slice(36, 48)):
        backwards = mesh.copy()
        backwards[group] = mesh[group][::-1]
        assert misfit(backwards, openpose) > 0.2
