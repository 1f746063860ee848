"""Perform a clip on rigs in Blender and save where its bones really are; run in Blender.

Usage: python pose_rigs.py CLIP.npz OUT.npz RIG.npz…   (RIG: names, parents, heads, tails,
rotations). OUT holds `NAME` (T, M, 3), the heads of the mapped bones, and `NAME names` (M,);
`rigify` is Blender's own human metarig.
"""

import os
import sys
from pathlib import Path

import bpy
import numpy as np

from blender_addon.core.clip_reader import read_clip
from blender_addon.scene.avatar import avatar_of
from blender_addon.scene.perform import perform_clip
from tests.blender.skinned import build_armature

LEVEL = ("head", "upperarm_l", "hand_r")
"""Bones of the game-engine rig that do not inherit their parent's rotation."""


def build(name: str, rig: dict[str, np.ndarray]) -> bpy.types.Object:
    armature = build_armature(name, rig)
    for bone in armature.data.bones:
        bone.use_inherit_rotation = bone.name not in LEVEL
    return armature


def metarig() -> bpy.types.Object:
    bpy.ops.preferences.addon_enable(module="rigify")
    bpy.ops.object.armature_human_metarig_add()
    return bpy.context.object


clip = read_clip(Path(sys.argv[1]))
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
armatures = [build(Path(path).stem, dict(np.load(path))) for path in sys.argv[3:]]
armatures.append(metarig())
armatures[-1].name = "rigify"
results: dict[str, np.ndarray] = {}
for armature in armatures:
    avatar = avatar_of({armature}, armature.name)
    perform_clip(clip, avatar, clip.fps, armature.name)
    names = sorted(avatar.bone_map.bones)
    places = []
    for frame in range(clip.frames):
        bpy.context.scene.frame_set(frame + 1)
        heads = [armature.pose.bones[avatar.bone_map.first(name)].head[:] for name in names]
        places.append(heads)
    results[armature.name] = np.array(places)
    results[f"{armature.name} names"] = np.array(names)
np.savez(sys.argv[2], **results)
print("\ntrue", flush=True)
os._exit(0)
