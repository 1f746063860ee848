"""Fewer keys for a take that is in the scene, with all that was edited in it by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import bpy
import numpy as np

from ..core.errors import UserError
from ..core.quaternion import Array
from ..core.reduce import Tolerance
from .channels import (
    AXIS_ANGLE,
    PLACE,
    QUATERNION,
    SHAPE,
    Channel,
    Place,
    rotation_path,
    shape_path,
)
from .keys import metres_a_unit, write_channels
from .takes import Take, duplicate_take, owners_of, playing, take_of
from .underlay import Stretch, Underlay, curves_at, held_paths

SIZES = {QUATERNION: 4, AXIS_ANGLE: 4, SHAPE: 1}
"""Curves of a kind of channel; of places and Euler angles there are three."""


def bake_take(armature: bpy.types.Object, tolerance: Tolerance) -> tuple[int, int]:
    """Let the armature play a copy of its take that has only the keys a smooth curve needs.

    Returns the number of keys before and after; keys outside the take's frames stay.
    `UserError` when the armature plays no take.
    """
    action = playing(armature)
    take = take_of(action)
    if action is None or take is None:
        raise UserError(f"“{armature.name}” plays no take of momjit; choose one in the list")
    duplicate_take(armature, action)
    owners = owners_of(armature)
    actions = {owner: playing(owner) for owner in owners}
    places = dict(_places(owners, take))
    curves = curves_at(actions, places)
    underlay = Underlay(armature, [actions], [], {}, curves, take.start, take.end)
    times = np.linspace(take.start, take.end, max(2, round(take.end - take.start) + 1))
    stretch = Stretch.of(times, underlay)
    held = {(owner, path) for owner in owners for path in held_paths(owner)}
    channels = [
        Channel(*place, group, kind, stretch.widened(_sampled(curves[place], times)))
        for place, (group, kind) in places.items()
        if place not in held and len(curves.get(place, ())) == SIZES.get(kind, 3)
    ]
    touched = [curve for axes in curves.values() for curve in axes.values()]
    before = sum(len(curve.keyframe_points) for curve in touched)
    write_channels(channels, stretch, underlay, tolerance, metres_a_unit(armature))
    return before, sum(len(curve.keyframe_points) for curve in touched)


def _places(owners: Sequence[Any], take: Take) -> Iterator[tuple[Place, tuple[str, str]]]:
    """The properties that a take keys, with their heading in the dope sheet and their kind."""
    armature, *faces = owners
    for name in take.bones:
        bone = armature.pose.bones.get(name)
        if bone is not None:
            yield (armature, rotation_path(bone)), (name, bone.rotation_mode)
            yield (armature, bone.path_from_id("location")), (name, PLACE)
    for keys in faces:
        for name in take.shapes:
            if name in keys.key_blocks:
                yield (keys, shape_path(keys, name)), ("", SHAPE)


def _sampled(axes: Mapping[int, bpy.types.FCurve], times: Array) -> Array:
    """What the curves do, modifiers and all: values `(T, C)`."""
    return np.array([[axes[axis].evaluate(time) for axis in sorted(axes)] for time in times])
