"""Ask for engines on a computer without libEGL; run in Blender."""

import ctypes
import json
import os
from unittest import mock

import bpy

from blender_addon.core.errors import UserError
from blender_addon.core.picture import ENGINES
from blender_addon.scene.render import Look, set_up_render

bpy.ops.wm.read_factory_settings(use_empty=True)
answers = {}
with mock.patch.object(ctypes, "CDLL", side_effect=OSError("not found")):
    for engine in ENGINES:
        try:
            set_up_render(bpy.context.scene, Look(engine, (64, 64), 1))
            answers[engine] = ""
        except UserError as error:
            answers[engine] = str(error)
print("\n" + json.dumps(answers), flush=True)
os._exit(0)
