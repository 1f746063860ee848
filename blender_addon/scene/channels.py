"""A movement as the properties of a scene that it animates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import bpy
import numpy as np

from ..core.euler import (
    axis_angle_to_quat,
    euler_to_quat,
    quat_to_axis_angle,
    quat_to_euler,
)
from ..core.quaternion import Array
from ..core.reduce import Distance, Flags, Tolerance, place_distance, rotation_distance
from ..core.retarget import RigMotion

QUATERNION, AXIS_ANGLE = "QUATERNION", "AXIS_ANGLE"
PLACE, SHAPE = "PLACE", "SHAPE"
PROPERTY = {QUATERNION: "rotation_quaternion", AXIS_ANGLE: "rotation_axis_angle"}
"""Property of a rotation mode; all others are orders of Euler angles."""


Place = tuple[Any, str]
"""A property: its owner and its path there."""


@dataclass(frozen=True)
class Channel:
    """What is keyed together: the `values` `(T, C)` of one property of `owner`.

    `kind`: a rotation mode, `PLACE` or `SHAPE`; `group`: its heading in the dope sheet.
    """

    owner: Any
    path: str
    group: str
    kind: str
    values: Array


def rotation_path(bone: bpy.types.PoseBone) -> str:
    """Where the bone's rotation is keyed: it keeps the mode it has, since in another one what
    animated it before would no longer play."""
    return bone.path_from_id(PROPERTY.get(bone.rotation_mode, "rotation_euler"))


def named(path: str) -> str:
    """The bone or shape key that a path of a property goes through."""
    return path.split('"')[1] if '"' in path else path


def rotation_place(armature: bpy.types.Object, bone: str) -> Place:
    """The rotation of a bone as a property of its armature."""
    return armature, rotation_path(armature.pose.bones[bone])


def bone_places(armature: bpy.types.Object, motion: RigMotion) -> list[Place]:
    """What the movement animates: the bones' rotations and the place of the root."""
    places = [rotation_place(armature, bone) for bone in motion.bones]
    if motion.root in motion.bones:
        places.append((armature, armature.pose.bones[motion.root].path_from_id("location")))
    return places


def bone_channels(armature: bpy.types.Object, motion: RigMotion) -> list[Channel]:
    """The rotations of the bones and the place of the root."""
    modes = [armature.pose.bones[bone].rotation_mode for bone in motion.bones]
    channels: list[Channel] = []
    for mode in dict.fromkeys(modes):
        columns = [column for column, other in enumerate(modes) if other == mode]
        values = _in_mode(motion.rotations[:, columns], mode)
        for k, column in enumerate(columns):
            bone = armature.pose.bones[motion.bones[column]]
            channels.append(Channel(armature, rotation_path(bone), bone.name, mode, values[:, k]))
    if motion.root in motion.bones:
        root = armature.pose.bones[motion.root]
        path = root.path_from_id("location")
        channels.append(Channel(armature, path, root.name, PLACE, motion.locations))
    return channels


def shape_path(keys: bpy.types.Key, name: str) -> str:
    """Where the value of a shape key is keyed."""
    return keys.key_blocks[name].path_from_id("value")


def shape_channels(keys: bpy.types.Key, curves: Mapping[str, Array]) -> list[Channel]:
    """The values `(T,)` of the shape keys of a mesh."""
    return [
        Channel(keys, shape_path(keys, name), "", SHAPE, values[:, None])
        for name, values in curves.items()
    ]


def switch_channels(
    owner: Any, switches: Mapping[str, float], still: Mapping[str, Any], own: Flags
) -> list[Channel]:
    """Properties, by their path, that are switched at the frames `own` `(T,)` and otherwise are
    as they are without that."""
    return [
        Channel(owner, path, "", SHAPE, np.where(own, value, float(still[path]))[:, None])
        for path, value in switches.items()
    ]


def _in_mode(rotations: Array, mode: str) -> Array:
    """Quaternions `(T, N, 4)` as the values of a rotation mode."""
    if mode == QUATERNION:
        return rotations
    return quat_to_axis_angle(rotations) if mode == AXIS_ANGLE else quat_to_euler(rotations, mode)


def _turned(mode: str) -> Distance:
    """Angle between rotations given in a mode."""
    if mode == QUATERNION:
        return rotation_distance
    to_quat: Callable[[Array], Array] = axis_angle_to_quat
    if mode != AXIS_ANGLE:
        to_quat = partial(euler_to_quat, order=mode)

    def distance(one: Array, other: Array) -> Array:
        first, second = to_quat(one), to_quat(other)
        near = np.where(np.sum(first * second, axis=-1, keepdims=True) < 0.0, -second, second)
        return rotation_distance(first, near)

    return distance


def distance_of(kind: str) -> Distance:
    """How errors of a kind of channel are measured."""
    return place_distance if kind in (PLACE, SHAPE) else _turned(kind)


def allowed(kind: str, tolerance: Tolerance, unit: float) -> float:
    """How far a kind of channel may stray; `unit`: metres of one unit of the armature."""
    if kind == SHAPE:
        return tolerance.shape
    return tolerance.location / unit if kind == PLACE else tolerance.rotation


def by_kind(channels: Sequence[Channel]) -> list[list[Channel]]:
    """The channels in groups of one kind, which arrays can hold together."""
    kinds = dict.fromkeys(channel.kind for channel in channels)
    return [[channel for channel in channels if channel.kind == kind] for kind in kinds]
