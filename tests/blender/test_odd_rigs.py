"""Rigs that are built or placed oddly, and control rigs, measured on their deforming bones."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.formats.clip import Clip, save_clip
from gesture_core.rotation import quat_to_rotmat
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics
from tests.rigs import angles_between, limb_segments, lively_motion, palm_normals

RIGS = (
    "a_pose", "odd_rest", "placed", "stretched", "y_up", "facing_minus_x", "many_bones",
    "few_bones", "loose", "connected_hips", "posed_by_hand", "two_trunks", "animated", "controls",
    "auto_rig_pro", "rigify", "override", "ik_legs", "limited", "fixed_fingers",
)  # fmt: skip
REFUSALS = {
    "locked_arm": ["leftUpperArm", "locked", "unlock it"],
    "driven_head": ["head", "driver", "delete the driver"],
    "tracked_spine": ["spine", "Look there", "switch the constraint off"],
    "resting_only": ["rest position", "Pose Position"],
    "linked": ["library override"],
}


@pytest.fixture(scope="module")
def played(blender, tmp_path_factory):
    folder = tmp_path_factory.mktemp("odd")
    save_clip(folder / "clip.npz", Clip(lively_motion(frames=12), None, {}))
    told = blender("odd_rigs.py", folder / "clip.npz", folder / "out.npz")
    with np.load(folder / "out.npz") as results:
        return dict(results), told


@pytest.mark.parametrize("name", RIGS)
def test_limbs_and_palms_follow_the_source(played, name):
    results, told = played
    motion = lively_motion(frames=12)
    places, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    facing = results[f"{name} facing"]
    theirs = {joint: places[:, k] @ facing.T for k, joint in enumerate(HUMANOID.names)}
    ours = {str(j): results[f"{name} places"][:, k] for k, j in enumerate(results[f"{name} names"])}
    segments = [pair for pair in limb_segments() if set(pair) <= set(ours)]
    errors = {
        pair: angles_between(ours[pair[1]] - ours[pair[0]], theirs[pair[1]] - theirs[pair[0]]).max()
        for pair in segments
    }
    assert len(errors) >= 8
    assert max(errors.values()) < 0.1, {p: e for p, e in errors.items() if e >= 0.1}
    for side in SIDES:
        if f"{side}LittleProximal" in ours:
            palm = angles_between(palm_normals(ours, side), palm_normals(theirs, side))
            assert palm.max() < 1.0


@pytest.mark.parametrize("name", ["a_pose", "many_bones", "controls", "auto_rig_pro", "rigify"])
def test_hips_and_head_turn_by_what_the_source_turns(played, name):
    results, _ = played
    motion = lively_motion(frames=12)
    _, turns = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    facing = results[f"{name} facing"]
    for row, joint in enumerate(("hips", "head")):
        ours = facing.T @ results[f"{name} turns"][:, row] @ facing
        theirs = quat_to_rotmat(turns[:, HUMANOID.index(joint)])
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_the_hips_travel_as_the_source_does(played):
    results, _ = played
    motion = lively_motion(frames=12)
    places, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    legs = [HUMANOID.index(f"{side}UpperLeg") for side in SIDES]
    theirs = places[:, legs].mean(axis=1)
    for name in set(RIGS) - {"connected_hips"}:
        rows = [list(results[f"{name} names"]).index(f"{side}UpperLeg") for side in SIDES]
        ours = results[f"{name} places"][:, rows].mean(axis=1) @ results[f"{name} facing"]
        path, wanted = ours - ours[0], theirs - theirs[0]
        if name != "stretched":  # where a metre is not as long in every direction
            scale = np.sum(path * wanted) / np.sum(wanted * wanted)
            np.testing.assert_allclose(path, scale * wanted, atol=2e-4 * scale, err_msg=name)


def test_looking_at_a_rig_changes_nothing(played):
    _, told = played
    assert [name for name in told if name.endswith(" changed")] == []


def test_what_is_left_alone_is_told(played):
    _, told = played
    assert told["a_pose"] == told["rigify"] == told["controls"] == told["animated"] == []
    assert "“hips” cannot be moved" in told["connected_hips"][0]
    assert "“Limit Rotation” may hold “leftLowerArm” back" in told["limited"]
    assert "IK is switched off while it plays: leftLowerLeg, leftUpperLeg" in told["ik_legs"][0]
    spoken = " ".join(told["fixed_fingers"])
    for words in (
        "Damped Track",
        "“leftEye”",
        "“leftLittleDistal” is locked",
        "“rightThumbDistal”",
    ):
        assert words in spoken


@pytest.mark.parametrize("name", REFUSALS)
def test_rigs_that_cannot_be_animated_are_refused_with_advice(played, name):
    _, told = played
    for words in REFUSALS[name]:
        assert words in told[name]
