"""Likenesses of real people in a scene, and what pictures and videos of them disclose."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import bpy

from ..core.file_tags import tag_movie, tag_png
from ..core.likeness import EXTRAS, KEY, Likeness, parse_likeness, read_likeness, texts_for
from ..core.mark import Pixels, lay_over
from .pixels import edited_pixels, read_pixels

_MARK = Path(__file__).with_name("mark.png")
_PLAIN = "momjit_likeness"
"""Property with the record as a text, for files that know no other kind of value."""
NOTE_LIMIT = 760
"""Bytes of a note that Blender itself writes into files."""


def likeness_of(character: bpy.types.Object) -> Likeness | None:
    """The record that the character carries, if it is a likeness."""
    extras = character.get(EXTRAS)
    if hasattr(extras, "to_dict") and (found := read_likeness(extras.to_dict())):
        return found
    return parse_likeness(str(character.get(_PLAIN, "")))


def hand_on(likeness: Likeness | None, copy: bpy.types.Object) -> None:
    """Let a copy of a character carry the record, for files of every kind."""
    if likeness is not None:
        copy[EXTRAS] = {KEY: json.loads(likeness.record)}
        copy[_PLAIN] = likeness.record


def likenesses_in(objects: Iterable[bpy.types.Object]) -> tuple[Likeness, ...]:
    """Those of all the characters among the objects, each once."""
    found = (likeness_of(item) for item in objects if item.type == "ARMATURE")
    return tuple(dict.fromkeys(likeness for likeness in found if likeness is not None))


def disclose_picture(path: Path, shown: Sequence[Likeness]) -> None:
    """Lay the mark over a PNG picture that shows a marked likeness, and tag it."""
    if any(likeness.marked for likeness in shown):
        with edited_pixels(path) as pixels:
            lay_over(pixels, _mark())
    tag_picture(path, shown)


def tag_picture(path: Path, shown: Sequence[Likeness]) -> None:
    """Say in a PNG picture what it shows."""
    if shown:
        tag_png(path, texts_for(shown))


def tag_video(path: Path, shown: Sequence[Likeness]) -> None:
    """Say in a finished video what it shows; a .webm has been told by `note_in`."""
    if shown and path.suffix.lower() != ".webm":
        tag_movie(path, texts_for(shown))


def note_in(scene: bpy.types.Scene, shown: Sequence[Likeness]) -> None:
    """Let Blender write what is shown, and nothing else, into the files that the scene renders."""
    render = scene.render
    for name in render.bl_rna.properties.keys():  # noqa: SIM118  (these are no dict)
        if name.startswith("use_stamp_"):
            setattr(render, name, False)
    render.use_stamp = False
    render.use_stamp_note = bool(shown)
    note = texts_for(shown).get("comment", "")
    render.stamp_note_text = note.encode("utf-8")[:NOTE_LIMIT].decode("utf-8", errors="ignore")


@lru_cache(maxsize=1)
def _mark() -> Pixels:
    return read_pixels(_MARK)
