"""What keeps a performance right on a body of other proportions.

Retargeting copies directions, so a gesture in the air keeps its shape and its place between
shoulder and arm's length. Where hands touch, or come too near a body that is wider than the
source's, directions alone go wrong: here the wrists are moved, and the arms follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .arms import Arm, opened, read_arms, write_arms
from .body import clip_body, rig_body, shape_of
from .bone_map import BoneMap
from .clip_pose import ClipPose
from .clip_reader import Clip
from .contact import RISE, TOUCHABLES, Contact, contact, near
from .humanoid import SIDES
from .quaternion import Array
from .retarget import RigMotion, rig_facing
from .rig import Rig
from .rig_pose import RigPose
from .smooth import around
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
    facing = rig_facing(rig, bone_map)
    level = _in_clip_axes(rig, facing)
    if adaptation.arm_space:
        motion = _opened(clip, level, bone_map, motion, adaptation.arm_space)
    if adaptation.contacts:
        motion = _touching(clip, level, bone_map, motion)
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


def _opened(clip: Clip, rig: Rig, bone_map: BoneMap, motion: RigMotion, space: float) -> RigMotion:
    pose = RigPose(rig, motion)
    source = ClipPose(clip)
    arms = read_arms(pose, bone_map, {side: source.turn(f"{side}UpperArm") for side in SIDES})
    chest = next(name for name in (*reversed(TRUNK), "hips") if name in bone_map.bones)
    turn = pose.turn(bone_map.bones[chest][-1])
    moved = {side: opened(arm, side, turn, space) for side, arm in arms.items()}
    return write_arms(rig, bone_map, motion, pose, arms, moved)


def _touching(clip: Clip, rig: Rig, bone_map: BoneMap, motion: RigMotion) -> RigMotion:
    rise = max(1, round(RISE * clip.fps))
    whole = clip_body(clip)
    masks = {what: near(whole, what) for what in TOUCHABLES}
    frames = np.flatnonzero(around(np.any(list(masks.values()), axis=0), 2 * rise))
    if not len(frames):
        return motion
    source = clip_body(clip, frames)
    points = {name: rig.heads[rig.index(bones[0])] for name, bones in bone_map.bones.items()}
    target = rig_body(clip, source, RigPose(rig, motion, frames), bone_map, shape_of(points))
    found = [contact(source, target, what, rise) for what, mask in masks.items() if mask.any()]
    shifts = _solved([one for one in found if one is not None], len(frames))
    pose = RigPose(rig, motion)
    arms = read_arms(pose, bone_map, {side: whole.turn(f"{side}UpperArm") for side in SIDES})
    moved: dict[str, Arm] = {}
    for side, arm in arms.items():
        wrist = arm.chain.end.copy()
        wrist[frames] += shifts[side]
        moved[side] = arm.brought(arm.reached(wrist))
    return write_arms(rig, bone_map, motion, pose, arms, moved)


def _solved(contacts: list[Contact], count: int) -> dict[str, Array]:
    """Shifts `(T, 3)` of both wrists that serve all contacts, each as far as it is strong.

    Least squares over both wrists together: a single contact of strength s moves by s of its way.
    """
    stiffness = np.tile(np.eye(6), (count, 1, 1))
    pull = np.zeros((count, 6, 1))
    for one in contacts:
        share = {one.what.side: 1.0}
        if one.what.follow:
            share[next(side for side in SIDES if side != one.what.side)] = -one.what.follow
        sides = np.array([share.get(side, 0.0) for side in SIDES])
        rows = np.kron(sides, np.eye(3))
        across = one.normal[:, :, None] * one.normal[:, None, :]
        firm = across + one.what.grip * (np.eye(3) - across)
        firm *= (one.strength / (1.01 - one.strength))[:, None, None]
        stiffness += rows.T @ firm @ rows
        pull += rows.T @ firm @ one.shift[..., None]
    solved = np.linalg.solve(stiffness, pull)[..., 0]
    return {side: solved[:, 3 * k : 3 * k + 3] for k, side in enumerate(SIDES)}
