"""How known rigs call the humanoid bones (VRM 1.0 names): data, and how to recognise a rig by it.

A template's `{side}` and `{finger}` are filled with the rig's words. Names separated by `|` are
tried in turn, and no joint serves twice. Matching ignores case, punctuation and the usual
prefixes, so that `mixamorig:LeftArm`, `Left_Arm` and `leftArm` are one name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gesture_core.pose import bone_maps
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints

Vector = tuple[float, float, float]

REQUIRED: tuple[str, ...] = (
    *("hips", "spine", "head"),
    *(
        side + bone
        for bone in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg", "Foot")
        for side in SIDES
    ),
)
"""The bones that VRM 1.0 requires."""

_PREFIX = re.compile(r"^(mixamorig\d*|bip\d+|valvebipedbip\d+)")


@dataclass(frozen=True)
class Rig:
    """One naming convention: for humanoid bones, the joint names they may have, best first."""

    title: str
    bones: Mapping[str, tuple[str, ...]]
    rest: Mapping[str, Vector] = field(default_factory=dict[str, Vector])
    """World rotation vector in degrees of joints in a T-pose facing +Z, by joint name, for rigs
    whose files come without a usable rest pose."""
    twists: Mapping[str, str] = field(default_factory=dict[str, str])
    """For humanoid bones, the last twist joint of the limb, which then carries its rotation."""

    def match(self, joints: Sequence[str]) -> dict[str, str]:
        """Joint by humanoid bone, of the bones that are found among `joints`."""
        free: dict[str, str] = {}
        for joint in joints:
            free.setdefault(_plain(joint), joint)
        found: dict[str, str] = {}
        for bone, names in self.bones.items():
            name = next((plain for plain in map(_plain, names) if plain in free), None)
            if name is not None:
                found[bone] = free.pop(name)
        return {bone: found[bone] for bone in HUMANOID.names if bone in found}


def _plain(name: str) -> str:
    """A joint name without namespace, usual prefix, case and punctuation."""
    bare = re.sub(r"[^a-z0-9]", "", re.split(r"[:|]", name)[-1].lower())
    return _PREFIX.sub("", bare) or bare


def recognise(joints: Sequence[str]) -> tuple[Rig, dict[str, str]]:
    """The rig of which most bones are found among joint names, and its joint by humanoid bone."""
    matches = [(rig, rig.match(joints)) for rig in RIGS]
    return max(matches, key=lambda match: (_required(match[1]), len(match[1])))


def _required(bones: Mapping[str, str]) -> int:
    return sum(bone in bones for bone in REQUIRED)


def _rig(
    title: str,
    middle: Mapping[str, str],
    limbs: Mapping[str, str],
    sides: tuple[str, str],
    fingers: tuple[str, tuple[str, ...], tuple[str, str, str]] | None = None,
    rest: Mapping[str, Vector] | None = None,
) -> Rig:
    """Expand templates; `fingers` is (template, five words from thumb on, three segments)."""
    bones = dict(middle)
    for side, word in zip(SIDES, sides, strict=True):
        bones |= {side + bone: names.replace("{side}", word) for bone, names in limbs.items()}
        template, words, segments = fingers or ("", (), ())
        for finger, finger_word in zip(FINGERS, words, strict=False):
            for bone, segment in zip(finger_joints(side, finger), segments, strict=True):
                filled = template.replace("{side}", word).replace("{finger}", finger_word)
                bones[bone] = filled.replace("{segment}", segment)
    return Rig(title, {bone: tuple(names.split("|")) for bone, names in bones.items()}, rest or {})


_LEFT_RIGHT = ("Left", "Right")
_L_R = ("L", "R")
_PINKY = ("Thumb", "Index", "Middle", "Ring", "Pinky")
_123 = ("1", "2", "3")

VRM = Rig("VRM humanoid", {bone: (bone,) for bone in HUMANOID.names})

UNITY = _rig(
    "Unity humanoid, VRM 0.x",
    {bone: bone for bone in ("hips", "spine", "chest", "upperChest", "neck", "head", "jaw")},
    {
        bone: f"{{side}}{bone}"
        for bone in "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot Toes Eye".split()
    },
    SIDES,
    ("{side}{finger}{segment}", FINGERS, ("Proximal", "Intermediate", "Distal")),
)
"""As VRM 1.0, but the thumb's first bone is its proximal one here."""

MIXAMO = _rig(
    "Mixamo / MotionBuilder",
    {
        "hips": "Hips",
        "spine": "LowerBack|Spine",
        "upperChest": "Spine3|Spine2|Spine1",
        "chest": "Spine1|Spine",
        "neck": "Neck",
        "head": "Head",
        "jaw": "Jaw",
    },
    {
        "Shoulder": "{side}Shoulder",
        "UpperArm": "{side}Arm",
        "LowerArm": "{side}ForeArm",
        "Hand": "{side}Hand",
        "UpperLeg": "{side}UpLeg",
        "LowerLeg": "{side}Leg",
        "Foot": "{side}Foot",
        "Toes": "{side}ToeBase|{side}Toe",
        "Eye": "{side}Eye",
    },
    _LEFT_RIGHT,
    ("{side}Hand{finger}{segment}", _PINKY, _123),
)
"""Also Ready Player Me, Perception Neuron, LAFAN1, ZEGGS, BEAT and the older CMU conversions."""

