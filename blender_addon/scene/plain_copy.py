"""A stand-in of a character that every exporter writes rightly: a scene of its own, one armature
without controls, constraints or scale, and plain keys from frame 0 on."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..compat import CurveStore, play
from ..core.game_rig import pose_keys
from ..core.likeness import Likeness
from ..core.quaternion import Array
from .curve_keys import every_frame, write_keys
from .likeness import hand_on
from .sample import Take
from .toon import draw_naturally

PLACEHOLDER = "momjit: its namesake is being exported"
SHORTEST = 1e-4
"""Metres; Blender drops bones without length."""


@dataclass(frozen=True)
class Stand:
    """Names and unit of a stand-in: what its `armature` and its animation (`title`) are called,
    how many lengths a metre has, and whose `likeness` it is."""

    armature: str
    title: str
    per_metre: float = 1.0
    likeness: Likeness | None = None


@contextmanager
def plain_copy(take: Take, stand: Stand) -> Generator[None, None, None]:
    """Work in a scene that holds nothing but the stand-in, which is gone afterwards.

    The copies of meshes bear the names of the originals, which get them back.
    """
    called = {mesh: (mesh.name, mesh.data.name) for mesh in take.meshes}
    names: list[tuple[Any, str]] = [
        (bpy.data.scenes, stand.title),
        (bpy.data.actions, stand.title),
        (bpy.data.objects, stand.armature),
        (bpy.data.armatures, stand.armature),
        *((bpy.data.objects, name) for name, _ in called.values()),
        *((bpy.data.meshes, name) for _, name in called.values()),
    ]
    with _free_names(names):
        scene = bpy.data.scenes.new(stand.title)
        made: list[bpy.types.ID] = [scene]
        try:
            _set_clock(scene, take, stand)
            context = {"scene": scene, "view_layer": scene.view_layers[0]}
            with _same_windows(), bpy.context.temp_override(**context):
                _build(scene, take, stand, called, made)
                yield
        finally:
            bpy.data.batch_remove(made)


@contextmanager
def _same_windows() -> Generator[None, None, None]:
    """Show the scenes again that were shown: the glTF exporter leaves its own in the window."""
    shown = [(window, window.scene) for window in bpy.context.window_manager.windows]
    try:
        yield
    finally:
        for window, scene in shown:
            if window.scene != scene:
                window.scene = scene


@contextmanager
def _free_names(names: Iterable[tuple[Any, str]]) -> Generator[None, None, None]:
    """Let others bear these names for a while."""
    renamed: list[tuple[bpy.types.ID, str]] = []
    try:
        for collection, name in dict.fromkeys(names):
            holder = collection.get((name, None))  # what is linked has names of its own
            if holder is not None:
                renamed.append((holder, name))
                holder.name = PLACEHOLDER
        yield
    finally:
        for holder, name in renamed:
            holder.name = name


def _set_clock(scene: bpy.types.Scene, take: Take, stand: Stand) -> None:
    scene.render.fps = max(1, round(take.fps))
    scene.render.fps_base = scene.render.fps / take.fps
    scene.frame_start, scene.frame_end = 0, take.frames - 1
    scene.unit_settings.system = "METRIC"
    scene.unit_settings.scale_length = 1.0 / stand.per_metre


def _build(
    scene: bpy.types.Scene,
    take: Take,
    stand: Stand,
    called: dict[bpy.types.Object, tuple[str, str]],
    made: list[bpy.types.ID],
) -> None:
    """Make the armature, the meshes and the keys; whatever is made is put into `made` at once."""
    armature = _build_armature(scene, take, stand, made)
    _key_bones(_animate(armature, stand.title, made), armature, take, stand.per_metre)
    for mesh, names in called.items():
        copy = _copy_mesh(mesh, names, made)
        scene.collection.objects.link(copy)
        _bind(copy, mesh, armature)
        matrix = Matrix.Scale(stand.per_metre, 4) @ take.meshes[mesh]
        copy.data.transform(matrix, shape_keys=True)
        if matrix.is_negative:
            copy.data.flip_normals()
        if mesh in take.weights:
            keys = copy.data.shape_keys
            _key_shapes(_animate(keys, stand.title, made), keys, take.weights[mesh])
    scene.frame_set(0)


def _build_armature(
    scene: bpy.types.Scene, take: Take, stand: Stand, made: list[bpy.types.ID]
) -> bpy.types.Object:
    data = bpy.data.armatures.new(stand.armature)
    armature = bpy.data.objects.new(stand.armature, data)
    made += [data, armature]
    scene.collection.objects.link(armature)
    armature.matrix_world = _recounted(take.place, stand.per_metre)
    hand_on(stand.likeness, armature)
    scene.view_layers[0].objects.active = armature
    with bpy.context.temp_override(object=armature, active_object=armature):  # not the window's
        bpy.ops.object.mode_set(mode="EDIT")
        _add_bones(data, take, stand.per_metre)
        bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def _add_bones(data: bpy.types.Armature, take: Take, per_metre: float) -> None:
    bones: list[bpy.types.EditBone] = []
    for name, parent, length, rest in zip(
        take.bones, take.parents, take.lengths, take.rest, strict=True
    ):
        bone = data.edit_bones.new(name)
        bone.tail = (0.0, 1.0, 0.0)
        bone.matrix = _recounted(Matrix(rest.tolist()), per_metre)
        bone.length = max(length, SHORTEST) * per_metre
        bone.parent = bones[parent] if parent >= 0 else None
        bones.append(bone)


def _recounted(matrix: Matrix, per_metre: float) -> Matrix:
    """The same placement in other lengths."""
    counted = matrix.copy()
    counted.translation *= per_metre
    return counted


def _copy_mesh(
    mesh: bpy.types.Object, names: tuple[str, str], made: list[bpy.types.ID]
) -> bpy.types.Object:
    """A copy that nothing moves any more."""
    data, copy = mesh.data.copy(), mesh.copy()
    made += [data, copy]
    copy.name, data.name = names
    copy.data = data
    draw_naturally([copy])  # other programs know no nodes
    for item in (copy, data, data.shape_keys):
        if item is not None:
            item.animation_data_clear()
    copy.constraints.clear()
    copy.delta_location, copy.delta_scale = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    copy.delta_rotation_euler = (0.0, 0.0, 0.0)
    copy.delta_rotation_quaternion = (1.0, 0.0, 0.0, 0.0)
    return copy


def _bind(copy: bpy.types.Object, mesh: bpy.types.Object, armature: bpy.types.Object) -> None:
    """Let the stand-in's armature move the copy of a mesh; what hung from one bone is skinned."""
    carrier = mesh.parent_bone if mesh.parent_type == "BONE" else ""
    copy.parent, copy.parent_type = armature, "OBJECT"
    copy.matrix_parent_inverse = copy.matrix_basis = Matrix()
    modifiers = [modifier for modifier in copy.modifiers if modifier.type == "ARMATURE"]
    for extra in modifiers[1:]:
        copy.modifiers.remove(extra)
    if modifiers:
        modifiers[0].object = armature
    elif carrier:
        modifiers.append(copy.modifiers.new("Armature", "ARMATURE"))
        modifiers[0].object = armature
        copy.vertex_groups.clear()
        group = copy.vertex_groups.new(name=carrier)
        group.add(range(len(copy.data.vertices)), 1.0, "REPLACE")
    for modifier in modifiers[:1]:
        modifier.show_viewport = False  # exporters play every frame, but want the skin at rest


