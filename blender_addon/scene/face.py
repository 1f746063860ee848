"""What the shape keys of a mesh show: recognised by their names, or as somebody decided."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

import bpy

from ..core.expressions import FaceMap, map_face, stated_names
from ..core.face_file import face_fingerprint, face_from_json, face_to_json, read_face
from ..core.face_names import FACES

KEPT = "momjit_face"
"""The property of a `Key` that holds its own face map: saved, undone and copied with it."""
STATED = "momjit_vrm"
"""The property of a `Key` with what its VRM file says."""
FOLDER = "faces"
"""The add-on's folder of maps for faces of one kind."""


def faces_of(armature: bpy.types.Object) -> list[bpy.types.Object]:
    """The meshes that follow an armature and have shape keys, by name."""
    meshes = (item for item in bpy.data.objects if item.type == "MESH" and item.data.shape_keys)
    return sorted((m for m in meshes if m.find_armature() == armature), key=lambda mesh: mesh.name)


def shape_names(keys: bpy.types.Key) -> list[str]:
    """Names of the shape keys that are more than the mesh at rest."""
    return [block.name for block in keys.key_blocks if block != keys.reference_key]


def face_map_of(keys: bpy.types.Key) -> FaceMap:
    """The map that is kept with the shape keys, or what their VRM file or their names say.

    `UserError` for a map that is damaged. Shape keys that are gone by now are left out.
    """
    names = shape_names(keys)
    if not has_own_map(keys):
        return _recognised(tuple(names), str(keys.get(STATED, "")))
    face = face_from_json(str(keys[KEPT]), f"face map of “{keys.name}”")
    return FaceMap(face.title, {name: face.blocks[name] for name in names if name in face.blocks})


@lru_cache(maxsize=256)
def _recognised(names: tuple[str, ...], stated: str) -> FaceMap:
    """`map_face`; the meshes of a head often have the same shape keys, and panels ask often."""
    return map_face(names, (*FACES, stated_names(json.loads(stated))) if stated else FACES)


def keep_stated_shapes(
    meshes: Iterable[bpy.types.Object], stated: Mapping[str, Mapping[str, float]]
) -> None:
    """Remember what a VRM file says of the shape keys: by which expressions they are moved."""
    for keys in {mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys}:
        own = {name: stated[name] for name in shape_names(keys) if name in stated}
        if own:
            keys[STATED] = json.dumps(own, ensure_ascii=False)


def has_own_map(keys: bpy.types.Key) -> bool:
    """Whether somebody decided what these shape keys show."""
    return KEPT in keys


def keep_face_map(keys: bpy.types.Key, face: FaceMap) -> None:
    """Keep a map with the shape keys."""
    keys[KEPT] = face_to_json(face)


def forget_face_map(keys: bpy.types.Key) -> None:
    """Go by the names of the shape keys again."""
    if has_own_map(keys):
        del keys[KEPT]


def recall_faces(meshes: Iterable[bpy.types.Object], folder: Path) -> None:
    """Give meshes without a map of their own the one saved in `folder` for faces like theirs.

    `UserError` for a saved map that is damaged.
    """
    for keys in {mesh.data.shape_keys for mesh in meshes if mesh.data.shape_keys}:
        saved = saved_face(keys, folder)
        if not has_own_map(keys) and keys.is_editable and saved.is_file():
            keep_face_map(keys, read_face(saved))


def saved_face(keys: bpy.types.Key, folder: Path) -> Path:
    """The file of `folder` for all faces with these shape keys."""
    return folder / f"{face_fingerprint(shape_names(keys))}.json"
