"""A virtual camera before a signer: the keypoints that a perfect detector would find.

It stands as the AI Hub corpus's front camera does: a wide picture that holds the signer from the
hips up, the shoulders a seventh of its width apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.landmarks import landmark_positions
from gesture_core.formats.skels import HEIGHT, WIDTH
from gesture_core.keypoints import FACE_SLICE, KEYPOINTS, Keypoints, keypoint
from gesture_core.motion import Motion
from gesture_core.rotation import quat_rotate
from gesture_core.skeleton import HUMANOID, forward_kinematics
from gesture_core.train.sighting import MARKS
from gesture_core.train.sign_face import face_points

Array = NDArray[np.float64]

DISTANCE = 3.0
"""Metres from the camera to the plane x, y of the signer."""
FOCAL = 740.0 * DISTANCE
"""Pixels: a metre at the signer is 740 of them."""
EYE_LEVEL = 1.187
"""Height of the camera, metres: the signer's neck then lies at 0.41 of the picture's height."""
_POINTS = tuple(dict.fromkeys(point for mark in MARKS.values() for point in mark.points))


def film(motion: Motion) -> Keypoints:
    """Keypoints of a motion on HUMANOID from straight ahead; the toes are not seen."""
    positions, turns = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    marked = landmark_positions(_POINTS, positions, turns)
    places = np.zeros((motion.frames, len(KEYPOINTS), 3))
    confidence = np.zeros(places.shape[:2])
    for name, mark in MARKS.items():
        columns = [_POINTS.index(point) for point in mark.points]
        places[:, keypoint(name)] = marked[:, columns].mean(axis=1)
        confidence[:, keypoint(name)] = 1.0
    head = HUMANOID.index("head")
    face = quat_rotate(turns[:, head, None], face_points(motion.expressions))
    outline = slice(FACE_SLICE.start, FACE_SLICE.start + face.shape[1])
    places[:, outline] = positions[:, head, None] + face
    confidence[:, outline] = 1.0
    people = np.ones(motion.frames, dtype=np.int64)
    points = project(places) * confidence[..., None]
    return Keypoints(points, confidence, people, motion.fps, WIDTH, HEIGHT)


def project(places: Array) -> Array:
    """Pixels (..., 2) of places (..., 3) in the clip's axes, metres."""
    scale = FOCAL / (DISTANCE - places[..., 2])
    across = WIDTH / 2 + scale * places[..., 0]
    return np.stack([across, HEIGHT / 2 - scale * (places[..., 1] - EYE_LEVEL)], axis=-1)
