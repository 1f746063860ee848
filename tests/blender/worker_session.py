"""A performance through the real worker, as a user of the installed extension has it made.

Arguments: the extension's zip, the backend's Python, a folder with `skeleton.npz` (names, parents,
rest: the rig to build, Z up) where results go. Writes `played.npz`: the frames and where each bone
was in them. Ends with `os._exit` because Blender's own exit can hang.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from leaving import leave_after

MODULE = "bl_ext.user_default.momjit"
TEXT = "안녕하세요, 이쪽에 앉으세요."
PATIENCE = 240.0
"""Seconds for the first job of a cold backend on a busy machine."""


def session():
    return sys.modules[f"{MODULE}.ui.session"].current()


def settle(task: str) -> None:
    """Let the add-on work as its timer would, until nothing is left; the task must succeed."""
    end = time.monotonic() + PATIENCE
    while session().poll():
        assert time.monotonic() < end, session().tasks
        time.sleep(0.01)
    note = session().notes[task]
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
    """Heads `(T, B, 3)` of all bones in the world from its action's first frame on."""
    places = []
    first = int(rig.animation_data.action.frame_range[0])  # importers begin at 0 or 1
    for frame in range(first, first + frames):
        bpy.context.scene.frame_set(frame)
        places.append([(rig.matrix_world @ bone.head)[:] for bone in rig.pose.bones])
    return np.array(places)


def generate(seed: int) -> bpy.types.Object:
    """One take of the line on the rig, which is looked up: an undo may have replaced it."""
    bpy.context.scene.momjit.seed = seed
    bpy.ops.momjit.generate()
    settle("generate")
    return bpy.data.objects["Own"]


def mask(*parts: str) -> None:
    """Let the next results move these parts of the body only."""
    settings = bpy.context.scene.momjit_performance
    for part in ("head", "face", "left_arm", "right_arm", "left_hand", "right_hand"):
        setattr(settings, part, part in parts)
    settings.trunk = settings.legs = False


def redo_second_phrase(first_word: str) -> tuple[float, float]:
    """Perform the phrase that begins with a word anew; its seconds in the take."""
    words = sys.modules[f"{MODULE}.ui.words"]
    words.fill(bpy.context)
    rows = bpy.context.window_manager.momjit_words.rows
    bpy.context.scene.frame_set(next(row.at for row in rows if row.text == first_word))
    bpy.context.window_manager.momjit_words.stretch = "PHRASE"
    take = words.current_take(bpy.context).take
    stretch = words.chosen_stretch(bpy.context, take)
    assert bpy.ops.momjit.redo_words() == {"FINISHED"}
    settle("redo")
    return stretch


def exported(folder: Path, suffix: str, frames: int) -> np.ndarray:
    """Where the bones of an exported file are when Blender reads it again."""
    path = folder / f"take{suffix}"
    options = {"preset": "blender", "sound": False, "format": suffix}
    assert bpy.ops.momjit.export_performance(filepath=str(path), **options) == {"FINISHED"}
    before = set(bpy.data.objects)
    if suffix == ".bvh":
        bpy.ops.import_anim.bvh(filepath=str(path), axis_forward="-Z", axis_up="Y")
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    (read,) = (item for item in set(bpy.data.objects) - before if item.type == "ARMATURE")
    heads = played(read, frames)
    rig = bpy.data.objects["Own"]
    read.select_set(False)  # what was read is what importers leave selected
    rig.select_set(True)
    bpy.context.view_layer.objects.active = rig
    return heads[:, [read.pose.bones.find(bone.name) for bone in rig.pose.bones]]


def uninstall() -> None:
    process = session().backend._connection.channel.process
    repos = [repo.module for repo in bpy.context.preferences.extensions.repos]
    bpy.ops.extensions.package_uninstall(repo_index=repos.index("user_default"), pkg_id="momjit")
    assert MODULE not in bpy.context.preferences.addons
    assert process.poll() is not None
    assert not [name for name in dir(bpy.types.Scene) if name.startswith("momjit")]
    assert not [name for name in dir(bpy.types) if name.startswith("MOMJIT_")]


def main(archive: str, backend: str, results: str) -> None:
    folder = Path(results)
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps = 30
    install(archive, backend, folder / "results")
    rig = build_rig(dict(np.load(folder / "skeleton.npz")))
    scene.momjit.text = TEXT
    bpy.ops.ed.undo_push(message="text")
    seen: dict[str, Any] = {"names": [bone.name for bone in rig.pose.bones]}
    rig = generate(seed=0)
    frames = int(rig.animation_data.action.frame_range[1])
    seen["whole"] = played(rig, frames)
    bpy.ops.ed.undo()
    assert bpy.data.objects["Own"].animation_data is None
    bpy.ops.ed.redo()
    scene = bpy.context.scene
    seen["again"] = played(bpy.data.objects["Own"], frames)
    seen["stretch"] = redo_second_phrase("이쪽에")
    seen["redone"] = played(bpy.data.objects["Own"], frames)
    mask("left_arm", "left_hand")
    scene.momjit_performance.ease = 0.0
    seen["masked"] = played(generate(seed=5), frames)
    seen["glb"] = exported(folder, ".glb", frames)
    seen["bvh"] = exported(folder, ".bvh", frames)
    np.savez(folder / "played.npz", **seen)
    uninstall()


if __name__ == "__main__":
    leave_after(main)
