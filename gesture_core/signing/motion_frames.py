"""Our own Motion as frames of numbers for sign models: the upper body's rotations and the face.

A frame is the first two columns of each joint's rotation (Zhou et al., CVPR 2019), from the
spine up with all fingers, and the 52 expressions. Hips and legs stand.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesture_core.motion import EXPRESSIONS, Motion, rest_motion
from gesture_core.rotation import (
    quat_continuous,
    quat_to_rotmat,
    rot6d_to_rotmat,
    rotmat_to_quat,
    rotmat_to_rot6d,
)
from gesture_core.skeleton import HUMANOID

Array = NDArray[np.float64]

_STILL = ("hips", "leftEye", "rightEye", "jaw")
_LEGS = ("Leg", "Foot", "Toes")
JOINTS: tuple[str, ...] = tuple(
    name for name in HUMANOID.names if name not in _STILL and not name.endswith(_LEGS)
)
"""The 43 joints told: spine, neck, head, arms and fingers."""
VALUES = 6 * len(JOINTS) + len(EXPRESSIONS)

_ROWS = HUMANOID.indices(JOINTS)


def motion_to_frames(motion: Motion) -> Array:
    """Frames (T, 310) of a motion on HUMANOID."""
    turns = rotmat_to_rot6d(quat_to_rotmat(motion.rotations[:, _ROWS]))
    return np.concatenate([turns.reshape(motion.frames, -1), motion.expressions], axis=1)


def frames_to_motion(frames: Array, fps: float) -> Motion:
    """A motion on HUMANOID, standing, of frames (T, 310) that need not be quite rotations."""
    turns, face = np.split(frames, [6 * len(JOINTS)], axis=1)
    motion = rest_motion(len(frames), fps)
    rotations = rotmat_to_quat(rot6d_to_rotmat(turns.reshape(len(frames), len(JOINTS), 6)))
    motion.rotations[:, _ROWS] = quat_continuous(rotations)
    motion.expressions[:] = np.clip(face, 0.0, 1.0)
    return motion
