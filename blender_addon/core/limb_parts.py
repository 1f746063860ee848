"""Bones that share the turning of a limb about itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .humanoid import sided
from .rig import Rig

_NEXT = {"UpperArm": "LowerArm", "LowerArm": "Hand", "UpperLeg": "LowerLeg", "LowerLeg": "Foot"}
_TWISTS = ("twist", "roll", "捩")


def whole_limbs(
    rig: Rig, bones: Mapping[str, int], known: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Humanoid bone → its first bone and those that share its turning, as they lie along it.

    They are the bones on the way to the next joint, the bones beside it that are called twist
    bones, and the further ones that are `known` to belong to it.
    """
    taken = set(bones.values())
    parts: dict[str, tuple[str, ...]] = {}
    for slot, first in bones.items():
        told = {rig.index(name) for name in known.get(slot, ())[1:]} - taken
        found = _sharing(rig, slot, bones, told) - taken
        carrying = [bone for bone in rig.above(first) if bone in told]  # some split limbs begin so
        whole = {first, *found}
        row = _along(rig, carrying[-1] if carrying else first, whole)
        parts[slot] = tuple(rig.names[bone] for bone in row)
    return parts


def _sharing(rig: Rig, slot: str, bones: Mapping[str, int], told: set[int]) -> set[int]:
    side, part = sided(slot)
    end = bones.get(side + _NEXT.get(part, ""))
    if end is None:
        return told
    first, above = bones[slot], rig.above(end)
    way = set(above[: above.index(first)]) if first in above else set[int]()
    twists = {
        bone
        for bone, name in enumerate(rig.names)
        if rig.parents[bone] == first and any(word in name.lower() for word in _TWISTS)
    }
    limb = rig.heads[end] - rig.heads[first]
    offsets = rig.heads - rig.heads[first]
    share = offsets @ limb / max(float(limb @ limb), 1e-18)
    beside = np.linalg.norm(offsets - share[:, None] * limb, axis=1)
    inside = (share > 0.02) & (share < 0.98) & (beside < 0.2 * np.linalg.norm(limb))
    return told | {bone for bone in way | twists if inside[bone]}


def _along(rig: Rig, first: int, bones: set[int]) -> list[int]:
    """Nearest to the first bone first."""
    away = np.linalg.norm(rig.heads - rig.heads[first], axis=1)
    return sorted(bones, key=lambda bone: (float(away[bone]), bone))
