"""Which bones of an armature play the humanoid's: as somebody decided, as its file says, or as
names and shape tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import bpy
import numpy as np

from ..core.bone_map import BoneMap, guess_bones
from ..core.humanoid import ESSENTIAL
from ..core.map_file import map_from_json, map_to_json, read_map, saved_map
from ..core.rig import Rig
from ..core.vrm import humanoid_name
from .rig import read_rig

KEPT = "momjit_bones"
"""The property of an `Armature` with its own bone map: saved, undone and copied with it."""
STATED = "momjit_vrm"
"""The property of an `Armature` with what its VRM file says."""
BONES = "bones"
"""The add-on's folder of maps for rigs of one kind."""
REMEMBERED = 8
_known: dict[tuple[object, ...], BoneMap] = {}
"""The last maps found, by all that they depend on: panels ask at every redraw."""


def bone_map_of(armature: bpy.types.Object, rig: Rig | None = None) -> BoneMap:
    """The map of an armature; `UserError` where it is damaged or an essential bone is missing."""
    found = known_bones(armature, rig)
    found.require_body(armature.name)
    return found


def known_bones(armature: bpy.types.Object, rig: Rig | None = None) -> BoneMap:
    """The map of an armature, however much of it there is; `UserError` where it is damaged."""
    key = _looks(armature)
    if key not in _known:
        _known[key] = _find(armature, rig or read_rig(armature))
        while len(_known) > REMEMBERED:
            del _known[next(iter(_known))]
    return _known[key]


def _find(armature: bpy.types.Object, rig: Rig) -> BoneMap:
    if has_own_map(armature):
        return map_from_json(str(armature.data[KEPT]), rig, f"bone map of “{armature.name}”")
    return guess_bones(rig, stated_by(armature))


def _looks(armature: bpy.types.Object) -> tuple[object, ...]:
    """All that a map is found by; the same as long as nothing changes."""
    bones = armature.data.bones
    heads = np.empty(len(bones) * 3, dtype=np.float32)
    bones.foreach_get("head_local", heads)
    kept, stated = (str(armature.data.get(name, "")) for name in (KEPT, STATED))
    parents = tuple(bone.parent.name if bone.parent else "" for bone in bones)
    return tuple(bones.keys()), parents, heads.tobytes(), kept, stated


def has_own_map(armature: bpy.types.Object) -> bool:
    """Whether somebody decided which bones these are."""
    return KEPT in armature.data


def keep_map(armature: bpy.types.Object, bone_map: BoneMap) -> None:
    """Keep a map with the armature."""
    armature.data[KEPT] = map_to_json(bone_map)


def forget_map(armature: bpy.types.Object) -> None:
    """Go by names and shape again."""
    if has_own_map(armature):
        del armature.data[KEPT]


def recall_map(armature: bpy.types.Object, folder: Path) -> None:
    """Give an armature without a map of its own the one saved in `folder` for rigs like it."""
    rig = read_rig(armature)
    saved = saved_map(rig, folder)
    if not has_own_map(armature) and armature.data.is_editable and saved.is_file():
        keep_map(armature, read_map(saved, rig))


def keep_stated(armature: bpy.types.Object, stated: dict[str, str]) -> None:
    """Remember what the armature's file says of its bones, if it does."""
    if stated:
        armature.data[STATED] = json.dumps(stated, ensure_ascii=False)


def stated_by(armature: bpy.types.Object) -> dict[str, str]:
    """Humanoid bone → bone, as the armature's VRM file or the VRM add-on's panel says."""
    if STATED in armature.data:
        return dict(json.loads(str(armature.data[STATED])))
    extension: Any = getattr(armature.data, "vrm_addon_extension", None)
    if extension is None:
        return {}
    if str(getattr(extension, "spec_version", "1.0")).startswith("0"):
        rows = [(row.bone, row.node.bone_name) for row in extension.vrm0.humanoid.human_bones]
        stated = {humanoid_name(name, True): bone for name, bone in rows}
    else:
        bones = extension.vrm1.humanoid.human_bones.human_bone_name_to_human_bone()
        stated = {name.value: bone.node.bone_name for name, bone in bones.items()}
    found = {name: bone for name, bone in stated.items() if bone}
    return found if found.keys() >= set(ESSENTIAL) else {}  # it guesses on rigs that are no VRM
