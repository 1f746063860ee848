"""The Blender half of the benchmarks; run in a process of its own.

Usage: python blender_scene.py cube VIDEO.mp4 FRAMES | perform CLIP.npz AVATAR.glb
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from blender_addon.compat import play  # noqa: E402
from blender_addon.core.clip_reader import read_clip  # noqa: E402
from blender_addon.core.frame_folder import FrameFolder  # noqa: E402
from blender_addon.core.retarget import RigMotion  # noqa: E402
from blender_addon.scene.avatar import load_avatar  # noqa: E402
from blender_addon.scene.cut import Cut, film_video  # noqa: E402
from blender_addon.scene.perform import perform_clip  # noqa: E402
from blender_addon.scene.render import Look, render_now, set_up_render  # noqa: E402
from blender_addon.scene.takes import owners_of  # noqa: E402


def render_cube(path: Path, frames: int) -> None:
    """The factory scene by the same engine, size and codec."""
    bpy.ops.wm.read_factory_settings()
    size, scene = (512, 512), bpy.context.scene
    set_up_render(scene, Look("workbench", size, 1))
    with tempfile.TemporaryDirectory() as folder:
        cut = Cut([FrameFolder(Path(folder), size)], range(1, frames + 1), 30.0)
        for _ in film_video(path, scene, cut, render_now):
            pass


def time_performing(clip_path: Path, avatar_path: Path) -> dict[str, Any]:
    """What it takes from a clip's file to an action that plays, the median of 5, and to insert
    the same movement key by key: seconds on the clock and of the processor."""
    bpy.ops.wm.read_homefile(use_empty=True, use_factory_startup=True)
    avatar = load_avatar(avatar_path)
    took: list[tuple[float, float]] = []
    for _ in range(5):
        for owner in owners_of(avatar.armature):
            play(owner, None)
        start, used = time.perf_counter(), time.process_time()
        performed = perform_clip(read_clip(clip_path), avatar, 30.0, "bulk")
        took.append((time.perf_counter() - start, time.process_time() - used))
    motion = performed.motion
    _require_playback(avatar.armature, motion)
    play(avatar.armature, None)
    start, used = time.perf_counter(), time.process_time()
    _insert_keys(avatar.armature, motion)
    inserted = time.perf_counter() - start, time.process_time() - used
    perform = [statistics.median(seconds) for seconds in zip(*took, strict=True)]
    return {"bones": len(motion.bones), "perform": perform, "keyframe_insert": inserted}


def _require_playback(armature: bpy.types.Object, motion: RigMotion) -> None:
    """Nothing is timed that does not play."""
    for frame in (0, len(motion.rotations) // 2):
        bpy.context.scene.frame_set(frame + 1)
        for bone, wanted in zip(motion.bones, motion.rotations[frame], strict=True):
            played = armature.pose.bones[bone].matrix_basis.to_quaternion()
            assert abs(played.dot(wanted)) > 0.99999, bone


def _insert_keys(armature: bpy.types.Object, motion: RigMotion) -> None:
    bones = [armature.pose.bones[bone] for bone in motion.bones]
    root = armature.pose.bones[motion.root]
    for frame, rotations in enumerate(motion.rotations, start=1):
        for bone, rotation in zip(bones, rotations, strict=True):
            bone.rotation_quaternion = rotation
            bone.keyframe_insert("rotation_quaternion", frame=frame)
        root.location = motion.locations[frame - 1]
        root.keyframe_insert("location", frame=frame)


if __name__ == "__main__":
    if sys.argv[1] == "cube":
        render_cube(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        print(json.dumps(time_performing(Path(sys.argv[2]), Path(sys.argv[3]))))
    sys.stdout.flush()
    os._exit(0)  # bpy's own clean-up may crash at exit
