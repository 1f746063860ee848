"""Bending a trunk or neck of more bones than the clip's as one smooth curve."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from .bone_map import BoneMap
from .quaternion import Array, slerp
from .rig import Rig

TRUNK = ("spine", "chest", "upperChest")
CURVES = (("hips", *TRUNK), ("neck", "head"))
"""Humanoid bones between which all bones of a rig share the bend."""


def bridge_trunk(rig: Rig, bone_map: BoneMap) -> BoneMap:
    """The map with unmapped bones between two mapped ones of a curve added to the lower one."""
    bones = dict(bone_map.bones)
    mapped = {bone for row in bones.values() for bone in row}
    for lower, upper in _spans(bones):
        own = {rig.index(bone) for bone in bones[lower]}
        above = rig.above(rig.index(bones[upper][0]))
        if own.isdisjoint(above):
            continue
        between = above[: min(above.index(bone) for bone in own & set(above))]
        free = [rig.names[bone] for bone in reversed(between) if rig.names[bone] not in mapped]
        bones[lower] = (*bones[lower], *free)
    return replace(bone_map, bones=bones)


def share_bend(turns: dict[str, Array], rig: Rig, bone_map: BoneMap) -> dict[str, Array]:
    """Turns `(T, 4)` by the rig's bones: those in a row from one mapped bone to the next go over
    from its turn to the other's in even steps."""
    shared: dict[str, Array] = {}
    for lower, upper in _spans(turns):
        chain = set(rig.above(rig.index(bone_map.first(upper))))
        row = [bone for bone in bone_map.bones[lower] if rig.index(bone) in chain]
        for step, bone in enumerate(row):
            shared[bone] = slerp(turns[lower], turns[upper], step / len(row))
        beside = set(bone_map.bones[lower]) - set(row)
        shared |= dict.fromkeys(beside, turns[lower])
    return shared


def _spans(names: Container[str]) -> list[tuple[str, str]]:
    present = [[name for name in curve if name in names] for curve in CURVES]
    return [span for curve in present for span in zip(curve, curve[1:], strict=False)]
