"""What a viewer sees of a gesturing body: where the arms are, how the hands are held, the lean.

Judges that tell what a gesture means or what manner it has look at this, and not at rotations:
two people make one gesture with the same hands but other shoulders.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesture_core.rotation import Array, quat_rotate
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, forward_kinematics

_HEAD = HUMANOID.index("head")
_CHEST = HUMANOID.index("upperChest")
_NECK = HUMANOID.index("neck")
_PER_HAND = 3 + 3 + 3 + 3 + len(FINGERS)
APPEARANCE: int = 2 * _PER_HAND + 3 + 6 + 6
"""Numbers per frame."""
_POSITION_SCALE = 3.0
"""Metres matter about as much as turned unit vectors when multiplied by this."""


def appearance(rotations: Array) -> NDArray[np.float32]:
    """Local rotations (T, J, 4) of HUMANOID to what is seen of them (T, APPEARANCE).

    Per arm: elbow and wrist seen from the neck, metres × 3; the directions of hand and palm;
    how far each fingertip is from the wrist, 1 when stretched. Then the neck's place over the
    hips, and the directions up and forward of chest and head. All in the frame of the hips.
    """
    root = np.zeros((len(rotations), 3))
    positions, turned = forward_kinematics(HUMANOID, rotations, root)
    neck = positions[:, _NECK]
    seen: list[Array] = []
    for side in SIDES:
        elbow, wrist = HUMANOID.index(f"{side}LowerArm"), HUMANOID.index(f"{side}Hand")
        along = [1.0 if side == "left" else -1.0, 0.0, 0.0]
        seen += [_POSITION_SCALE * (positions[:, joint] - neck) for joint in (elbow, wrist)]
        seen += [quat_rotate(turned[:, wrist], axis) for axis in (along, [0.0, -1.0, 0.0])]
        tips = HUMANOID.indices(tuple(f"{side}{finger}Distal" for finger in FINGERS))
        reach = np.linalg.norm(positions[:, tips] - positions[:, wrist, None], axis=-1)
        rest = HUMANOID.rest_positions
        seen.append(reach / np.linalg.norm(rest[tips] - rest[wrist], axis=-1))
    seen.append(_POSITION_SCALE * (neck - HUMANOID.rest_positions[_NECK] + HUMANOID.offsets[0]))
    for joint in (_CHEST, _HEAD):
        seen += [quat_rotate(turned[:, joint], axis) for axis in ([0.0, 1, 0], [0.0, 0, 1])]
    return np.concatenate(seen, axis=1).astype(np.float32)
