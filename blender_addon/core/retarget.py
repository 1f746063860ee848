"""Carrying a clip's movement over to a rig of any proportions, rest pose, bone roll and unit.

Every pass works on arrays in the rig's own space. A *turn* is a global rotation away from the
rest pose: R(t) = turn(t) · R(rest). A source joint's turn D becomes the rig's turn D · A, where
the constant A lays the rig's resting limb onto the source's resting limb.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .alignment import IDENTITY, Points, Turns, rest_alignment
from .bone_map import BoneMap
from .clip_reader import Clip
from .errors import UserError
from .humanoid import ESSENTIAL, SIDES
from .limb import share_twist
from .quaternion import (
    Array,
    continuous,
    inverse,
    multiply,
    normalize,
    rotate,
    to_matrix,
)
from .rig import Rig
from .stretch import stretched, unstretched
from .trunk import TRUNK, share_bend

SNAP = np.cos(np.radians(15.0))
"""A rig that stands or faces within this angle of its own axes does so along them."""


@dataclass(frozen=True)
class RigMotion:
    """Movement of a rig: for N `bones` the pose rotations `(T, N, 4)` relative to each bone's
    rest, wxyz without sign jumps, and for the bone `root` its own location `(T, 3)`."""

    bones: tuple[str, ...]
    rotations: Array
    root: str
    locations: Array
    fps: float


def retarget(clip: Clip, rig: Rig, bone_map: BoneMap) -> RigMotion:
    """The clip's movement on the rig; `UserError` when it lacks what every humanoid has."""
    lacking = [name for name in ESSENTIAL if name not in clip.joints]
    if lacking:
        raise UserError(f"the clip does not move a humanoid: it has no joint {', '.join(lacking)}")
    mapped = [name for name in clip.joints if name in bone_map.bones]
    shown = stretched(rig)
    facing = rig_facing(shown, bone_map)
    source = {name: facing @ point for name, point in source_points(clip).items()}
    target = {name: shown.heads[rig.index(bone_map.first(name))] for name in mapped}
    turns = _trunk_complete(source_turns(clip, facing), bone_map)
    alignment = rest_alignment(source, target, facing)
    aligned = {name: multiply(turns[name], alignment[name]) for name in mapped}
    bones = {bone_map.first(name): turn for name, turn in aligned.items()}
    bones |= share_bend(aligned, rig, bone_map) | share_twist(aligned, shown, bone_map)
    bones = unstretched(bones, rig, bone_map)
    path = _pelvis_path(clip, facing, source, target, turns["hips"])
    path += _standing_height(target, alignment, facing[:, 1])
    if rig.stretch is not None:
        path = path @ np.linalg.inv(rig.stretch)
    root = bone_map.first("hips")
    names, rotations = to_local(rig, bones)
    shift = path - _carried_pelvis(rig, bone_map, bones)
    return RigMotion(names, rotations, root, _own_location(rig, root, shift), clip.fps)


def rig_facing(rig: Rig, bone_map: BoneMap) -> Array:
    """Matrix `(3, 3)` from the clip's axes (left, up, forward) to the rig's space.

    Read off the resting hips, head and legs; up and left snap to the rig's axes when near them.
    """
    point = {name: rig.heads[rig.index(bones[0])] for name, bones in bone_map.bones.items()}
    up = _snapped(point["head"] - point["hips"])
    left = point["leftUpperLeg"] - point["rightUpperLeg"]
    left = _snapped(left - (left @ up) * up)
    return np.stack([left, up, np.cross(left, up)], axis=-1)


def _snapped(direction: Array) -> Array:
    unit = normalize(direction)
    axis = np.sign(unit) * (np.abs(unit) > SNAP)
    return axis if axis.any() else unit


def source_points(clip: Clip) -> Points:
    """Rest positions `(3,)` of the clip's joints, metres."""
    places = np.array(clip.offsets)
    for joint, parent in enumerate(clip.parents):
        if parent >= 0:
            places[joint] += places[parent]
    return dict(zip(clip.joints, places, strict=True))


def source_turns(clip: Clip, facing: Array) -> Turns:
    """Global rotations `(T, 4)` of the clip's joints, in the rig's axes."""
    local = np.ascontiguousarray(np.swapaxes(normalize(clip.rotations), 0, 1))
    turned = np.empty_like(local)
    for joint, parent in enumerate(clip.parents):
        turned[joint] = local[joint] if parent < 0 else multiply(turned[parent], local[joint])
    turned[..., 1:] = turned[..., 1:] @ facing.T
    return dict(zip(clip.joints, turned, strict=True))


def _trunk_complete(turns: Turns, bone_map: BoneMap) -> Turns:
    """A rig with fewer trunk bones bends its last one as far as the source's last one."""
    on_rig = [name for name in TRUNK if name in bone_map.bones]
    in_clip = [name for name in TRUNK if name in turns]
    return turns | {on_rig[-1]: turns[in_clip[-1]]} if on_rig and in_clip else turns


