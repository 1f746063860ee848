"""A performance through the real worker, as a user of the installed extension has it made.

Arguments: the extension's zip, the backend's Python, a folder with `skeleton.npz` (names, parents,
rest: the rig to build, Z up) where results go. Writes `played.npz`: the frames and where each bone
was in them. Ends with `os._exit` because Blender's own exit can hang.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from pathlib import Path

import bpy
import numpy as np

MODULE = "bl_ext.user_default.momjit"
PATIENCE = 240.0
"""Seconds for the first job of a cold backend on a busy machine."""


def session():
    return sys.modules[f"{MODULE}.ui.session"].current()


def settle() -> None:
    """Let the add-on work as its timer would."""
    end = time.monotonic() + PATIENCE
    while session().poll():
        assert time.monotonic() < end, session().tasks
        time.sleep(0.01)
    note = session().notes["generate"]
    assert not note.is_error, note


def install(archive: str, backend: str, results: Path) -> None:
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True
    )
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.source, preferences.backend_python = "PYTHON", backend
    preferences.results_folder = str(results)


def build_rig(skeleton: dict[str, np.ndarray]) -> bpy.types.Object:
    """The clips' own skeleton as an armature."""
    data = bpy.data.armatures.new("Own")
    rig = bpy.data.objects.new("Own", data)
    bpy.context.scene.collection.objects.link(rig)
    bpy.context.view_layer.objects.active = rig
    rig.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    bones = []
    columns = (skeleton[key] for key in ("names", "parents", "rest"))
    for name, parent, place in zip(*columns, strict=True):
        bone = data.edit_bones.new(str(name))
        bone.head, bone.tail = place, place + [0.0, 0.0, 0.03]
        if parent >= 0:
            bone.parent = bones[parent]
        bones.append(bone)
    bpy.ops.object.mode_set(mode="OBJECT")
    bpy.ops.ed.undo_push(message="rig")
    return rig


def played(rig: bpy.types.Object, frames: int) -> np.ndarray:
    """Heads `(T, B, 3)` of all bones in the world, as Blender evaluates them."""
    places = []
    for frame in range(1, frames + 1):
        bpy.context.scene.frame_set(frame)
        places.append([(rig.matrix_world @ bone.head)[:] for bone in rig.pose.bones])
    return np.array(places)


def main(archive: str, backend: str, folder: Path) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    install(archive, backend, folder / "results")
    rig = build_rig(dict(np.load(folder / "skeleton.npz")))
    scene.momjit.text = "안녕하세요, 이쪽에 앉으세요."
    bpy.ops.ed.undo_push(message="text")
    bpy.ops.momjit.generate()
    settle()
    action = rig.animation_data.action
    frames = int(action.frame_range[1])
    names = [bone.name for bone in rig.pose.bones]
    np.savez(folder / "played.npz", names=names, heads=played(rig, frames))
    bpy.ops.ed.undo()
    assert bpy.data.objects["Own"].animation_data is None


if __name__ == "__main__":
    code = 1
    try:
        main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
