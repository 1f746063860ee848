"""Takes: actions that know which clip they perform, where and how. They are the history.

A take is one action. Where Blender wants an action of its own for the shape keys of a mesh (before
4.4, or when another action moved the face so far), those actions are its parts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import bpy

from .. import compat
from ..core.clip_reader import Span
from ..core.errors import UserError
from ..core.manner import Manner
from .face import faces_of
from .still import Still, checked, label, put_back
from .tracks import bound, has_tracks, is_bounded, release

RECORD = "momjit"
"""Property of a take: its record as JSON."""
OVER = "momjit_over"
"""Property of a take and its parts: the action that they are laid over."""
WHOLE, OWNER = "momjit_take", "momjit_owner"
"""Properties of a part: its take, and the name of the shape keys that it animates."""


@dataclass(frozen=True)
class Take:
    """What is known of an action: scene frames `start` to `end` perform `clip`, whose frame rate
    is `fps`, on the armature that was called `armature`.

    It keys these `bones` and `shapes`; `still` says of every property that it keys what that is
    without any take.
    """

    clip: Path
    armature: str
    start: float
    end: float
    fps: float
    manner: Manner
    bones: tuple[str, ...]
    shapes: tuple[str, ...]
    still: Still
    spans: tuple[Span, ...]
    provenance: dict[str, Any]

    @property
    def text(self) -> str:
        """What is said."""
        return str(self.provenance.get("text", ""))

    def keys(self, owner: Any, path: str) -> bool:
        """Whether it keys this property of `owner`."""
        return path in self.still.get(label(owner), {})

    def overlaps(self, start: float, end: float) -> bool:
        """Whether it plays at any frame from `start` to `end`."""
        return self.start <= end and start <= self.end


def record_take(action: bpy.types.Action, take: Take) -> None:
    """Keep with the action what it performs, and keep the action, whoever plays another one."""
    record = {
        "clip": portable(take.clip),
        "armature": take.armature,
        "frames": [take.start, take.end],
        "fps": take.fps,
        "manner": take.manner.to_json(),
        "bones": take.bones,
        "shapes": take.shapes,
        "still": take.still,
        "spans": [[s.kind, s.text, s.start, s.end, s.source] for s in take.spans],
    }
    for part in (action, *parts_of(action)):
        part.use_fake_user = True
    action[RECORD] = json.dumps({**take.provenance, "take": record}, ensure_ascii=False)


def portable(path: Path) -> str:
    """Relative to the scene's file when beside or below it, so that both can be moved."""
    file = bpy.data.filepath
    beside = bool(file) and path.is_relative_to(Path(file).parent)
    return bpy.path.relpath(str(path)) if beside else str(path)


def take_of(action: bpy.types.Action | None) -> Take | None:
    """What the action performs; None when it is no take, or its record is damaged."""
    stored = action.get(RECORD) if action else None
    return _parsed(stored, bpy.data.filepath) if isinstance(stored, str) else None


@lru_cache(maxsize=256)
def _parsed(stored: str, _scene_file: str) -> Take | None:
    """The record of a take; remembered, because the list of takes asks with every drawing."""
    try:
        provenance = json.loads(stored)
        record = provenance.pop("take")
        start, end = record["frames"]
        return Take(
            clip=Path(bpy.path.abspath(record["clip"])),
            armature=str(record["armature"]),
            start=float(start),
            end=float(end),
            fps=float(record["fps"]),
            manner=Manner.from_json(record["manner"]),
            bones=tuple(map(str, record["bones"])),
            shapes=tuple(map(str, record["shapes"])),
            still=checked(record["still"]),
            spans=tuple(
                Span(str(kind), str(text), float(begin), float(stop), str(source))
                for kind, text, begin, stop, source in record["spans"]
            ),
            provenance=provenance,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UserError):
        return None


def owners_of(armature: bpy.types.Object) -> list[Any]:
    """What a take animates: the armature and the shape keys of the meshes that follow it."""
    keys = dict.fromkeys(mesh.data.shape_keys for mesh in faces_of(armature))
    return [armature, *(one for one in keys if one.is_editable)]


def playing(owner: Any) -> bpy.types.Action | None:
    """The action that `owner` plays."""
    return owner.animation_data.action if owner.animation_data else None


def playing_take(armature: bpy.types.Object) -> Take | None:
    """The take that the armature plays."""
    return take_of(playing(armature))


def takes_of(armature: bpy.types.Object) -> list[bpy.types.Action]:
    """The takes made for an armature.

    Objects get renamed: a take for one that is not in the file any more belongs to whoever has
    its bones.
    """
    found = [(action, take_of(action)) for action in bpy.data.actions if RECORD in action]
    return [action for action, take in found if take and _is_for(take, armature)]


