"""MediaPipe Holistic's landmarks in the layout of `KEYPOINTS`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gesture_core.keypoints import (
    FACE_SLICE,
    KEYPOINTS,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    keypoint,
)

Array = NDArray[np.float64]

BODY_LANDMARKS: tuple[str, ...] = (
    *("nose", "leftEyeInner", "leftEye", "leftEyeOuter"),
    *("rightEyeInner", "rightEye", "rightEyeOuter", "leftEar", "rightEar"),
    *("mouthLeft", "mouthRight", "leftShoulder", "rightShoulder", "leftElbow", "rightElbow"),
    *("leftWrist", "rightWrist", "leftPinky", "rightPinky", "leftIndex", "rightIndex"),
    *("leftThumb", "rightThumb", "leftHip", "rightHip", "leftKnee", "rightKnee"),
    *("leftAnkle", "rightAnkle", "leftHeel", "rightHeel", "leftFootIndex", "rightFootIndex"),
)
"""MediaPipe's 33 body landmarks in its order, left and right being the person's own."""

_SAME_NAME = tuple(name for name in BODY_LANDMARKS if name in KEYPOINTS)
_BODY_FROM = {name: (name,) for name in _SAME_NAME} | {
    "neck": ("leftShoulder", "rightShoulder"),
    "midHip": ("leftHip", "rightHip"),
    "leftBigToe": ("leftFootIndex",),
    "rightBigToe": ("rightFootIndex",),
}
"""Keypoint → the landmarks it is the middle of; the small toes have none."""

FACE_MESH_VERTICES: tuple[int, ...] = (
    *(127, 234, 93, 132, 58, 136, 150, 176, 152, 400, 379, 365, 288, 361, 323, 454, 356),  # jaw
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300),  # right brow, left brow
    *(168, 197, 5, 4, 75, 97, 2, 326, 305),  # ridge of the nose, then under it
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),  # right eye, left eye
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),  # outer lips
    *(78, 82, 13, 312, 308, 317, 14, 87),  # inner lips
)
"""Vertex of the 468-point face mesh for each of the 68 iBUG face points."""

MESH_VERTICES, IRIS_VERTICES = 468, 10
_RIGHT_IRIS, _LEFT_IRIS = 468, 473
_RIGHT_EYE_CORNERS, _LEFT_EYE_CORNERS = (33, 133), (362, 263)


def _known(points: Array) -> Array:
    """x, y with confidence 1 where both are numbers: (..., n, 2) → (..., n, 3)."""
    seen = np.isfinite(points).all(axis=-1, keepdims=True)
    return np.concatenate([points, seen.astype(np.float64)], axis=-1)


def _middle(points: Array) -> Array:
    """Middle of points (..., n, 3), as trusted as the least trusted of them."""
    place = points[..., :2].mean(axis=-2)
    return np.concatenate([place, points[..., 2].min(axis=-1, keepdims=True)], axis=-1)


def _face_keypoints(face: Array) -> Array:
    vertices = _known(face)
    corners = (_RIGHT_EYE_CORNERS, _LEFT_EYE_CORNERS)
    pupils = np.stack([_middle(vertices[..., eye, :]) for eye in corners], axis=-2)
    if face.shape[-2] == MESH_VERTICES + IRIS_VERTICES:
        irises = vertices[..., (_RIGHT_IRIS, _LEFT_IRIS), :]
        pupils = np.where(irises[..., 2:] > 0, irises, pupils)
    return np.concatenate([vertices[..., FACE_MESH_VERTICES, :], pupils], axis=-2)


def holistic_to_keypoints(
    body: ArrayLike, face: ArrayLike, left_hand: ArrayLike, right_hand: ArrayLike
) -> Array:
    """MediaPipe Holistic's landmarks as keypoints, whatever the leading axes.

    `body` (..., 33, 3): x, y in pixels and visibility; `face` (..., 468 or 478, 2) and the
    hands (..., 21, 2): x, y in pixels; NaN wherever nothing was seen. Returns (..., 137, 3) in
    the order of `KEYPOINTS`: x, y, confidence, with all three 0 where nothing was seen. Neck
    and middle of the hips are the middles of their two joints; a toe's tip is the big toe's;
    where no iris is known a pupil is the middle of its eye's corners. Left and right are the
    person's own, as Holistic names them. Face points follow `FACE_MESH_VERTICES`.
    """
    landmarks = np.asarray(body, np.float64)
    keypoints = np.zeros((*landmarks.shape[:-2], len(KEYPOINTS), 3))
    for name, sources in _BODY_FROM.items():
        rows = [BODY_LANDMARKS.index(source) for source in sources]
        keypoints[..., keypoint(name), :] = _middle(landmarks[..., rows, :])
    keypoints[..., FACE_SLICE, :] = _face_keypoints(np.asarray(face, np.float64))
    keypoints[..., LEFT_HAND_SLICE, :] = _known(np.asarray(left_hand, np.float64))
    keypoints[..., RIGHT_HAND_SLICE, :] = _known(np.asarray(right_hand, np.float64))
    seen = np.isfinite(keypoints).all(axis=-1) & (keypoints[..., 2] > 0)
    return np.where(seen[..., None], keypoints, 0.0)


def within_picture(keypoints: Array, width: int, height: int) -> Array:
    """The same keypoints (..., 3) with those outside of the picture unseen.

    MediaPipe guesses where a joint would be that the picture does not show, hips above all, and
    is as sure of it as of any other.
    """
    places = keypoints[..., :2]
    inside = ((places >= 0) & (places < (width, height))).all(axis=-1)
    return np.where(inside[..., None], keypoints, 0.0)
