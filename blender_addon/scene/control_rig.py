"""Finding the bones that an animator would turn: the rig as it behaves when they are turned.

A control rig set to FK behaves like a plain rig whose parents are not those of its bone tree. So
nothing here knows a kind of control rig: bones are shaken, and what moves with them is read off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from ..core.bone_map import BoneMap
from ..core.carrying import SAME_TURN, UNKNOWN, Shaken, behaving_rig
from ..core.errors import UserError
from ..core.humanoid import ESSENTIAL
from ..core.quaternion import normalize
from ..core.rig import Rig
from ..core.stretch import stretch_of
from ..core.trunk import TRUNK
from .dependence import locked_bones, obstacle, sources, switch_paths
from .trial import Trial, Value, trial

NEAR = 0.01
"""Share of the rig's size within which a control lies where the bone is that it moves."""
ALIGNED = np.cos(np.radians(20.0))
STUCK = 1e-6
"""A bone whose location changes volumes by less than this factor does not follow it."""
CENTRAL = ("hips", *TRUNK)
"""Here controls need not lie where the bones are that they move."""

Bones = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Switch:
    """A custom property, by its data path on the armature, whose `value` makes keys act on the
    humanoid bones `needed_by`."""

    path: str
    value: Value
    needed_by: frozenset[str]


@dataclass(frozen=True)
class Behaviour:
    """A rig as it behaves: `rig` and `bone_map` of what is keyed; `switches` that have to be
    set and keyed for it; `remarks`: what is left out, and why."""

    rig: Rig
    bone_map: BoneMap
    switches: tuple[Switch, ...]
    remarks: tuple[str, ...]


def behaviour_of(armature: bpy.types.Object, bone_map: BoneMap) -> Behaviour:
    """How the armature's mapped bones, or the controls that move them, act when they are keyed.

    `UserError` names an essential bone that keys cannot turn, what keeps it, and what to do.
    """
    with trial(armature) as tried:
        remarks = _without_limits(tried, bone_map)
        search = _Search(tried, bone_map.bones)
        search.run()
        bones, refused = search.keyable()
        bones = _rooted(tried, bones)
        shaken = tried.shake([bone for row in bones.values() for bone in row])
        rig = behaving_rig(tried.names, tried.tails(), shaken)
        root = bones["hips"][0]
        slide = tried.slide(root, 0.1 * shaken.size)
    placement = np.array(armature.matrix_world.to_3x3())
    rig = replace(rig, slid_along={root: slide}, stretch=stretch_of(placement))
    keyed = replace(bone_map, bones=bones)
    if abs(np.linalg.det(slide)) < STUCK:
        refused.append(f"“{root}” cannot be moved (joined to its parent, locked or driven)")
    if np.linalg.det(placement) < 0.0:
        refused.append("a negative scale exchanges left and right: apply the armature's scale")
    return Behaviour(rig, keyed, tuple(search.switches), (*remarks, *refused))


def _without_limits(tried: Trial, bone_map: BoneMap) -> list[str]:
    """Limits of mapped bones may stay, but say nothing about how the rig is built."""
    remarks: list[str] = []
    for bone in (bone for row in bone_map.bones.values() for bone in row):
        for constraint in tried.armature.pose.bones[bone].constraints:
            limits = constraint.type.startswith("LIMIT_") and constraint.influence > 0.0
            if limits and not constraint.mute:
                tried.mute(constraint)
                remarks.append(f"“{constraint.name}” may hold “{bone}” back")
    return remarks