def _is_for(take: Take, armature: bpy.types.Object) -> bool:
    if take.armature in bpy.data.objects:
        return take.armature == armature.name
    return all(bone in armature.pose.bones for bone in take.bones)


def parts_of(action: bpy.types.Action) -> list[bpy.types.Action]:
    """The actions that belong to a take besides its own."""
    return [part for part in bpy.data.actions if part.get(WHOLE) == action]


def part_for(action: bpy.types.Action, owner: Any) -> bpy.types.Action | None:
    """The action of a take that animates `owner`."""
    for part in parts_of(action):
        if part.get(OWNER) == owner.name:
            return part
    return action if _fits(action, owner) else None


def _fits(action: bpy.types.Action, owner: Any) -> bool:
    """Whether an action has anything for `owner`."""
    if compat.has_slots(action):
        return compat.slot_of(action, owner) is not None
    return action.id_root == owner.id_type


def laid_over(action: bpy.types.Action, owner: Any) -> bpy.types.Action | None:
    """What `owner` played before the take `action`; None when that was nothing or is deleted."""
    part = part_for(action, owner)
    over = part.get(OVER) if part else None
    return over if over is not None and _fits(over, owner) else None


def play_take(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a character play a take with body and face."""
    owners = owners_of(armature)
    _leave(owners)
    for owner in owners:
        _play(owner, part_for(action, owner))


def play_before(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Let a character play what it did before the take `action`."""
    owners = owners_of(armature)
    _leave(owners)
    for owner in owners:
        _play(owner, laid_over(action, owner))


def _play(owner: Any, action: bpy.types.Action | None) -> None:
    """Let `owner` play an action, in its own frames alone if it lies over NLA tracks."""
    release(owner)
    compat.play(owner, action)
    if action is not None and is_bounded(action, owner):
        bound(action, owner)


def _leave(owners: Sequence[Any]) -> None:
    """Have no take play any more, nor a pose that one left behind."""
    take = take_of(playing(owners[0]))
    for owner in owners:
        _play(owner, None)
    put_back(owners, take.still if take else {})


def start_take(owners: Sequence[Any], name: str) -> bpy.types.Action:
    """A new take that all `owners` play from now on, the armature first.

    It begins as a copy of what each played, so that whatever is not keyed anew goes on.
    """
    copies: dict[bpy.types.Action, bpy.types.Action] = {}
    whole: bpy.types.Action | None = None
    for owner in owners:
        old = playing(owner)
        if old is not None:
            action = copies[old] if old in copies else _copy_over(old, name)
            copies[old] = action
        elif whole is not None and compat.has_slots(whole):
            action = whole
        else:
            action = bpy.data.actions.new(name)
        _play(owner, action)
        if old is None and has_tracks(owner):
            bound(action, owner)
        if whole is None:
            whole = action
        if action != whole:
            action[WHOLE], action[OWNER] = whole, owner.name
    assert whole is not None
    for action in dict.fromkeys([whole, *copies.values()]):
        compat.keep_slots(action, owners)
    return whole


def _copy_over(action: bpy.types.Action, name: str) -> bpy.types.Action:
    """A copy of an action that is laid over it."""
    copy = action.copy()
    copy.name, copy.use_fake_user = name, False
    for key in (RECORD, WHOLE, OWNER):
        if key in copy:
            del copy[key]
    copy[OVER] = action
    return copy


def duplicate_take(armature: bpy.types.Object, action: bpy.types.Action) -> bpy.types.Action:
    """A copy of a take with its parts, which the character plays: to edit it and keep it."""
    copy = action.copy()
    copy.use_fake_user = True
    for part in parts_of(action):
        twin = part.copy()
        twin[WHOLE], twin.use_fake_user = copy, True
    play_take(armature, copy)
    return copy


def others_playing(action: bpy.types.Action, armature: bpy.types.Object) -> list[str]:
    """Names of what plays a take or a part of it, besides the character: objects, shape keys."""
    whole = {action, *parts_of(action)}
    users = {user for found in bpy.data.user_map(subset=whole).values() for user in found}
    others = users.difference(owners_of(armature))
    return sorted(user.name for user in others if user.id_type in ("OBJECT", "KEY"))


def delete_take(armature: bpy.types.Object, action: bpy.types.Action) -> None:
    """Remove a take for good; whoever plays it goes back to what was before it, and the takes
    laid over it are then laid over that."""
    parts = [action, *parts_of(action)]
    if playing(armature) == action:
        play_before(armature, action)
    for upper in bpy.data.actions:
        under = upper.get(OVER)
        if under in parts:
            del upper[OVER]
            if (ground := under.get(OVER)) is not None:
                upper[OVER] = ground
    for part in parts:
        bpy.data.actions.remove(part)