BIOVISION = _rig(
    "Biovision / Poser",
    {
        "hips": "Hips|Hip",
        "spine": "Abdomen|Chest",
        "upperChest": "Chest4|Chest3|Chest2|Chest",
        "chest": "Chest2|Chest3",
        "neck": "Neck",
        "head": "Head",
    },
    {
        "Shoulder": "{side}Collar",
        "UpperArm": "{side}Shoulder",
        "LowerArm": "{side}Elbow",
        "Hand": "{side}Wrist",
        "UpperLeg": "{side}Hip",
        "LowerLeg": "{side}Knee",
        "Foot": "{side}Ankle",
        "Toes": "{side}Toe",
    },
    _LEFT_RIGHT,
)
"""Also the BVH files of Xsens MVN."""

UNREAL = _rig(
    "Unreal mannequin",
    {
        "hips": "pelvis",
        "spine": "spine_01",
        "chest": "spine_02",
        "upperChest": "spine_05|spine_03",
        "neck": "neck_01",
        "head": "head",
    },
    {
        "Shoulder": "clavicle_{side}",
        "UpperArm": "upperarm_{side}",
        "LowerArm": "lowerarm_{side}",
        "Hand": "hand_{side}",
        "UpperLeg": "thigh_{side}",
        "LowerLeg": "calf_{side}",
        "Foot": "foot_{side}",
        "Toes": "ball_{side}",
    },
    ("l", "r"),
    ("{finger}_{segment}_{side}", _PINKY, ("01", "02", "03")),
)
"""Also Mesh2Motion's `human-addon.glb`."""

RIGIFY = _rig(
    "Rigify",
    {
        "hips": "DEF-hips|DEF-spine|spine",
        "spine": "DEF-spine.001|spine.001",
        "chest": "DEF-spine.002|spine.002",
        "upperChest": "DEF-spine.003|spine.003",
        "neck": "DEF-neck|DEF-spine.004|spine.004",
        "head": "DEF-head|DEF-spine.006|spine.006",
        "jaw": "DEF-jaw_master|jaw",
    },
    {
        "Shoulder": "DEF-shoulder.{side}|shoulder.{side}",
        "UpperArm": "DEF-upper_arm.{side}|upper_arm.{side}",
        "LowerArm": "DEF-forearm.{side}|forearm.{side}",
        "Hand": "DEF-hand.{side}|hand.{side}",
        "UpperLeg": "DEF-thigh.{side}|thigh.{side}",
        "LowerLeg": "DEF-shin.{side}|shin.{side}",
        "Foot": "DEF-foot.{side}|foot.{side}",
        "Toes": "DEF-toe.{side}|toe.{side}",
        "Eye": "DEF-eye.{side}|eye.{side}",
    },
    _L_R,
    (
        "DEF-{finger}.{segment}.{side}|{finger}.{segment}.{side}",
        ("thumb", "f_index", "f_middle", "f_ring", "f_pinky"),
        ("01", "02", "03"),
    ),
)
"""Also Mesh2Motion's `human-base.glb`."""

SUMERIAN = _rig(
    "Amazon Sumerian host",
    {
        "hips": "def_c_hip",
        "spine": "def_c_spineB",
        "chest": "def_c_spineC",
        "upperChest": "def_c_spineD",
        "neck": "def_c_neckA",
        "head": "def_c_neckB",
        "jaw": "def_c_jaw",
    },
    {
        "Shoulder": "def_{side}_clav",
        "UpperArm": "def_{side}_shoulder",
        "LowerArm": "def_{side}_elbow",
        "Hand": "def_{side}_wrist",
        "UpperLeg": "def_{side}_thigh",
        "LowerLeg": "def_{side}_knee",
        "Foot": "def_{side}_ankle",
        "Toes": "def_{side}_ball",
        "Eye": "def_{side}_eye",
    },
    ("l", "r"),
    (
        "def_{side}_fng{finger}{segment}",
        ("Thumb", "Index", "Mid", "Ring", "Pinky"),
        ("A", "B", "C"),
    ),
)

SMARTBODY = Rig(
    "SmartBody character",
    {bone: (name,) for bone, name in bone_maps.SMARTBODY.items()},
    twists=bone_maps.SMARTBODY_TWISTS,
)

