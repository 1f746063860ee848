"""What the programs that BVH files are made for expect beyond the format.

BVH names no unit and no axes. All of these take Y for up, +Z for forward and the zero pose of the
file for the rest pose, which in ours is the T-pose that humanoid retargeting starts from. Any
order of the rotation channels will do; ours is Biovision's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gesture_core.errors import UserError
from gesture_core.skeleton import FINGERS, SIDES, finger_joints

Names = Mapping[str, str]


@dataclass(frozen=True)
class BvhPreset:
    """`unit`: m or cm; `names`: the program's joint by our joint, where it has a name of its own;
    `t_pose_first`: whether the motion begins with one frame of T-pose that faces +Z."""

    unit: str
    names: Names = field(default_factory=dict[str, str])
    t_pose_first: bool = False


def bvh_preset(name: str) -> BvhPreset:
    """The preset called `name`; `UserError` lists the valid ones."""
    if name not in BVH_PRESETS:
        raise UserError(f"unknown preset {name!r}; valid: {', '.join(BVH_PRESETS)}")
    return BVH_PRESETS[name]


def _names(
    middle: str, limbs: str, sides: tuple[str, str], finger: str, fingers: str, segments: str
) -> Names:
    """Expand `ours=theirs` pairs; `{side}`, `{finger}` and `{segment}` are filled in."""
    names = dict(pair.split("=") for pair in middle.split())
    for side, word in zip(SIDES, sides, strict=True):
        for pair in limbs.split():
            ours, theirs = pair.split("=")
            names[side + ours] = theirs.format(side=word)
        for ours, theirs in zip(FINGERS, fingers.split(), strict=True):
            for joint, segment in zip(finger_joints(side, ours), segments.split(), strict=True):
                names[joint] = finger.format(side=word, finger=theirs, segment=segment)
    return names


_UNITY = _names(
    "hips=Hips spine=Spine chest=Chest upperChest=UpperChest neck=Neck head=Head jaw=Jaw",
    "Shoulder={side}Shoulder UpperArm={side}UpperArm LowerArm={side}LowerArm Hand={side}Hand "
    "UpperLeg={side}UpperLeg LowerLeg={side}LowerLeg Foot={side}Foot Toes={side}Toes "
    "Eye={side}Eye",
    ("Left", "Right"),
    "{side}{finger}{segment}",
    "Thumb Index Middle Ring Little",
    "Proximal Intermediate Distal",
)
_UNREAL = _names(
    "hips=pelvis spine=spine_01 chest=spine_02 upperChest=spine_03 neck=neck_01 head=head",
    "Shoulder=clavicle_{side} UpperArm=upperarm_{side} LowerArm=lowerarm_{side} "
    "Hand=hand_{side} UpperLeg=thigh_{side} LowerLeg=calf_{side} Foot=foot_{side} "
    "Toes=ball_{side}",
    ("l", "r"),
    "{finger}_{segment}_{side}",
    "thumb index middle ring pinky",
    "01 02 03",
)
_HUMAN_IK = _names(
    "hips=Hips spine=Spine chest=Spine1 upperChest=Spine2 neck=Neck head=Head jaw=Jaw",
    "Shoulder={side}Shoulder UpperArm={side}Arm LowerArm={side}ForeArm Hand={side}Hand "
    "UpperLeg={side}UpLeg LowerLeg={side}Leg Foot={side}Foot Toes={side}ToeBase Eye={side}Eye",
    ("Left", "Right"),
    "{side}Hand{finger}{segment}",
    "Thumb Index Middle Ring Pinky",
    "1 2 3",
)

BVH_PRESETS: dict[str, BvhPreset] = {
    # Its importer's defaults are scale 1, -Z forward and Y up; its unit is the metre.
    # https://docs.blender.org/manual/en/4.2/addons/import_export/anim_bvh.html
    "blender": BvhPreset("m"),
    # Unity reads BVH through add-ons such as UniVRM's UniHumanoid, which make a humanoid of it:
    # names as in UnityEngine.HumanBodyBones, one unit is one metre.
    # https://docs.unity3d.com/Manual/CreatingDCCAssets.html
    "unity": BvhPreset("m", _UNITY),
    # Unreal reads BVH through plug-ins, or FBX made of it; its unit is the centimetre, and its
    # retargeter knows the mannequin's names (which has neither eyes nor jaw).
    # https://dev.epicgames.com/documentation/unreal-engine/python-api/class/FbxSkeletalMeshImportData
    "unreal": BvhPreset("cm", _UNREAL),
    # Names of a Character's slots map themselves; it is characterised in a T-stance facing +Z,
    # which MotionBuilder users expect in the first frame; its unit is the centimetre.
    # https://help.autodesk.com/cloudhelp/2019/ENU/FBX-Developer-Help/cpp_ref/fbxcharacternodename_8h.html
    # https://help.autodesk.com/cloudhelp/2018/ENU/MotionBuilder-SDK/files/GUID-F4D37550-F4DB-4DFF-A64E-AE4540B11D49.htm
    "motionbuilder": BvhPreset("cm", _HUMAN_IK, t_pose_first=True),
}
"""Program → what it expects."""
