"""Armatures in all sorts of rest poses, for scripts that run in Blender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix, Vector

from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics

Rest = Mapping[str, tuple[float, float, float]]
Z_UP = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0)))
LEFT_ARM_UP: Rest = {"leftShoulder": (0, 0, 20), "leftUpperArm": (10, 0, 65)}
ODD_REST: Rest = LEFT_ARM_UP | {
    "rightUpperArm": (0, 60, 20),
    "rightLowerArm": (0, 50, 0),
    "leftLowerArm": (0, -35, 0),
    "rightHand": (80, 0, 0),
    "leftHand": (-60, 20, 0),
    "leftUpperLeg": (0, 0, 25),
    "leftFoot": (0, 0, 0),
    **{f"rightIndex{part}": (0, 0, 30) for part in ("Proximal", "Intermediate", "Distal")},
    **{f"leftRing{part}": (0, 0, -35) for part in ("Proximal", "Intermediate")},
}
A_POSE: Rest = {"leftUpperArm": (0, 0, -45), "rightUpperArm": (0, 0, 45)}


def resting(pose: Rest) -> np.ndarray:
    """Places of our joints in clip axes when they are turned by `pose`, degrees."""
    turns = np.zeros((len(HUMANOID.names), 3))
    for name, degrees in pose.items():
        turns[HUMANOID.index(name)] = np.radians(degrees)
    places, _ = forward_kinematics(HUMANOID, rotvec_to_quat(turns), HUMANOID.offsets[0])
    return places


def build(
    name: str,
    pose: Rest,
    axes: Matrix = Z_UP,
    skip: Callable[[str], bool] = lambda name: False,
) -> bpy.types.Object:
    """Our skeleton as an armature of deforming bones in the given rest pose and axes, rolled at
    random."""
    rng = np.random.default_rng(3)
    places = resting(pose)
    armature = bpy.data.objects.new(name, bpy.data.armatures.new(name))
    bpy.context.scene.collection.objects.link(armature)
    with editing(armature) as bones:
        for joint, joint_name in enumerate(HUMANOID.names):
            if skip(joint_name):
                continue
            bone = bones.new(joint_name)
            children = HUMANOID.children[joint]
            head = Vector(places[joint])
            tail = Vector(places[children[0]]) if children else head + Vector((0.0, 0.0, 0.03))
            if not children and not joint_name.endswith(("Eye", "jaw", "Toes")):
                tail = head + (head - Vector(places[HUMANOID.parents[joint]])) * 0.7
            bone.head, bone.tail = axes @ head, axes @ tail
            bone.roll = rng.uniform(-3.0, 3.0)
            parent = HUMANOID.parents[joint]
            while parent >= 0 and HUMANOID.names[parent] not in bones:
                parent = HUMANOID.parents[parent]
            bone.parent = bones[HUMANOID.names[parent]] if parent >= 0 else None
    return armature


@contextmanager
def editing(armature: bpy.types.Object) -> Iterator[bpy.types.ArmatureEditBones]:
    """The edit bones of an armature while in Edit Mode."""
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    yield armature.data.edit_bones
    bpy.ops.object.mode_set(mode="OBJECT")


def add(bones: bpy.types.ArmatureEditBones, name: str, like: str, parent: str | None) -> None:
    """A copy of the edit bone `like`, which moves no skin."""
    bone = bones.new(name)
    bone.head, bone.tail, bone.roll = bones[like].head, bones[like].tail, bones[like].roll
    bone.parent = bones[parent] if parent else None
    bone.use_deform = False


def subdivide(armature: bpy.types.Object, bone: str, count: int) -> None:
    """Cut a bone into `count` in a row; what hung from it hangs from the last."""
    with editing(armature) as bones:
        first = bones[bone]
        children = [child for child in bones if child.parent == first]
        cuts = [first.head.lerp(first.tail, k / count) for k in range(count + 1)]
        last = first
        for k in range(1, count):
            more = bones.new(f"{bone}_{k}")
            more.head, more.tail, more.roll, more.parent = cuts[k], cuts[k + 1], 0.4 * k, last
            last = more
        first.tail = cuts[1]
        for child in children:
            child.parent = last


def copy(armature: bpy.types.Object, bone: str, source: str, kind: str = "COPY_TRANSFORMS"):
    constraint = armature.pose.bones[bone].constraints.new(kind)
    constraint.target, constraint.subtarget = armature, source
    return constraint


def drive(armature: bpy.types.Object, owner: Any, channel: str, path: str, index: int = -1):
    curve = owner.driver_add(channel, index) if index >= 0 else owner.driver_add(channel)
    curve.driver.type = "SUM"
    variable = curve.driver.variables.new()
    variable.targets[0].id, variable.targets[0].data_path = armature, path
