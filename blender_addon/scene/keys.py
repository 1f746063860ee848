"""Movement and expressions as keys of one new action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..core.manner import Manner
from ..core.quaternion import Array
from ..core.reduce import Distance, Flags, Tolerance, fewest_keys, slopes
from ..core.retarget import RigMotion
from .channels import (
    QUATERNION,
    Channel,
    allowed,
    bone_channels,
    bone_places,
    by_kind,
    distance_of,
    named,
    shape_channels,
    shape_path,
    switch_channels,
)
from .curve_keys import (
    Keys,
    baked,
    cut,
    every_frame,
    joined,
    lines,
    read_keys,
    smooth,
    split,
    write_keys,
)
from .hidden import Hidden
from .still import Still
from .takes import start_take
from .underlay import Shapes, Stretch, Underlay, blend, find_underlay, held_paths

STILL = 1e-7
"""What moves less does not move."""


@dataclass(frozen=True)
class Keyed:
    """What was written: the take, the scene frames of its first and last key, what the bones do
    in it, the shape keys, what all of them are without any take, and the names of what was left
    alone because it is locked or driven."""

    action: bpy.types.Action
    frames: tuple[float, float]
    motion: RigMotion
    shapes: tuple[str, ...]
    still: Still
    untouched: tuple[str, ...]


def key_frames(count: int, fps: float, scene_fps: float, start: float) -> Array:
    """Scene frames `(T,)` of a clip's frames when the scene runs at its own rate."""
    return start + np.arange(count) * (scene_fps / fps)


def key_performance(
    armature: bpy.types.Object,
    faces: Sequence[bpy.types.Object],
    motion: RigMotion,
    shapes: Shapes,
    times: Array,
    name: str,
    manner: Manner,
    hidden: Sequence[Hidden],
) -> Keyed:
    """Write the movement onto the bones and the `shapes` onto the faces at the scene frames
    `times`, as a take that the character plays from now on.

    Before and after, and wherever the movement has no say, the take does what the character did
    before. The `hidden` controls act meanwhile.
    """
    owners = [armature, *dict.fromkeys(mesh.data.shape_keys for mesh in faces)]
    switches = {control.path: control.value for control in hidden}
    places = [*bone_places(armature, motion), *((armature, path) for path in switches)]
    places += [(keys, shape_path(keys, name)) for keys in shapes for name in shapes[keys]]
    underlay = find_underlay(owners, places, float(times[0]), float(times[-1]), hidden)
    shapes = _telling(shapes, underlay)
    stretch = Stretch.of(times, underlay)
    motion, shapes = blend(underlay, faces, motion, shapes, stretch, manner)
    channels = bone_channels(armature, motion)
    still = underlay.still((armature, path) for path in switches)
    channels += switch_channels(armature, switches, still.get("", {}), stretch.is_own)
    for keys, values in shapes.items():
        channels += shape_channels(keys, values)
    held = {(owner, path) for owner in owners for path in held_paths(owner)}
    free = [channel for channel in channels if (channel.owner, channel.path) not in held]
    still = underlay.still((channel.owner, channel.path) for channel in free)
    action = start_take(owners, name)
    write_channels(free, stretch, underlay, manner.tolerance, metres_a_unit(armature))
    own = replace(
        motion,
        rotations=motion.rotations[stretch.own],
        locations=motion.locations[stretch.own],
    )
    return Keyed(
        action,
        (underlay.first, underlay.last),
        own,
        tuple(sorted({name for blocks in shapes.values() for name in blocks})),
        still,
        tuple(dict.fromkeys(named(place[1]) for place in places if place in held)),
    )


def metres_a_unit(armature: bpy.types.Object) -> float:
    """How long one unit of the armature's own space is in the world."""
    return float(armature.matrix_world.median_scale)


def _telling(shapes: Shapes, underlay: Underlay) -> Shapes:
    """Without the shape keys that stay as the user has set them."""
    return {
        keys: {
            name: values
            for name, values in blocks.items()
            if np.ptp(values) > STILL
            or (keys, shape_path(keys, name)) in underlay.curves
            or abs(values[0] - keys.key_blocks[name].value) > STILL
        }
        for keys, blocks in shapes.items()
    }


