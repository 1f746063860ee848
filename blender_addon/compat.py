"""The only home of Blender-version branches: 4.2, 4.5, 5.0 and later."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy
import gpu

from .core.errors import UserError


def has_slots(action: bpy.types.Action) -> bool:
    """Whether one action can animate several data-blocks, each through a slot: since 4.4."""
    return hasattr(action, "slots")


def slot_of(action: bpy.types.Action, owner: Any) -> Any:
    """The slot of `action` that is meant for `owner`, or None: the one with its name, or, for an
    object that was renamed, the only one of an object. Always None before 4.4."""
    slots = [slot for slot in getattr(action, "slots", ()) if slot.target_id_type == owner.id_type]
    named = [slot for slot in slots if slot.name_display == owner.name]
    alone = owner.id_type == "OBJECT" and len(slots) == 1
    return named[0] if named else slots[0] if alone else None


def play(owner: Any, action: bpy.types.Action | None) -> None:
    """Make `owner` play `action`, in its slot, which is made if there is none; None: play
    nothing. What it played so far stays in the file."""
    if action is None and owner.animation_data is None:
        return
    data = owner.animation_data_create()
    if data.action is not None:
        data.action.use_fake_user = True
    data.action = action  # chooses the slot that the owner had in an action copied from its own
    if action is not None and has_slots(action) and data.action_slot is None:
        slot = slot_of(action, owner)
        data.action_slot = slot or action.slots.new(id_type=owner.id_type, name=owner.name)


def keep_slots(action: bpy.types.Action, owners: Iterable[Any]) -> None:
    """Drop the slots of `action` that none of the `owners` plays."""
    if not has_slots(action):
        return
    played = {
        owner.animation_data.action_slot.identifier
        for owner in owners
        if owner.animation_data.action == action
    }
    for slot in [slot for slot in action.slots if slot.identifier not in played]:
        action.slots.remove(slot)


class CurveStore:
    """The F-curves of the action that an `owner` plays, found quickly or made."""

    def __init__(self, owner: Any) -> None:
        self._bag = _curve_bag(owner)
        self._curves = {(curve.data_path, curve.array_index): curve for curve in self._bag.fcurves}

    def curve(self, path: str, axis: int, group: str) -> bpy.types.FCurve:
        """The curve of a property's component; a new one is listed under `group`, if any."""
        if (path, axis) not in self._curves:
            curve = self._bag.fcurves.new(path, index=axis)
            if group:
                curve.group = self._bag.groups.get(group) or self._bag.groups.new(group)
            self._curves[path, axis] = curve
        return self._curves[path, axis]


def _curve_bag(owner: Any) -> Any:
    """What holds the `fcurves` and `groups` of the action that `owner` plays."""
    data = owner.animation_data
    action = data.action
    if not has_slots(action):
        return action
    layer = action.layers[0] if action.layers else action.layers.new("Layer")
    strip = layer.strips[0] if layer.strips else layer.strips.new(type="KEYFRAME")
    return strip.channelbag(data.action_slot, ensure=True)


def new_strip(track: bpy.types.NlaTrack, action: bpy.types.Action, owner: Any) -> Any:
    """A strip on a track of `owner` that plays the action at the same frames."""
    first, last = action.frame_range
    strip = track.strips.new(action.name, round(first), action)
    if has_slots(action):
        strip.action_slot = _slot(action, owner)
    if last > first:
        strip.frame_start, strip.frame_end = first, last
    return strip


def _slot(action: bpy.types.Action, owner: Any) -> Any:
    """The slot in which `owner` plays `action`, or would."""
    data = owner.animation_data
    if data is not None and data.action == action:
        return data.action_slot
    return slot_of(action, owner)


@contextmanager
def unanimated(owner: Any) -> Iterator[None]:
    """Let go of the action and the NLA of an `owner` for a while; its drivers go on."""
    data = owner.animation_data
    if data is None:
        yield
        return
    action, slot, use_nla = data.action, getattr(data, "action_slot", None), data.use_nla
    data.use_nla = False
    if action is not None:
        data.action = None
    try:
        yield
    finally:
        data.use_nla = use_nla
        if action is not None:
            data.action = action
            if slot is not None:
                data.action_slot = slot


