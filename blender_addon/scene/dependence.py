"""What a bone depends on, as the rig is built: parents, constraints, drivers, locks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import bpy

BONE_CHANNEL = re.compile(r'pose\.bones\["(.+?)"\]\.(?:rotation_\w+|location)$')
BONE_CONSTRAINT = re.compile(r'pose\.bones\["(.+?)"\]\.constraints\[')


def sources(armature: bpy.types.Object, bone: str) -> list[str]:
    """Bones of the armature that may move `bone`, nearest first."""
    found = [bone]
    for name in found:  # grows while it is walked
        found += [other for other in _direct(armature, name) if other not in found]
    return found[1:]


def _direct(armature: bpy.types.Object, name: str) -> list[str]:
    bone = armature.pose.bones[name]
    names = [other for c in bone.constraints if not c.mute for other in _targets(armature, c)]
    if bone.parent:
        names.append(bone.parent.name)
    return list(dict.fromkeys(names))


def _targets(armature: bpy.types.Object, constraint: Any) -> Iterator[str]:
    for aim in (constraint, *getattr(constraint, "targets", ())):
        name = getattr(aim, "subtarget", "")
        if getattr(aim, "target", None) == armature and name in armature.pose.bones:
            yield name


def _drivers(armature: bpy.types.Object) -> list[bpy.types.FCurve]:
    data = armature.animation_data
    return list(data.drivers) if data else []


def driven_bones(armature: bpy.types.Object) -> set[str]:
    """Bones whose rotation or location a driver sets, so that keys would do nothing."""
    found = (BONE_CHANNEL.match(driver.data_path) for driver in _drivers(armature))
    return {match[1] for match in found if match}


def locked_bones(armature: bpy.types.Object) -> set[str]:
    """Bones whose rotation is locked about every axis."""
    return {bone.name for bone in armature.pose.bones if all(bone.lock_rotation)}


def switch_paths(armature: bpy.types.Object) -> dict[str, set[str]]:
    """Data paths of custom properties → the bones whose constraints they switch, those whose
    name tells of FK first."""
    paths: dict[str, set[str]] = {}
    for curve in _drivers(armature):
        if match := BONE_CONSTRAINT.match(curve.data_path):
            for path in _custom_properties(armature, curve.driver):
                paths.setdefault(path, set()).add(match[1])

    def rank(path: str) -> tuple[bool, str]:
        return "fk" not in path.rpartition("[")[2].lower(), path

    return {path: paths[path] for path in sorted(paths, key=rank)}


def ik_influences(armature: bpy.types.Object) -> list[str]:
    """Data paths of the influence of IK constraints that act and that no driver switches."""
    driven = {curve.data_path for curve in _drivers(armature)}
    paths = [
        f"{constraint.path_from_id()}.influence"
        for bone in armature.pose.bones
        for constraint in bone.constraints
        if constraint.type in {"IK", "SPLINE_IK"}
        if constraint.influence > 0.0 and not constraint.mute
    ]
    return [path for path in paths if path not in driven]


def _custom_properties(armature: bpy.types.Object, driver: bpy.types.Driver) -> Iterator[str]:
    for variable in driver.variables:
        target = variable.targets[0]
        own = variable.type == "SINGLE_PROP" and target.id == armature
        if own and target.data_path.endswith('"]'):
            try:
                value = armature.path_resolve(target.data_path)
            except ValueError:  # a driver whose property is gone is switched off by Blender too
                continue
            if isinstance(value, (bool, int, float)):
                yield target.data_path


def obstacle(armature: bpy.types.Object, bone: str) -> str:
    """What keeps keys from turning `bone`, and what to do, in words for an animator."""
    if bone in driven_bones(armature):
        return f"a driver turns “{bone}”: delete the driver to animate it"
    if bone in locked_bones(armature):
        return f"the rotation of “{bone}” is locked: unlock it in the sidebar's Item tab"
    for name in (bone, *sources(armature, bone)):
        for constraint in armature.pose.bones[name].constraints:
            if not constraint.mute and constraint.influence > 0.0:
                own = "" if name == bone else f" of “{name}”"
                return (
                    f"the constraint “{constraint.name}”{own} moves “{bone}” and no control was "
                    "found for it: switch the constraint off or choose the control under Bones"
                )
    return f"“{bone}” does not turn when it is keyed: choose another bone under Bones"
