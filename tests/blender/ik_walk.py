"""Lay performances over a walk whose arms hang on IK targets; run in Blender.

Usage: python ik_walk.py CLIP.npz
The last line of the output: metres by which forearms and hands stray from the walk, in a take of
the arms that takes over in half a second ("eased") and in one of strength 0 ("nothing"): at worst,
"… outside" of the take and at its "… border", the first and last frame.
"""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from blender_addon.core.clip_reader import read_clip
from blender_addon.scene.avatar import avatar_of
from blender_addon.scene.perform import perform_clip
from tests.blender.odd_rigs import PLAIN, controls

FRAMES, START = 90, 20
ARMS = frozenset({"left_arm", "right_arm"})
LIMBS = [side + bone for side in ("left", "right") for bone in ("LowerArm", "Hand")]


def walk(armature: bpy.types.Object) -> None:
    for side in ("left", "right"):
        target = armature.pose.bones[f"c_{side}Hand_ik"]
        for frame in (1, 30, 60, 90):
            target.location = (0.0, -0.3 - 0.05 * (-1) ** (frame // 30), 0.15)  # within reach
            target.keyframe_insert("location", frame=frame)


def places(armature: bpy.types.Object) -> np.ndarray:
    rows = []
    for frame in range(1, FRAMES + 1):
        bpy.context.scene.frame_set(frame)
        shown = armature.evaluated_get(bpy.context.view_layer.depsgraph)
        rows.append([shown.matrix_world @ shown.pose.bones[bone].head for bone in LIMBS])
    return np.array(rows)


clip = read_clip(Path(sys.argv[1]))
told: dict[str, float] = {}
for name, manner in (
    ("eased", replace(PLAIN, parts=ARMS, ease=0.5)),
    ("nothing", replace(PLAIN, strength=0.0)),
):
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    armature = controls()
    walk(armature)
    avatar = avatar_of({armature}, "walker")
    below = places(armature)
    performed = perform_clip(clip, avatar, clip.fps, name, START, manner)
    apart = np.linalg.norm(places(armature) - below, axis=-1).max(axis=1)
    first, last = (round(frame) - 1 for frame in performed.keyed.frames)
    told[name] = float(apart.max())
    told[f"{name} outside"] = float(max(apart[:first].max(), apart[last + 1 :].max()))
    told[f"{name} border"] = float(max(apart[first], apart[last]))
print("\n" + json.dumps(told), flush=True)
os._exit(0)
