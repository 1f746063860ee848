"""Try a character whose forearm copies another bone; run in Blender.

Usage: python constrained_rig.py AVATAR.glb
"""

import json
import os
import sys
from pathlib import Path

import bpy

from blender_addon.core.errors import UserError
from blender_addon.scene.avatar import avatar_of, load_avatar

bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
armature = load_avatar(Path(sys.argv[1])).armature
constraint = armature.pose.bones["leftLowerArm"].constraints.new("COPY_ROTATION")
constraint.target, constraint.subtarget = armature, "leftHand"
complaint = ""
try:
    avatar_of({armature}, "the scene")
except UserError as error:
    complaint = str(error)
print("\n" + json.dumps(complaint), flush=True)
os._exit(0)
