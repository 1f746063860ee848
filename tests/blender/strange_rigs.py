"""What is found on Rigify's rigs and on a VRM file whose names say nothing; run in Blender.

Usage: python strange_rigs.py FILE.vrm
The last line of the output: {rig: {"title", "bones", "places", "reasons", "seconds"}}; `places` are
heads of the bones found, by humanoid bone.
"""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from blender_addon.core.bone_map import guess_bones
from blender_addon.core.rig import Rig
from blender_addon.scene.avatar import load_avatar
from blender_addon.scene.bones import known_bones
from blender_addon.scene.rig import read_rig

found: dict[str, object] = {}


def note(title: str, rig: Rig) -> None:
    began = time.process_time()
    bone_map = guess_bones(rig)
    found[title] = {
        "title": bone_map.title,
        "bones": bone_map.bones,
        "places": {
            name: rig.heads[rig.index(parts[0])].tolist() for name, parts in bone_map.bones.items()
        },
        "count": len(rig.names),
        "seconds": time.process_time() - began,
    }


bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
bpy.ops.preferences.addon_enable(module="rigify")
for kind, add in (
    ("", bpy.ops.object.armature_human_metarig_add),
    ("basic ", bpy.ops.object.armature_basic_human_metarig_add),
):
    add()
    metarig = bpy.context.object
    before = set(bpy.data.objects)
    bpy.ops.pose.rigify_generate()
    generated = next(item for item in set(bpy.data.objects) - before if item.type == "ARMATURE")
    for title, armature in ((f"{kind}metarig", metarig), (f"{kind}generated", generated)):
        rig = read_rig(armature)
        note(title, rig)
        order = np.random.default_rng(1).permutation(len(rig.names))
        note(f"nameless {title}", replace(rig, names=tuple(f"{k:04d}" for k in order)))

avatar = load_avatar(Path(sys.argv[1]))
bone_map = known_bones(avatar.armature)
found["vrm"] = {"bones": bone_map.bones, "reasons": bone_map.reasons}
print("\n" + json.dumps(found), flush=True)
os._exit(0)
