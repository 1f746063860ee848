"""What keeps a performance right on a body of other proportions.

Retargeting copies directions, so a gesture in the air keeps its shape and its place between
shoulder and arm's length. Where hands touch, or come too near a body that is wider than the
source's, directions alone go wrong: here the wrists are moved, and the arms follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .arms import opened, read_arms, write_arms
from .bone_map import BoneMap
from .clip_pose import ClipPose
from .clip_reader import Clip
from .humanoid import SIDES
from .quaternion import Array
from .retarget import RigMotion, rig_facing
from .rig import Rig
from .rig_pose import RigPose
from .trunk import TRUNK


@dataclass(frozen=True)
class Adaptation:
    """What to adapt to the rig's body.

    `contacts`: hands keep touching what they touch in the clip; `push_out`: hands and forearms
    stay out of the body; `arm_space`: from −1, arms close to the body, to 1, far from it;
    `pin_feet`: feet that stand do not slide.
    """

    contacts: bool = True
    push_out: bool = True
    arm_space: float = 0.0
    pin_feet: bool = False


def adapt(
    clip: Clip, rig: Rig, bone_map: BoneMap, motion: RigMotion, adaptation: Adaptation
) -> RigMotion:
    """`motion`, which `retarget` made of `clip`, adapted to the proportions of `rig`."""
    level = _in_clip_axes(rig, rig_facing(rig, bone_map))
    source = ClipPose(clip)
    if adaptation.arm_space:
        motion = _opened(source, level, bone_map, motion, adaptation.arm_space)
    return motion


def _in_clip_axes(rig: Rig, facing: Array) -> Rig:
    """The rig as if it rested in the axes of clips; poses relative to rest stay the same."""
    return replace(
        rig,
        heads=rig.heads @ facing,
        tails=rig.tails @ facing,
        rotations=facing.T @ rig.rotations,
        slid_along={name: facing.T @ axes for name, axes in rig.slid_along.items()},
        skin={name: points @ facing for name, points in rig.skin.items()},
    )


def _opened(
    source: ClipPose, rig: Rig, bone_map: BoneMap, motion: RigMotion, space: float
) -> RigMotion:
    pose = RigPose(rig, motion)
    uppers = {side: source.turn(f"{side}UpperArm") for side in SIDES}
    arms = read_arms(pose, bone_map, uppers)
    chest = next(name for name in (*reversed(TRUNK), "hips") if name in bone_map.bones)
    turn = pose.turn(bone_map.bones[chest][-1])
    moved = {side: opened(arm, side, turn, space) for side, arm in arms.items()}
    return write_arms(rig, bone_map, motion, pose, arms, moved)
