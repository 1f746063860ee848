"""The performed character as a file for other programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np

from ..core.bvh_writer import write_bvh
from ..core.retarget import RigMotion, posed
from .avatar import Avatar


def select_avatar(avatar: Avatar) -> None:
    """Make the character the selection, its armature active."""
    for item in bpy.context.view_layer.objects:
        item.select_set(item == avatar.armature or item in avatar.meshes)
    bpy.context.view_layer.objects.active = avatar.armature


def save_blend(path: Path, avatar: Avatar, motion: RigMotion) -> None:
    """The whole scene with textures and sound inside the file."""
    bpy.ops.file.pack_all()
    bpy.ops.wm.save_as_mainfile(filepath=str(path), copy=True, compress=True, check_existing=False)


def save_glb(path: Path, avatar: Avatar, motion: RigMotion) -> None:
    """Skinned meshes, shape keys and the movement as glTF binary."""
    select_avatar(avatar)
    bpy.ops.export_scene.gltf(
        filepath=str(path),
        export_format="GLB",
        use_selection=True,
        export_animation_mode="ACTIVE_ACTIONS",
        export_frame_range=True,
        export_morph_normal=False,
        export_try_sparse_sk=True,
        export_optimize_animation_size=True,
        export_extras=True,
        export_lights=False,
        export_cameras=False,
    )


def save_fbx(path: Path, avatar: Avatar, motion: RigMotion) -> None:
    """Skinned meshes, shape keys and the movement as binary FBX with its textures inside."""
    select_avatar(avatar)
    bpy.ops.export_scene.fbx(
        filepath=str(path),
        use_selection=True,
        object_types={"ARMATURE", "MESH"},
        add_leaf_bones=False,
        bake_anim=True,
        bake_anim_use_all_actions=False,
        bake_anim_use_nla_strips=False,
        bake_anim_simplify_factor=0.0,
        path_mode="COPY",
        embed_textures=True,
    )


def save_bvh(path: Path, avatar: Avatar, motion: RigMotion, unit: str = "cm") -> None:
    """The movement of the mapped bones, at the clip's own frame rate."""
    heads, turned = posed(avatar.rig, motion)
    upright = avatar.world_facing().T
    places = avatar.to_world(np.concatenate([avatar.rig.heads[None], heads])) @ upright.T
    world = np.array(avatar.armature.matrix_world.to_quaternion().to_matrix())
    turns = upright @ world @ np.concatenate([avatar.rig.rotations[None], turned])
    write_bvh(path, avatar.rig, places, turns, motion.bones, motion.fps, unit)


EXPORTERS: dict[str, Callable[[Path, Avatar, RigMotion], None]] = {
    ".blend": save_blend,
    ".glb": save_glb,
    ".fbx": save_fbx,
    ".bvh": save_bvh,
}
"""File suffix → writer."""
