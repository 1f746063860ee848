"""Likenesses in Blender: `read FILE`, or `render AVATAR OUT.png ENGINE` by Blender's own command.

Ends with `os._exit` because Blender's own exit can hang.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import bpy

from blender_addon import compat
from blender_addon.scene.avatar import load_avatar
from blender_addon.scene.likeness import likenesses_in
from blender_addon.scene.stamp import HANDLERS


def read(path: Path) -> list[list[Any]]:
    """Name, mark and notice of every likeness in a file."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if path.suffix == ".blend":
        bpy.ops.wm.open_mainfile(filepath=str(path))
    elif path.suffix == ".fbx":
        bpy.ops.import_scene.fbx(filepath=str(path))
    else:
        bpy.ops.import_scene.gltf(filepath=str(path))
    found = likenesses_in(bpy.data.objects)
    return [[likeness.name, likeness.marked, likeness.notice] for likeness in found]


def settings() -> dict[str, Any]:
    """All that the scene says of stamps."""
    render = bpy.context.scene.render
    names = [name for name in render.bl_rna.properties.keys() if "stamp" in name]  # noqa: SIM118
    values = {name: getattr(render, name) for name in names}
    plain = (bool, int, str)
    return {name: v if isinstance(v, plain) else list(v) for name, v in values.items()}


def render(avatar: Path, path: Path, engine: str) -> dict[str, Any]:
    """Render twice, with the handlers and without."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    load_avatar(avatar)
    scene.render.resolution_x, scene.render.resolution_y = 320, 180
    scene.render.engine = compat.engine_id(engine)
    scene.cycles.samples = 1
    camera = bpy.data.objects.new("Camera", bpy.data.cameras.new("Camera"))
    camera.location, camera.rotation_euler = (0.0, -5.0, 1.0), (1.5708, 0.0, 0.0)
    scene.collection.objects.link(camera)
    scene.camera = camera
    scene.render.filepath = str(path.with_name(f"{path.stem}-plain.png"))
    bpy.ops.render.render(write_still=True)
    said: list[str] = []
    for event, handler in HANDLERS:
        getattr(bpy.app.handlers, event).append(handler)
    bpy.app.handlers.render_pre.append(lambda *_: said.append(scene.render.stamp_note_text))
    scene.render.filepath = str(path)
    before = settings()
    bpy.ops.render.render(write_still=True)
    return {"before": before, "after": settings(), "during": said[0]}


told = (
    read(Path(sys.argv[2]))
    if sys.argv[1] == "read"
    else render(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
)
print("\n" + json.dumps(told), flush=True)
os._exit(0)
