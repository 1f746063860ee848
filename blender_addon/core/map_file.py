"""Bone maps that somebody made or checked, as JSON: in a file, or kept with the armature."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from .atomic import atomic_path
from .bone_map import BoneMap
from .errors import UserError
from .humanoid import HUMANOID
from .json_document import json_object, read_document, titled_fields
from .rig import Rig

FORMAT = "momjit-bones"
VERSION = 1
MAX_REASON = 500
WRITTEN = "written in the bone map"
MAX_SPLIT = 16
"""Bones that a limb may be split into."""


def rig_fingerprint(rig: Rig) -> str:
    """A name for all rigs with these bones and parents, whatever their order, size and pose."""
    parents = (rig.names[parent] if parent >= 0 else "" for parent in rig.parents)
    lines = sorted(f"{name}\0{parent}" for name, parent in zip(rig.names, parents, strict=True))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def saved_map(rig: Rig, folder: Path) -> Path:
    """The file of `folder` for all rigs like this one."""
    return folder / f"{rig_fingerprint(rig)}.json"


def map_to_json(bone_map: BoneMap) -> str:
    """The map as text."""
    bones = {
        name: {
            "bones": list(parts),
            "confidence": round(bone_map.confidence[name], 4),
            "reason": bone_map.reasons[name],
        }
        for name, parts in bone_map.bones.items()
    }
    fields = {"format": FORMAT, "version": VERSION, "title": bone_map.title, "bones": bones}
    return json.dumps(fields, ensure_ascii=False, indent=1)


def map_from_json(text: str, rig: Rig, place: str) -> BoneMap:
    """The map in a text for the bones of a rig; `UserError` names the `place` and what is wrong.

    A humanoid bone is a list of the rig's bones, or an object with `bones`, `confidence` and
    `reason`: a map may be written by hand.
    """
    title, fields = titled_fields(text, place, "bone map", FORMAT, VERSION)
    stated = json_object(fields.get("bones"), f"{place}: bones")
    for name in stated:
        if name not in HUMANOID:
            raise UserError(f"{place}: “{name:.80}” is no humanoid bone of VRM 1.0")
    found = {
        name: _choice(stated[name], rig, f"{place}: {name}") for name in HUMANOID if name in stated
    }
    _require_distinct({name: choice.bones for name, choice in found.items()}, place)
    return BoneMap(
        title,
        {name: choice.bones for name, choice in found.items()},
        {name: choice.confidence for name, choice in found.items()},
        {name: choice.reason for name, choice in found.items()},
    )


@dataclass(frozen=True)
class _Choice:
    bones: tuple[str, ...]
    confidence: float
    reason: str


def _choice(value: Any, rig: Rig, place: str) -> _Choice:
    if isinstance(value, list):
        return _Choice(_parts(cast("list[Any]", value), rig, place), 1.0, WRITTEN)
    fields = json_object(value, place)
    confidence, reason = fields.get("confidence", 1.0), fields.get("reason", WRITTEN)
    if not isinstance(confidence, int | float) or not 0.0 <= confidence <= 1.0:
        raise UserError(f"{place}: confidence must be 0 to 1, not {confidence!r:.40}")
    if not isinstance(reason, str) or len(reason) > MAX_REASON:
        raise UserError(f"{place}: reason must be a short text")
    return _Choice(_parts(fields.get("bones"), rig, place), float(confidence), reason)


def _parts(value: Any, rig: Rig, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(cast("list[Any]", value)) <= MAX_SPLIT:
        raise UserError(f"{place}: must be a list of 1 to {MAX_SPLIT} bones")
    for bone in cast("list[Any]", value):
        if not isinstance(bone, str) or bone not in rig:
            raise UserError(f"{place}: the rig has no bone {str(bone)!r:.80}")
    return tuple(cast("list[str]", value))


def _require_distinct(bones: dict[str, tuple[str, ...]], place: str) -> None:
    owners: dict[str, str] = {}
    for name, parts in bones.items():
        for bone in parts:
            if bone in owners:
                raise UserError(f"{place}: “{bone}” is both {owners[bone]} and {name}")
            owners[bone] = name


def read_map(path: Path, rig: Rig) -> BoneMap:
    """The map in a file; `UserError` for any other file, or one that does not fit the rig."""
    return map_from_json(read_document(path, "bone map"), rig, str(path))


def write_map(path: Path, bone_map: BoneMap) -> None:
    """Write the map to a file, in place of an older one."""
    with atomic_path(path, force=True) as temporary:
        temporary.write_text(map_to_json(bone_map), encoding="utf-8")
