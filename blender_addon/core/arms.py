"""The arms of a moving rig: read, opened or closed, brought to other places, written back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .bone_map import BoneMap
from .humanoid import SIDES
from .limb import Limb
from .quaternion import Array, from_rotvec, inverse, multiply, rotate
from .retarget import RigMotion
from .rig import Rig
from .rig_pose import Frames, RigPose, repose
from .trunk import TRUNK
from .two_bone import Chain, bend_to, within_reach

OPENING = np.radians(25.0)
"""How far a hanging arm turns away from the body at an arm space of 1."""

BACKWARDS = np.array([0.0, 0.0, -1.0])
"""Where an elbow goes when a straight arm in the T-pose folds."""


@dataclass(frozen=True)
class Arm:
    """One arm over T frames in the clip's axes: its `chain`, and the turns `(T, 4)` of upper arm,
    forearm and hand away from their rest; `fold` `(T, 3)`: where its elbow goes when it folds."""

    chain: Chain
    upper: Array
    lower: Array
    hand: Array
    fold: Array

    def turned(self, upper: Array, lower: Array) -> Arm:
        """The arm with its bones turned by `upper` and `lower` `(T, 4)`; the hand keeps facing."""
        chain = self.chain
        middle = chain.base + rotate(upper, chain.middle - chain.base)
        end = middle + rotate(lower, chain.end - chain.middle)
        return replace(
            self,
            chain=Chain(chain.base, middle, end),
            upper=multiply(upper, self.upper),
            lower=multiply(lower, self.lower),
        )

    def reached(self, wrist: Array) -> Array:
        """Where the wrist `(T, 3)` can go at most towards `wrist`."""
        return within_reach(self.chain, wrist)

    def brought(self, wrist: Array) -> Arm:
        """The arm with its wrist at `wrist` `(T, 3)`, within reach; the hand keeps facing."""
        return self.turned(*bend_to(self.chain, wrist, self.fold))


def read_arms(pose: RigPose, bone_map: BoneMap, source_upper: dict[str, Array]) -> dict[str, Arm]:
    """Both arms by side; `source_upper`: turns `(T, 4)` of the clip's upper arms."""
    arms: dict[str, Arm] = {}
    for side in SIDES:
        upper, lower = bone_map.bones[f"{side}UpperArm"], bone_map.bones[f"{side}LowerArm"]
        hand = bone_map.first(f"{side}Hand")
        chain = Chain(pose.place(upper[0]), pose.place(lower[0]), pose.place(hand))
        fold = rotate(source_upper[side], BACKWARDS)
        # the last bone of an upper arm holds all of its turn, see limb.py
        arms[side] = Arm(chain, pose.turn(upper[-1]), pose.turn(lower[0]), pose.turn(hand), fold)
    return arms


def opened(arm: Arm, side: str, chest: Array, space: float) -> Arm:
    """The arm further from the body, or closer to it for a negative `space` of −1 to 1.

    A hanging arm turns most about the chest's forward axis, one that is raised to the shoulder
    not at all. `chest`: turn `(T, 4)` of the trunk's last bone.
    """
    down, forward = rotate(chest, np.array([[[0.0, -1.0, 0.0]], [[0.0, 0.0, 1.0]]]))
    along = arm.chain.middle - arm.chain.base
    hanging = np.sum(along * down, axis=-1) / np.linalg.norm(along, axis=-1)
    share = np.clip(hanging, 0.0, 1.0) ** 2 * (3.0 - 2.0 * np.clip(hanging, 0.0, 1.0))
    angle = space * OPENING * share * (1.0 if side == "left" else -1.0)
    turn = from_rotvec(forward * angle[:, None])
    return arm.turned(turn, turn)


def write_arms(
    rig: Rig,
    bone_map: BoneMap,
    motion: RigMotion,
    pose: RigPose,
    frames: Frames,
    before: dict[str, Arm],
    after: dict[str, Arm],
) -> RigMotion:
    """The movement with its arms, in some frames, as they are `after` and no more as `before`.

    What that twists between shoulder, elbow and hand is shared along the bones of each limb.
    """
    turns: dict[str, Array] = {}
    for side, new in after.items():
        old = before[side]
        bases = (f"{side}Shoulder", *reversed(TRUNK), "hips")
        base = pose.turn(next(bone_map.bones[name][-1] for name in bases if name in bone_map.bones))
        arm = Limb.of(rig, bone_map, f"{side}UpperArm", f"{side}LowerArm")
        own = _wrapped(
            arm.twist(base, new.upper, new.upper) - arm.twist(base, old.upper, old.upper)
        )
        count = len(arm.bones)
        angles = [own * ((k + 1) / count - 1.0) for k in range(count)]
        turns |= _turned(pose, arm, multiply(new.upper, inverse(old.upper)), angles)
        forearm = Limb.of(rig, bone_map, f"{side}LowerArm", f"{side}Hand")
        own, whole = (
            _wrapped(
                forearm.twist(new.upper, new.lower, end) - forearm.twist(old.upper, old.lower, was)
            )
            for end, was in ((new.lower, old.lower), (new.hand, old.hand))
        )
        count = len(forearm.bones)
        angles = [whole * ((k + 0.5) / count) - own for k in range(count)]
        turns |= _turned(pose, forearm, multiply(new.lower, inverse(old.lower)), angles)
        turns[bone_map.first(f"{side}Hand")] = new.hand
    return repose(rig, motion, turns, frames)


def _turned(pose: RigPose, limb: Limb, turn: Array, angles: list[Array]) -> dict[str, Array]:
    """A limb's bones after `turn`, each twisted further about its own axis, radians."""
    return {
        name: multiply(multiply(turn, pose.turn(name)), from_rotvec(angle[:, None] * axis))
        for name, axis, angle in zip(limb.bones, limb.axes, angles, strict=True)
    }


def _wrapped(angle: Array) -> Array:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi
