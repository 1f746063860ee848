"""Read exported characters back and say what they do; run in Blender.

Usage: python reimport.py FPS FRAMES OUT.json FILE.fbx|FILE.glb|FILE.bvh[@SCALE]…
OUT: {FILE: {"heads": {bone: [[x, y, z]…]}, "weights": {mesh: {shape key: […]}}, "skin": {mesh:
[[x, y, z]…]} in the last frame, "colours" of its pictures, "scale" and "name" of the armature,
"actions": […], "roots": bones without a parent}}, in world axes, metres.
"""

import json
import os
import sys

import bpy

from tests.blender.skinned import shown_colours, shown_vertices


def imported(path: str, fps: float, frames: int) -> dict[str, object]:
    file, _, scale = path.partition("@")
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = round(fps), round(fps) / fps
    if file.endswith(".fbx"):
        bpy.ops.import_scene.fbx(filepath=file, anim_offset=0.0)
    elif file.endswith(".glb"):
        bpy.ops.import_scene.gltf(filepath=file, bone_heuristic="BLENDER")
    else:
        bpy.ops.import_anim.bvh(filepath=file, global_scale=float(scale))
    armature = next(item for item in bpy.data.objects if item.type == "ARMATURE")
    first = 0
    if file.endswith(".bvh"):  # a T-pose may come before the movement
        first, last = (round(end) for end in armature.animation_data.action.frame_range)
        frames = last - first + 1
    shaped = [item for item in bpy.data.objects if item.type == "MESH" and item.data.shape_keys]
    heads = {bone.name: [] for bone in armature.data.bones}
    weights = {
        mesh.name: {block.name: [] for block in mesh.data.shape_keys.key_blocks[1:]}
        for mesh in shaped
    }
    for frame in range(first, first + frames):
        scene.frame_set(frame)
        for bone in armature.pose.bones:
            heads[bone.name].append([*(armature.matrix_world @ bone.head)])
        for mesh in shaped:
            for block in mesh.data.shape_keys.key_blocks[1:]:
                weights[mesh.name][block.name].append(block.value)
    return {
        "heads": heads,
        "weights": weights,
        "skin": {mesh.name: shown_vertices(mesh) for mesh in shaped},
        "colours": shown_colours(),
        "scale": [*armature.scale],
        "name": armature.name,
        "actions": [action.name for action in bpy.data.actions],
        "roots": [bone.name for bone in armature.data.bones if bone.parent is None],
    }


fps, frames, out = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with open(out, "w", encoding="utf-8") as stream:
    json.dump({path: imported(path, fps, frames) for path in sys.argv[4:]}, stream)
print("\ntrue", flush=True)
os._exit(0)
