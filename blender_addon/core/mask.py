"""Parts of the body that a performance may take over or leave alone."""

from __future__ import annotations

from .bone_map import BoneMap
from .humanoid import ARM, FINGERS, LEG, SIDES, segments

PARTS: dict[str, tuple[str, ...]] = {
    "head": ("neck", "head"),
    "face": ("jaw", "leftEye", "rightEye"),
    **{f"{side}_arm": tuple(side + joint for joint in ARM) for side in SIDES},
    **{
        f"{side}_hand": tuple(side + joint for finger in FINGERS for joint in segments(finger))
        for side in SIDES
    },
    "trunk": ("spine", "chest", "upperChest"),
    "legs": ("hips", *(side + joint for side in SIDES for joint in LEG)),
}
"""Part → its humanoid bones. The face has its shape keys too; the hips, which carry the legs and
the path of the whole body, belong to the legs; a hand is its fingers, the wrist is the arm's."""

WHOLE_BODY = frozenset(PARTS)


def masked_bones(bone_map: BoneMap, parts: frozenset[str]) -> frozenset[str]:
    """The rig's bones that play these parts."""
    joints = [joint for part in sorted(parts) for joint in PARTS[part]]
    return frozenset(bone for joint in joints for bone in bone_map.bones.get(joint, ()))
