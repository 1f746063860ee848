"""Perform a clip on a character twice and report what the scene holds; run in Blender.

Usage: python perform_twice.py CLIP.npz AVATAR
"""

import json
import os
import sys
from pathlib import Path

import bpy
from mathutils import Quaternion

from blender_addon.compat import curves_of
from blender_addon.core.clip_reader import read_clip
from blender_addon.scene.avatar import load_avatar
from blender_addon.scene.perform import perform_clip

clip = read_clip(Path(sys.argv[1]))
jaw = clip.expressions[:, clip.expression_names.index("jawOpen")]
FRAME = int(jaw.argmax())
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
scene = bpy.context.scene
avatar = load_avatar(Path(sys.argv[2]))
avatar.armature.pose.bones["jaw"].location = (0.0, 0.5, 0.0)
MODES = {"leftLowerArm": "XYZ", "rightUpperArm": "ZXY", "rightLowerArm": "AXIS_ANGLE"}
for bone, mode in MODES.items():
    avatar.armature.pose.bones[bone].rotation_mode = mode
first = perform_clip(clip, avatar, clip.fps, "first")
second = perform_clip(clip, avatar, 2.0 * clip.fps, "second", start=11.0)

scene.frame_set(11 + 2 * FRAME)
bpy.context.view_layer.update()
arm = avatar.armature.pose.bones["leftUpperArm"]
keys = {mesh.name: mesh.data.shape_keys.key_blocks for mesh in avatar.meshes}
skin = next(
    node
    for node in avatar.meshes[0].material_slots[0].material.node_tree.nodes
    if node.type == "BSDF_PRINCIPLED"
)
column = second.motion.bones.index("leftUpperArm")
turned = {}
for bone in MODES:
    local = avatar.armature.pose.bones[bone].matrix_basis.to_quaternion()
    wanted = second.motion.rotations[FRAME, second.motion.bones.index(bone)]
    turned[bone] = [abs(local.dot(Quaternion(wanted.tolist()))), abs(local.w)]
report = {
    "modes": {bone: avatar.armature.pose.bones[bone].rotation_mode for bone in MODES},
    "modes expected": MODES,
    "turned": turned,
    "title": avatar.bone_map.title,
    "missing": avatar.bone_map.missing,
    "actions": {action.name: action.use_fake_user for action in bpy.data.actions},
    "playing": avatar.armature.animation_data.action.name,
    "first actions": [first.keyed.action.name],
    "arm": list(arm.rotation_quaternion),
    "arm expected": second.motion.rotations[FRAME, column].tolist(),
    "jawOpen": {name: blocks["jawOpen"].value for name, blocks in keys.items()},
    "jawOpen expected": float(jaw[FRAME]),
    "expressions": second.expressions,
    "lost": second.lost,
    "key times": [point.co.x for point in next(curves_of(avatar.armature)).keyframe_points],
    "subsurface": skin.inputs["Subsurface Weight"].default_value,
    "version": bpy.app.version[:2],
}
print("\n" + json.dumps(report), flush=True)
os._exit(0)
