"""Carrying a clip's movement over to a rig of any proportions, rest pose, bone roll and unit.

Every pass works on arrays in the rig's own space. A *turn* is a global rotation away from the
rest pose: R(t) = turn(t) · R(rest). A source joint's turn D becomes the rig's turn D · A, where
the constant A lays the rig's resting limb onto the source's resting limb.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .bone_map import BoneMap
from .clip_reader import Clip
from .errors import UserError
from .humanoid import ESSENTIAL, FINGERS, SIDES, segments
from .quaternion import (
    Array,
    between,
    continuous,
    frame,
    from_matrix,
    from_rotvec,
    inverse,
    multiply,
    normalize,
    rotate,
    to_matrix,
    twist_angle,
)
from .rig import Rig

TRUNK = ("spine", "chest", "upperChest")
IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
SNAP = np.cos(np.radians(15.0))
"""A rig that stands or faces within this angle of its own axes does so along them."""
CLEAR_BEND = np.sin(np.radians(8.0))
"""From this bend on, a rig's resting elbow tells where its hinge lies."""

Points = dict[str, Array]
Turns = dict[str, Array]


@dataclass(frozen=True)
class RigMotion:
    """Movement of a rig: for N `bones` the pose rotations `(T, N, 4)` relative to each bone's
    rest, wxyz without sign jumps, and for the bone `root` the shift `(T, 3)` in its rest axes."""

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
    facing = rig_facing(rig, bone_map)
    source = {name: facing @ point for name, point in source_points(clip).items()}
    target = {name: rig.heads[rig.index(bone_map.first(name))] for name in mapped}
    turns = _trunk_complete(source_turns(clip, facing), bone_map)
    alignment = rest_alignment(source, target, facing)
    aligned = {name: multiply(turns[name], alignment[name]) for name in mapped}
    location = root_location(clip, facing, source, target, turns["hips"], aligned["hips"])
    location += _standing_height(target, alignment, facing[:, 1])
    bones = spread(aligned, rig, bone_map)
    return _to_bones(clip.fps, rig, bone_map.first("hips"), bones, location)


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
    turned = np.empty_like(clip.rotations)
    for joint, parent in enumerate(clip.parents):
        local = clip.rotations[:, joint]
        turned[:, joint] = local if parent < 0 else multiply(turned[:, parent], local)
    axes = rotate(from_matrix(facing), turned[..., 1:])
    return {
        name: np.concatenate([turned[:, joint, :1], axes[:, joint]], axis=-1)
        for joint, name in enumerate(clip.joints)
    }


def _trunk_complete(turns: Turns, bone_map: BoneMap) -> Turns:
    """A rig with fewer trunk bones bends its last one as far as the source's last one."""
    on_rig = [name for name in TRUNK if name in bone_map.bones]
    in_clip = [name for name in TRUNK if name in turns]
    return turns | {on_rig[-1]: turns[in_clip[-1]]} if on_rig and in_clip else turns


