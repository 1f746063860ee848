"""The only home of Blender-version branches: 4.2, 4.5, 5.0 and later."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Iterator
from typing import Any

import bpy

from .core.errors import UserError


class Curves:
    """A new action that animates several data-blocks.

    Since 4.4 one action holds a slot for each; before, each kind gets an action of its own.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.actions: list[bpy.types.Action] = []

    def animate(self, owner: Any) -> None:
        """Make `owner` play this action; the one it played so far stays in the file."""
        data = owner.animation_data_create()
        if data.action is not None:
            data.action.use_fake_user = True
        data.action = self._action()
        if hasattr(data, "action_slot"):
            slot = data.action.slots.new(id_type=owner.id_type, name=owner.name)
            data.action_slot = slot

    def _action(self) -> bpy.types.Action:
        if not self.actions or not hasattr(self.actions[0], "slots"):
            action = bpy.data.actions.new(self.name)
            if hasattr(action, "slots"):
                action.layers.new("Layer").strips.new(type="KEYFRAME")
            self.actions.append(action)
        return self.actions[-1]

    @staticmethod
    def new(owner: Any, path: str, index: int = 0) -> bpy.types.FCurve:
        """A new, empty F-curve for a property of an `owner` that this action animates."""
        data = owner.animation_data
        if hasattr(data, "action_slot"):
            strip = data.action.layers[0].strips[0]
            return strip.channelbag(data.action_slot, ensure=True).fcurves.new(path, index=index)
        return data.action.fcurves.new(path, index=index)


def curves_of(owner: Any) -> Iterator[bpy.types.FCurve]:
    """F-curves of the action that `owner` plays."""
    data = owner.animation_data
    if data is None or data.action is None:
        return
    if not hasattr(data, "action_slot"):
        yield from data.action.fcurves
        return
    for layer in data.action.layers:
        for strip in layer.strips:
            bag = strip.channelbag(data.action_slot)
            if bag is not None:
                yield from bag.fcurves


def engine_id(engine: str) -> str:
    """Blender's name of `workbench`, `cycles` or `eevee`."""
    eevee = "BLENDER_EEVEE" if bpy.app.version >= (5, 0, 0) else "BLENDER_EEVEE_NEXT"
    return {"workbench": "BLENDER_WORKBENCH", "cycles": "CYCLES", "eevee": eevee}[engine]


def require_display_driver(engine: str) -> None:
    """`UserError` where drawing would end the whole process: without libEGL Blender aborts."""
    if engine == "cycles" or not bpy.app.background or not sys.platform.startswith("linux"):
        return
    try:
        ctypes.CDLL(ctypes.util.find_library("EGL") or "libEGL.so.1")
    except OSError:
        raise UserError(
            f"the engine {engine} draws through libEGL, which this computer lacks: "
            "install it (Debian: apt-get install libegl1) or use --engine cycles"
        ) from None


def can_write_sound() -> bool:
    """Whether this Blender can play and write sound; the 4.2 wheel cannot."""
    return bool(bpy.app.build_options.audaspace)


def add_sound(scene: bpy.types.Scene, path: str, frame: int) -> Any:
    """Put a sound file into the scene's sequencer, starting at `frame`; the new strip."""
    return strips(scene).new_sound(name="speech", filepath=path, channel=1, frame_start=frame)


def strips(scene: bpy.types.Scene) -> Any:
    """The strips of the scene's sequencer, which is made if there is none."""
    editor: Any = scene.sequence_editor_create()
    return editor.strips if hasattr(editor, "strips") else editor.sequences


def strip_range(strip: Any) -> range:
    """The frames that a strip covers."""
    if hasattr(strip, "left_handle"):
        return range(strip.left_handle, strip.right_handle)
    return range(strip.frame_final_start, strip.frame_final_end)


def write_video(settings: Any) -> None:
    """Switch a scene's image settings to video."""
    if hasattr(settings, "media_type"):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"


def write_images(settings: Any) -> None:
    """Switch a scene's image settings to PNG."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format = "PNG"
    settings.color_mode = "RGB"
