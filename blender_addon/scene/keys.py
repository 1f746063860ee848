"""Movement and expressions as keys of one new action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import bpy
import numpy as np
from mathutils import Quaternion

from ..compat import Curves
from ..core.expressions import match_expressions
from ..core.quaternion import Array
from ..core.retarget import RigMotion

LINEAR = 1
"""Number of the interpolation `LINEAR`, which `foreach_set` wants."""


@dataclass(frozen=True)
class Keyed:
    """What was written: the actions and the names of the expressions that found a shape key."""

    actions: tuple[bpy.types.Action, ...]
    expressions: tuple[str, ...]


def key_frames(count: int, fps: float, scene_fps: float, start: float) -> Array:
    """Scene frames `(T,)` of a clip's frames when the scene runs at its own rate."""
    return start + np.arange(count) * (scene_fps / fps)


def key_performance(
    armature: bpy.types.Object,
    meshes: Sequence[bpy.types.Object],
    motion: RigMotion,
    expressions: dict[str, Array],
    scene_fps: float,
    name: str,
    start: float = 1.0,
) -> Keyed:
    """Write the movement onto the armature's mapped bones and `expressions`, each `(T,)`, onto
    all shape keys of their names. What was played before stays in the file as an action."""
    times = key_frames(len(motion.locations), motion.fps, scene_fps, start)
    curves = Curves(name)
    curves.animate(armature)
    _key_bones(curves, armature, motion, times)
    found: set[str] = set()
    for keys in {mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys}:
        found |= _key_shapes(curves, keys, expressions, times)
    return Keyed(tuple(curves.actions), tuple(sorted(found)))


def _key_bones(curves: Curves, armature: bpy.types.Object, motion: RigMotion, times: Array) -> None:
    for column, bone in enumerate(motion.bones):
        pose = armature.pose.bones[bone]
        channel, values = _in_mode(motion.rotations[:, column], pose.rotation_mode)
        path = pose.path_from_id(channel)
        for axis in range(values.shape[1]):
            _key_channel(curves.new(armature, path, axis), times, values[:, axis])
    path = armature.pose.bones[motion.root].path_from_id("location")
    for axis in range(3):
        _key_channel(curves.new(armature, path, axis), times, motion.locations[:, axis])


def _in_mode(rotations: Array, mode: str) -> tuple[str, Array]:
    """The channel of a rotation mode, and `rotations` `(T, 4)` as its values `(T, 3 or 4)`.

    A bone keeps the mode it has: in another one, what animated it before would no longer play.
    """
    if mode == "QUATERNION":
        return "rotation_quaternion", rotations
    turns = [Quaternion(rotation) for rotation in rotations.tolist()]
    if mode == "AXIS_ANGLE":
        pairs = [turn.to_axis_angle() for turn in turns]
        return "rotation_axis_angle", np.array([[angle, *axis] for axis, angle in pairs])
    angles = [turns[0].to_euler(mode)]
    for turn in turns[1:]:
        angles.append(turn.to_euler(mode, angles[-1]))  # the ones nearest to those before
    return "rotation_euler", np.array(angles)


def _key_shapes(
    curves: Curves, keys: bpy.types.Key, expressions: dict[str, Array], times: Array
) -> set[str]:
    """Animate the blocks that move; the others are set to rest. Returns the names found."""
    blocks = match_expressions(expressions, [block.name for block in keys.key_blocks[1:]])
    if not blocks:
        return set()
    curves.animate(keys)
    for expression, block_name in blocks.items():
        block = keys.key_blocks[block_name]
        values = expressions[expression]
        block.value = float(values[0])
        if np.ptp(values) > 0.0:
            _key_channel(curves.new(keys, block.path_from_id("value")), times, values)
    return set(blocks)


def _key_channel(curve: bpy.types.FCurve, times: Array, values: Array) -> None:
    """One key a frame, or a single one for a channel that never moves."""
    if np.ptp(values) < 1e-7:
        times, values = times[:1], values[:1]
    keys = np.column_stack([times, values]).astype(np.float32)
    curve.keyframe_points.add(len(keys))
    curve.keyframe_points.foreach_set("co", keys.ravel())
    curve.keyframe_points.foreach_set("interpolation", np.full(len(keys), LINEAR, dtype=np.int32))
    curve.update()