def _animate(owner: Any, title: str, made: list[bpy.types.ID]) -> CurveStore:
    """The curves of a new action that `owner` plays."""
    action = bpy.data.actions.new(title)
    made.append(action)
    play(owner, action)
    return CurveStore(owner)


def _key_bones(
    curves: CurveStore, armature: bpy.types.Object, take: Take, per_metre: float
) -> None:
    keys = pose_keys(take.parents, take.rest, take.poses)
    for column, name in enumerate(take.bones):
        bone = armature.pose.bones[name]
        channels = {
            "location": keys.locations[:, column] * per_metre,
            "rotation_quaternion": keys.rotations[:, column],
            "scale": keys.scales[:, column],
        }
        for channel, values in channels.items():
            if channel == "scale" and (values == 1.0).all():
                continue
            for axis in range(values.shape[1]):
                _key(curves, bone.path_from_id(channel), axis, values[:, axis])


def _key_shapes(curves: CurveStore, keys: bpy.types.Key, weights: dict[str, Array]) -> None:
    for name, values in weights.items():
        block = keys.key_blocks[name]
        block.value = float(values[0])
        if np.ptp(values) > 0.0:
            _key(curves, block.path_from_id("value"), 0, values)


def _key(curves: CurveStore, path: str, axis: int, values: Array) -> None:
    """One key a frame from frame 0 on."""
    times = np.arange(len(values), dtype=float)
    write_keys(curves.curve(path, axis, ""), every_frame(times, values))
