"""The mark in what Blender's own commands render: its stamp, over scenes that show a likeness."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

from ..core.mark import mark_height
from .likeness import likenesses_in
from .render import MARK

TEXT = "AI 합성 인물 · synthetic likeness"
_NOTHING_ELSE = (
    "date", "time", "render_time", "frame", "frame_range", "memory", "hostname", "camera", "lens",
    "scene", "marker", "filename", "sequencer_strip",
)  # fmt: skip
_LETTER = 0.7
"""Height of the letters, of the mark's."""
_STYLE = {
    "stamp_foreground": (1.0, 1.0, 1.0, 1.0),
    "stamp_background": (0.04, 0.05, 0.08, 0.55),
    "use_stamp_labels": False,
}

_before: dict[str, dict[str, Any]] = {}
"""By name of a scene in hand, what it said before."""


@persistent
def stamp(scene: bpy.types.Scene, *_: object) -> None:
    """Let the pictures that the scene is about to render say that they show a likeness."""
    unstamp(scene)  # what a render that ended without a word has left
    shown = [one for one in likenesses_in(scene.objects) if one.marked]
    if not shown or scene.get(MARK):  # our own scenes have the mark laid over their pictures
        return
    render = scene.render
    names = ", ".join(one.name for one in shown if one.name)
    wanted: dict[str, Any] = {
        "use_stamp": True,
        "use_stamp_note": True,
        "stamp_note_text": f"{TEXT}: {names}" if names else TEXT,
    }
    if not render.use_stamp:
        share = render.resolution_percentage / 100.0
        size = round(render.resolution_x * share), round(render.resolution_y * share)
        wanted |= {f"use_stamp_{name}": False for name in _NOTHING_ELSE}
        wanted |= {**_STYLE, "stamp_font_size": round(_LETTER * mark_height(size))}
    _before[scene.name] = {name: _value(getattr(render, name)) for name in wanted}
    for name, value in wanted.items():
        setattr(render, name, value)


@persistent
def unstamp(scene: bpy.types.Scene, *_: object) -> None:
    """Give the scene back what it said."""
    for name, value in _before.pop(scene.name, {}).items():
        setattr(scene.render, name, value)


def _value(value: Any) -> Any:
    """A copy of a colour, or the value itself."""
    return value if isinstance(value, bool | int | str) else tuple(value)


HANDLERS = (("render_init", stamp), ("render_complete", unstamp), ("render_cancel", unstamp))
"""What calls them, by the names in `bpy.app.handlers`."""
