"""Changing a bone map by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .bone_map import BoneMap
from .errors import UserError
from .humanoid import HUMANOID, SIDES, sided
from .limb_parts import whole_limbs
from .retarget import rig_facing
from .rig import Rig

CHOSEN = "chosen by you"
NEAR = 0.1
"""How far a mirrored bone may lie from its counterpart, as a share of the trunk."""


def with_bones(bone_map: BoneMap, rig: Rig, chosen: dict[str, str | None]) -> BoneMap:
    """The map with other bones, or none, for some humanoid bones; who had them loses them."""
    taken = {bone for bone in chosen.values() if bone is not None}
    for bone in taken:
        if bone not in rig:
            raise UserError(f"this rig has no bone “{bone}”")
    kept = {
        name: parts
        for name, parts in bone_map.bones.items()
        if name not in chosen and parts[0] not in taken
    }
    firsts = {name: parts[0] for name, parts in kept.items()}
    firsts |= {name: bone for name, bone in chosen.items() if bone is not None}
    bones = {name: rig.index(firsts[name]) for name in HUMANOID if name in firsts}
    return replace(
        bone_map,
        bones=whole_limbs(rig, bones, kept),
        confidence={name: 1.0 if name in chosen else bone_map.confidence[name] for name in bones},
        reasons={name: CHOSEN if name in chosen else bone_map.reasons[name] for name in bones},
    )


def mirrored(bone_map: BoneMap, rig: Rig, side: str) -> BoneMap:
    """The map with the bones opposite those of one side, `left` or `right`, on the other one.

    `UserError` where the resting rig has no bone in the opposite place.
    """
    bone_map.require_body("the rig")
    other = SIDES[1 - SIDES.index(side)]
    chosen: dict[str, str | None] = {}
    for name in HUMANOID:
        own, part = sided(name)
        if own == side:
            mapped = name in bone_map.bones
            chosen[other + part] = _opposite(bone_map, rig, name) if mapped else None
    return with_bones(bone_map, rig, chosen)


def _opposite(bone_map: BoneMap, rig: Rig, humanoid: str) -> str:
    """The bone that lies where a humanoid bone's would be on the other side."""
    hips, head, bone, *legs = (
        rig.index(bone_map.first(name))
        for name in ("hips", "head", humanoid, *(f"{side}UpperLeg" for side in SIDES))
    )
    left = rig_facing(rig, bone_map)[:, 0]
    middle = rig.heads[legs].mean(axis=0)
    away = np.zeros(len(rig.names))
    for ends in (rig.heads, rig.tails):
        mirror = ends[bone] - 2.0 * ((ends[bone] - middle) @ left) * left
        away += np.linalg.norm(ends - mirror, axis=1)
    nearest = int(np.argmin(away))
    if nearest == bone or away[nearest] > NEAR * np.linalg.norm(rig.heads[head] - rig.heads[hips]):
        raise UserError(f"the rig has no bone opposite “{rig.names[bone]}”")
    return rig.names[nearest]
