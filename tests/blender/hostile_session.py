"""Backends that misbehave, one after another, in one Blender; run by test_hostile_worker.py.

Arguments: the extension's zip, the hostile program, the good one, a folder for results. Prints
what the user was told of each as JSON. Ends with `os._exit` because Blender's own exit can hang.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import bpy
from extension_session import MODULE, build_rig, install, select, session
from leaving import leave_after

MODES = (
    "garbage",
    "print",
    "huge header",
    "huge body",
    "no json",
    "not a number",
    "deep json",
    "unknown job",
    "id of another kind",
    "unknown type",
    "endless message",
    "path",
    "windows path",
    "files that overlap",
    "no files",
    "result is a list",
    "no clip",
    "nan clip",
    "empty clip",
    "swollen clip",
    "truncated",
    "another version",
    "dies",
    "goes silent",
    "never answers",
    "flood",
)


def settle(seconds: float = 30.0) -> None:
    """Let the add-on work as its timer would."""
    end = time.monotonic() + seconds
    while session().poll():
        assert time.monotonic() < end, session().tasks
        time.sleep(0.01)


def scene_state() -> list[object]:
    """Everything that a result would change."""
    data = bpy.data
    kinds = (data.objects, data.actions, data.meshes, data.sounds, data.armatures, data.scenes)
    hero = data.objects["Hero"]
    return [
        [sorted(item.name for item in kind) for kind in kinds],
        hero.animation_data.action.name,
        [tuple(bone.rotation_quaternion) for bone in hero.pose.bones],
        len(bpy.context.scene.timeline_markers),
        bpy.context.scene.frame_end,
    ]


def impatient() -> None:
    """As if minutes had gone by."""
    backend = session().backend
    limits = sys.modules[f"{MODULE}.client.backend"].Limits
    backend._limits = limits(start=0.7, silence=0.7, cancel=0.5)


def try_modes(results: Path) -> dict[str, str]:
    told: dict[str, str] = {}
    before = scene_state()
    for mode in MODES:
        os.environ["MOMJIT_HOSTILE"] = mode
        session().disconnect()
        assert bpy.ops.momjit.generate() == {"FINISHED"}, mode
        if mode in ("never answers", "goes silent", "flood"):
            impatient()
        settle()
        note = session().notes["generate"]
        assert note.is_error, (mode, note)
        told[mode] = note.text
        assert scene_state() == before, mode
        assert not list(results.rglob("*evil*")), mode
    return told


def check_lists(told: dict[str, str]) -> None:
    os.environ["MOMJIT_HOSTILE"] = "bad lists"
    session().disconnect()
    bpy.ops.momjit.refresh()
    settle()
    told["bad lists"] = session().notes["catalogue"].text
    bpy.ops.momjit.check_backend()
    settle()
    told["bad check"] = session().notes["check"].text


def check_kill_in_the_middle(good: str) -> None:
    """Whatever happened before: the next backend works, also after it was killed."""
    preferences = bpy.context.preferences.addons[MODULE].preferences
    preferences.backend_python = good
    settings = bpy.context.scene.momjit
    settings.text = "천천히"
    before = scene_state()
    bpy.ops.momjit.generate()
    bpy.ops.momjit.check_backend()  # a second job at the same time, behind the first
    while session().tasks["generate"].fraction < 0.1:
        session().poll()
        time.sleep(0.01)
    os.kill(session().backend._connection.channel.process.pid, signal.SIGKILL)
    settle()
    for task in ("generate", "check"):
        assert "killed by SIGKILL" in session().notes[task].text, session().notes
    assert scene_state() == before
    settings.text = "안녕"
    bpy.ops.momjit.generate()
    bpy.ops.momjit.check_backend()
    settle()
    assert not session().notes["generate"].is_error, session().notes
    assert not session().notes["check"].is_error, session().notes
    assert scene_state() != before
    bpy.ops.ed.undo()


def check_full_disk(results: Path) -> None:
    """A result that cannot be written is told, and leaves neither files nor changes."""
    import resource

    bpy.context.scene.momjit.text = "안녕"
    before, files = scene_state(), sorted(results.rglob("*"))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    bpy.ops.momjit.generate()
    settle()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    note = session().notes["generate"]
    assert note.is_error, note
    assert "File too large" in note.text, note
    assert scene_state() == before
    assert sorted(results.rglob("*")) == files


def check_disabling_in_the_middle() -> None:
    bpy.context.scene.momjit.text = "천천히"
    bpy.ops.momjit.generate()
    process = session().backend._connection.channel.process
    timer = sys.modules[f"{MODULE}.ui.session"]._tick
    handlers = [list(getattr(bpy.app.handlers, name)) for name in ("load_pre", "load_post")]
    assert any(MODULE in handler.__module__ for group in handlers for handler in group)
    bpy.ops.preferences.addon_disable(module=MODULE)
    assert process.poll() is not None
    assert not bpy.app.timers.is_registered(timer)
    for name in dir(bpy.app.handlers):
        group = getattr(bpy.app.handlers, name)
        if isinstance(group, list):
            assert not [one for one in group if MODULE in getattr(one, "__module__", "")]
    assert not [name for name in dir(bpy.types) if name.startswith("MOMJIT_")]


def main(archive: str, hostile: str, good: str, results: str) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    install(archive, hostile, results)
    select(build_rig())
    os.environ["MOMJIT_HOSTILE"] = "none"
    bpy.context.scene.momjit.text = "안녕하세요"
    bpy.ops.momjit.refresh()
    settle()
    told = try_modes(Path(results))
    check_lists(told)
    check_kill_in_the_middle(good)
    check_full_disk(Path(results))
    check_disabling_in_the_middle()
    print(json.dumps(told))


if __name__ == "__main__":
    leave_after(main)
