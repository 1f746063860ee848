"""Lay a performance over arms that only NLA tracks swing; run in Blender.

Usage: python nla_walk.py CLIP.npz
The last line of the output: metres by which the hands stray from the walk at worst in the take
("inside"), at its first and last frame ("border") and outside of it, also after it was left and
played again and as a strip; and how actions go on beyond their frames by then ("after").
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
from blender_addon.scene.nla import push_take
from blender_addon.scene.perform import perform_clip
from blender_addon.scene.takes import play_before, play_take
from tests.blender.odd_rigs import PLAIN, a_pose

FRAMES, START = 90, 20
ARMS = frozenset({"left_arm", "right_arm"})


def walk(armature: bpy.types.Object) -> None:
    """Arms that swing in an action that has been pushed down."""
    for side in ("left", "right"):
        bone = armature.pose.bones[f"{side}UpperArm"]
        bone.rotation_mode = "XYZ"
        for frame in (1, 30, 60, 90):
            bone.rotation_euler.x = 0.4 * (-1) ** (frame // 30)
            bone.keyframe_insert("rotation_euler", frame=frame)
    data = armature.animation_data
    strip = data.nla_tracks.new().strips.new("walk", 1, data.action)
    if hasattr(strip, "action_slot"):
        strip.action_slot = data.action_slot
    data.action = None


def hands(armature: bpy.types.Object) -> np.ndarray:
    rows = []
    for frame in range(1, FRAMES + 1):
        bpy.context.scene.frame_set(frame)
        rows.append([armature.pose.bones[f"{side}Hand"].head[:] for side in ("left", "right")])
    return np.array(rows)


bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
armature = a_pose()
walk(armature)
below = hands(armature)
clip = read_clip(Path(sys.argv[1]))
manner = replace(PLAIN, parts=ARMS, ease=0.5)
performed = perform_clip(clip, avatar_of({armature}, "walker"), clip.fps, "take", START, manner)
take = performed.keyed.action
first, last = (round(frame) - 1 for frame in performed.keyed.frames)


def strays() -> np.ndarray:
    return np.linalg.norm(hands(armature) - below, axis=-1).max(axis=1)


def outside(apart: np.ndarray) -> float:
    return float(max(apart[:first].max(), apart[last + 1 :].max()))


apart = strays()
told: dict[str, object] = {
    "swing": float(np.ptp(below, axis=0).max()),
    "inside": float(apart[first : last + 1].max()),
    "border": float(max(apart[first], apart[last])),
    "outside": outside(apart),
}
play_before(armature, take)
told["left"] = float(strays().max())
told["after"] = armature.animation_data.action_extrapolation
play_take(armature, take)
told["played again"] = outside(strays())
push_take(armature, take)
apart = strays()
told["as a strip"] = outside(apart)
told["strip inside"] = float(apart[first : last + 1].max())
told["after the push"] = armature.animation_data.action_extrapolation
print("\n" + json.dumps(told), flush=True)
os._exit(0)
