"""Sharing the twist of a limb along its bones, so that skin does not wring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bone_map import BoneMap
from .humanoid import SIDES
from .quaternion import (
    Array,
    between,
    from_rotvec,
    inverse,
    multiply,
    normalize,
    rotate,
    twist_angle,
)
from .rig import Rig
from .trunk import TRUNK

Turns = dict[str, Array]


def share_twist(turns: Turns, rig: Rig, bone_map: BoneMap) -> Turns:
    """Turns `(T, 4)` of the limbs by the rig's bone names, out of those by humanoid bone.

    Skin wrings where one bone takes the whole twist: forearms turn with the hand in even steps
    from the elbow, upper arms and thighs let go of it towards the body.
    """
    shared: Turns = {}
    for side in SIDES:
        hand = turns.get(f"{side}Hand")
        upper, lower = f"{side}UpperArm", f"{side}LowerArm"
        if hand is not None and upper in turns and lower in turns:
            limb = Limb.of(rig, bone_map, lower, f"{side}Hand")
            shared |= limb.follow(turns[upper], turns[lower], hand)
        for joint, following, bases in (
            (upper, lower, (f"{side}Shoulder", *reversed(TRUNK), "hips")),
            (f"{side}UpperLeg", f"{side}LowerLeg", ("hips",)),
        ):
            if joint in turns and following in turns:
                base = next(turns[name] for name in bases if name in turns)
                shared |= Limb.of(rig, bone_map, joint, following).release(base, turns[joint])
    return shared


@dataclass(frozen=True)
class Limb:
    """One or more bones in a row; `axes`: what each can turn about without moving the next."""

    bones: tuple[str, ...]
    axis: Array
    axes: tuple[Array, ...]

    @classmethod
    def of(cls, rig: Rig, bone_map: BoneMap, joint: str, following: str) -> Limb:
        """The bones of humanoid bone `joint`, which reaches up to the humanoid bone `following`."""
        bones = bone_map.bones[joint]
        end = rig.index(bone_map.first(following))
        chain = set(rig.above(end))
        inline = [rig.index(name) for name in bones if rig.index(name) in chain]
        ends = dict(zip(inline, [*inline[1:], end], strict=True))
        axis = normalize(rig.heads[end] - rig.heads[rig.index(bones[0])])
        axes: list[Array] = []
        for bone in map(rig.index, bones):
            own = rig.heads[ends[bone]] - rig.heads[bone] if bone in ends else axis
            axes.append(normalize(own) if np.linalg.norm(own) > 1e-9 else axis)
        return cls(bones, axis, tuple(axes))

    def follow(self, base: Array, limb: Array, end: Array) -> Turns:
        """Share the twist of the `end` evenly: a single bone takes half of it."""
        own, whole = self.twist(base, limb, limb), self.twist(base, limb, end)
        count = len(self.bones)
        return self._turned(limb, [whole * (k + 0.5) / count - own for k in range(count)])

    def release(self, base: Array, limb: Array) -> Turns:
        """Share the limb's own twist: the last bone keeps all of it."""
        count = len(self.bones)
        if count == 1:
            return {self.bones[0]: limb}
        own = self.twist(base, limb, limb)
        return self._turned(limb, [own * ((k + 1) / count - 1.0) for k in range(count)])

    def twist(self, base: Array, limb: Array, end: Array) -> Array:
        """How far `end` is turned about the limb since it swung straight out of `base`."""
        aim = rotate(multiply(inverse(base), limb), self.axis)
        straight = multiply(base, between(self.axis, aim))
        return np.unwrap(twist_angle(multiply(inverse(straight), end), self.axis))

    def _turned(self, limb: Array, angles: list[Array]) -> Turns:
        return {
            name: multiply(limb, from_rotvec(angle[:, None] * axis))
            for name, axis, angle in zip(self.bones, self.axes, angles, strict=True)
        }
