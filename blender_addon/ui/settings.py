"""What the user chooses in the panel; saved with the scene."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

import bpy
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..client.catalogue import Choice
from . import session

AUTOMATIC = "AUTOMATIC"
Items = list[tuple[str, str, str]]


@lru_cache(maxsize=32)
def _items(choices: tuple[Choice, ...], first: tuple[str, str, str] | None, kept: str) -> Items:
    """Menu rows; cached because Blender keeps no reference to the strings it shows."""
    items = [(choice.name, choice.name, choice.description) for choice in choices]
    if first:
        items.insert(0, first)
    if kept and kept not in (name for name, _, _ in items):
        items.append((kept, kept, "The backend did not offer this the last time it was asked"))
    return items or [("", "", "")]


def _menu(kind: str, stored: str, first: tuple[str, str, str] | None, **options: Any) -> Any:
    """A menu filled by the backend whose choice is saved by name, not by its place in the list."""

    def items(self: Any, context: bpy.types.Context | None) -> Items:
        choices = session.current().catalogue.choices.get(kind, ())
        if not bpy.app.online_access:
            choices = tuple(choice for choice in choices if choice.offline)
        return _items(choices, first, getattr(self, stored))

    def get(self: Any) -> int:
        names = [name for name, _, _ in items(self, None)]
        chosen = getattr(self, stored)
        return names.index(chosen) if chosen in names else 0

    def put(self: Any, index: int) -> None:
        setattr(self, stored, items(self, None)[index][0])

    access: dict[str, Callable[..., Any]] = {"items": items, "get": get, "set": put}
    return EnumProperty(**access, **options)


class MOMJIT_settings(bpy.types.PropertyGroup):
    """One set per scene."""

    text: StringProperty(
        name="Text", description="What the character says, in Korean", options={"TEXTEDIT_UPDATE"}
    )
    document: PointerProperty(
        name="Document",
        type=bpy.types.Text,
        description="A longer text from the text editor, in place of the line above",
    )
    audio: StringProperty(
        name="Recording",
        description="A recording of the text, in place of a synthetic voice",
        subtype="FILE_PATH",
    )
    style_name: StringProperty(default="neutral")
    style: _menu(
        "styles", "style_name", None, name="Style", description="The manner of the gestures"
    )
    voice_name: StringProperty(default=AUTOMATIC)
    voice: _menu(
        "voices",
        "voice_name",
        (AUTOMATIC, "Automatic", "The best voice that the backend has"),
        name="Voice",
        description="Who speaks",
    )
    avatar_name: StringProperty(default="mina")
    avatar: _menu(
        "avatars",
        "avatar_name",
        None,
        name="Character",
        description="Brought into the scene, since no armature is selected",
    )
    intensity: FloatProperty(
        name="Intensity",
        description="How large and frequent the gestures are",
        default=1.0,
        min=0.0,
        max=2.0,
        subtype="FACTOR",
    )
    seed: IntProperty(
        name="Seed", description="Another number, another take of the same line", default=0, min=0
    )
    at_cursor: BoolProperty(
        name="Begin at the Current Frame",
        description="Else at the first frame of the scene",
        default=False,
    )
    sound: BoolProperty(
        name="Sound Strip", description="Put the speech into the sequencer", default=True
    )
    markers: BoolProperty(
        name="Word Markers", description="Mark every word on the timeline", default=False
    )

    def full_text(self) -> str:
        """The document if there is one, else the line; without surrounding space."""
        document = cast("bpy.types.Text | None", self.document)
        return (document.as_string() if document else cast(str, self.text)).strip()


CLASSES = (MOMJIT_settings,)
PROPERTIES = ((bpy.types.Scene, "momjit", MOMJIT_settings),)
