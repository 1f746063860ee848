"""What a character does before a performance is laid over it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import bpy
import numpy as np

from ..core.quaternion import Array
from .hidden import Hidden, fitted


class Below:
    """What bones and shape keys do at the scene frames `times`, as their own actions, NLA tracks
    and drivers tell; nothing of the open scene changes, not even a pose without keys.

    `rotations` `(T, N, 4)` and `locations` `(T, N, 3)` of the `bones`; `shapes`: values `(T, B)` of
    all blocks of each of the `faces`. `hidden` controls turn as their limbs do.
    """

    def __init__(
        self,
        armature: bpy.types.Object,
        bones: Sequence[str],
        faces: Sequence[bpy.types.Object],
        times: Array,
        hidden: Sequence[Hidden] = (),
    ) -> None:
        rotations: list[list[Any]] = []
        locations: list[list[Any]] = []
        values: dict[str, list[Array]] = {mesh.data.shape_keys.name: [] for mesh in faces}
        with _apart([armature], faces) as (scene, stand_ins):
            for time in times:
                scene.frame_set(int(time // 1), subframe=float(time % 1))
                graph = scene.view_layers[0].depsgraph  # there is none before the first frame
                shown = armature.evaluated_get(graph)
                pose, unseen = shown.pose.bones, fitted(shown, hidden)
                # Copies: the next frame frees what the originals are read from.
                bases = [pose[bone].matrix_basis.copy() for bone in bones]
                own = zip(bones, bases, strict=True)
                rotations.append([unseen.get(bone) or at.to_quaternion() for bone, at in own])
                locations.append([tuple(basis.translation) for basis in bases])
                for mesh in stand_ins:
                    keys = mesh.evaluated_get(graph).data.shape_keys
                    values[keys.name].append(_values(keys))
        self.rotations = np.array(rotations, dtype=float).reshape(len(times), len(bones), 4)
        self.locations = np.array(locations, dtype=float).reshape(len(times), len(bones), 3)
        self.shapes = {name: np.array(rows) for name, rows in values.items()}


def _values(keys: bpy.types.Key) -> Array:
    values = np.empty(len(keys.key_blocks))
    keys.key_blocks.foreach_get("value", values)
    return values


@contextmanager
def _apart(
    objects: Sequence[bpy.types.Object], faces: Sequence[bpy.types.Object]
) -> Iterator[tuple[bpy.types.Scene, list[bpy.types.Object]]]:
    """A scene of their own, where nothing else is evaluated: the `objects` themselves, and for the
    `faces` objects with the same mesh that no modifier makes slow."""
    scene = bpy.data.scenes.new("momjit")
    stand_ins = [bpy.data.objects.new("momjit", mesh.data) for mesh in faces]
    hidden = [item for item in objects if item.hide_viewport]
    try:
        for item in (*objects, *stand_ins):
            scene.collection.objects.link(item)
            item.hide_viewport = False  # what is hidden is not evaluated
        yield scene, stand_ins
    finally:
        for item in hidden:
            item.hide_viewport = True
        for item in stand_ins:
            bpy.data.objects.remove(item)
        bpy.data.scenes.remove(scene)
