"""The joint tree and its forward kinematics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gesture_core.rotation import Array, quat_multiply, quat_rotate

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
SIDES = ("left", "right")


@dataclass(frozen=True)
class Skeleton:
    """A joint tree whose rest pose has identity rotations.

    `names`: J joint names; `parents`: index of each joint's parent, −1 for the root, which comes
    first, and every parent comes before its children; `offsets`: `(J, 3)` metres from the parent
    in the rest pose (the root's own offset is its rest position).
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not len(self.names) == len(self.parents) == len(self.offsets):
            raise ValueError("names, parents and offsets differ in length")
        if self.parents[0] != -1 or any(
            not 0 <= parent < joint for joint, parent in enumerate(self.parents) if joint
        ):
            raise ValueError("parents must come before their children, with one root first")
        if len(set(self.names)) != len(self.names):
            raise ValueError("joint names must be unique")

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def _indices(self) -> dict[str, int]:
        return {name: joint for joint, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """Index of the joint called `name`; `KeyError` when there is none."""
        return self._indices[name]

    def indices(self, names: ArrayLike | tuple[str, ...]) -> NDArray[np.intp]:
        """Indices of several joints."""
        return np.array([self._indices[str(name)] for name in np.asarray(names)], dtype=np.intp)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """Child indices of every joint."""
        lists: list[list[int]] = [[] for _ in self.names]
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                lists[parent].append(joint)
        return tuple(tuple(children) for children in lists)

    @cached_property
    def mirror(self) -> NDArray[np.intp]:
        """Permutation `(J,)` that exchanges every `left…` joint with its `right…` partner."""
        swap = {"left": "right", "right": "left"}
        partners: list[str] = []
        for name in self.names:
            side = next((side for side in SIDES if name.startswith(side)), None)
            partners.append(name if side is None else swap[side] + name[len(side) :])
        return self.indices(tuple(partners))

    @cached_property
    def rest_positions(self) -> Array:
        """World positions `(J, 3)` of the rest pose, metres."""
        positions = np.array(self.offsets, dtype=float)
        for joint, parent in enumerate(self.parents):
            if parent >= 0:
                positions[joint] += positions[parent]
        return positions


def forward_kinematics(
    skeleton: Skeleton, rotations: ArrayLike, root: ArrayLike
) -> tuple[Array, Array]:
    """World positions `(..., J, 3)` and global rotations `(..., J, 4)` of a pose or motion.

    `rotations`: local quaternions `(..., J, 4)`; `root`: world position of the root `(..., 3)`
    in metres, in place of the root's offset.
    """
    rotations = np.asarray(rotations, dtype=float)
    root = np.asarray(root, dtype=float)
    turned = np.empty_like(rotations)
    positions = np.empty((*rotations.shape[:-1], 3))
    for joint, parent in enumerate(skeleton.parents):
        if parent < 0:
            turned[..., joint, :] = rotations[..., joint, :]
            positions[..., joint, :] = root
        else:
            turned[..., joint, :] = quat_multiply(turned[..., parent, :], rotations[..., joint, :])
            positions[..., joint, :] = positions[..., parent, :] + quat_rotate(
                turned[..., parent, :], skeleton.offsets[joint]
            )
    return positions, turned


def finger_joints(side: str, finger: str) -> tuple[str, str, str]:
    """VRM 1.0 names of one finger from knuckle to tip, such as `("left", "Index")`."""
    segments = (
        ("Metacarpal", "Proximal", "Distal")
        if finger == "Thumb"
        else ("Proximal", "Intermediate", "Distal")
    )
    first, second, third = (f"{side}{finger}{segment}" for segment in segments)
    return first, second, third


def _humanoid_parents() -> dict[str, str]:
    """VRM 1.0 humanoid bones in our order, each with its parent ("" for the root)."""
    tree = {
        "hips": "",
        "spine": "hips",
        "chest": "spine",
        "upperChest": "chest",
        "neck": "upperChest",
        "head": "neck",
        "leftEye": "head",
        "rightEye": "head",
        "jaw": "head",
    }
    for side in SIDES:
        arm = ("Shoulder", "UpperArm", "LowerArm", "Hand")
        for bone, parent in zip(arm, ("", *arm), strict=False):
            tree[side + bone] = side + parent if parent else "upperChest"
        for finger in FINGERS:
            first, second, third = finger_joints(side, finger)
            tree |= {first: f"{side}Hand", second: first, third: second}
    for side in SIDES:
        leg = ("UpperLeg", "LowerLeg", "Foot", "Toes")
        for bone, parent in zip(leg, ("", *leg), strict=False):
            tree[side + bone] = side + parent if parent else "hips"
    return tree


# Rest positions in metres of the left half and the middle: the mean of the bundled adults `mina`
# and `jun`, measured on their meshes and laid out as a T-pose.
_REST_POSITIONS: dict[str, tuple[float, float, float]] = {
    "hips": (0.0, 0.8859, 0.0076),
    "spine": (0.0, 0.9647, -0.0295),
    "chest": (0.0, 1.105, -0.016),
    "upperChest": (0.0, 1.2314, -0.026),
    "neck": (0.0, 1.4107, 0.0039),
    "head": (0.0, 1.5111, 0.0443),
    "leftEye": (0.0298, 1.5505, 0.1214),
    "jaw": (0.0, 1.5167, 0.054),
    "leftShoulder": (0.0225, 1.3384, 0.0167),
    "leftUpperArm": (0.179, 1.3154, 0.0165),
    "leftLowerArm": (0.4361, 1.3154, 0.0165),
    "leftHand": (0.6634, 1.3154, 0.0165),
    "leftThumbMetacarpal": (0.7014, 1.3111, 0.0411),
    "leftThumbProximal": (0.723, 1.3, 0.0602),
    "leftThumbDistal": (0.7487, 1.2868, 0.0829),
    "leftIndexProximal": (0.7683, 1.311, 0.0429),
    "leftIndexIntermediate": (0.7944, 1.311, 0.0429),
    "leftIndexDistal": (0.8178, 1.311, 0.0429),
    "leftMiddleProximal": (0.7673, 1.3154, 0.0165),
    "leftMiddleIntermediate": (0.8015, 1.3154, 0.0165),
    "leftMiddleDistal": (0.8295, 1.3154, 0.0165),
    "leftRingProximal": (0.7615, 1.3158, -0.0031),
    "leftRingIntermediate": (0.7915, 1.3158, -0.0031),
    "leftRingDistal": (0.8167, 1.3158, -0.0031),
    "leftLittleProximal": (0.7519, 1.311, -0.0217),
    "leftLittleIntermediate": (0.7736, 1.311, -0.0217),
    "leftLittleDistal": (0.7893, 1.311, -0.0217),
    "leftUpperLeg": (0.1036, 0.8762, 0.0),
    "leftLowerLeg": (0.1036, 0.4923, 0.0),
    "leftFoot": (0.1036, 0.0731, 0.0),
    "leftToes": (0.1036, 0.0257, 0.1382),
}


def _humanoid() -> Skeleton:
    tree = _humanoid_parents()
    names = tuple(tree)
    rest: dict[str, tuple[float, float, float]] = {}
    for name in names:
        if name.startswith("right"):
            x, y, z = _REST_POSITIONS["left" + name.removeprefix("right")]
            rest[name] = (-x, y, z)
        else:
            rest[name] = _REST_POSITIONS[name]
    offsets = np.array(
        [np.subtract(rest[name], rest[parent] if parent else 0.0) for name, parent in tree.items()]
    )
    parents = tuple(names.index(parent) if parent else -1 for parent in tree.values())
    return Skeleton(names, parents, offsets)


HUMANOID: Skeleton = _humanoid()
"""The 55 VRM 1.0 humanoid bones in T-pose: arms along ±X, palms down, feet along +Z."""
