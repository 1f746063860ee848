"""What a character says or signs in the scene, on the clock of the scene."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import bpy

from ..core.clip_reader import Span
from .clock import frame_rate
from .takes import Take, playing_take, take_of


def spoken(scene: bpy.types.Scene, character: bpy.types.Object) -> tuple[Span, ...]:
    """The words and signed sentences of all takes that play, in seconds from the scene's first
    frame."""
    return _on_clock(scene, character, {"word", "subtitle"})


def signed(scene: bpy.types.Scene, character: bpy.types.Object) -> tuple[Span, ...]:
    """The glosses of all takes that play, on the same clock."""
    return _on_clock(scene, character, {"gloss"})


def _on_clock(
    scene: bpy.types.Scene,
    character: bpy.types.Object,
    kinds: set[str],
) -> tuple[Span, ...]:
    fps = frame_rate(scene)
    return tuple(
        replace(
            span,
            start=(start + span.start * fps * scale - scene.frame_start) / fps,
            end=(start + span.end * fps * scale - scene.frame_start) / fps,
        )
        for take, start, scale in _takes(character)
        for span in take.spans
        if span.kind in kinds
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
