"""Finding the bones that an animator would turn: the rig as it behaves when they are turned.

A control rig set to FK behaves like a plain rig whose parents are not those of its bone tree. So
nothing here knows a kind of control rig: bones are shaken, and what moves with them is read off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial

import bpy
import numpy as np

from ..core.bone_map import BoneMap
from ..core.carrying import SAME_TURN, UNKNOWN, Shaken, behaving_rig
from ..core.errors import UserError
from ..core.humanoid import ESSENTIAL
from ..core.quaternion import Array
from ..core.rig import Rig
from ..core.stretch import stretch_of
from ..core.trunk import TRUNK
from .dependence import ik_influences, locked_bones, obstacle, sources, switch_paths
from .resting import Resting
from .trial import Trial, Value, trial

STUCK = 1e-6
"""A bone whose location changes volumes by less than this factor does not follow it."""
CENTRAL = ("hips", *TRUNK)
"""Here controls need not lie where the bones are that they move."""

Bones = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Switch:
    """A property, by its data path on the armature, whose `value` makes keys act on the humanoid
    bones `needed_by`."""

    path: str
    value: Value
    needed_by: frozenset[str]


@dataclass(frozen=True)
class Behaviour:
    """A rig as it behaves: `rig` and `bone_map` of what is keyed; `stands_for`: bones that move
    skin in a way of their own → the keyed bone at their place; `switches` that have to be set
    and keyed; `shown_by`: in rigs with switches, keyed bone → the bone that moves the skin there
    however they are set; `remarks`: what is left out, and why."""

    rig: Rig
    bone_map: BoneMap
    stands_for: dict[str, str]
    switches: tuple[Switch, ...]
    shown_by: dict[str, str]
    remarks: tuple[str, ...]


def behaviour_of(armature: bpy.types.Object, bone_map: BoneMap) -> Behaviour:
    """How the armature's mapped bones, or the controls that move them, act when they are keyed.

    `UserError` names an essential bone that keys cannot turn, what keeps it, and what to do.
    """
    with trial(armature) as tried:
        tried.mute_limits()
        search = _Search(tried, bone_map.bones)
        search.run()
        bones, refused = search.keyable()
        switches = search.needed()
        bones = _rooted(tried, bones)
        root = bones["hips"][0]
        tried.place(root, np.zeros(3))
        shaken = tried.shake(_all(bones))
        rig = behaving_rig(tried.names, tried.tails(), shaken)
        slide = tried.slide(root, 0.1 * shaken.size)
    stretch = stretch_of(np.array(armature.matrix_world.to_3x3()))
    rig = replace(rig, slid_along={root: slide}, stretch=stretch)
    for bone in _all(bones):
        if bone not in rig:
            raise UserError(f"“{armature.name}”: {obstacle(armature, bone)}")
    remarks = (*refused, *_remarks(armature, root, slide, switches), *_limits(armature, bones))
    keyed = replace(bone_map, bones=bones)
    resting = Resting(armature)
    shown_by = {bone: resting.deforming(bone) for bone in (_all(bones) if switches else ())}
    return Behaviour(rig, keyed, _stand_for(armature, rig, bones), switches, shown_by, remarks)


def _remarks(
    armature: bpy.types.Object, root: str, slide: Array, switches: tuple[Switch, ...]
) -> list[str]:
    """What an animator would not expect of the whole rig."""
    remarks: list[str] = []
    if abs(np.linalg.det(slide)) < STUCK:
        remarks.append(f"“{root}” cannot be moved (joined to its parent, locked or driven)")
    if armature.matrix_world.is_negative:
        remarks.append("a negative scale exchanges left and right: apply the armature's scale")
    without_ik = [switch for switch in switches if switch.path.endswith(".influence")]
    if without_ik:
        names = ", ".join(name for switch in without_ik for name in sorted(switch.needed_by))
        remarks.append(f"IK is switched off while it plays: {names}")
    return remarks


def _stand_for(armature: bpy.types.Object, rig: Rig, bones: Bones) -> dict[str, str]:
    resting, keyed = Resting(armature), set(_all(bones))
    found: dict[str, str] = {}
    for bone in armature.data.bones:
        if bone.use_deform and bone.name not in rig:
            controls = keyed.intersection(resting.covering(bone.name))
            if controls:
                found[bone.name] = min(controls, key=lambda each: resting.apart(each, bone.name))
    return found


def _limits(armature: bpy.types.Object, bones: Bones) -> list[str]:
    """Remarks on keyed bones that constraints hold within limits."""
    return [
        f"“{constraint.name}” may hold “{bone}” back"
        for bone in _all(bones)
        for constraint in armature.pose.bones[bone].constraints
        if constraint.type.startswith("LIMIT_")
        if constraint.influence > 0.0 and not constraint.mute
    ]


class _Search:
    """Replaces bones that something else moves by their controls and sets switches to FK."""

    def __init__(self, tried: Trial, bones: Bones) -> None:
        self.bones = dict(bones)
        self.switches: dict[str, Value] = {}
        self._mapped = dict(bones)
        self._tried = tried
        self._resting = Resting(tried.armature)
        self._sources = cache(partial(sources, tried.armature))
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
                self._without_ik(bad)
                break

    def keyable(self) -> tuple[Bones, list[str]]:
        """What can be keyed, and remarks on the rest; `UserError` for an essential bone."""
        shaken = self._shaken()
        bad, kept, remarks = self._bad(shaken), Bones(), list[str]()
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

    def needed(self) -> tuple[Switch, ...]:
        """The switches that were set, each with the bones that would not turn without it."""
        needed: list[Switch] = []
        for path, value in self.switches.items():
            self._tried.switch(path, self._tried.found[path])
            needed.append(Switch(path, value, frozenset(self._bad())))
            self._tried.switch(path, value)
        return tuple(needed)

    def _shaken(self) -> Shaken:
        return self._tried.shake(_all(self.bones), times=1)

    def _bad(self, shaken: Shaken | None = None) -> list[str]:
        """Humanoid bones whose first bone keys do not turn, or that does not move the skin."""
        shaken = shaken or self._shaken()
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
        for path, switched in switch_paths(armature).items():
            found = armature.path_resolve(path)
            for value in self._tried.extremes(path):
                if value == found or not any(self._depends(name, switched) for name in bad):
                    continue
                self._tried.switch(path, value)
                now = self._bad()
                if len(now) < len(bad):
                    self.switches[path] = value
                    bad, found = now, value
            self._tried.switch(path, found)
        return bad

    def _without_ik(self, bad: list[str]) -> None:
        """Switch off IK, one limb after the other, that holds bones which have no control."""
        self.bones |= {name: self._mapped[name] for name in bad}
        bad = self._bad()
        for path in ik_influences(self._tried.armature):
            self._tried.switch(path, 0.0)
            now = self._bad()
            if len(now) < len(bad):
                bad, self.switches[path] = now, 0.0
            else:
                self._tried.switch(path, self._tried.found[path])

    def _depends(self, name: str, bones: set[str]) -> bool:
        """Whether constraints of these bones decide if this humanoid bone's control acts."""
        control, joint = self.bones[name][0], self._joints[name]
        if control in self._locked:
            return False
        return any(not bones.isdisjoint((end, *self._sources(end))) for end in (control, joint))

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
        able = [bone for bone in self._sources(joint) if bone not in self._locked]
        near = set(resting.covering(joint)).intersection(able)

        def rank(bone: str) -> tuple[bool, bool, bool, float]:
            apart, longer = resting.apart(bone, joint)
            beside = apart > resting.near
            return bone not in near, beside, "fk" not in bone.lower(), longer

        return sorted(able if name in CENTRAL else near, key=rank)


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
