"""Spines and necks of any number of bones bend as one curve."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from blender_addon.core.bone_map import BoneMap, map_bones
from blender_addon.core.quaternion import from_matrix, slerp
from blender_addon.core.retarget import posed, retarget
from blender_addon.core.rig import Rig
from blender_addon.core.trunk import bridge_trunk
from gesture_core.motion import rest_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID
from tests.rigs import as_clip, humanoid_rig


def split(rig: Rig, name: str, count: int) -> Rig:
    """The rig with a bone cut into `count`: what hung from it hangs from the last."""
    bone = rig.index(name)
    child = next(k for k, parent in enumerate(rig.parents) if parent == bone)
    more = tuple(f"{name}_{k}" for k in range(1, count))
    heads = [rig.heads[bone] + (rig.heads[child] - rig.heads[bone]) * k / count
             for k in range(1, count)]  # fmt: skip
    at = bone + 1

    def moved(parent: int) -> int:
        return at + len(more) - 1 if parent == bone else parent + len(more) * (parent > bone)

    return Rig(
        (*rig.names[:at], *more, *rig.names[at:]),
        (*rig.parents[:at], *range(bone, bone + len(more)), *map(moved, rig.parents[at:])),
        np.concatenate([rig.heads[:at], heads, rig.heads[at:]]),
        np.concatenate([rig.tails[:at], np.add(heads, 0.02), rig.tails[at:]]),
        np.concatenate([rig.rotations[:at], [np.eye(3)] * len(more), rig.rotations[at:]]),
    )


def bent_forward(angle: float, tmp_path: Path, *joints: str):
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (2, len(HUMANOID.names), 1))
    for joint in joints:
        rotations[1, HUMANOID.index(joint)] = rotvec_to_quat([angle, 0.0, 0.0])
    return as_clip(replace(rest_motion(2, 30.0), rotations=rotations), tmp_path)


def angles(rig: Rig, bone_map: BoneMap, clip, names: list[str]) -> np.ndarray:
    """By how much, in radians, the second frame bends each bone forward."""
    _, turned = posed(rig, retarget(clip, rig, bone_map))
    turns = from_matrix(turned[1, [rig.index(name) for name in names]])
    return 2.0 * np.arctan2(turns[:, 1], turns[:, 0])


def test_five_spine_bones_bend_in_even_steps(tmp_path: Path):
    rig = split(split(humanoid_rig(), "spine", 2), "chest", 2)
    bone_map = bridge_trunk(rig, map_bones(humanoid_rig()))
    assert bone_map.bones["spine"] == ("spine", "spine_1")
    assert bone_map.bones["chest"] == ("chest", "chest_1")
    clip = bent_forward(0.2, tmp_path, "spine", "chest", "upperChest")
    names = ["hips", "spine", "spine_1", "chest", "chest_1", "upperChest", "neck"]
    bends = angles(rig, bone_map, clip, names)
    np.testing.assert_allclose(bends, [0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.6], atol=1e-6)


def test_a_long_neck_leads_over_to_the_head(tmp_path: Path):
    rig = split(humanoid_rig(), "neck", 3)
    bone_map = bridge_trunk(rig, map_bones(humanoid_rig()))
    clip = bent_forward(0.3, tmp_path, "neck", "head")
    bends = angles(rig, bone_map, clip, ["neck", "neck_1", "neck_2", "head"])
    np.testing.assert_allclose(bends, [0.3, 0.4, 0.5, 0.6], atol=1e-6)


def test_bones_between_the_chest_and_the_neck_stay_with_the_chest(tmp_path: Path):
    rig = split(humanoid_rig(), "upperChest", 2)
    bone_map = bridge_trunk(rig, map_bones(humanoid_rig()))
    assert bone_map.bones["upperChest"] == ("upperChest",)
    clip = bent_forward(0.3, tmp_path, "neck")
    assert angles(rig, bone_map, clip, ["upperChest_1"])[0] == 0.0


def test_a_bone_beside_the_row_takes_the_whole_turn(tmp_path: Path):
    plain = humanoid_rig()
    rig = replace(
        plain,
        names=(*plain.names, "pelvis"),
        parents=(*plain.parents, plain.index("spine")),
        heads=np.concatenate([plain.heads, plain.heads[:1]]),
        tails=np.concatenate([plain.tails, plain.tails[:1]]),
        rotations=np.concatenate([plain.rotations, [np.eye(3)]]),
    )
    bone_map = map_bones(plain)
    bone_map = replace(bone_map, bones=bone_map.bones | {"hips": ("hips", "pelvis")})
    clip = bent_forward(0.4, tmp_path, "spine")
    bends = angles(rig, bone_map, clip, ["hips", "spine", "pelvis"])
    np.testing.assert_allclose(bends, [0.0, 0.4, 0.0], atol=1e-6)


def test_slerp_goes_the_short_way_in_even_steps():
    end = -np.asarray(rotvec_to_quat([0.0, 1.0, 0.0]))
    start = np.array([1.0, 0.0, 0.0, 0.0])
    for share in (0.0, 0.25, 1.0):
        found = slerp(start, end, share)
        wanted = np.asarray(rotvec_to_quat([0.0, share, 0.0]))
        np.testing.assert_allclose(abs(found @ wanted), 1.0, atol=1e-12)