def write_channels(
    channels: Sequence[Channel],
    stretch: Stretch,
    underlay: Underlay,
    tolerance: Tolerance | None,
    unit: float,
) -> None:
    """The channels as F-curves of the actions that their owners play."""
    stores = {owner: compat.CurveStore(owner) for owner in {channel.owner for channel in channels}}
    times = stretch.times[stretch.own]
    for group in by_kind(channels):
        values = [_signed(channel, stretch, underlay)[stretch.own] for channel in group]
        places = _places(times, values)
        moving = np.ptp(places[..., 1], axis=-1).max(axis=-1) > STILL
        keys = _every_frame(places, moving)
        if tolerance is not None and moving.any():
            limit = allowed(group[0].kind, tolerance, unit)
            together = np.stack(values, axis=1)
            keys |= _reduced(times, together, moving, distance_of(group[0].kind), limit)
        for (column, axis), own in keys.items():
            channel = group[column]
            curve = stores[channel.owner].curve(channel.path, axis, channel.group)
            _lay(curve, own, channel, axis, stretch, underlay)


def _places(times: Array, values: Sequence[Array]) -> NDArray[np.float32]:
    """Frame and value `(N, C, T, 2)` of every key of N channels, each `(T, C)`, in the order in
    which Blender wants those of a curve."""
    places = np.empty((len(values), values[0].shape[1], len(times), 2), dtype=np.float32)
    places[..., 0] = times
    for column, channel in enumerate(values):
        places[column, :, :, 1] = channel.T
    return places


def _every_frame(places: NDArray[np.float32], moving: Flags) -> dict[tuple[int, int], Keys]:
    """The keys by channel and axis: the ends alone where nothing moves."""
    columns, axes, frames = places.shape[:3]
    ends = [0, -1] if frames > 1 else [0]
    return {
        (column, axis): lines(
            places[column, axis] if moving[column] else places[column, axis, ends]
        )
        for column in range(columns)
        for axis in range(axes)
    }


def _reduced(
    times: Array, values: Array, moving: Flags, distance: Distance, limit: float
) -> dict[tuple[int, int], Keys]:
    """The same for what moves, with as few keys as stay within the `limit`."""
    columns = np.flatnonzero(moving)
    keyed = fewest_keys(values[:, columns], distance, limit)
    frame = (times[-1] - times[0]) / max(len(times) - 1, 1)
    rates = slopes(values) / frame
    return {
        (int(column), axis): smooth(
            times[chosen], values[chosen, column, axis], rates[chosen, column, axis]
        )
        for column, chosen in zip(columns, keyed.T, strict=True)
        for axis in range(values.shape[-1])
    }


def _signed(channel: Channel, stretch: Stretch, underlay: Underlay) -> Array:
    """The values `(T, C)` of a channel; quaternions with the sign that follows smoothly on those
    before them."""
    curves = underlay.curves.get((channel.owner, channel.path), {})
    if channel.kind != QUATERNION or len(curves) < 4 or not stretch.lead:
        return channel.values
    before = [curves[axis].evaluate(stretch.times[0]) for axis in range(4)]
    return -channel.values if channel.values[stretch.lead] @ before < 0.0 else channel.values


def _lay(
    curve: bpy.types.FCurve,
    keys: Keys,
    channel: Channel,
    axis: int,
    stretch: Stretch,
    underlay: Underlay,
) -> None:
    """Let the curve hold the keys between those that its property has before and after them."""
    source = underlay.curves.get((channel.owner, channel.path), {}).get(axis)
    before: Sequence[Keys] = ()
    after: Sequence[Keys] = ()
    if source is None:
        values, times = channel.values[:, axis], stretch.times
        before = [every_frame(times[:1], values[:1])] * stretch.lead
        after = [every_frame(times[-1:], values[-1:])] * stretch.tail
    elif stretch.lead or stretch.tail:
        earlier, later = _around(curve, source, underlay)
        before, after = [earlier], [later]
    for modifier in list(curve.modifiers):
        curve.modifiers.remove(modifier)
    write_keys(curve, joined(*before, keys, *after) if before or after else keys)


def _around(
    curve: bpy.types.FCurve, source: bpy.types.FCurve, underlay: Underlay
) -> tuple[Keys, Keys]:
    """The keys of `source` before and after the performance; `curve` is where to try things."""
    if source.modifiers:
        scene = bpy.context.scene
        return cut(baked(source, scene.frame_start, scene.frame_end), underlay.first, underlay.last)
    write_keys(curve, read_keys(source))
    return split(curve, underlay.first, underlay.last)
