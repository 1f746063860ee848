"""Takes over NLA tracks alone: outside of a take's frames the tracks are what plays."""

from __future__ import annotations

from typing import Any

import bpy

SCRIPT = "momjit script"
"""Name of the track on which a character performs many lines; it holds their poses in between."""
BOUNDED = "momjit_bounded"
"""Property of a take: by owner how its actions went on beyond their frames before this one."""


def has_tracks(owner: Any) -> bool:
    """Whether NLA tracks move `owner`; below the lines of a script none are seen."""
    data = owner.animation_data
    if data is None or SCRIPT in data.nla_tracks:
        return False
    return any(not track.mute and track.strips for track in data.nla_tracks)


def is_bounded(action: bpy.types.Action, owner: Any) -> bool:
    """Whether the action, when `owner` plays it, plays in its own frames alone."""
    return _key(owner) in action.get(BOUNDED, {})


def bound(action: bpy.types.Action, owner: Any) -> None:
    """Let the action, which `owner` plays, leave the frames before and after it to the tracks."""
    data = owner.animation_data
    before = dict(action.get(BOUNDED, {}))
    action[BOUNDED] = {_key(owner): data.action_extrapolation, **before}
    data.action_extrapolation = "NOTHING"


def release(owner: Any) -> None:
    """Let what `owner` plays after a bounded action go on as the user has chosen."""
    data = owner.animation_data
    if data is not None and data.action is not None and is_bounded(data.action, owner):
        data.action_extrapolation = data.action[BOUNDED][_key(owner)]


def _key(owner: Any) -> str:
    """What stands for an owner; an armature may be renamed."""
    return "armature" if isinstance(owner, bpy.types.Object) else f"face {owner.name}"
