"""Points on the body that are no joints: fingertips, nose and ears."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gesture_core.kinematics import unit
from gesture_core.rotation import Array, quat_rotate
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

_MIRROR = np.array([-1.0, 1.0, 1.0])
_HEAD = {"nose": (0.0, 0.0019, 0.1175), "leftEar": (0.0763, 0.0266, 0.007)}
_LAST_SEGMENT = {
    "Thumb": 0.0285,
    "Index": 0.0268,
    "Middle": 0.0257,
    "Ring": 0.0274,
    "Little": 0.0205,
}


def _landmarks() -> dict[str, tuple[str, Array]]:
    head = {name: np.array(offset) for name, offset in _HEAD.items()}
    found = {name: ("head", offset) for name, offset in head.items()}
    found["rightEar"] = ("head", head["leftEar"] * _MIRROR)
    for side in SIDES:
        for finger in FINGERS:
            last = finger_joints(side, finger)[2]
            along = unit(HUMANOID.offsets[HUMANOID.index(last)])
            found[f"{side}{finger}Tip"] = (last, along * _LAST_SEGMENT[finger])
    return found


LANDMARKS: dict[str, tuple[str, Array]] = _landmarks()
"""Each point's bone on HUMANOID and its place (3,) in that bone's frame, metres: the tip of the
nose, the openings of the ears and the ten fingertips, as the mean of the bundled adults `mina` and
`jun`, measured on their meshes. Fingers at rest are straight."""


def landmark_positions(names: tuple[str, ...], positions: ArrayLike, rotations: ArrayLike) -> Array:
    """World positions `(..., N, 3)`, metres, of HUMANOID bones and landmarks by name.

    `positions` `(..., J, 3)` and global `rotations` `(..., J, 4)` come from `forward_kinematics`
    on HUMANOID. A name that is neither bone nor landmark raises `KeyError`.
    """
    positions, rotations = np.asarray(positions), np.asarray(rotations)
    bones = [LANDMARKS[name][0] if name in LANDMARKS else name for name in names]
    offsets = np.array([LANDMARKS[name][1] if name in LANDMARKS else np.zeros(3) for name in names])
    joints = HUMANOID.indices(tuple(bones))
    return positions[..., joints, :] + quat_rotate(rotations[..., joints, :], offsets)