class _Search:
    """Replaces bones that something else moves by their controls and sets switches to FK."""

    def __init__(self, tried: Trial, bones: Bones) -> None:
        self.bones = dict(bones)
        self.switches: list[Switch] = []
        self._mapped = dict(bones)
        self._tried = tried
        self._resting = _Resting(tried.armature)
        self._locked = locked_bones(tried.armature)
        self._joints = {
            name: row[0] if name in CENTRAL else self._resting.deforming(row[0])
            for name, row in bones.items()
        }
        self._options: dict[str, list[str]] = {}

    def run(self) -> None:
        """Try switches, then other controls, until every humanoid bone turns as it should."""
        settled: set[str] = set()
        while bad := self._bad():
            bad = self._switched(bad)
            settled |= self.bones.keys() - set(bad)
            if not self._tried_others([name for name in bad if name not in settled]):
                break

    def keyable(self) -> tuple[Bones, list[str]]:
        """What can be keyed, and remarks on the rest; `UserError` for an essential bone."""
        shaken = self._shaken()
        bad, kept, remarks = self._bad(), Bones(), list[str]()
        for name, row in self.bones.items():
            if name not in bad:
                inert = {bone for bone in row[1:] if not self._turns(shaken, bone)}
                kept[name] = tuple(bone for bone in row if bone not in inert)
                continue
            reason = obstacle(self._tried.armature, self._mapped[name][0])
            if name in ESSENTIAL:
                raise UserError(f"“{self._tried.armature.name}”, {name}: {reason}")
            remarks.append(f"left alone: {reason}")
        return kept, remarks

    def _shaken(self) -> Shaken:
        return self._tried.shake(_all(self.bones), times=1)

    def _bad(self) -> list[str]:
        """Humanoid bones whose first bone keys do not turn, or that does not move the skin."""
        shaken = self._shaken()
        return [
            name
            for name, row in self.bones.items()
            if not self._turns(shaken, row[0])
            or not self._follows(shaken, row[0], self._joints[name])
        ]

    def _turns(self, shaken: Shaken, bone: str) -> bool:
        known = shaken.carriers[self._tried.index[bone]] != UNKNOWN
        return known and bone not in self._locked

    def _follows(self, shaken: Shaken, control: str, joint: str) -> bool:
        """Whether the joint's bone swings as its control does; its twist may be its own."""
        bone, turns = self._tried.index[joint], shaken.turns
        rest = shaken.rests[bone][:, 1]
        apart = turns[:, bone] @ rest - turns[:, self._tried.index[control]] @ rest
        return bool(np.linalg.norm(apart, axis=-1).max() < SAME_TURN)

    def _switched(self, bad: list[str]) -> list[str]:
        """Set whatever switch makes more bones turn; what is still bad."""
        armature = self._tried.armature
        ends = {bone for name in bad for bone in (self.bones[name][0], self._joints[name])}
        moving = ends | {bone for end in ends for bone in sources(armature, end)}
        for path in switch_paths(armature, moving):
            found = armature.path_resolve(path)
            for value in (type(found)(1), type(found)(0)):
                if value == found or not bad:
                    continue
                self._tried.switch(path, value)
                now = self._bad()
                if len(now) < len(bad):
                    self.switches.append(Switch(path, value, frozenset(bad) - frozenset(now)))
                    bad, found = now, value
            self._tried.switch(path, found)
        return bad

    def _tried_others(self, names: list[str]) -> bool:
        """Take the next bones that might control these ones; whether there are any."""
        used = {bone for name, row in self.bones.items() if name not in names for bone in row}
        found = False
        for name in names:
            if name not in self._options:
                self._options[name] = self._controls(name)
            bone = next((bone for bone in self._options[name] if bone not in used), None)
            if bone is not None:
                self._options[name].remove(bone)
                self.bones[name] = (bone,)
                used.add(bone)
                found = True
        return found

    def _controls(self, name: str) -> list[str]:
        """Bones that may control this one, likely ones first: at its place, then named FK."""
        joint, resting = self._joints[name], self._resting
        able = [bone for bone in sources(self._tried.armature, joint) if bone not in self._locked]
        near = [bone for bone in able if resting.covers(bone, joint)]

        def rank(bone: str) -> tuple[bool, bool, bool, float]:
            apart, longer = resting.apart(bone, joint)
            beside = apart > resting.near
            return bone not in near, beside, "fk" not in bone.lower(), longer

        return sorted(able if name in CENTRAL else near, key=rank)


class _Resting:
    """Where an armature's bones rest."""

    def __init__(self, armature: bpy.types.Object) -> None:
        self._bones = armature.data.bones
        heads = np.array([bone.head_local for bone in self._bones])
        self.near = NEAR * float(np.ptp(heads, axis=0).max())

    def covers(self, bone: str, other: str) -> bool:
        """Whether `other` begins on `bone` and points the same way."""
        one, two = self._bones[bone], self._bones[other]
        start, end = np.array(one.head_local), np.array(one.tail_local)
        head, along = np.array(two.head_local), end - start
        share = np.clip((head - start) @ along / max(along @ along, 1e-12), 0.0, 1.0)
        apart = np.linalg.norm(start + share * along - head)
        aims = normalize(along), normalize(np.array(two.tail_local) - head)
        return bool(apart < self.near and aims[0] @ aims[1] > ALIGNED)

    def apart(self, bone: str, other: str) -> tuple[float, float]:
        """Distances between the beginnings and between the ends of two bones."""
        one, two = self._bones[bone], self._bones[other]
        heads, tails = one.head_local - two.head_local, one.tail_local - two.tail_local
        return heads.length, tails.length

    def deforming(self, bone: str) -> str:
        """The bone that moves the skin where `bone` is; itself where there is none."""
        if self._bones[bone].use_deform:
            return bone
        start = self._bones[bone].head_local
        partners = [b for b in self._bones if b.use_deform and self.covers(bone, b.name)]
        nearest = min(partners, key=lambda b: (b.head_local - start).length, default=None)
        return nearest.name if nearest else bone


def _all(bones: Bones) -> list[str]:
    return list(dict.fromkeys(bone for row in bones.values() for bone in row))


def _rooted(tried: Trial, bones: Bones) -> Bones:
    """The bones with one in front of the hips' that carries hips, spine and legs, if need be."""
    hips = bones["hips"]
    others = [bones[name][0] for name in ESSENTIAL if name != "hips"]
    carried = [hips[0], *others]
    above = [bone for bone in sources(tried.armature, hips[0]) if bone not in others]
    for root in (hips[0], *above):
        shaken = tried.shake(list(dict.fromkeys([*_all(bones), root])), times=1)
        if all(_rides(shaken, tried.index[bone], tried.index[root]) for bone in carried):
            return bones | {"hips": hips if root == hips[0] else (root, *hips)}
    raise UserError(
        f"“{tried.armature.name}”: nothing carries both “{hips[0]}” (hips) and “{others[0]}” "
        "(spine): choose for the hips the bone that does, under Bones"
    )


def _rides(shaken: Shaken, bone: int, root: int) -> bool:
    while bone != root and bone >= 0:
        bone = shaken.parents[bone]
    return bone == root
