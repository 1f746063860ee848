"""Many performances of one character in the order of time, as strips of the NLA.

They share one track, which holds the last pose between two of them. One that begins before the
one before it has ended lies on a track above, and passes over from the other while both play.
Another take of a line takes the place of its strip.
"""

from __future__ import annotations

from typing import Any

import bpy

from .. import compat
from .takes import owners_of, part_for, playing
from .tracks import SCRIPT, has_tracks, release

ABOVE = f"{SCRIPT}, overlapping"


def make_room(armature: bpy.types.Object) -> None:
    """Let what a character plays go on as a strip below those to come, body and face."""
    for owner in owners_of(armature):
        action = playing(owner)
        if action is not None:
            track = owner.animation_data.nla_tracks.new()
            track.name = action.name
            compat.new_strip(track, action, owner)
            release(owner)
            compat.play(owner, None)
        if has_tracks(owner):
            owner.animation_data.nla_tracks.new().name = SCRIPT


def lay_strip(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a take that is played now play as a strip at its frames instead, body and face."""
    for owner in owners_of(armature):
        part = part_for(action, owner)
        if part is None:
            continue
        data = owner.animation_data_create()
        first, last = part.frame_range
        _remove_same(data, first, last)
        beside = _overlapping(data, SCRIPT, first, last)
        track = _track(data, ABOVE if beside else SCRIPT, first, last)
        strip = compat.new_strip(track, part, owner)
        compat.play(owner, None)
        if beside:
            strip.extrapolation = "NOTHING"
            strip.blend_in = min(max(other.frame_end for other in beside) - first, last - first)


def strip_at(armature: bpy.types.Object, frame: float) -> bpy.types.NlaStrip | None:
    """The strip in line that an armature plays at a frame, the uppermost one."""
    data = armature.animation_data
    if data is None or data.action is not None:
        return None
    strips = [s for name in (ABOVE, SCRIPT) for track in _named(data, name) for s in track.strips]
    return next((s for s in strips if s.frame_start <= frame <= s.frame_end), None)


def _remove_same(data: Any, first: float, last: float) -> None:
    """Take away strips in line that play at the very frames from `first` to `last`."""
    for track in (*_named(data, SCRIPT), *_named(data, ABOVE)):
        for strip in list(track.strips):
            if abs(strip.frame_start - first) < 1.0 and abs(strip.frame_end - last) < 1.0:
                track.strips.remove(strip)


def _overlapping(data: Any, name: str, first: float, last: float) -> list[bpy.types.NlaStrip]:
    """The strips of the tracks called `name` that play at any frame from `first` to `last`."""
    strips = [strip for track in _named(data, name) for strip in track.strips]
    return [strip for strip in strips if strip.frame_start < last and first < strip.frame_end]


def _track(data: Any, name: str, first: float, last: float) -> Any:
    """A track called `name` with room from `first` to `last`: the last of them, or a new one."""
    tracks = _named(data, name)
    if tracks and not _overlapping(data, name, first, last):
        return tracks[-1]
    track = data.nla_tracks.new()
    track.name = name
    return track


def _named(data: Any, name: str) -> list[Any]:
    """Blender numbers names that are there already."""
    return [track for track in data.nla_tracks if track.name.split(".")[0] == name]
