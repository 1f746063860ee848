"""Feet that stand in the clip stand on the rig: no sliding, no floating, no sinking.

What is pinned is the ball of the foot, so a heel may rise; the foot keeps its own turning. The
knee follows, and where a leg is too short for its foot's place the hips come down.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .bone_map import BoneMap
from .clip_pose import ClipPose
from .clip_reader import Clip
from .humanoid import SIDES
from .quaternion import Array, inverse, multiply, rotate
from .retarget import RigMotion, source_points
from .rig import Rig
from .rig_pose import RigPose, repose
from .smooth import Mask, covered
from .two_bone import Chain, bend_to, within_reach

STILL = 0.15
"""Metres a second: a foot that is slower, and low, stands."""

LOW = 0.04
"""Metres above its lowest that a standing foot may be."""

EASE = 0.2
"""Seconds over which a foot goes to and leaves its place."""

FORWARDS = np.array([0.0, 0.0, 1.0])
"""Where a knee goes when a straight leg folds."""


def pin_feet(clip: Clip, rig: Rig, bone_map: BoneMap, motion: RigMotion) -> RigMotion:
    """The movement, in the clip's axes, with every standing foot held in its place."""
    source, pose = ClipPose(clip), RigPose(rig, motion)
    ease = max(1, round(EASE * clip.fps))
    shifts = {side: _shift(clip, source, rig, bone_map, pose, side, ease) for side in SIDES}
    if not any(shift.any() for shift in shifts.values()):
        return motion
    drop = _drop(bone_map, pose, shifts, ease)
    motion = _lowered(rig, motion, pose, drop)
    pose = RigPose(rig, motion)
    turns: dict[str, Array] = {}
    for side, shift in shifts.items():
        chain = _leg(bone_map, pose, side)
        ankle = within_reach(chain, chain.end + shift + [0.0, 1.0, 0.0] * drop[:, None])
        fold = rotate(source.turn(f"{side}UpperLeg"), FORWARDS)
        bones = (f"{side}UpperLeg", f"{side}LowerLeg")
        for joint, turn in zip(bones, bend_to(chain, ankle, fold), strict=True):
            keyed = (name for name in bone_map.bones[joint] if name in motion.bones)
            turns |= {name: multiply(turn, pose.turn(name)) for name in keyed}
        foot = bone_map.first(f"{side}Foot")
        turns[foot] = pose.turn(foot)
    return repose(rig, motion, turns)


def standing(source: ClipPose, joint: str, fps: float) -> Mask:
    """Frames `(T,)` in which a joint of a foot neither moves nor is lifted."""
    place = source.place(joint)
    if len(place) < 2:
        return np.ones(len(place), dtype=bool)
    speed = np.linalg.norm(np.gradient(place, axis=0), axis=-1) * fps
    height = place[:, 1] - np.percentile(place[:, 1], 5.0)
    return (speed < STILL) & (height < LOW)


def _shift(
    clip: Clip,
    source: ClipPose,
    rig: Rig,
    bone_map: BoneMap,
    pose: RigPose,
    side: str,
    ease: int,
) -> Array:
    """How far `(T, 3)` the foot of a side has to move to stand where it should."""
    toes = f"{side}Toes"
    joint = toes if toes in bone_map.bones and toes in source else f"{side}Foot"
    bone = bone_map.first(joint)
    stands, place = standing(source, joint, clip.fps), pose.place(bone)
    legs = [_length(points, side) for points in (source_points(clip), _resting(rig, bone_map))]
    raised = source.place(joint)[:, 1] - source_points(clip)[joint][1]
    floor = rig.heads[rig.index(bone)][1] + legs[1] / legs[0] * raised
    shift, weight = np.zeros_like(place), np.zeros((len(place), 1))
    runs = _runs(stands)
    ends = [-ease, *(end for _, end in runs)]
    starts = [*(start for start, _ in runs), len(place) + ease]
    for k, (start, end) in enumerate(runs):
        spot = place[start:end].mean(axis=0)
        spot[1] = floor[start:end].mean()
        shift[start:end] += spot - place[start:end]
        weight[start:end] += 1.0
        for edge, step, room in ((start, -1, start - ends[k]), (end - 1, 1, starts[k + 1] - end)):
            steps = np.arange(1, min(ease, room) + 1)
            fade = 0.5 + 0.5 * np.cos(np.pi * steps / (len(steps) + 1))[:, None]
            there = (edge + step * steps >= 0) & (edge + step * steps < len(place))
            beyond = edge + step * steps[there]
            shift[beyond] += fade[there] * (spot - place[edge])
            weight[beyond] += fade[there]
    return shift / np.maximum(weight, 1.0)


def _runs(stands: Mask) -> list[tuple[int, int]]:
    """Stretches of standing frames as (first, after last)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], stands, [False]]).astype(int)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _drop(bone_map: BoneMap, pose: RigPose, shifts: dict[str, Array], ease: int) -> Array:
    """How far `(T,)` the hips have to come down for both legs to reach their feet's places."""
    needed = np.zeros(len(shifts[SIDES[0]]))
    for side, shift in shifts.items():
        chain = _leg(bone_map, pose, side)
        line = chain.base - (chain.end + shift)
        _, most = chain.reach()
        aside = np.sum(line[:, [0, 2]] ** 2, axis=-1)
        reachable = np.sqrt(np.maximum(most**2 - aside, 0.0))
        moved = np.any(shift != 0.0, axis=-1)
        needed = np.maximum(needed, np.where(moved, line[:, 1] - reachable, 0.0))
    return covered(needed, ease)


def _lowered(rig: Rig, motion: RigMotion, pose: RigPose, drop: Array) -> RigMotion:
    """The movement with its root `drop` `(T,)` lower."""
    parent = rig.parents[rig.index(motion.root)]
    down = drop[:, None] * [0.0, -1.0, 0.0]
    if parent >= 0:
        down = rotate(inverse(pose.turn(rig.names[parent])), down)
    own = np.linalg.solve(rig.slide(motion.root), down.T).T
    return replace(motion, locations=motion.locations + own)


def _leg(bone_map: BoneMap, pose: RigPose, side: str) -> Chain:
    joints = (f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot")
    return Chain(*(pose.place(bone_map.first(joint)) for joint in joints))


def _resting(rig: Rig, bone_map: BoneMap) -> dict[str, Array]:
    return {name: rig.heads[rig.index(bones[0])] for name, bones in bone_map.bones.items()}


def _length(points: dict[str, Array], side: str) -> float:
    hip, knee, ankle = (points[side + joint] for joint in ("UpperLeg", "LowerLeg", "Foot"))
    return float(np.linalg.norm(knee - hip) + np.linalg.norm(ankle - knee))
