"""Which joint of a known rig is which humanoid bone (VRM 1.0 names)."""

from __future__ import annotations

from gesture_core.skeleton import FINGERS, SIDES, finger_joints


def _limbs(arm: dict[str, str], leg: dict[str, str], sides: tuple[str, str]) -> dict[str, str]:
    """Expand `{side}` templates of arm and leg bones for both sides."""
    return {
        side + bone: template.format(side=word)
        for side, word in zip(SIDES, sides, strict=True)
        for bone, template in (arm | leg).items()
    }


def _fingers(
    template: str, segments: tuple[str, str, str], words: tuple[str, ...], sides: tuple[str, str]
) -> dict[str, str]:
    """Expand a `{side} {finger} {segment}` template for ten fingers of three segments."""
    return {
        bone: template.format(side=side_word, finger=word, segment=segment)
        for side, side_word in zip(SIDES, sides, strict=True)
        for finger, word in zip(FINGERS, words, strict=True)
        for bone, segment in zip(finger_joints(side, finger), segments, strict=True)
    }


SMARTBODY: dict[str, str] = {
    "hips": "JtRoot",
    "spine": "JtSpineA",
    "chest": "JtSpineB",
    "upperChest": "JtSpineC",
    "neck": "JtNeckA",
    "head": "JtSkullA",
    **_limbs(
        {
            "Shoulder": "JtClavicle{side}",
            "UpperArm": "JtShoulder{side}",
            "LowerArm": "JtElbow{side}",
            "Hand": "JtWrist{side}",
        },
        {"UpperLeg": "JtHip{side}", "LowerLeg": "JtKnee{side}", "Foot": "JtAnkle{side}"},
        ("Lf", "Rt"),
    ),
    **_fingers("Jt{finger}{segment}{side}", ("A", "B", "C"), FINGERS, ("Lf", "Rt")),
}
"""Characters of SmartBody (`ChrBrad.sk`, `ChrBrad2.sk`, `ChrConnor.sk`)."""

SMARTBODY_TWISTS: dict[str, str] = _limbs(
    {"UpperArm": "JtUpperArmTwistB{side}", "LowerArm": "JtForearmTwistB{side}"}, {}, ("Lf", "Rt")
)
"""The last twist joint of each arm segment of a SmartBody character."""

PERCEPTION_NEURON: dict[str, str] = {
    "hips": "Hips",
    "spine": "Spine",
    "chest": "Spine1",
    "upperChest": "Spine3",
    "neck": "Neck",
    "head": "Head",
    **_limbs(
        {
            "Shoulder": "{side}Shoulder",
            "UpperArm": "{side}Arm",
            "LowerArm": "{side}ForeArm",
            "Hand": "{side}Hand",
        },
        {"UpperLeg": "{side}UpLeg", "LowerLeg": "{side}Leg", "Foot": "{side}Foot"},
        ("Left", "Right"),
    ),
    **_fingers(
        "{side}Hand{finger}{segment}",
        ("1", "2", "3"),
        ("Thumb", "Index", "Middle", "Ring", "Pinky"),
        ("Left", "Right"),
    ),
}
"""SmartBody's `pnskeleton.bvh` (Perception Neuron)."""

UNREAL: dict[str, str] = {
    "hips": "pelvis",
    "spine": "spine_01",
    "chest": "spine_02",
    "upperChest": "spine_03",
    "neck": "neck_01",
    "head": "head",
    **_limbs(
        {
            "Shoulder": "clavicle_{side}",
            "UpperArm": "upperarm_{side}",
            "LowerArm": "lowerarm_{side}",
            "Hand": "hand_{side}",
        },
        {"UpperLeg": "thigh_{side}", "LowerLeg": "calf_{side}", "Foot": "foot_{side}"},
        ("l", "r"),
    ),
    **_fingers(
        "{finger}_{segment}_{side}",
        ("01", "02", "03"),
        ("thumb", "index", "middle", "ring", "pinky"),
        ("l", "r"),
    ),
}
"""Unreal's mannequin, the rig of Mesh2Motion's `human-addon.glb`."""