def rest_alignment(source: Points, target: Points, facing: Array) -> Turns:
    """For every joint of `target` the rotation A `(4,)`.

    Trunk, head and feet rest alike in all rigs and keep their own rest pose (identity). Down a
    limb each segment takes over its parent's alignment and adds the smallest swing onto the
    source's direction, so bent elbows and fingers straighten about their own hinges.
    """
    alignment = {name: IDENTITY for name in target}
    for side in SIDES:
        arm = (f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand")
        _align_limb(alignment, source, target, arm, IDENTITY)
        _align_elbow(alignment, source, target, arm, facing)
        palm = _align_palm(source, target, side)
        if palm is not None:
            alignment[arm[2]] = palm
        for finger in FINGERS:
            chain = tuple(side + segment for segment in segments(finger))
            _align_limb(alignment, source, target, chain, alignment.get(arm[2], IDENTITY))
        leg = (f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot")
        _align_limb(alignment, source, target, leg, IDENTITY)
        if leg[2] in alignment:
            alignment[leg[2]] = IDENTITY
    return alignment


def _align_limb(
    alignment: Turns, source: Points, target: Points, chain: tuple[str, ...], start: Array
) -> None:
    last = start
    for joint, following in zip(chain, (*chain[1:], ""), strict=True):
        if joint not in target:
            continue
        if following in target:
            aim = rotate(last, target[following] - target[joint])
            last = multiply(between(aim, source[following] - source[joint]), last)
        alignment[joint] = last


def _align_elbow(
    alignment: Turns, source: Points, target: Points, arm: tuple[str, ...], facing: Array
) -> None:
    """Turn the upper arm about itself until the rig's elbow hinge lies on the source's.

    A straight source elbow folds forwards; a rig's straight elbow does not tell its hinge.
    """
    if any(joint not in target for joint in arm):
        return
    upper, lower, _ = arm
    bend = _bend(target, arm)
    along = normalize(source[lower] - source[upper])
    hinge = _bend(source, arm)
    if np.linalg.norm(hinge) < CLEAR_BEND:
        hinge = np.cross(along, facing[:, 2])
    if np.linalg.norm(bend) < CLEAR_BEND:
        return
    turned = rotate(alignment[upper], bend)
    flat = [vector - (vector @ along) * along for vector in (turned, hinge)]
    twist = between(*flat)
    alignment[upper] = multiply(twist, alignment[upper])
    straight = rotate(alignment[upper], target[arm[2]] - target[lower])
    swing = between(straight, source[arm[2]] - source[lower])
    alignment[lower] = multiply(swing, alignment[upper])


def _bend(points: Points, arm: tuple[str, ...]) -> Array:
    """Hinge of the resting elbow, as long as the sine of its bend."""
    upper, lower, hand = (points[joint] for joint in arm)
    return np.cross(normalize(lower - upper), normalize(hand - lower))


def _align_palm(source: Points, target: Points, side: str) -> Array | None:
    """Palm plane onto palm plane, and in it the line from the wrist to the knuckles."""
    knuckles = [f"{side}{finger}Proximal" for finger in FINGERS[1:]]
    shared = [name for name in knuckles if name in target and name in source]
    wrist = f"{side}Hand"
    if len(shared) < 2 or wrist not in target:
        return None
    frames: list[Array] = []
    for points in (source, target):
        rays = np.array([points[name] - points[wrist] for name in shared])
        frames.append(frame(np.cross(rays[0], rays[-1]), rays.mean(axis=0)))
    return from_matrix(frames[0] @ frames[1].T)


def root_location(
    clip: Clip, facing: Array, source: Points, target: Points, turn: Array, aligned: Array
) -> Array:
    """Shift `(T, 3)` of the rig's hips, in its space and unit.

    The source's path is scaled by the length of the legs. Hip bones sit at different heights in
    different rigs: what follows the source is the middle between the legs.
    """
    scale = _leg_length(target) / _leg_length(source)
    travelled = clip.root @ facing.T - source["hips"]
    middles = [
        (points["leftUpperLeg"] + points["rightUpperLeg"]) / 2.0 - points["hips"]
        for points in (source, target)
    ]
    swayed = travelled + rotate(turn, middles[0]) - middles[0]
    return scale * swayed - (rotate(aligned, middles[1]) - middles[1])


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


def spread(turns: Turns, rig: Rig, bone_map: BoneMap) -> Turns:
    """Turns by the rig's bone names, with the twist of each limb shared along its bones.

    Skin wrings where one bone takes the whole twist: forearms turn with the hand in even steps
    from the elbow, upper arms and thighs let go of it towards the body.
    """
    shared = {bone_map.first(name): turn for name, turn in turns.items()}
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
        bones = bone_map.bones[joint]
        end = rig.index(bone_map.first(following))
        chain = {rig.names[bone] for bone in ancestors(rig, end)}
        inline = [rig.index(name) for name in bones if name in chain]
        ends = dict(zip(inline, [*inline[1:], end], strict=True))
        axis = normalize(rig.heads[end] - rig.heads[rig.index(bones[0])])
        axes: list[Array] = []
        for bone in map(rig.index, bones):
            own = rig.heads[ends[bone]] - rig.heads[bone] if bone in ends else axis
            axes.append(normalize(own) if np.linalg.norm(own) > 1e-9 else axis)
        return cls(bones, axis, tuple(axes))

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

    def follow(self, base: Array, limb: Array, end: Array) -> Turns:
        """Share the twist of the `end` evenly: a single bone takes half of it."""
        own, whole = self.twist(base, limb, limb), self.twist(base, limb, end)
        count = len(self.bones)
        return self._turned(limb, [whole * (k + 0.5) / count - own for k in range(count)])

    def release(self, base: Array, limb: Array) -> Turns:
        """Share the limb's own twist: the last bone keeps all of it."""
        own, count = self.twist(base, limb, limb), len(self.bones)
        return self._turned(limb, [own * ((k + 1) / count - 1.0) for k in range(count)])


def ancestors(rig: Rig, bone: int) -> list[int]:
    """The bones above `bone`, nearest first."""
    above: list[int] = []
    while rig.parents[bone] >= 0:
        bone = rig.parents[bone]
        above.append(bone)
    return above


def _to_bones(fps: float, rig: Rig, root: str, turns: Turns, location: Array) -> RigMotion:
    """Pose rotations out of global turns; bones without a turn rest in their parents."""
    rest = from_matrix(rig.rotations)
    driven = sorted(rig.index(name) for name in turns)
    wanted = sorted({above for bone in driven for above in (bone, *ancestors(rig, bone))})
    turned: dict[int, Array] = {}
    poses: list[Array] = []
    for bone in wanted:
        parent = rig.parents[bone]
        loose = parent < 0 or rig.names[bone] in rig.level
        carried = IDENTITY if loose else turned[parent]
        turned[bone] = turns.get(rig.names[bone], carried)
        if rig.names[bone] in turns:
            local = multiply(inverse(carried), turned[bone])
            poses.append(multiply(multiply(inverse(rest[bone]), local), rest[bone]))
    shape = location.shape[:1] + (4,)
    rotations = np.stack([np.broadcast_to(pose, shape) for pose in poses], axis=1)
    return RigMotion(
        bones=tuple(rig.names[bone] for bone in driven),
        rotations=continuous(normalize(rotations)),
        root=root,
        locations=location @ rig.rotations[rig.index(root)],
        fps=fps,
    )


def posed(rig: Rig, motion: RigMotion) -> tuple[Array, Array]:
    """Where the movement puts every bone: heads `(T, B, 3)` and orientations `(T, B, 3, 3)`."""
    frames = len(motion.locations)
    heads = np.empty((frames, len(rig.names), 3))
    turned = np.empty((frames, len(rig.names), 4))
    rest = from_matrix(rig.rotations)
    column = {name: k for k, name in enumerate(motion.bones)}
    for bone, name in enumerate(rig.names):
        parent = rig.parents[bone]
        if parent < 0:
            heads[:, bone], carried = rig.heads[bone], np.broadcast_to(rest[bone], (frames, 4))
        else:
            away = rotate(inverse(rest[parent]), rig.heads[bone] - rig.heads[parent])
            heads[:, bone] = heads[:, parent] + rotate(turned[:, parent], away)
            local = multiply(inverse(rest[parent]), rest[bone])
            carried = multiply(turned[:, parent], local)
        if name in rig.level:
            carried = np.broadcast_to(rest[bone], (frames, 4))
        if name == motion.root:
            heads[:, bone] += rotate(carried, motion.locations)
        own = motion.rotations[:, column[name]] if name in column else IDENTITY
        turned[:, bone] = multiply(carried, own)
    return heads, to_matrix(turned)
