"""Takes as strips of the NLA, above what is there."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import bpy

from .. import compat
from ..core.errors import UserError
from .takes import owners_of, part_for, playing
from .tracks import is_bounded, release


def require_playable(armature: bpy.types.Object) -> None:
    """`UserError` where Blender lets nobody choose what is played: on a linked armature, and
    while a strip of the NLA is being edited."""
    if not armature.is_editable:
        raise UserError(
            f"“{armature.name}” is linked from another file: make a library override of it first "
            "(Object menu)"
        )
    for owner in owners_of(armature):
        data = owner.animation_data
        if data is not None and data.use_tweak_mode:
            raise UserError(
                f"“{owner.name}” has an NLA strip in tweak mode: leave it (Tab in the NLA editor) "
                "first"
            )


def push_take(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a take play as a strip on a new track above all others, for the body and the face.

    An action that played until now becomes a strip below it; then none is active, so that the
    tracks are what plays.
    """
    for owner in owners_of(armature):
        part = part_for(action, owner)
        if part is None:
            continue
        old = playing(owner)
        if old is not None and old != part:
            _add_strip(owner, old)
        release(owner)
        compat.play(owner, None)
        _add_strip(owner, part)


def _add_strip(owner: Any, action: bpy.types.Action) -> None:
    """A strip on a track of its own that does what the action did as the active one."""
    data = owner.animation_data_create()
    track = data.nla_tracks.new()
    track.name = action.name
    strip = compat.new_strip(track, action, owner)
    strip.extrapolation = "NOTHING" if is_bounded(action, owner) else data.action_extrapolation
    strip.blend_type = data.action_blend_type


def strip_with(
    armature: bpy.types.Object, actions: Collection[bpy.types.Action]
) -> bpy.types.NlaStrip | None:
    """The first strip of a character, body or face, that plays one of the actions."""
    for owner in owners_of(armature):
        data = owner.animation_data
        for track in data.nla_tracks if data else ():
            for strip in track.strips:
                if strip.action in actions:
                    return strip
    return None
