"""Between joint rotations and the vectors that the generator speaks.

A pose becomes, for every moving bone, the 6D form of its turn from the rest pose of the speaker's
manner, weighted by how far the bone moves the hand; a few principal components carry it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.rotation import (
    quat_inverse,
    quat_multiply,
    quat_to_rotmat,
    quat_to_rotvec,
    rot6d_to_rotmat,
    rotmat_to_quat,
    rotmat_to_rot6d,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

Array = NDArray[np.float64]

_TRUNK_WEIGHTS = {"spine": 1.4, "chest": 1.4, "upperChest": 1.4, "neck": 0.8, "head": 0.8}
_ARM_WEIGHTS = {"Shoulder": 1.2, "UpperArm": 1.2, "LowerArm": 0.8, "Hand": 0.5}
_FINGER_WEIGHT = 0.2


def _weights() -> dict[str, float]:
    weights = dict(_TRUNK_WEIGHTS)
    for side in SIDES:
        weights |= {f"{side}{bone}": weight for bone, weight in _ARM_WEIGHTS.items()}
        for finger in FINGERS:
            weights |= dict.fromkeys(finger_joints(side, finger), _FINGER_WEIGHT)
    return weights


WEIGHTS: dict[str, float] = _weights()
"""Bones that gesture, and their weight in the vector: roughly metres of hand per radian, ×2."""
BONES: NDArray[np.intp] = HUMANOID.indices(tuple(WEIGHTS))
SIZE: int = 6 * len(BONES)
"""Length of a pose vector."""

_SCALES: Array = np.repeat(np.array(list(WEIGHTS.values())), 6)
_IDENTITY: Array = np.tile(np.array([1.0, 0.0, 0.0, 0.0, 1.0, 0.0]), len(BONES))


def rotations_to_vector(rotations: Array, rest: Array) -> Array:
    """Local rotations (T, J, 4) and the rest pose (J, 4) to pose vectors (T, SIZE); rest is 0."""
    turns = quat_multiply(quat_inverse(rest[BONES]), rotations[:, BONES])
    rot6d = rotmat_to_rot6d(quat_to_rotmat(turns)).reshape(len(rotations), SIZE)
    return (rot6d - _IDENTITY) * _SCALES


def vector_to_rotations(vector: Array, rest: Array, size: float = 1.0) -> Array:
    """Pose vectors (T, SIZE) to local rotations (T, J, 4); other bones stay at rest.

    `size` scales the turn of every bone from the rest pose.
    """
    rot6d = (vector / _SCALES + _IDENTITY).reshape(len(vector), len(BONES), 6)
    turns = rotmat_to_quat(rot6d_to_rotmat(rot6d))
    if size != 1.0:
        turns = rotvec_to_quat(quat_to_rotvec(turns) * size)
    rotations = np.broadcast_to(rest, (len(vector), len(HUMANOID), 4)).copy()
    rotations[:, BONES] = quat_multiply(rest[BONES], turns)
    return rotations


@dataclass(frozen=True, eq=False)
class MotionCode:
    """Principal components of pose vectors: `mean` (SIZE,), `basis` (SIZE, K), `scale` (K,)."""

    mean: Array
    basis: Array
    scale: Array

    @property
    def size(self) -> int:
        """Number of components K."""
        return self.basis.shape[1]

    def encode(self, vector: Array) -> NDArray[np.float32]:
        """Pose vectors (..., SIZE) to codes (..., K) of about unit spread."""
        return (((vector - self.mean) @ self.basis) / self.scale).astype(np.float32)

    def decode(self, code: NDArray[np.floating]) -> Array:
        """Codes (..., K) to pose vectors (..., SIZE)."""
        return (code * self.scale) @ self.basis.T + self.mean


def fit_motion_code(vectors: Array, size: int) -> MotionCode:
    """Find the code of `size` components that explains pose vectors (N, SIZE) best.

    Components are only half whitened (scale ∝ √deviation), so that the large movements still
    count more than the small ones, but the small ones are not lost.
    """
    mean = np.zeros(SIZE)  # rest stays exactly at zero
    _, values, basis = np.linalg.svd(vectors - mean, full_matrices=False)
    deviation = values[:size] / np.sqrt(len(vectors))
    return MotionCode(mean, basis[:size].T, np.sqrt(deviation * deviation[0]) * 0.6)


def unit_phases(preparation: float, retraction: float, points: int) -> Array:
    """Seconds from the stroke (points,) at which the posterior encoder looks at a gesture.

    A third of the points lie before the stroke, the others from it to the end.
    """
    before = points // 3
    return np.concatenate(
        [
            np.linspace(-preparation, 0.0, before, endpoint=False),
            np.linspace(0.0, retraction, points - before),
        ]
    )