def _pelvis_path(clip: Clip, facing: Array, source: Points, target: Points, turn: Array) -> Array:
    """Wanted shift `(T, 3)` of the middle between the rig's legs, in its space and unit.

    The source's path is scaled by the length of the legs. Hip bones sit at different heights in
    different rigs, so what follows the source is the middle between the legs.
    """
    scale = _leg_length(target) / _leg_length(source)
    middle = (source["leftUpperLeg"] + source["rightUpperLeg"]) / 2.0 - source["hips"]
    travelled = clip.root @ facing.T - source["hips"]
    return scale * (travelled + rotate(turn, middle) - middle)


def _standing_height(target: Points, alignment: Turns, up: Array) -> Array:
    """How far `(3,)` the hips rise when the rig's legs stand as the source's: feet keep to the
    floor whether or not the rig rests with its legs apart."""
    rises: list[float] = []
    for side in SIDES:
        upper, lower, foot = (f"{side}{joint}" for joint in ("UpperLeg", "LowerLeg", "Foot"))
        thigh = rotate(alignment[upper], target[lower] - target[upper])
        shin = rotate(alignment[lower], target[foot] - target[lower])
        rises.append(float((target[foot] - target[upper] - thigh - shin) @ up))
    return up * np.mean(rises)


def _leg_length(points: Points) -> float:
    lengths = [
        np.linalg.norm(points[side + lower] - points[side + upper])
        for side in SIDES
        for upper, lower in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
    ]
    return float(np.sum(lengths))


def _carried_pelvis(rig: Rig, bone_map: BoneMap, turns: Turns) -> Array:
    """Shift `(T, 3)` of the middle between the legs that the rig's turns alone bring about."""
    shift = np.zeros(3)
    for side in SIDES:
        bone = rig.index(bone_map.first(f"{side}UpperLeg"))
        for above in rig.above(bone):
            away = rig.heads[bone] - rig.heads[above]
            shift = shift + 0.5 * (rotate(_turn(rig, turns, above), away) - away)
            bone = above
    return shift


def _turn(rig: Rig, turns: Turns, bone: int) -> Array:
    """The bone's own turn or, where it has none, that of what carries it."""
    while bone >= 0:
        if rig.names[bone] in turns:
            return turns[rig.names[bone]]
        bone = rig.carriers[bone]
    return IDENTITY


def _own_location(rig: Rig, root: str, shift: Array) -> Array:
    """The location `(T, 3)` that shifts the bone so; none where it cannot leave its parent."""
    slide = rig.slide(root)
    if abs(np.linalg.det(slide)) < 1e-9:
        return np.zeros_like(shift)
    return shift @ np.linalg.inv(slide).T


def to_local(rig: Rig, turns: Turns) -> tuple[tuple[str, ...], Array]:
    """Bones in the rig's order and their pose rotations `(T, N, 4)` out of global `turns` `(T, 4)`.

    Bones without a turn rest in what carries them.
    """
    bones = sorted(rig.index(name) for name in turns)
    names = tuple(rig.names[bone] for bone in bones)
    frames = max(len(turn) for turn in turns.values() if turn.ndim > 1)
    turned = np.empty((len(names), frames, 4))
    carried = np.empty_like(turned)
    for column, bone in enumerate(bones):
        turned[column] = turns[names[column]]
        carried[column] = _turn(rig, turns, rig.carriers[bone])
    local = multiply(inverse(carried), turned)
    local[..., 1:] = local[..., 1:] @ rig.rotations[bones]
    return names, continuous(normalize(np.swapaxes(local, 0, 1)))


def posed(rig: Rig, motion: RigMotion) -> tuple[Array, Array]:
    """Where the movement puts every bone: heads `(T, B, 3)` and orientations `(T, B, 3, 3)`."""
    frames = len(motion.locations)
    heads = np.empty((len(rig.names), frames, 3))
    turns = np.empty((len(rig.names), frames, 4))
    own = np.swapaxes(motion.rotations, 0, 1).copy()
    bones = [rig.index(name) for name in motion.bones]
    own[..., 1:] = own[..., 1:] @ np.swapaxes(rig.rotations[bones], -1, -2)
    column = {bone: k for k, bone in enumerate(bones)}
    for bone, (parent, carrier) in enumerate(zip(rig.parents, rig.carriers, strict=True)):
        heads[bone], base = rig.heads[bone], IDENTITY
        if parent >= 0:
            base = turns[parent]
            heads[bone] = heads[parent] + rotate(base, rig.heads[bone] - rig.heads[parent])
        if rig.names[bone] == motion.root:
            heads[bone] += rotate(base, motion.locations @ rig.slide(motion.root).T)
        turns[bone] = turns[carrier] if carrier >= 0 else IDENTITY
        if bone in column:
            turns[bone] = multiply(turns[bone], own[column[bone]])
    matrices = to_matrix(turns) @ rig.rotations[:, None]
    return np.swapaxes(heads, 0, 1), np.swapaxes(matrices, 0, 1)
