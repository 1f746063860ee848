"""The Blender half of the benchmarks; run in a process of its own.

Usage: python blender_scene.py cube VIDEO.mp4 FRAMES | keys FRAMES
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import bpy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blender_addon.core.frame_folder import FrameFolder  # noqa: E402
from blender_addon.core.retarget import RigMotion  # noqa: E402
from blender_addon.scene.cut import Cut, film_video  # noqa: E402
from blender_addon.scene.keys import key_performance  # noqa: E402
from blender_addon.scene.render import Look, render_now, set_up_render  # noqa: E402

BONES = 55


def render_cube(path: Path, frames: int) -> None:
    """The factory scene by the same engine, size and codec."""
    bpy.ops.wm.read_factory_settings()
    size, scene = (512, 512), bpy.context.scene
    set_up_render(scene, Look("workbench", size, 1))
    with tempfile.TemporaryDirectory() as folder:
        cut = Cut(FrameFolder(Path(folder), size), range(1, frames + 1), 30.0)
        for _ in film_video(path, scene, cut, render_now):
            pass


def time_keys(frames: int) -> dict[str, float]:
    """Seconds to key the rotations of 55 bones over some frames, in both ways."""
    rotations = np.random.default_rng(0).normal(size=(frames, BONES, 4))
    rotations /= np.linalg.norm(rotations, axis=-1, keepdims=True)
    names = tuple(f"bone{i}" for i in range(BONES))
    motion = RigMotion(
        bones=names,
        rotations=rotations,
        root=names[0],
        locations=np.random.default_rng(1).normal(size=(frames, 3)),
        fps=30.0,
    )
    armature = _armature(names)
    start = time.perf_counter()
    key_performance(armature, [], motion, {}, 30.0, "bulk")
    bulk = time.perf_counter() - start
    armature = _armature(names)
    start = time.perf_counter()
    for frame in range(frames):
        for name, rotation in zip(names, rotations[frame], strict=True):
            bone = armature.pose.bones[name]
            bone.rotation_quaternion = rotation
            bone.keyframe_insert("rotation_quaternion", frame=frame + 1)
        armature.pose.bones[0].location = motion.locations[frame]
        armature.pose.bones[0].keyframe_insert("location", frame=frame + 1)
    return {"bulk": bulk, "keyframe_insert": time.perf_counter() - start}


def _armature(names: tuple[str, ...]) -> bpy.types.Object:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    armature = bpy.data.objects.new("rig", bpy.data.armatures.new("rig"))
    bpy.context.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    bpy.ops.object.mode_set(mode="EDIT")
    for index, name in enumerate(names):
        bone = armature.data.edit_bones.new(name)
        bone.head, bone.tail = (0.0, 0.0, 0.1 * index), (0.0, 0.0, 0.1 * index + 0.1)
        if index:
            bone.parent = armature.data.edit_bones[index - 1]
    bpy.ops.object.mode_set(mode="OBJECT")
    for bone in armature.pose.bones:
        bone.rotation_mode = "QUATERNION"
    return armature


if __name__ == "__main__":
    if sys.argv[1] == "cube":
        render_cube(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(time_keys(int(sys.argv[2]))))
    sys.stdout.flush()
    os._exit(0)  # bpy's own clean-up may crash at exit
