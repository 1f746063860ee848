"""What a user films from the panel; run by test_render.py in the installed extension.

Arguments: the extension's zip, a folder for results, a clip, a character. Ends with `os._exit`
because Blender's own exit can hang.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import bpy

sys.path.insert(0, str(Path(__file__).parent))

from extension_session import MODULE, install, note, refused, select, session, settle
from leaving import leave_after


def module(name: str):
    return sys.modules[f"{MODULE}.{name}"]


def perform(clip: str, character: str) -> bpy.types.Object:
    """A character that plays a take in a scene with a camera, a light and settings of its own."""
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 30, 11, 12
    scene.render.resolution_x, scene.render.resolution_y = 180, 320
    scene.render.engine = "BLENDER_WORKBENCH"
    insert = module("ui.insert")
    placement = insert.Placement(scene.name, None, 11, sound=True, markers=False)
    insert.insert(bpy.context, Path(clip), Path(character), placement)
    hero = bpy.context.object
    camera = bpy.data.objects.new("Mine", bpy.data.cameras.new("Mine"))
    camera.location, camera.rotation_euler = (0.0, -5.0, 1.0), (1.5708, 0.0, 0.0)
    lamp = bpy.data.objects.new("Lamp", bpy.data.lights.new("Lamp", "SUN"))
    for item in (camera, lamp):
        scene.collection.objects.link(item)
    scene.camera = camera
    scene.frame_end = 25
    bpy.ops.ed.undo_push(message="scene")
    return hero


def state() -> dict[str, Any]:
    """What filming must not change."""
    scene = bpy.context.scene
    render = {
        name: getattr(scene.render, name)
        for name in (
            "engine",
            "fps",
            "resolution_x",
            "filepath",
            "film_transparent",
            "use_sequencer",
        )
    }
    kinds = ("scenes", "objects", "meshes", "cameras", "lights", "worlds", "materials", "images",
             "collections", "actions", "fonts", "sounds")  # fmt: skip
    counts = {kind: len(getattr(bpy.data, kind)) for kind in kinds}
    counts["images"] -= "Render Result" in bpy.data.images  # Blender's own
    view = (scene.view_settings.view_transform, scene.view_settings.exposure)
    place = (scene.frame_current, scene.frame_start, scene.frame_end, scene.camera, scene.world)
    return {**render, **counts, "view": view, "place": place}


def film(**chosen: Any) -> str:
    """Render with these settings; where the result is."""
    settings = bpy.context.scene.momjit_render
    for name, value in chosen.items():
        setattr(settings, name, value)
    before = state()
    assert bpy.ops.momjit.render_video() == {"FINISHED"}
    settle()
    assert not note("render").is_error, note("render")
    assert state() == before, (before, state())
    return note("render").text


def check_still() -> None:
    before = state()
    bpy.context.scene.frame_set(18)
    bpy.ops.momjit.render_still()
    with refused("still being rendered"):
        bpy.ops.momjit.render_still()
    settle()
    assert not note("render").is_error, note("render")
    bpy.context.scene.frame_set(before["place"][0])
    assert state() == before, (before, state())
    Path(note("render").text).rename(Path(note("render").text).with_name("still.png"))


def check_interrupted_pictures() -> None:
    """A render that is stopped goes on where it was, unless something else is played by now."""
    settings = bpy.context.scene.momjit_render
    settings.kind = "PICTURES"
    before = state()
    bpy.ops.momjit.render_video()
    while session().tasks["render"].fraction < 0.3:
        assert session().poll()
    bpy.ops.momjit.cancel(task="render")
    settle()
    assert note("render").text == "Cancelled"
    assert state() == before, (before, state())
    (folder,) = Path(settings.folder).glob("*pictures")
    taken = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.png")}
    assert 4 <= len(taken) < 15, taken
    assert film(kind="PICTURES") == str(folder)
    assert len(list(folder.glob("*.png"))) == 15
    assert all((folder / name).stat().st_mtime_ns == time for name, time in taken.items())
    settings.format = "square-720"
    bpy.ops.momjit.render_video()
    settle()
    assert note("render").is_error
    assert "size was 180x320, is now 720x720" in note("render").text
    settings.format = "SCENE"


def check_refusals() -> None:
    scene = bpy.context.scene
    scene.momjit_render.kind = ".mp4"
    scene.momjit_render.transparent = True
    with refused("cannot be transparent"):
        bpy.ops.momjit.render_video()
    scene.momjit_render.transparent = False
    scene.camera, camera = None, scene.camera
    scene.momjit_render.shot = "SCENE"
    with refused("has no camera"):
        bpy.ops.momjit.render_video()
    scene.camera = camera
    scene.momjit_render.shot = "half"


def main(archive: str, results: str, clip: str, character: str) -> None:
    bpy.ops.wm.read_homefile(use_empty=True)
    install(archive, sys.executable, results)
    hero = perform(clip, character)
    settings = bpy.context.scene.momjit_render
    settings.folder, settings.quality, settings.format = results, "draft", "SCENE"
    check_refusals()
    check_still()
    os.rename(film(kind=".mp4", subtitles=True), f"{results}/burnt.mp4")
    settings.subtitles = False
    os.rename(film(kind=".webm", transparent=True), f"{results}/clear.webm")
    settings.transparent = False
    os.rename(film(kind=".mp4", shot="SCENE", quality="SCENE", rate="60"), f"{results}/mine.mp4")
    settings.shot, settings.quality, settings.rate = "half", "draft", "SCENE"
    check_interrupted_pictures()
    assert bpy.ops.momjit.save_subtitles(kind=".srt") == {"FINISHED"}
    select(None)
    hero.animation_data.action = None
    with refused("says nothing"):
        bpy.ops.momjit.save_subtitles(kind=".vtt")


if __name__ == "__main__":
    leave_after(main)
