"""What the user chooses in the panel; saved with the scene."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
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
from ..core.errors import UserError
from . import session
from .gallery import icon_of
from .translations import CONTEXT, filled

AUTOMATIC = "AUTOMATIC"
MODES = (
    ("GESTURE", "Gestures", "Speech with the gestures that go with it", "POSE_HLT", 0),
    ("SIGN", "Sign Language", "Korean Sign Language, without a voice", "VIEW_PAN", 1),
)
HANDS = (
    ("right", "Right", "The right hand leads", "TRIA_RIGHT", 0),
    ("left", "Left", "The left hand leads: everything is mirrored", "TRIA_LEFT", 1),
)
SPEECH = (
    ("VOICE", "Voice", "A synthetic voice says the text", "PLAY_SOUND", 0),
    ("RECORDING", "Recording", "Your own recording of the text", "FILE_SOUND", 1),
)
CHARACTERS = (
    (
        "SELECTED",
        "Selected",
        "The armature that is selected; without one, a character of the library",
        "RESTRICT_SELECT_OFF",
        0,
    ),
    ("BUNDLED", "Library", "One of momjit's characters, or of your own", "USER", 1),
    ("FILE", "File", "A rigged character from a file: glb, vrm, fbx or blend", "FILE_3D", 2),
)
Items = list[tuple[str, str, str]]
Pictured = list[tuple[str, str, str, int | str, int]]


@lru_cache(maxsize=32)
def _items(choices: tuple[Choice, ...], first: tuple[str, str, str] | None, kept: str) -> Items:
    """Menu rows; cached because Blender keeps no reference to the strings it shows."""
    items = [(choice.name, choice.name, choice.description) for choice in choices]
    if first:
        items.insert(0, first)
    if kept and kept not in (name for name, _, _ in items):
        items.append((kept, kept, "The backend did not offer this the last time it was asked"))
    return items or [("", "", "")]


@lru_cache(maxsize=8)
def _pictured(items: tuple[tuple[str, str, str], ...], icons: tuple[int | str, ...]) -> Pictured:
    """Menu rows with an icon each; cached for the same reason."""
    return [(*item, icons[number], number) for number, item in enumerate(items)]


def _with_faces(items: Items) -> Pictured:
    """Menu rows of characters, with their pictures."""
    folder = session.current().thumbnails
    icons = [icon_of(folder / f"{name}.png") or "USER" for name, _, _ in items]
    return _pictured(tuple(items), tuple(icons))


def _menu(kind: str, stored: str, first: tuple[str, str, str] | None, **options: Any) -> Any:
    """A menu filled by the backend whose choice is saved by name, not by its place in the list."""

    def items(self: Any, context: bpy.types.Context | None) -> Items | Pictured:
        choices = session.current().catalogue.choices.get(kind, ())
        if not bpy.app.online_access:
            choices = tuple(choice for choice in choices if choice.offline)
        rows = _items(choices, first, getattr(self, stored))
        return _with_faces(rows) if kind == "avatars" else rows

    def get(self: Any) -> int:
        names = [row[0] for row in items(self, None)]
        chosen = getattr(self, stored)
        return names.index(chosen) if chosen in names else 0

    def put(self: Any, index: int) -> None:
        setattr(self, stored, items(self, None)[index][0])

    access: dict[str, Callable[..., Any]] = {"items": items, "get": get, "set": put}
    return EnumProperty(**access, **options)


class MOMJIT_settings(bpy.types.PropertyGroup):
    """One set per scene."""

    mode: EnumProperty(name="Mode", items=MODES)
    text: StringProperty(
        name="Text", description="What the character says, in Korean", options={"TEXTEDIT_UPDATE"}
    )
    document: PointerProperty(
        name="Document",
        type=bpy.types.Text,
        description="A longer text from the text editor, in place of the line above",
    )
    speech: EnumProperty(name="Speech", description="Where the voice comes from", items=SPEECH)
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
        translation_context=CONTEXT,
        description="Who speaks",
    )
    exemplar: StringProperty(
        name="Move Like",
        description="A motion file (BVH, npz, …) of somebody whose way of moving is taken on",
        subtype="FILE_PATH",
    )
    emblems: BoolProperty(
        name="Emblems",
        description="Also make gestures that stand for words, such as a thumb up for 최고",
        default=False,
    )
    who: EnumProperty(
        name="Character",
        description="Who performs",
        items=CHARACTERS,
        translation_context=CONTEXT,
    )
    character_file: StringProperty(
        name="File",
        description="A rigged character, brought into the scene: glb, vrm, fbx or blend",
        subtype="FILE_PATH",
    )
    avatar_name: StringProperty(default="mina")
    avatar: _menu(
        "avatars",
        "avatar_name",
        None,
        name="Character",
        description="The character that is brought into the scene",
    )
    signer_name: StringProperty(default="signer")
    signer: _menu(
        "avatars",
        "signer_name",
        None,
        name="Character",
        description="The character that is brought into the scene",
    )
    pace: FloatProperty(
        name="Speed",
        description="How fast is signed: 1 is the pace of the signers that were measured",
        default=1.0,
        min=0.4,
        max=2.0,
        subtype="FACTOR",
        translation_context=CONTEXT,
    )
    dominant: EnumProperty(
        name="Leading Hand",
        description="The hand of signs that need one, and the stronger of two",
        items=HANDS,
        translation_context=CONTEXT,
    )
    mouthing: BoolProperty(
        name="Mouthing", description="Korean words on the lips, without a voice", default=True
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
        name="Word Markers", description="Mark every word or sign on the timeline", default=False
    )

    def full_text(self) -> str:
        """The document if there is one, else the line; without surrounding space."""
        document = cast("bpy.types.Text | None", self.document)
        return (document.as_string() if document else cast(str, self.text)).strip()

    def recording(self) -> Path | None:
        """The recording that is to be used in place of a voice; `UserError` if it is missing."""
        if self.speech != "RECORDING" or self.mode == "SIGN":
            return None
        if not self.audio:
            raise UserError("choose a recording, or let a voice speak")
        return existing_file(self.audio, "the recording")

    def character_source(self) -> Path | str:
        """Who is brought in when no armature is to perform: a file, or a bundled character's name.

        `UserError` if the file is missing.
        """
        if self.who != "FILE":
            return cast(str, self.signer_name if self.mode == "SIGN" else self.avatar_name)
        if not self.character_file:
            raise UserError("choose a character's file: glb, vrm, fbx or blend")
        return existing_file(self.character_file, "the character's file")

    def exemplar_file(self) -> Path | None:
        """Whose way of moving is taken on; `UserError` if the file is missing."""
        return existing_file(self.exemplar, "the motion file") if self.exemplar else None


def existing_file(path: str, what: str) -> Path:
    """The absolute path of a file that the user named; `UserError` if there is none."""
    file = Path(bpy.path.abspath(path))
    if not file.is_file():
        raise UserError(filled(f"{what} does not exist: {{file}}", file=file))
    return file


CLASSES = (MOMJIT_settings,)
PROPERTIES = ((bpy.types.Scene, "momjit", MOMJIT_settings),)
