"""Open a performed character and report how it moves; run in Blender.

Usage: python reopen.py FILE.blend|FILE.fbx
"""

import json
import os
import sys

import bpy

path = sys.argv[1]
if path.endswith(".blend"):
    bpy.ops.wm.open_mainfile(filepath=path)
else:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.fbx(filepath=path)
armature = next(item for item in bpy.data.objects if item.type == "ARMATURE")
body = next(item for item in bpy.data.objects if item.name == "body")
wrists, jaws = [], []
for frame in range(1, 16):
    bpy.context.scene.frame_set(frame)
    wrists.append(armature.matrix_world @ armature.pose.bones["leftHand"].head)
    jaws.append(body.data.shape_keys.key_blocks["jawOpen"].value)
travel = max((place - wrists[0]).length for place in wrists)
sounds = [sound.packed_file is not None for sound in bpy.data.sounds]
report = {"bones": len(armature.data.bones), "travel": travel, "jaw": max(jaws) - min(jaws)}
report |= {"sounds": sounds, "audio": bool(bpy.app.build_options.audaspace)}
print("\n" + json.dumps(report), flush=True)
os._exit(0)
