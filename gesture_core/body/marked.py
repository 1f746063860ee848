"""HUMANOID's upper body with its landmarks as further joints: one tree, one kinematics."""

from __future__ import annotations

import numpy as np

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.rotation import Array
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, Skeleton, finger_joints

TRUNK: tuple[str, ...] = (
    *("hips", "leftUpperLeg", "rightUpperLeg", "spine", "chest", "upperChest", "neck", "head"),
    *("leftEye", "rightEye", "nose", "leftEar", "rightEar", "chin", "leftMouth", "rightMouth"),
)
ARMS: tuple[str, ...] = tuple(
    f"{side}{bone}" for side in SIDES for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")
)

# Metres from the head joint: the mean of the bundled adults `mina` and `jun`, measured on their
# meshes.
_FACE: dict[str, tuple[str, Array]] = {
    "chin": ("head", np.array([0.0, -0.074, 0.085])),
    "leftMouth": ("head", np.array([0.025, -0.027, 0.097])),
    "rightMouth": ("head", np.array([-0.025, -0.027, 0.097])),
}


def finger_points(side: str) -> tuple[str, ...]:
    """The 20 points of a hand without its wrist: every finger's joints from its base, its tip."""
    return tuple(
        name for finger in FINGERS for name in (*finger_joints(side, finger), f"{side}{finger}Tip")
    )


def _marked() -> Skeleton:
    landmarks = LANDMARKS | _FACE
    names = (*TRUNK, *ARMS, *finger_points("left"), *finger_points("right"))
    parents: list[int] = []
    offsets: list[Array] = []
    for name in names:
        if name in landmarks:
            bone, offset = landmarks[name]
        else:
            joint = HUMANOID.index(name)
            parent, offset = HUMANOID.parents[joint], HUMANOID.offsets[joint]
            bone = HUMANOID.names[parent] if parent >= 0 else ""
        parents.append(names.index(bone) if bone else -1)
        offsets.append(offset)
    return Skeleton(names, tuple(parents), np.array(offsets))


MARKED: Skeleton = _marked()
"""64 points: trunk and head (16), arms (8), then 20 of the left hand and 20 of the right."""
