"""Rigs are recognised by their joint names."""

from __future__ import annotations

import pytest

from gesture_core.pose.bone_names import (
    BIOVISION,
    BIPED,
    CHARACTER_CREATOR,
    MIXAMO,
    REQUIRED,
    RIGIFY,
    RIGS,
    SMPL,
    SUMERIAN,
    UNREAL,
    VRM,
    VROID,
    Rig,
    recognise,
)
from gesture_core.skeleton import HUMANOID

MIDDLE = ["Hips", "Spine", "Spine1", "Spine2", "Neck", "Head"]
LIMBS = "Shoulder Arm ForeArm Hand UpLeg Leg Foot ToeBase".split()
FINGERS = [f"Hand{f}{n}" for f in "Thumb Index Middle Ring Pinky".split() for n in "123"]
MIXAMO_JOINTS = MIDDLE + [side + limb for side in ("Left", "Right") for limb in LIMBS + FINGERS]


@pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.title)
def test_tables_are_complete_and_their_own_best_match(rig: Rig) -> None:
    assert set(rig.bones) <= set(HUMANOID.names)
    assert set(REQUIRED) <= set(rig.bones)
    joints = [names[0] for names in rig.bones.values()]
    found, bones = recognise(joints)
    assert found is rig
    assert bones == dict(zip(rig.bones, joints, strict=True))
    assert len(set(bones.values())) == len(bones)


@pytest.mark.parametrize(
    "prefix", ["", "mixamorig:", "mixamorig1:", "mixamorig", "Armature|", "ns:"]
)
def test_prefixes_do_not_matter(prefix: str) -> None:
    rig, bones = recognise([prefix + joint for joint in MIXAMO_JOINTS])
    assert rig is MIXAMO
    assert bones["leftUpperArm"] == prefix + "LeftArm"
    assert bones["rightLittleDistal"] == prefix + "RightHandPinky3"
    assert len(bones) == 52


def test_a_spine_of_any_length_ends_below_the_shoulders() -> None:
    limbs = [joint for joint in MIXAMO_JOINTS if joint not in MIDDLE]
    spines = {
        ("Spine",): {"spine": "Spine"},
        ("Spine", "Spine1"): {"spine": "Spine", "upperChest": "Spine1"},
        ("Spine", "Spine1", "Spine2"): {"chest": "Spine1", "upperChest": "Spine2"},
        ("Spine", "Spine1", "Spine2", "Spine3"): {"chest": "Spine1", "upperChest": "Spine3"},
        ("LowerBack", "Spine", "Spine1"): {
            "spine": "LowerBack",
            "chest": "Spine",
            "upperChest": "Spine1",
        },
    }
    for spine, expected in spines.items():
        _, bones = recognise(["Hips", *spine, "Neck", "Head", *limbs])
        trunk = {bone: name for bone, name in bones.items() if bone in expected}
        assert trunk == expected
        assert sum(bone in bones for bone in ("spine", "chest", "upperChest")) == min(3, len(spine))


@pytest.mark.parametrize(
    ("joint", "bone", "rig"),
    [
        ("Bip01 L Finger02", "leftThumbDistal", BIPED),
        ("Bip01 R UpperArm", "rightUpperArm", BIPED),
        ("upperarm_l", "leftUpperArm", UNREAL),
        ("DEF-f_index.01.L", "leftIndexProximal", RIGIFY),
        ("upper_arm.R", "rightUpperArm", RIGIFY),
        ("char:def_r_fngMidB", "rightMiddleIntermediate", SUMERIAN),
        ("CC_Base_L_Pinky3", "leftLittleDistal", CHARACTER_CREATOR),
        ("J_Bip_R_ToeBase", "rightToes", VROID),
        ("LeftCollar", "leftShoulder", BIOVISION),
        ("right_index2", "rightIndexIntermediate", SMPL),
        ("leftThumbMetacarpal", "leftThumbMetacarpal", VRM),
    ],
)
def test_joints_as_the_programs_write_them(joint: str, bone: str, rig: Rig) -> None:
    assert rig.match([joint]) == {bone: joint}


def test_unknown_joints_match_nothing() -> None:
    _, bones = recognise(["joint1", "joint2", "Camera"])
    assert bones == {}
