"""A moving body as capsules: the clip's own and the rig's, part by part the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from .body_parts import MITTENS, ORIGIN, PARTS, STANDARD, Part, Vector, lengths, middle
from .bone_map import BoneMap
from .clip_pose import ClipPose
from .clip_reader import Clip
from .humanoid import FINGERS, SIDES, segments
from .quaternion import Array, rotate
from .retarget import source_points
from .rig_pose import Frames, RigPose
from .trunk import TRUNK

WAIST = 0.45
"""Height of the waist as a share of the way from the hip joints to the shoulder joints."""

EYES = np.array([0.0, 0.0394, 0.0771])
"""Middle between the eyes, from the spot that the table's head is measured from."""


BALL_REACH, BALL_RADIUS = 0.095, 0.125
"""Metres from the wrist to the middle of a ball that holds the table's hand, and its radius."""

FINGER_JOINTS = {side + joint for side in SIDES for finger in FINGERS for joint in segments(finger)}


@dataclass(frozen=True)
class Shape:
    """The sizes of one body: `sizes` by measure, against the table's; `waist` `(3,)` from the
    middle of the hip joints; `face` `(3,)`, the spot that the head is measured from, from the head
    joint; `head` `(3,)`: width, height and depth of the head; `girths` by group, 1 as promised."""

    sizes: Mapping[str, float]
    waist: Array
    face: Array
    head: Array
    girths: Mapping[str, float] = field(default_factory=dict[str, float])

    def scale(self, part: Part) -> Array:
        """Factors `(3,)` for the part's offsets."""
        if part.measure == "head":
            return self.head
        return np.full(3, self.sizes[part.measure])

    def radius(self, part: Part) -> float:
        """The part's radius on this body."""
        size = float(np.prod(self.scale(part))) ** (1.0 / 3.0)
        return part.radius * size * self.girths.get(part.group, 1.0)


def shape_of(points: Mapping[str, Array]) -> Shape:
    """Sizes as resting joints `(3,)` by humanoid name promise them."""
    sizes = {name: length / STANDARD[name] for name, length in lengths(points).items()}
    waist = WAIST * (middle(points, "UpperArm") - middle(points, "UpperLeg"))
    face = np.zeros(3)
    if "leftEye" in points and "rightEye" in points:
        face = middle(points, "Eye") - points["head"] - sizes["head"] * EYES
    return Shape(sizes, waist, face, np.full(3, sizes["head"]))


@dataclass(frozen=True)
class Capsules:
    """N capsules over T frames: ends `start`, `end` `(T, N, 3)`, `radius` `(N,)`."""

    start: Array
    end: Array
    radius: Array

    def moved(self, shift: Array) -> Capsules:
        """The same capsules moved by `(T, 3)`."""
        return Capsules(self.start + shift[:, None], self.end + shift[:, None], self.radius)

    @classmethod
    def joined(cls, several: Sequence[Capsules]) -> Capsules:
        """All capsules of several in one row."""
        return cls(
            np.concatenate([one.start for one in several], axis=1),
            np.concatenate([one.end for one in several], axis=1),
            np.concatenate([one.radius for one in several]),
        )

    def during(self, frames: Frames) -> Capsules:
        """The same capsules in some frames only."""
        return Capsules(self.start[frames], self.end[frames], self.radius)


class Body:
    """A moving body in the clip's axes: its landmarks and the capsules between them.

    `place` and `turn` give a joint's positions `(T, 3)` and its turns `(T, 4)` away from the
    T-pose; `joints`: those there are.
    """

    def __init__(
        self,
        place: Callable[[str], Array],
        turn: Callable[[str], Array],
        shape: Shape,
        joints: tuple[str, ...],
    ) -> None:
        self.shape = shape
        self._place = place
        self._turn = turn
        chest = next(name for name in (*reversed(TRUNK), "hips") if name in joints)
        self._carriers = {name: name for name in joints} | {
            "pelvis": "hips", "waist": "hips", "shoulders": chest, "face": "head",
        }  # fmt: skip
        self._capsules: dict[str, Capsules] = {}

    def place(self, landmark: str) -> Array:
        """Position `(T, 3)` of a joint, or of a spot of the trunk or the head."""
        if landmark == "pelvis":
            return 0.5 * (self._place("leftUpperLeg") + self._place("rightUpperLeg"))
        if landmark == "waist":
            return self.place("pelvis") + rotate(self.turn("waist"), self.shape.waist)
        if landmark == "shoulders":
            return 0.5 * (self._place("leftUpperArm") + self._place("rightUpperArm"))
        if landmark == "face":
            return self._place("head") + rotate(self.turn("face"), self.shape.face)
        return self._place(landmark)

    def turn(self, landmark: str) -> Array:
        """Turn `(T, 4)` of what carries a landmark, away from the T-pose."""
        return self._turn(self._carriers[landmark])

    def capsules(self, group: str) -> Capsules:
        """The capsules of a group of parts; those of joints that are missing are left out, a hand
        without any finger is a mitten."""
        if group not in self._capsules:
            parts = [
                part
                for part in PARTS
                if part.group == group and {part.start, part.end} <= self._carriers.keys()
            ] or [MITTENS[group]]
            self._capsules[group] = Capsules(
                np.stack([self._end(part, part.start, part.a) for part in parts], axis=1),
                np.stack([self._end(part, part.end, part.b) for part in parts], axis=1),
                np.array([self.shape.radius(part) for part in parts]),
            )
        return self._capsules[group]

    def ball(self, side: str) -> Capsules:
        """A ball around the hand of a side, found without its fingers."""
        size = self.shape.sizes["hand"]
        reach = BALL_REACH * size * np.array([1.0 if side == "left" else -1.0, 0.0, 0.0])
        centre = self.place(f"{side}Hand") + rotate(self.turn(f"{side}Hand"), reach)
        return Capsules(centre[:, None], centre[:, None], np.array([BALL_RADIUS * size]))

    def _end(self, part: Part, landmark: str, offset: Vector) -> Array:
        place = self.place(landmark)
        if offset == ORIGIN:
            return place
        return place + rotate(self.turn(landmark), self.shape.scale(part) * offset)


def clip_body(clip: Clip, frames: Frames = slice(None)) -> Body:
    """The body that a clip was made for."""
    pose = ClipPose(clip, frames)
    return Body(pose.place, pose.turn, shape_of(source_points(clip)), clip.joints)


def rig_body(clip: Clip, source: Body, pose: RigPose, bone_map: BoneMap, shape: Shape) -> Body:
    """The body of a rig, in the clip's axes, that moves as `source` does.

    Retargeting gives both the same turns. A joint the rig lacks is where the source has it, seen
    from its parent.
    """
    parents = {
        name: clip.joints[parent]
        for name, parent in zip(clip.joints, clip.parents, strict=True)
        if parent >= 0
    }

    def place(name: str) -> Array:
        if name in bone_map.bones:
            return pose.place(bone_map.first(name))
        size = shape.sizes["hand" if name in FINGER_JOINTS else "trunk"]
        return place(parents[name]) + size * (source.place(name) - source.place(parents[name]))

    return Body(place, source.turn, shape, clip.joints)