BIPED = _rig(
    "3ds Max Biped",
    {
        "hips": "Pelvis",
        "spine": "Spine",
        "upperChest": "Spine4|Spine3|Spine2|Spine1",
        "chest": "Spine1",
        "neck": "Neck",
        "head": "Head",
    },
    {
        "Shoulder": "{side}Clavicle",
        "UpperArm": "{side}UpperArm",
        "LowerArm": "{side}Forearm",
        "Hand": "{side}Hand",
        "UpperLeg": "{side}Thigh",
        "LowerLeg": "{side}Calf",
        "Foot": "{side}Foot",
        "Toes": "{side}Toe0",
    },
    _L_R,
    ("{side}Finger{finger}{segment}", ("0", "1", "2", "3", "4"), ("", "1", "2")),
)

VROID = _rig(
    "VRoid",
    {
        "hips": "J_Bip_C_Hips",
        "spine": "J_Bip_C_Spine",
        "chest": "J_Bip_C_Chest",
        "upperChest": "J_Bip_C_UpperChest",
        "neck": "J_Bip_C_Neck",
        "head": "J_Bip_C_Head",
    },
    {
        bone: f"J_Bip_{{side}}_{bone}"
        for bone in "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot".split()
    }
    | {"Toes": "J_Bip_{side}_ToeBase", "Eye": "J_Adj_{side}_FaceEye"},
    _L_R,
    ("J_Bip_{side}_{finger}{segment}", FINGERS, _123),
)

SMPL = _rig(
    "SMPL",
    {
        "hips": "pelvis",
        "spine": "spine1",
        "chest": "spine2",
        "upperChest": "spine3",
        "neck": "neck",
        "head": "head",
        "jaw": "jaw",
    },
    {
        "Shoulder": "{side}_collar",
        "UpperArm": "{side}_shoulder",
        "LowerArm": "{side}_elbow",
        "Hand": "{side}_wrist",
        "UpperLeg": "{side}_hip",
        "LowerLeg": "{side}_knee",
        "Foot": "{side}_ankle",
        "Toes": "{side}_foot",
        "Eye": "{side}_eye",
    },
    SIDES,
    ("{side}_{finger}{segment}", _PINKY, _123),
)

_CHARACTER_CREATOR_REST: dict[str, Vector] = {
    "CC_Base_Hip": (0, 0, 0),
    "CC_Base_Waist": (16.2, 0, 0),
    "CC_Base_Spine01": (-5.0, 0, 0),
    "CC_Base_Spine02": (-10.3, 0, 0),
    "CC_Base_NeckTwist01": (11.2, 0, 0),
    "CC_Base_NeckTwist02": (9.6, 0, 0),
    "CC_Base_Head": (0, 0, 0),
    "CC_Base_L_Clavicle": (-11.4, 12.0, -87.8),
    "CC_Base_R_Clavicle": (-11.4, -12.0, 87.8),
    "CC_Base_L_Upperarm": (24.3, 24.3, -87.6),
    "CC_Base_R_Upperarm": (24.3, -24.3, 87.6),
    "CC_Base_L_Thigh": (0, 0, 180),
    "CC_Base_R_Thigh": (0, 0, 180),
    "CC_Base_L_Foot": (-8.1, -109.9, -137.9),
    "CC_Base_R_Foot": (-8.1, 109.9, 137.9),
    "CC_Base_L_ToeBase": (-1.5, -130.1, -118.0),
    "CC_Base_R_ToeBase": (-1.5, 130.1, 118.0),
}
"""Zero angles of this rig stack all limbs upwards. These are the angles of the T-pose with which
CMU's clips 007_03 to 007_12 begin, except that the upper arms are rolled by 31° so that the elbow
axis, as measured over all clips, is vertical."""

CHARACTER_CREATOR = _rig(
    "Character Creator",
    {
        "hips": "CC_Base_Hip",
        "spine": "CC_Base_Waist",
        "chest": "CC_Base_Spine01",
        "upperChest": "CC_Base_Spine02",
        "neck": "CC_Base_NeckTwist01",
        "head": "CC_Base_Head",
    },
    {
        "Shoulder": "CC_Base_{side}_Clavicle",
        "UpperArm": "CC_Base_{side}_Upperarm",
        "LowerArm": "CC_Base_{side}_Forearm",
        "Hand": "CC_Base_{side}_Hand",
        "UpperLeg": "CC_Base_{side}_Thigh",
        "LowerLeg": "CC_Base_{side}_Calf",
        "Foot": "CC_Base_{side}_Foot",
        "Toes": "CC_Base_{side}_ToeBase",
    },
    _L_R,
    ("CC_Base_{side}_{finger}{segment}", ("Thumb", "Index", "Mid", "Ring", "Pinky"), _123),
    _CHARACTER_CREATOR_REST,
)
"""The rig of the CMU motion capture as BVH files of 100 joints."""

RIGS: tuple[Rig, ...] = (
    *(VRM, UNITY, MIXAMO, BIOVISION, UNREAL, RIGIFY, SUMERIAN),
    *(SMARTBODY, BIPED, VROID, SMPL, CHARACTER_CREATOR),
)