def curves_of(owner: Any) -> Iterator[bpy.types.FCurve]:
    """F-curves of the action that `owner` plays."""
    data = owner.animation_data
    if data is not None and data.action is not None:
        yield from curves_in(data.action, owner)


def curves_in(action: bpy.types.Action, owner: Any) -> Iterator[bpy.types.FCurve]:
    """F-curves with which `action` moves `owner`, or would if it played it."""
    if not has_slots(action):
        yield from action.fcurves
        return
    slot = _slot(action, owner)
    for layer in action.layers if slot else ():
        for strip in layer.strips:
            bag = strip.channelbag(slot)
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


def add_sound(scene: bpy.types.Scene, path: str, frame: int, channel: int = 1) -> Any:
    """Put a sound file into the scene's sequencer, starting at `frame`; the new strip."""
    editor = strips(scene)
    return editor.new_sound(name="speech", filepath=path, channel=channel, frame_start=frame)


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
    """Switch a scene's image settings to PNG of 8 bits."""
    if hasattr(settings, "media_type"):
        settings.media_type = "IMAGE"
    settings.file_format, settings.color_depth = "PNG", "8"


def literal_path(path: Path) -> str:
    """A path as render settings want it: since 4.5 they take braces for variables."""
    text = str(path)
    if bpy.app.version >= (4, 5, 0):
        text = text.replace("{", "{{").replace("}", "}}")
    return text


def has_gpu() -> bool:
    """Whether EEVEE is drawn by a graphics processor, not by the processor in its place."""
    try:
        name = gpu.platform.renderer_get().lower()
    except SystemError:  # in the background nothing is drawn yet that could be asked
        return sys.platform == "darwin" or any(Path("/dev/dri").glob("renderD*"))
    return not any(soft in name for soft in ("llvmpipe", "softpipe", "swiftshader", "basic render"))


def add_text(scene: bpy.types.Scene, text: str, frames: range, channel: int) -> Any:
    """A text strip in the scene's sequencer, standing on its location; the new strip."""
    place: dict[str, Any] = {"name": "subtitle", "type": "TEXT", "channel": channel}
    editor = strips(scene)
    if bpy.app.version >= (5, 0, 0):
        strip = editor.new_effect(**place, frame_start=frames.start, length=len(frames))
    else:
        strip = editor.new_effect(**place, frame_start=frames.start, frame_end=frames.stop)
    strip.text = text
    if hasattr(strip, "anchor_x"):
        strip.anchor_x, strip.anchor_y, strip.alignment_x = "CENTER", "BOTTOM", "CENTER"
    else:
        strip.align_x, strip.align_y = "CENTER", "BOTTOM"
    return strip


def write_movie(scene: bpy.types.Scene, suffix: str, transparent: bool) -> str:
    """Choose the codecs of a .mp4, .webm or .mov; returns the codec of its sound."""
    write_video(scene.render.image_settings)
    movie: Any = scene.render.ffmpeg
    profiles = movie.bl_rna.properties
    movie.format = {".mp4": "MPEG4", ".webm": "WEBM", ".mov": "QUICKTIME"}[suffix]
    if suffix == ".mov" and "ffmpeg_prores_profile" in profiles:
        movie.codec, movie.ffmpeg_prores_profile = "PRORES", "4444"
    else:
        movie.codec = {".mp4": "H264", ".webm": "WEBM", ".mov": "QTRLE"}[suffix]
    movie.constant_rate_factor, movie.ffmpeg_preset, movie.gopsize = "HIGH", "GOOD", 30
    scene.render.image_settings.color_mode = "RGBA" if transparent else "RGB"
    return {".mp4": "AAC", ".webm": "OPUS", ".mov": "PCM"}[suffix]
