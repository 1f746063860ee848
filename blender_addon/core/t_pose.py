"""The T-pose of any humanoid rig: arms out to the sides, palms down, feet forwards."""

from __future__ import annotations

import numpy as np

from .bone_map import BoneMap
from .clip_reader import Clip
from .humanoid import FINGERS, HUMANOID, PARENT, SIDES, segments
from .quaternion import Array
from .retarget import posed, retarget
from .rig import Rig

_MIDDLE = {
    "hips": (0.0, 0.89, 0.0), "spine": (0.0, 0.97, -0.03), "chest": (0.0, 1.1, -0.02),
    "upperChest": (0.0, 1.23, -0.03), "neck": (0.0, 1.41, 0.0), "head": (0.0, 1.51, 0.04),
    "jaw": (0.0, 1.52, 0.05),
}  # fmt: skip
_LEFT = {
    "Eye": (0.03, 1.55, 0.12), "Shoulder": (0.02, 1.34, 0.02), "UpperArm": (0.18, 1.32, 0.0),
    "LowerArm": (0.44, 1.32, 0.0), "Hand": (0.66, 1.32, 0.0), "UpperLeg": (0.1, 0.88, 0.0),
    "LowerLeg": (0.1, 0.49, 0.0), "Foot": (0.1, 0.07, 0.0), "Toes": (0.1, 0.03, 0.14),
    "ThumbMetacarpal": (0.7, 1.31, 0.025), "ThumbProximal": (0.72, 1.3, 0.045),
    "ThumbDistal": (0.75, 1.29, 0.065),
}  # fmt: skip
_KNUCKLES = {"Index": 0.026, "Middle": 0.0, "Ring": -0.019, "Little": -0.038}
"""How far forward each finger lies, metres."""
_REACH = (0.766, 0.796, 0.82)
"""How far out the joints of a finger lie, metres."""


def _points() -> dict[str, tuple[float, float, float]]:
    """Places of the humanoid's joints in a T-pose; metres, Y up, +Z forward, +X left."""
    left = dict(_LEFT)
    for finger in FINGERS[1:]:
        for bone, reach in zip(segments(finger), _REACH, strict=True):
            left[bone] = (reach, 1.32, _KNUCKLES[finger])
    points = dict(_MIDDLE)
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        points |= {side + bone: (sign * x, y, z) for bone, (x, y, z) in left.items()}
    return points


def _still() -> Clip:
    """One frame of T-pose."""
    points = {name: np.array(point) for name, point in _points().items()}
    offsets = [points[name] - points.get(PARENT.get(name, ""), np.zeros(3)) for name in HUMANOID]
    return Clip(
        joints=HUMANOID,
        parents=tuple(HUMANOID.index(PARENT[name]) if name in PARENT else -1 for name in HUMANOID),
        offsets=np.array(offsets, dtype=float),
        rotations=np.tile([1.0, 0.0, 0.0, 0.0], (1, len(HUMANOID), 1)),
        root=points["hips"][None],
        expression_names=(),
        expressions=np.zeros((1, 0)),
        fps=1.0,
        spans=(),
        audio=None,
        provenance={},
    )


def t_posed(rig: Rig, bone_map: BoneMap) -> tuple[Array, Array]:
    """Where a T-pose puts the rig's bones: heads `(B, 3)` and orientations `(B, 3, 3)`."""
    heads, turned = posed(rig, retarget(_still(), rig, bone_map))
    return heads[0], turned[0]
