"""What keeps a performance right on a body of other proportions.

Retargeting copies directions, so a gesture in the air keeps its shape and its place between
shoulder and arm's length. Where hands touch, or come too near a body that is wider than the
source's, directions alone go wrong: here the wrists are moved, and the arms follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .arms import Arm, opened, read_arms, write_arms
from .body import clip_body, rig_body
from .bone_map import BoneMap
from .clip_pose import ClipPose
from .clip_reader import Clip
from .contact import RISE, contact, near, solved
from .feet import pin_feet
from .humanoid import ARM, LEG, SIDES
from .push_out import inside, push_out
from .quaternion import Array
from .retarget import RigMotion, rig_facing
from .rig import Rig
from .rig_pose import RigPose
from .skin_fit import measured_shape
from .smooth import around
from .trunk import TRUNK

MANY = 0.7
"""Share of the frames from which on all are worked on: what is known of them is kept."""


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
    """`motion`, which `retarget` made of `clip`, adapted to the proportions of `rig`.

    Arms or legs of which the motion leaves a bone alone are left alone too.
    """
    level = _in_clip_axes(rig, rig_facing(rig, bone_map))
    arms = _moves(motion, bone_map, ARM[1:])
    if adaptation.arm_space and arms:
        motion = _opened(clip, level, bone_map, motion, adaptation.arm_space)
    if (adaptation.contacts or adaptation.push_out) and arms:
        motion = _placed(clip, level, bone_map, motion, adaptation)
    if adaptation.pin_feet and _moves(motion, bone_map, LEG[:3]):
        motion = pin_feet(clip, level, bone_map, motion)
    return motion


def _moves(motion: RigMotion, bone_map: BoneMap, limb: Sequence[str]) -> bool:
    """Whether the motion moves the limb on both sides from end to end."""
    joints = [side + joint for side in SIDES for joint in limb]
    return all(name in bone_map.bones and bone_map.first(name) in motion.bones for name in joints)


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


def _opened(clip: Clip, rig: Rig, bone_map: BoneMap, motion: RigMotion, space: float) -> RigMotion:
    pose = RigPose(rig, motion)
    source = ClipPose(clip)
    arms = read_arms(pose, bone_map, {side: source.turn(f"{side}UpperArm") for side in SIDES})
    chest = next(name for name in (*reversed(TRUNK), "hips") if name in bone_map.bones)
    turn = pose.turn(bone_map.bones[chest][-1])
    moved = {side: opened(arm, side, turn, space) for side, arm in arms.items()}
    return write_arms(rig, bone_map, motion, pose, slice(None), arms, moved)


def _placed(
    clip: Clip, rig: Rig, bone_map: BoneMap, motion: RigMotion, adaptation: Adaptation
) -> RigMotion:
    """The movement with its wrists where contacts and the body want them."""
    rise = max(1, round(RISE * clip.fps))
    source, pose, shape = clip_body(clip), RigPose(rig, motion), measured_shape(rig, bone_map)
    target = rig_body(clip, source, pose, bone_map, shape)
    touched = near(source) if adaptation.contacts else {}
    met = inside(target) if adaptation.push_out else {}
    if not touched and not met:
        return motion
    chosen = around(np.any([*touched.values(), *met.values()], axis=0), 2 * rise)
    frames = np.flatnonzero(chosen)
    if len(frames) < MANY * len(chosen):
        source, pose = clip_body(clip, frames), RigPose(rig, motion, frames)
        target = rig_body(clip, source, pose, bone_map, shape)
    else:
        frames = np.arange(len(chosen))
    obstacles = {what: np.flatnonzero(mask[frames]) for what, mask in met.items()}
    pushed = push_out(source, target, obstacles, len(frames), rise)
    contacts = [contact(source, target, what, mask[frames], rise) for what, mask in touched.items()]
    shifts = solved([one for one in contacts if one is not None], pushed)
    arms = read_arms(pose, bone_map, {side: source.turn(f"{side}UpperArm") for side in SIDES})
    moved: dict[str, Arm] = {}
    for side, arm in arms.items():
        if shifts[side].any():
            moved[side] = arm.brought(arm.reached(arm.chain.end + shifts[side]))
    return write_arms(rig, bone_map, motion, pose, frames, arms, moved)
