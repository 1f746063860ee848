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
        partners = []
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
    "hips": (0.0, 0.90, 0.0),
    "spine": (0.0, 0.99, -0.01),
    "chest": (0.0, 1.10, -0.015),
    "upperChest": (0.0, 1.22, -0.02),
    "neck": (0.0, 1.38, -0.015),
    "head": (0.0, 1.47, 0.0),
    "leftEye": (0.031, 1.545, 0.07),
    "jaw": (0.0, 1.485, 0.015),
    "leftShoulder": (0.03, 1.34, 0.0),
    "leftUpperArm": (0.155, 1.335, -0.02),
    "leftLowerArm": (0.405, 1.335, -0.02),
    "leftHand": (0.635, 1.335, -0.02),
    "leftThumbMetacarpal": (0.655, 1.325, 0.005),
    "leftThumbProximal": (0.683, 1.311, 0.030),
    "leftThumbDistal": (0.704, 1.300, 0.048),
    "leftIndexProximal": (0.725, 1.338, 0.006),
    "leftIndexIntermediate": (0.762, 1.338, 0.006),
    "leftIndexDistal": (0.785, 1.338, 0.006),
    "leftMiddleProximal": (0.725, 1.340, -0.016),
    "leftMiddleIntermediate": (0.767, 1.340, -0.016),
    "leftMiddleDistal": (0.794, 1.340, -0.016),
    "leftRingProximal": (0.720, 1.338, -0.036),
    "leftRingIntermediate": (0.757, 1.338, -0.036),
    "leftRingDistal": (0.783, 1.338, -0.036),
    "leftLittleProximal": (0.712, 1.333, -0.053),
    "leftLittleIntermediate": (0.740, 1.333, -0.053),
    "leftLittleDistal": (0.758, 1.333, -0.053),
    "leftUpperLeg": (0.09, 0.87, 0.0),
    "leftLowerLeg": (0.09, 0.475, 0.0),
    "leftFoot": (0.09, 0.075, -0.02),
    "leftToes": (0.09, 0.02, 0.11),
}


def _humanoid() -> Skeleton:
    tree = _humanoid_parents()
    names = tuple(tree)
    rest = {}
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
