"""What a character says in the scene, on the clock of the scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import bpy

from ..core.clip_reader import Span
from .clock import frame_rate
from .takes import Take, playing_take, take_of


def spoken(scene: bpy.types.Scene, character: bpy.types.Object) -> tuple[Span, ...]:
    """The words of all takes that play, in seconds from the scene's first frame."""
    fps = frame_rate(scene)
    return tuple(
        replace(
            word,
            start=(start + word.start * fps * scale - scene.frame_start) / fps,
            end=(start + word.end * fps * scale - scene.frame_start) / fps,
        )
        for take, start, scale in _takes(character)
        for word in take.spans
        if word.kind == "word"
    )


def _takes(character: bpy.types.Object) -> Iterator[tuple[Take, float, float]]:
    """Every take that plays, the scene frame at which it begins, and how it is stretched."""
    take = playing_take(character)
    if take is not None:
        yield take, take.start, 1.0
    tracks = character.animation_data.nla_tracks if character.animation_data else ()
    for strip in [strip for track in tracks if not track.mute for strip in track.strips]:
        take = take_of(strip.action)
        if take is not None and not strip.mute:
            begins = strip.frame_start + (take.start - strip.action_frame_start) * strip.scale
            yield take, begins, strip.scale
