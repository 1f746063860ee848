"""Bringing a character from a file into the scene."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from ..core.bone_map import BoneMap, map_bones
from ..core.errors import UserError
from ..core.quaternion import Array
from ..core.retarget import rig_facing
from ..core.rig import Rig
from .materials import upgrade_materials
from .rig import read_rig

OVERRULING = {"COPY_TRANSFORMS", "COPY_ROTATION", "ARMATURE", "IK", "SPLINE_IK", "CHILD_OF"}
"""Constraints that set a bone's rotation themselves."""


@dataclass(frozen=True)
class Avatar:
    """A rigged character: its armature object, the meshes that follow it, and what is known of
    its bones."""

    armature: bpy.types.Object
    meshes: tuple[bpy.types.Object, ...]
    rig: Rig
    bone_map: BoneMap

    def world_facing(self) -> Array:
        """Matrix `(3, 3)`: the character's left, up and forward as unit columns in the world."""
        turn = np.array(self.armature.matrix_world.to_quaternion().to_matrix())
        return turn @ rig_facing(self.rig, self.bone_map)

    def to_world(self, points: Array) -> Array:
        """Points `(..., 3)` of the armature's space in the world, metres."""
        matrix = np.array(self.armature.matrix_world)
        return points @ matrix[:3, :3].T + matrix[:3, 3]

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest corner `(3,)` of the resting meshes in the world."""
        clouds = [_resting_vertices(mesh) for mesh in self.meshes if mesh.data.vertices]
        cloud = np.concatenate(clouds) if clouds else self.to_world(self.rig.heads)
        return cloud.min(axis=0), cloud.max(axis=0)


def _resting_vertices(mesh: bpy.types.Object) -> Array:
    """Places `(V, 3)` in the world of a mesh as it was modelled, however it is posed now."""
    places = np.empty(len(mesh.data.vertices) * 3, dtype=np.float32)
    mesh.data.vertices.foreach_get("co", places)
    matrix = np.array(mesh.matrix_world)
    return places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def load_avatar(path: Path) -> Avatar:
    """Import a rigged character (`.glb`, `.gltf`, `.vrm`, `.fbx`, `.bvh`) or append it (`.blend`).

    `UserError` when the file holds no armature or its bones are not known.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such avatar file")
    readers = {
        ".glb": _import_gltf, ".gltf": _import_gltf, ".vrm": _import_gltf,
        ".fbx": _import_fbx, ".blend": _append, ".bvh": _import_bvh,
    }  # fmt: skip
    if path.suffix.lower() not in readers:
        raise UserError(f"{path}: an avatar is one of {', '.join(readers)}")
    before = set(bpy.data.objects)
    try:
        readers[path.suffix.lower()](path)
    except (RuntimeError, OSError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise UserError(f"{path}: Blender cannot read this avatar ({reason})") from error
    avatar = avatar_of(set(bpy.data.objects) - before, str(path))
    for datablock in _animated(avatar):
        _stop(datablock)
    for bone in avatar.armature.pose.bones:
        bone.matrix_basis = Matrix()
    upgrade_materials(avatar.meshes)
    return avatar


def avatar_of(objects: set[bpy.types.Object], place: str) -> Avatar:
    """The character among `objects`: the armature that moves most vertices, and its meshes."""
    armatures = [item for item in objects if item.type == "ARMATURE"]
    if not armatures:
        raise UserError(f"{place}: holds no armature, so there is nothing to animate")
    followers = {armature: _meshes_of(armature, objects) for armature in armatures}

    def size(armature: bpy.types.Object) -> tuple[int, int]:
        vertices = sum(len(mesh.data.vertices) for mesh in followers[armature])
        return vertices, len(armature.data.bones)

    armature = max(armatures, key=size)
    rig = read_rig(armature)
    bone_map = map_bones(rig)
    _require_free_bones(armature, bone_map)
    return Avatar(armature, followers[armature], rig, bone_map)


def _require_free_bones(armature: bpy.types.Object, bone_map: BoneMap) -> None:
    """`UserError` where constraints would overrule keys: in rigs moved by control bones."""
    for bones in bone_map.bones.values():
        for bone in bones:
            for constraint in armature.pose.bones[bone].constraints:
                if constraint.type in OVERRULING and constraint.enabled:
                    raise UserError(
                        f"{armature.name}: the constraint “{constraint.name}” moves the bone "
                        f"“{bone}”, so keys could not; use the rig without its controls"
                    )


def _meshes_of(
    armature: bpy.types.Object, objects: set[bpy.types.Object]
) -> tuple[bpy.types.Object, ...]:
    meshes = [item for item in objects if item.type == "MESH" and _follows(item, armature)]
    return tuple(sorted(meshes, key=lambda mesh: mesh.name))


def _follows(mesh: bpy.types.Object, armature: bpy.types.Object) -> bool:
    deformed = any(
        modifier.type == "ARMATURE" and modifier.object == armature for modifier in mesh.modifiers
    )
    return deformed or mesh.parent == armature


def _animated(avatar: Avatar) -> list[bpy.types.ID]:
    keys = [mesh.data.shape_keys for mesh in avatar.meshes if mesh.data.shape_keys]
    return [avatar.armature, *avatar.meshes, *keys]


def _stop(datablock: Any) -> None:
    """Let go of the animation that came with the file; drivers stay."""
    data = datablock.animation_data
    if data is None:
        return
    data.action = None
    for track in list(data.nla_tracks):
        data.nla_tracks.remove(track)


def _import_gltf(path: Path) -> None:
    bpy.ops.import_scene.gltf(filepath=str(path), disable_bone_shape=True)


def _import_fbx(path: Path) -> None:
    bpy.ops.import_scene.fbx(filepath=str(path))


def _import_bvh(path: Path) -> None:
    bpy.ops.import_anim.bvh(filepath=str(path), axis_forward="-Z", axis_up="Y")


def _append(path: Path) -> None:
    with bpy.data.libraries.load(str(path), link=False) as (source, target):
        target.objects = list(source.objects)
    for item in target.objects:
        if item is not None and item.type in {"ARMATURE", "MESH", "EMPTY"}:
            bpy.context.scene.collection.objects.link(item)
    bpy.context.view_layer.update()
