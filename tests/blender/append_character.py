"""Take a character over from a .blend full of other things; run in Blender.

Usage: python append_character.py FILE.blend
The last line of the output: {"shown", "kept", "meshes"}, names of the objects in the scene, in the
file and of the character's meshes.
"""

import json
import os
import sys
from pathlib import Path

import bpy

from blender_addon.scene.avatar import load_avatar
from tests.blender.armatures import A_POSE, build
from tests.blender.skinned import add_skin


def put(name: str, parent: bpy.types.Object | None = None) -> bpy.types.Object:
    item = bpy.data.objects.new(name, bpy.data.meshes.new(name))
    bpy.context.scene.collection.objects.link(item)
    item.parent = parent
    return item


path = sys.argv[1]
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
armature = build("hero", A_POSE)
body = add_skin(armature, "body")
armature.parent = put("holder")
put("glasses", parent=body)
armature.pose.bones["head"].custom_shape = put("widget")
put("desk")
build("assistant", A_POSE)
bpy.ops.wm.save_as_mainfile(filepath=path)
bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
avatar = load_avatar(Path(path))
told = {
    "shown": sorted(item.name for item in bpy.context.scene.objects),
    "kept": sorted(item.name for item in bpy.data.objects),
    "meshes": [mesh.name for mesh in avatar.meshes],
}
print(json.dumps(told))
sys.stdout.flush()
os._exit(0)
