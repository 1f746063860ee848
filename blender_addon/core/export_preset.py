"""What game engines and animation programs expect of the files that are made for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import UserError
from .humanoid import FINGERS, SIDES, segments

Names = Mapping[str, str]


@dataclass(frozen=True)
class ExportPreset:
    """`title` and `about`: for the user; `unit`: m or cm, of BVH; `names`: joint by humanoid bone,
    where the program has names of its own, else the rig's; `t_pose`: whether BVH rests in a
    T-pose; `t_pose_first`: whether it also begins with it; `fbx_per_metre`: lengths of FBX."""

    title: str
    about: str
    unit: str
    fbx_per_metre: float
    names: Names = field(default_factory=dict[str, str])
    t_pose: bool = False
    t_pose_first: bool = False
    fbx_armature: str = ""
    """What the armature has to be called; "" for the rig's own name."""


def export_preset(name: str) -> ExportPreset:
    """The preset called `name`; `UserError` lists the valid ones."""
    if name not in PRESETS:
        raise UserError(f"unknown preset “{name}”: choose one of {', '.join(PRESETS)}")
    return PRESETS[name]


def _names(
    middle: str, limbs: str, sides: tuple[str, str], finger: str, fingers: str, numbers: str
) -> Names:
    """Expand `bone=name` pairs; `{side}`, `{finger}` and `{number}` are filled in."""
    names = dict(pair.split("=") for pair in middle.split())
    for side, word in zip(SIDES, sides, strict=True):
        for pair in limbs.split():
            bone, name = pair.split("=")
            names[side + bone] = name.format(side=word)
        for bones, own in zip(map(segments, FINGERS), fingers.split(), strict=True):
            for bone, number in zip(bones, numbers.split(), strict=True):
                names[side + bone] = finger.format(side=word, finger=own, number=number)
    return names


_UNITY = _names(
    "hips=Hips spine=Spine chest=Chest upperChest=UpperChest neck=Neck head=Head jaw=Jaw",
    "Shoulder={side}Shoulder UpperArm={side}UpperArm LowerArm={side}LowerArm Hand={side}Hand "
    "UpperLeg={side}UpperLeg LowerLeg={side}LowerLeg Foot={side}Foot Toes={side}Toes "
    "Eye={side}Eye",
    ("Left", "Right"),
    "{side}{finger}{number}",
    "Thumb Index Middle Ring Little",
    "Proximal Intermediate Distal",
)
_UNREAL = _names(
    "hips=pelvis spine=spine_01 chest=spine_02 upperChest=spine_03 neck=neck_01 head=head",
    "Shoulder=clavicle_{side} UpperArm=upperarm_{side} LowerArm=lowerarm_{side} "
    "Hand=hand_{side} UpperLeg=thigh_{side} LowerLeg=calf_{side} Foot=foot_{side} "
    "Toes=ball_{side}",
    ("l", "r"),
    "{finger}_{number}_{side}",
    "thumb index middle ring pinky",
    "01 02 03",
)
_HUMAN_IK = _names(
    "hips=Hips spine=Spine chest=Spine1 upperChest=Spine2 neck=Neck head=Head jaw=Jaw",
    "Shoulder={side}Shoulder UpperArm={side}Arm LowerArm={side}ForeArm Hand={side}Hand "
    "UpperLeg={side}UpLeg LowerLeg={side}Leg Foot={side}Foot Toes={side}ToeBase Eye={side}Eye",
    ("Left", "Right"),
    "{side}Hand{finger}{number}",
    "Thumb Index Middle Ring Pinky",
    "1 2 3",
)

PRESETS: dict[str, ExportPreset] = {
    # https://docs.blender.org/manual/en/4.2/addons/import_export/anim_bvh.html
    "blender": ExportPreset(
        "Blender",
        "Metres, the rig's own names and rest pose: comes back as it was",
        unit="m",
        fbx_per_metre=1.0,
    ),
    # A file unit of one metre gives Unity objects of scale 1; its humanoids are made of a T-pose.
    # https://docs.unity3d.com/Manual/CreatingDCCAssets.html
    # https://docs.unity3d.com/ScriptReference/ModelImporter-fileScale.html
    "unity": ExportPreset(
        "Unity",
        "Metres and scale 1; BVH in T-pose with the names of Unity's humanoid",
        unit="m",
        fbx_per_metre=1.0,
        names=_UNITY,
        t_pose=True,
    ),
    # One Unreal unit is a centimetre. In metres the root bone would get the scale 100, which every
    # socket and physics body inherits. Its importer takes the armature for a root bone unless that
    # is called "Armature" (FFbxImporter::GetRootSkeleton).
    # https://dev.epicgames.com/documentation/unreal-engine/python-api/class/FbxSkeletalMeshImportData
    "unreal": ExportPreset(
        "Unreal",
        "Centimetres without hidden scale, no extra root bone; BVH with the mannequin's names",
        unit="cm",
        fbx_per_metre=100.0,
        names=_UNREAL,
        fbx_armature="Armature",
    ),
    # Names of a Character's slots map themselves; it is characterised in a T-stance facing +Z.
    # https://help.autodesk.com/cloudhelp/2019/ENU/FBX-Developer-Help/cpp_ref/fbxcharacternodename_8h.html
    # https://help.autodesk.com/cloudhelp/2018/ENU/MotionBuilder-SDK/files/GUID-F4D37550-F4DB-4DFF-A64E-AE4540B11D49.htm
    "motionbuilder": ExportPreset(
        "MotionBuilder",
        "Centimetres; BVH with HumanIK's names that begins with one frame of T-pose",
        unit="cm",
        fbx_per_metre=100.0,
        names=_HUMAN_IK,
        t_pose=True,
        t_pose_first=True,
    ),
}
"""Program → what it expects."""
