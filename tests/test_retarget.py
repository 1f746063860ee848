"""Retargeting: limbs point where the source's point, on rigs that rest in another pose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from blender_addon.core import quaternion
from blender_addon.core.bone_map import BoneMap, map_bones
from blender_addon.core.clip_reader import Clip
from blender_addon.core.errors import UserError
from blender_addon.core.retarget import RigMotion, posed, retarget, rig_facing
from blender_addon.core.rig import Rig
from gesture_core.motion import rest_motion
from gesture_core.rotation import rotmat_to_quat, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics
from tests.rigs import (
    MAKEHUMAN_RIGS,
    TO_Z_UP,
    angles_between,
    as_clip,
    humanoid_rig,
    limb_segments,
    lively_motion,
    makehuman_rig,
    palm_normals,
)


def source_places(clip: Clip) -> dict[str, np.ndarray]:
    places, _ = forward_kinematics(HUMANOID, clip.rotations, clip.root)
    return {name: places[:, joint] @ TO_Z_UP.T for joint, name in enumerate(clip.joints)}


def rig_places(rig: Rig, bone_map: BoneMap, motion: RigMotion) -> dict[str, np.ndarray]:
    heads, _ = posed(rig, motion)
    return {name: heads[:, rig.index(bones[0])] for name, bones in bone_map.bones.items()}


@pytest.mark.parametrize("name", MAKEHUMAN_RIGS)
def test_limbs_and_palms_of_real_rigs_follow_the_source(name: str, tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = makehuman_rig(name, seed=3, scale=100.0)
    bone_map = map_bones(rig)
    ours = rig_places(rig, bone_map, retarget(clip, rig, bone_map))
    theirs = source_places(clip)
    compared = 0
    for start, end in limb_segments():
        if start in ours and end in ours:
            error = angles_between(ours[end] - ours[start], theirs[end] - theirs[start])
            assert error.max() < 0.1, (start, error.max())
            compared += 1
    assert compared >= 8
    for side in SIDES:
        if f"{side}IndexProximal" in ours:
            error = angles_between(palm_normals(ours, side), palm_normals(theirs, side))
            assert error.max() < 1.0


@pytest.mark.parametrize("name", MAKEHUMAN_RIGS)
def test_trunk_and_head_turn_by_what_the_source_turns(name: str, tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = makehuman_rig(name)
    bone_map = map_bones(rig)
    _, turned = posed(rig, retarget(clip, rig, bone_map))
    _, source = forward_kinematics(HUMANOID, clip.rotations, clip.root)
    for joint in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        bone = rig.index(bone_map.first(joint))
        turn = TO_Z_UP.T @ turned[:, bone] @ rig.rotations[bone].T @ TO_Z_UP
        same = np.abs(np.sum(rotmat_to_quat(turn) * source[:, HUMANOID.index(joint)], axis=-1))
        np.testing.assert_allclose(same, 1.0, atol=1e-6)


def test_a_rig_like_the_source_gets_the_source_rotations(tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = humanoid_rig()
    motion = retarget(clip, rig, map_bones(rig))
    heads, _ = posed(rig, motion)
    places, _ = forward_kinematics(HUMANOID, clip.rotations, clip.root)
    np.testing.assert_allclose(heads, places, atol=1e-6)


def test_the_forearm_takes_half_of_the_hands_twist(tmp_path: Path):
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (5, len(HUMANOID.names), 1))
    twists = np.linspace(0.0, 1.2, 5)
    for side in SIDES:
        hand = rotvec_to_quat(twists[:, None] * [1.0, 0.0, 0.0])
        rotations[:, HUMANOID.index(f"{side}Hand")] = hand
    clip = as_clip(replace(rest_motion(5, 30.0), rotations=rotations), tmp_path)
    rig = humanoid_rig()
    motion = retarget(clip, rig, map_bones(rig))
    forearm = motion.rotations[:, motion.bones.index("leftLowerArm")]
    angle = quaternion.twist_angle(forearm, np.array([1.0, 0.0, 0.0]))
    np.testing.assert_allclose(angle, twists / 2.0, atol=1e-6)


def test_split_limbs_share_the_twist_in_order_from_the_elbow(tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = makehuman_rig("default")
    bone_map = map_bones(rig)
    _, turned = posed(rig, retarget(clip, rig, bone_map))
    for side in SIDES:
        bones = [*bone_map.bones[f"{side}LowerArm"], bone_map.first(f"{side}Hand")]
        assert len(bones) == 3
        rest = np.array([rig.rotations[rig.index(bone)] for bone in bones])
        world = np.stack([turned[:, rig.index(bone)] for bone in bones], axis=1)
        turns = quaternion.from_matrix(world @ np.swapaxes(rest, -1, -2))
        ends = [rig.heads[rig.index(bone)] for bone in (bones[0], bones[2])]
        axis = quaternion.normalize(ends[1] - ends[0])
        steps = [
            quaternion.twist_angle(
                quaternion.multiply(quaternion.inverse(turns[:, k]), turns[:, k + 1]), axis
            )
            for k in range(2)
        ]
        # of the whole twist the first bone has a quarter, the second three, the hand all
        np.testing.assert_allclose(steps[0], 2.0 * steps[1], atol=0.02)


def test_the_path_of_the_hips_is_scaled_by_the_legs(tmp_path: Path):
    still = rest_motion(3, 30.0)
    shift = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.2, 0.3]])
    clip = as_clip(replace(still, root=HUMANOID.offsets[0] + shift), tmp_path)
    small = humanoid_rig()
    rig = replace(small, heads=small.heads * 50.0, tails=small.tails * 50.0)
    bone_map = map_bones(rig)
    heads, _ = posed(rig, retarget(clip, rig, bone_map))
    moved = heads[:, 0] - rig.heads[0]
    np.testing.assert_allclose(moved, shift * 50.0, atol=1e-4)


@pytest.mark.parametrize("name", MAKEHUMAN_RIGS)
def test_a_standing_source_puts_the_rigs_feet_on_the_rigs_floor(name: str, tmp_path: Path):
    clip = as_clip(rest_motion(2, 30.0), tmp_path)
    rig = makehuman_rig(name)
    bone_map = map_bones(rig)
    heads, _ = posed(rig, retarget(clip, rig, bone_map))
    feet = [rig.index(bone_map.first(f"{side}Foot")) for side in SIDES]
    np.testing.assert_allclose(heads[:, feet, 2], [rig.heads[feet, 2]] * 2, atol=2e-4)


def test_rotations_never_jump_in_sign(tmp_path: Path):
    clip = as_clip(lively_motion(frames=300), tmp_path)
    rig = makehuman_rig("game_engine", seed=5)
    motion = retarget(clip, rig, map_bones(rig))
    assert (np.sum(motion.rotations[1:] * motion.rotations[:-1], axis=-1) > 0.0).all()


@pytest.mark.parametrize("degrees", [0.0, 45.0, 90.0, 180.0])
def test_a_rig_may_face_anywhere(degrees: float, tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = humanoid_rig()
    turn = quaternion.to_matrix(rotvec_to_quat(np.radians([0.0, degrees, 0.0])))
    turned = replace(
        rig,
        heads=rig.heads @ turn.T,
        tails=rig.tails @ turn.T,
        rotations=turn @ rig.rotations,
    )
    bone_map = map_bones(rig)
    np.testing.assert_allclose(rig_facing(turned, bone_map), turn, atol=1e-9)
    heads, _ = posed(turned, retarget(clip, turned, bone_map))
    plain, _ = posed(rig, retarget(clip, rig, bone_map))
    np.testing.assert_allclose(heads, plain @ turn.T, atol=1e-6)


def test_a_rig_with_one_chest_bone_bends_as_far_as_the_source(tmp_path: Path):
    rotations = np.tile([1.0, 0.0, 0.0, 0.0], (2, len(HUMANOID.names), 1))
    for joint in ("spine", "chest", "upperChest"):
        rotations[1, HUMANOID.index(joint)] = rotvec_to_quat([0.2, 0.0, 0.0])
    clip = as_clip(replace(rest_motion(2, 30.0), rotations=rotations), tmp_path)
    rig = humanoid_rig()
    bone_map = map_bones(rig)
    del bone_map.bones["upperChest"]
    _, turned = posed(rig, retarget(clip, rig, bone_map))
    chest = quaternion.from_matrix(turned[1, rig.index("chest")])
    np.testing.assert_allclose(chest, rotvec_to_quat([0.6, 0.0, 0.0]), atol=1e-6)


def test_bones_that_do_not_inherit_rotation_point_the_same_way(tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = humanoid_rig()
    level = replace(rig, turned_by=dict.fromkeys(("leftUpperArm", "rightHand", "head"), -1))
    bone_map = map_bones(rig)
    motions = [retarget(clip, one, bone_map) for one in (rig, level)]
    column = motions[0].bones.index("leftUpperArm")
    assert not np.allclose(motions[0].rotations[:, column], motions[1].rotations[:, column])
    for plain, other in zip(posed(rig, motions[0]), posed(level, motions[1]), strict=True):
        np.testing.assert_allclose(plain, other, atol=1e-9)


def test_a_clip_without_hips_is_refused(tmp_path: Path):
    clip = as_clip(rest_motion(2, 30.0), tmp_path)
    nameless = replace(clip, joints=("pelvis", *clip.joints[1:]))
    rig = humanoid_rig()
    with pytest.raises(UserError, match="hips"):
        retarget(nameless, rig, map_bones(rig))


def posed_rest(turns: Mapping[str, tuple[float, float, float]]) -> Rig:
    """Our skeleton resting with some joints turned, degrees; its bones keep their axes."""
    pose = np.zeros((len(HUMANOID.names), 3))
    for name, degrees in turns.items():
        pose[HUMANOID.index(name)] = np.radians(degrees)
    places, _ = forward_kinematics(HUMANOID, rotvec_to_quat(pose), HUMANOID.offsets[0])
    return replace(humanoid_rig(), heads=places, tails=places + [0.0, 0.02, 0.0])


ODD_RESTS = {
    "arm up": {"leftShoulder": (0, 0, 30), "leftUpperArm": (0, 0, 70)},
    "arms forward": {"leftUpperArm": (0, -85, 0), "rightUpperArm": (0, 85, 0)},
    "bent elbows": {"leftLowerArm": (0, -90, 0), "rightLowerArm": (0, 60, 0)},
    "palms forward": {"leftHand": (80, 0, 0), "rightHand": (85, 0, 0)},
    "bent fingers": {
        f"{side}{finger}{part}": (0, 0, -40 if side == "left" else 40)
        for side in SIDES
        for finger in ("Index", "Middle", "Ring", "Little")
        for part in ("Proximal", "Intermediate")
    },
    "legs apart": {"leftUpperLeg": (0, 0, 40), "rightUpperLeg": (-50, 0, 0)},
}


@pytest.mark.parametrize("name", ODD_RESTS)
def test_rigs_may_rest_in_any_pose(name: str, tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = posed_rest(ODD_RESTS[name])
    bone_map = map_bones(humanoid_rig())
    ours = rig_places(rig, bone_map, retarget(clip, rig, bone_map))
    places, _ = forward_kinematics(HUMANOID, clip.rotations, clip.root)
    theirs = {joint: places[:, k] for k, joint in enumerate(clip.joints)}
    for start, end in limb_segments():
        error = angles_between(ours[end] - ours[start], theirs[end] - theirs[start])
        assert error.max() < 0.1, (start, error.max())
    for side in SIDES:
        assert angles_between(palm_normals(ours, side), palm_normals(theirs, side)).max() < 1.0


def test_a_collar_bone_far_from_the_sources_is_brought_near_it(tmp_path: Path):
    clip = as_clip(rest_motion(2, 30.0), tmp_path)
    bone_map = map_bones(humanoid_rig())
    for raised, left in ((20.0, 20.0), (60.0, 25.0)):
        rig = posed_rest({"leftShoulder": (0, 0, raised)})
        ours = rig_places(rig, bone_map, retarget(clip, rig, bone_map))
        rest = HUMANOID.rest_positions
        ends = [HUMANOID.index(name) for name in ("leftShoulder", "leftUpperArm")]
        error = angles_between(
            ours["leftUpperArm"] - ours["leftShoulder"], rest[ends[1]] - rest[ends[0]]
        )
        np.testing.assert_allclose(error, left, atol=1e-3)


def test_feet_that_rest_level_stay_level_whatever_the_legs_do(tmp_path: Path):
    clip = as_clip(rest_motion(2, 30.0), tmp_path)
    rig = posed_rest({"leftUpperLeg": (0, 0, 25), "leftFoot": (0, 0, -25)})
    bone_map = map_bones(humanoid_rig())
    _, turned = posed(rig, retarget(clip, rig, bone_map))
    np.testing.assert_allclose(turned[:, rig.index("leftFoot")], [np.eye(3)] * 2, atol=1e-9)


def test_a_root_of_its_own_carries_hips_and_spine_side_by_side(tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    plain = humanoid_rig()
    centre = plain.heads[0] + [0.0, 0.3, 0.1]
    spine = plain.index("spine") + 1
    rig = Rig(
        ("centre", *plain.names),
        (-1, *(0 if k + 1 == spine else parent + 1 for k, parent in enumerate(plain.parents))),
        np.concatenate([[centre], plain.heads]),
        np.concatenate([[centre], plain.tails]),
        np.concatenate([[np.eye(3)], plain.rotations]),
    )
    bone_map = map_bones(plain)
    bone_map = replace(bone_map, bones=bone_map.bones | {"hips": ("centre", "hips")})
    ours = rig_places(rig, bone_map, retarget(clip, rig, bone_map))
    places, _ = forward_kinematics(HUMANOID, clip.rotations, clip.root)
    for side in SIDES:
        leg = HUMANOID.index(f"{side}Foot")
        np.testing.assert_allclose(ours[f"{side}Foot"], places[:, leg], atol=1e-6)


def test_a_root_that_slides_along_other_axes_goes_the_same_way(tmp_path: Path):
    clip = as_clip(lively_motion(), tmp_path)
    rig = humanoid_rig()
    bone_map = map_bones(rig)
    axes = np.array([[0.0, 2.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.0]])
    other = replace(rig, slid_along={"hips": axes})
    plain, _ = posed(rig, retarget(clip, rig, bone_map))
    heads, _ = posed(other, retarget(clip, other, bone_map))
    np.testing.assert_allclose(heads, plain, atol=1e-9)
    stuck = replace(rig, slid_along={"hips": np.zeros((3, 3))})
    assert not retarget(clip, stuck, bone_map).locations.any()
