"""The speech of takes in the sequencer: one is heard at a time of each speaker."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from .takes import Take, playing, portable, take_of

SPEAKER = "momjit"
"""Property of a sound strip: the armature that speaks."""


def add_speech(
    scene: bpy.types.Scene, sound: Path, start: int, speaker: str, *, alone: bool
) -> None:
    """Put the speech into the sequencer, on a free channel, and let playback keep up with it.

    `alone`: an earlier take of the same `speaker` at the same time is muted.
    """
    strip = compat.add_sound(scene, portable(sound), start)
    if not bpy.data.filepath:
        strip.sound.pack()  # the scene, once it is saved, must not lose it
    strip[SPEAKER] = speaker
    frames = compat.strip_range(strip)
    beside = [
        other
        for other in compat.strips(scene)
        if other != strip and _overlap(frames, compat.strip_range(other))
    ]
    taken = {other.channel for other in beside}
    strip.channel = next(channel for channel in itertools.count(1) if channel not in taken)
    for other in beside:
        other.mute = other.mute or (alone and other.get(SPEAKER) == speaker)
    if scene.sync_mode == "NONE":
        scene.sync_mode = "AUDIO_SYNC"


def hear_playing(scene: bpy.types.Scene, armature: bpy.types.Object, left: Take | None) -> None:
    """Let the speech of the take that an armature plays be heard, and no other one of it at the
    time of that or of the take that it `left`."""
    take = take_of(playing(armature))
    for strip in compat.strips(scene) if scene.sequence_editor else ():
        if strip.get(SPEAKER) != armature.name:
            continue
        frames = compat.strip_range(strip)
        if any(each.overlaps(frames.start, frames.stop - 1) for each in (take, left) if each):
            strip.mute = take is None or not _speaks(strip, take)


def _speaks(strip: Any, take: Take) -> bool:
    """Whether the sound of a strip lies beside the clip of a take and begins with it."""
    sound = Path(bpy.path.abspath(strip.sound.filepath))
    begins = abs(compat.strip_range(strip).start - take.start) < 1.0
    return sound.parent == take.clip.parent and begins


def _overlap(one: range, other: range) -> bool:
    return one.start < other.stop and other.start < one.stop
