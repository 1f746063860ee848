"""How known rigs call the VRM 1.0 humanoid bones: data only.

A name holds `{side}`, filled from the table's `sides`, or `{letter}`, L or R. A limb that the rig
splits into several bones lists them from the body outwards: they share the turning about it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from .humanoid import FINGERS, segments


@dataclass(frozen=True)
class RigNames:
    """One family of rigs: `sides` fills `{side}` for left and right; `bones` maps VRM names
    without their side (`UpperArm`) or middle bones (`hips`) to one bone or a split limb's bones;
    `prefixes` are cut off the rig's names first; `controls` for rigs whose visible bones move
    hidden ones with plainer names."""

    title: str
    sides: tuple[str, str]
    bones: dict[str, tuple[str, ...]]
    prefixes: tuple[str, ...] = ()
    controls: bool = False


def _fingers(pattern: str, names: tuple[str, ...], joints: str = "123") -> dict[str, tuple[str]]:
    """The fifteen finger bones of a rig: `{finger}` and `{number}` filled in."""
    return {
        bone: (pattern.replace("{finger}", name).replace("{number}", joint),)
        for finger, name in zip(FINGERS, names, strict=True)
        for bone, joint in zip(segments(finger), joints, strict=True)
    }


def _numbered_from_thumb_0(
    pattern: str, thumb: str, others: tuple[str, ...]
) -> dict[str, tuple[str]]:
    """Fingers whose first joint is 1, but the thumb's 0."""
    names = (thumb, *others)
    return _fingers(pattern, names) | {
        bone: (pattern.replace("{finger}", thumb).replace("{number}", joint),)
        for bone, joint in zip(segments("Thumb"), "012", strict=True)
    }


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """`bone=name` or `bone=first+second` pairs separated by blanks."""
    pairs = (pair.split("=") for pair in text.split())
    return {bone: tuple(names.split("+")) for bone, names in pairs}


_VRM_BONES = (
    "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot Toes Eye".split()
    + [bone for finger in FINGERS for bone in segments(finger)]
)  # fmt: skip
_PINKY = ("Thumb", "Index", "Middle", "Ring", "Pinky")
_MIDDLE = "hips spine chest upperChest neck head jaw"

VRM = RigNames(
    "VRM names",
    ("left", "right"),
    {name: (name,) for name in _MIDDLE.split()}
    | {name: ("{side}" + name,) for name in _VRM_BONES}
    | {
        limb: ("{side}" + limb, f"{limb.lower()}02.{{letter}}")
        for limb in ("UpperArm", "LowerArm", "UpperLeg", "LowerLeg")
    },
)

VROID = RigNames(
    "VRoid",
    ("L", "R"),
    _table(
        "hips=J_Bip_C_Hips spine=J_Bip_C_Spine chest=J_Bip_C_Chest upperChest=J_Bip_C_UpperChest "
        "neck=J_Bip_C_Neck head=J_Bip_C_Head Shoulder=J_Bip_{side}_Shoulder "
        "UpperArm=J_Bip_{side}_UpperArm LowerArm=J_Bip_{side}_LowerArm Hand=J_Bip_{side}_Hand "
        "UpperLeg=J_Bip_{side}_UpperLeg LowerLeg=J_Bip_{side}_LowerLeg Foot=J_Bip_{side}_Foot "
        "Toes=J_Bip_{side}_ToeBase Eye=J_Adj_{side}_FaceEye"
    )
    | _fingers("J_Bip_{side}_{finger}{number}", FINGERS),
)

MIXAMO = RigNames(
    "Mixamo",
    ("Left", "Right"),
    _table(
        "hips=Hips spine=Spine chest=Spine1 upperChest=Spine2 neck=Neck head=Head "
        "Shoulder={side}Shoulder UpperArm={side}Arm LowerArm={side}ForeArm Hand={side}Hand "
        "UpperLeg={side}UpLeg LowerLeg={side}Leg Foot={side}Foot Toes={side}ToeBase"
    )
    | _fingers("{side}Hand{finger}{number}", _PINKY),
    prefixes=("mixamorig",),
)
READY_PLAYER_ME = replace(
    MIXAMO,
    title="Ready Player Me",
    bones=MIXAMO.bones | _table("Eye={side}Eye"),
    prefixes=(),
)
HUMAN_IK = replace(
    MIXAMO,
    title="HumanIK",
    bones={bone: ("Character1_" + names[0],) for bone, names in MIXAMO.bones.items()},
    prefixes=("character", "robot"),
)

UNREAL = RigNames(
    "Unreal's mannequin",
    ("l", "r"),
    _table(
        "hips=pelvis spine=spine_01 chest=spine_02 upperChest=spine_03 neck=neck_01 head=head "
        "Shoulder=clavicle_{side} UpperArm=upperarm_{side}+upperarm_twist_01_{side} "
        "LowerArm=lowerarm_{side}+lowerarm_twist_01_{side} Hand=hand_{side} "
        "UpperLeg=thigh_{side}+thigh_twist_01_{side} LowerLeg=calf_{side}+calf_twist_01_{side} "
        "Foot=foot_{side} Toes=ball_{side}"
    )
    | _fingers("{finger}_0{number}_{side}", _PINKY),
)

_LONG_LIMBS = {
    limb: (name, *(f"{stem}_twist_0{k}_{{side}}" for k in (1, 2)))
    for limb, stem in (
        ("UpperArm", "upperarm"), ("LowerArm", "lowerarm"), ("UpperLeg", "thigh"),
        ("LowerLeg", "calf"),
    )
    for name in (stem + "_{side}",)
}  # fmt: skip
UNREAL_5 = replace(
    UNREAL,
    title="Unreal 5's mannequin",
    bones=UNREAL.bones | _table("chest=spine_03 upperChest=spine_05") | _LONG_LIMBS,
)

MAKEHUMAN = RigNames(
    "MakeHuman",
    ("L", "R"),
    _table(
        "hips=root spine=spine04 chest=spine02 upperChest=spine01 neck=neck01 head=head jaw=jaw "
        "Shoulder=clavicle.{side} UpperArm=upperarm01.{side}+upperarm02.{side} "
        "LowerArm=lowerarm01.{side}+lowerarm02.{side} Hand=wrist.{side} "
        "UpperLeg=upperleg01.{side}+upperleg02.{side} "
        "LowerLeg=lowerleg01.{side}+lowerleg02.{side} Foot=foot.{side} Eye=eye.{side}"
    )
    | _fingers("finger{finger}-{number}.{side}", ("1", "2", "3", "4", "5")),
)

_RIGIFY_FINGERS = _fingers(
    "{finger}.0{number}.{side}", ("thumb", "f_index", "f_middle", "f_ring", "f_pinky")
)
_RIGIFY_LIMBS = _RIGIFY_FINGERS | _table(
    "Shoulder=shoulder.{side} UpperArm=upper_arm.{side}+upper_arm.{side}.001 "
    "LowerArm=forearm.{side}+forearm.{side}.001 Hand=hand.{side} "
    "UpperLeg=thigh.{side}+thigh.{side}.001 LowerLeg=shin.{side}+shin.{side}.001 "
    "Foot=foot.{side} Toes=toe.{side} Eye=eye.{side} jaw=jaw"
)

RIGIFY = RigNames(
    "Rigify's metarig",
    ("L", "R"),
    _RIGIFY_LIMBS
    | _table(
        "hips=spine spine=spine.001 chest=spine.002 upperChest=spine.003 neck=spine.004 "
        "head=spine.006"
    ),
    prefixes=("def",),
)

RIGIFY_EXPORT = RigNames(
    "Rigify's export",
    ("L", "R"),
    _RIGIFY_LIMBS
    | _table("hips=hips spine=spine.001 chest=spine.002 upperChest=spine.003 neck=neck head=head"),
    prefixes=("def",),
)

RIGIFY_CONTROLS = RigNames(
    "Rigify's controls",
    ("L", "R"),
    _RIGIFY_FINGERS
    | _table(
        "hips=torso+spine_fk spine=spine_fk.001 chest=spine_fk.002 upperChest=spine_fk.003 "
        "neck=neck head=head jaw=jaw_master Shoulder=shoulder.{side} "
        "UpperArm=upper_arm_fk.{side} LowerArm=forearm_fk.{side} Hand=hand_fk.{side} "
        "UpperLeg=thigh_fk.{side} LowerLeg=shin_fk.{side} Foot=foot_fk.{side} Toes=toe_fk.{side}"
    ),
    controls=True,
)

CMU = RigNames(
    "CMU's recordings",
    ("Left", "Right"),
    _table(
        "hips=Hips spine=LowerBack chest=Spine upperChest=Spine1 neck=Neck head=Head "
        "Shoulder={side}Shoulder UpperArm={side}Arm LowerArm={side}ForeArm Hand={side}Hand "
        "UpperLeg={side}UpLeg LowerLeg={side}Leg Foot={side}Foot Toes={side}ToeBase"
    ),
)

GENESIS_8 = RigNames(
    "Genesis 8",
    ("l", "r"),
    _table(
        "hips=hip spine=abdomenLower chest=chestLower upperChest=chestUpper neck=neckLower "
        "head=head jaw=lowerJaw Shoulder={side}Collar UpperArm={side}ShldrBend+{side}ShldrTwist "
        "LowerArm={side}ForearmBend+{side}ForearmTwist Hand={side}Hand "
        "UpperLeg={side}ThighBend+{side}ThighTwist LowerLeg={side}Shin Foot={side}Foot "
        "Toes={side}Toe Eye={side}Eye"
    )
    | _fingers("{side}{finger}{number}", ("Thumb", "Index", "Mid", "Ring", "Pinky")),
)

GENESIS_9 = RigNames(
    "Genesis 9",
    ("l", "r"),
    _table(
        "hips=hip spine=spine1 chest=spine3 upperChest=spine4 neck=neck1 head=head jaw=lowerjaw "
        "Shoulder={side}_shoulder "
        "UpperArm={side}_upperarm+{side}_upperarmtwist1+{side}_upperarmtwist2 "
        "LowerArm={side}_forearm+{side}_forearmtwist1+{side}_forearmtwist2 Hand={side}_hand "
        "UpperLeg={side}_thigh+{side}_thightwist1+{side}_thightwist2 LowerLeg={side}_shin "
        "Foot={side}_foot Toes={side}_toes Eye={side}_eye"
    )
    | _fingers("{side}_{finger}{number}", ("thumb", "index", "mid", "ring", "pinky")),
)

CHARACTER_CREATOR = RigNames(
    "Character Creator",
    ("L", "R"),
    _table(
        "hips=Hip spine=Waist chest=Spine01 upperChest=Spine02 neck=NeckTwist01 head=Head "
        "jaw=JawRoot Shoulder={side}_Clavicle "
        "UpperArm={side}_Upperarm+{side}_UpperarmTwist01+{side}_UpperarmTwist02 "
        "LowerArm={side}_Forearm+{side}_ForearmTwist01+{side}_ForearmTwist02 Hand={side}_Hand "
        "UpperLeg={side}_Thigh+{side}_ThighTwist01+{side}_ThighTwist02 "
        "LowerLeg={side}_Calf+{side}_CalfTwist01+{side}_CalfTwist02 Foot={side}_Foot "
        "Toes={side}_ToeBase Eye={side}_Eye"
    )
    | _fingers("{side}_{finger}{number}", ("Thumb", "Index", "Mid", "Ring", "Pinky")),
    prefixes=("ccbase", "rlbone"),
)

BIPED = RigNames(
    "3ds Max's Biped",
    ("L", "R"),
    _table(
        "hips=Pelvis spine=Spine chest=Spine1 upperChest=Spine2 neck=Neck head=Head "
        "Shoulder={side}Clavicle UpperArm={side}UpperArm+{side}UpArmTwist LowerArm={side}Forearm+"
        "{side}ForeTwist Hand={side}Hand UpperLeg={side}Thigh+{side}ThighTwist "
        "LowerLeg={side}Calf+{side}CalfTwist Foot={side}Foot Toes={side}Toe0"
    )
    | {
        side_bone: (f"{{side}}Finger{finger}{joint}",)
        for finger, name in enumerate(FINGERS)
        for side_bone, joint in zip(segments(name), ("", "1", "2"), strict=True)
    },
    prefixes=("bip",),
)
SOURCE = replace(
    BIPED,
    title="Valve's Source",
    bones=BIPED.bones | _table("chest=Spine2 upperChest=Spine4 neck=Neck1 head=Head1"),
    prefixes=("valvebipedbip",),
)

_MMD = (
    "hips=センター spine=上半身 chest=上半身2 upperChest=上半身3 neck=首 head=頭 jaw=あご "
    "Shoulder={side}肩 UpperArm={side}腕+{side}腕捩 LowerArm={side}ひじ+{side}手捩 "
    "Hand={side}手首 UpperLeg={side}足 LowerLeg={side}ひざ Foot={side}足首 Toes={side}つま先 "
    "Eye={side}目"
)
_MMD_FINGERS = ("人指", "中指", "薬指", "小指")
MMD = RigNames(
    "MikuMikuDance",
    ("左", "右"),
    _table(_MMD) | _numbered_from_thumb_0("{side}{finger}{number}", "親指", _MMD_FINGERS),
)
MMD_TOOLS = RigNames(
    "MikuMikuDance in Blender",
    ("L", "R"),
    {
        bone: tuple(
            name.removeprefix("{side}") + "." * ("{side}" in name) + "{side}" * ("{side}" in name)
            for name in names
        )
        for bone, names in MMD.bones.items()
    },
)
MMD_ENGLISH = RigNames(
    "MikuMikuDance in English",
    ("L", "R"),
    _table(
        "hips=center spine=upper_body chest=upper_body2 upperChest=upper_body3 neck=neck "
        "head=head Shoulder=shoulder_{side} UpperArm=arm_{side}+arm_twist_{side} "
        "LowerArm=elbow_{side}+wrist_twist_{side} Hand=wrist_{side} UpperLeg=leg_{side} "
        "LowerLeg=knee_{side} Foot=ankle_{side} Toes=toe_{side} Eye=eye_{side}"
    )
    | _numbered_from_thumb_0(
        "{finger}{number}_{side}", "thumb", ("fore", "middle", "third", "little")
    ),
)

AUTO_RIG_PRO = RigNames(
    "Auto-Rig Pro",
    ("l", "r"),
    _table(
        "hips=root.x spine=spine_01.x chest=spine_02.x upperChest=spine_03.x neck=neck.x "
        "head=head.x jaw=jawbone.x Shoulder=shoulder.{side} "
        "UpperArm=arm_stretch.{side}+arm_twist.{side}+c_arm_twist_offset.{side} "
        "LowerArm=forearm_stretch.{side}+forearm_twist.{side} Hand=hand.{side} "
        "UpperLeg=thigh_stretch.{side}+thigh_twist.{side} "
        "LowerLeg=leg_stretch.{side}+leg_twist.{side} Foot=foot.{side} Toes=toes_01.{side} "
        "Eye=eye.{side}"
    )
    | _fingers("{finger}{number}.{side}", tuple(name.lower() for name in _PINKY)),
)

AUTO_RIG_PRO_CONTROLS = RigNames(
    "Auto-Rig Pro's controls",
    ("l", "r"),
    _table(
        "hips=c_root_master.x spine=c_spine_01.x chest=c_spine_02.x upperChest=c_spine_03.x "
        "neck=c_neck.x head=c_head.x jaw=c_jawbone.x Shoulder=c_shoulder.{side} "
        "UpperArm=c_arm_fk.{side} LowerArm=c_forearm_fk.{side} Hand=c_hand_fk.{side} "
        "UpperLeg=c_thigh_fk.{side} LowerLeg=c_leg_fk.{side} Foot=c_foot_fk.{side} "
        "Toes=c_toes_fk.{side} Eye=c_eye.{side}"
    )
    | _fingers("c_{finger}{number}.{side}", tuple(name.lower() for name in _PINKY)),
    controls=True,
)

XSENS = RigNames(
    "Xsens",
    ("Left", "Right"),
    _table(
        "hips=Pelvis spine=L5 chest=T12 upperChest=T8 neck=Neck head=Head "
        "Shoulder={side}Shoulder UpperArm={side}UpperArm LowerArm={side}ForeArm Hand={side}Hand "
        "UpperLeg={side}UpperLeg LowerLeg={side}LowerLeg Foot={side}Foot Toes={side}Toe"
    ),
)

BIOVISION = RigNames(
    "Biovision",
    ("Left", "Right"),
    _table(
        "hips=Hips spine=Chest chest=Chest2 upperChest=Chest4 neck=Neck head=Head "
        "Shoulder={side}Collar UpperArm={side}Shoulder LowerArm={side}Elbow Hand={side}Wrist "
        "UpperLeg={side}Hip LowerLeg={side}Knee Foot={side}Ankle Toes={side}Toe"
    ),
)

SMPL_X = RigNames(
    "SMPL-X",
    ("left", "right"),
    _table(
        "hips=pelvis spine=spine1 chest=spine2 upperChest=spine3 neck=neck head=head jaw=jaw "
        "Shoulder={side}_collar UpperArm={side}_shoulder LowerArm={side}_elbow "
        "Hand={side}_wrist UpperLeg={side}_hip LowerLeg={side}_knee Foot={side}_ankle "
        "Toes={side}_foot Eye={side}_eye_smplhf"
    )
    | _fingers("{side}_{finger}{number}", tuple(name.lower() for name in _PINKY)),
)

SMPL = RigNames(
    "SMPL",
    ("L", "R"),
    _table(
        "hips=Pelvis spine=Spine1 chest=Spine2 upperChest=Spine3 neck=Neck head=Head "
        "Shoulder={side}_Collar UpperArm={side}_Shoulder LowerArm={side}_Elbow "
        "Hand={side}_Wrist UpperLeg={side}_Hip LowerLeg={side}_Knee Foot={side}_Ankle "
        "Toes={side}_Foot"
    ),
    prefixes=("favg", "mavg"),
)

SMARTBODY = RigNames(
    "SmartBody",
    ("Lf", "Rt"),
    _table(
        "hips=JtRoot spine=JtSpineA chest=JtSpineB upperChest=JtSpineC neck=JtNeckA "
        "head=JtSkullA Shoulder=JtClavicle{side} "
        "UpperArm=JtShoulder{side}+JtUpperArmTwistA{side}+JtUpperArmTwistB{side} "
        "LowerArm=JtElbow{side}+JtForearmTwistA{side}+JtForearmTwistB{side} Hand=JtWrist{side} "
        "UpperLeg=JtHip{side} LowerLeg=JtKnee{side} Foot=JtAnkle{side} Toes=JtBall{side} "
        "Eye=JtEye{side}"
    )
    | _fingers("Jt{finger}{number}{side}", FINGERS, "ABC"),
)

SUMERIAN = RigNames(
    "Sumerian's hosts",
    ("l", "r"),
    _table(
        "hips=def_c_hip spine=def_c_spineB chest=def_c_spineC upperChest=def_c_spineD "
        "neck=def_c_neckA head=def_c_neckB jaw=def_c_jaw Shoulder=def_{side}_clav "
        "UpperArm=def_{side}_shoulder LowerArm=def_{side}_elbow Hand=def_{side}_wrist "
        "UpperLeg=def_{side}_thigh LowerLeg=def_{side}_knee Foot=def_{side}_ankle "
        "Toes=def_{side}_ball Eye=def_{side}_eye"
    )
    | _fingers("def_{side}_fng{finger}{number}", ("Thumb", "Index", "Mid", "Ring", "Pinky"), "ABC"),
)

RIGS: tuple[RigNames, ...] = (
    VRM, VROID, MIXAMO, READY_PLAYER_ME, HUMAN_IK, UNREAL_5, UNREAL, MAKEHUMAN, RIGIFY,
    RIGIFY_EXPORT, RIGIFY_CONTROLS, CMU, GENESIS_8, GENESIS_9, CHARACTER_CREATOR, BIPED, SOURCE,
    MMD, MMD_TOOLS, MMD_ENGLISH, AUTO_RIG_PRO, AUTO_RIG_PRO_CONTROLS, XSENS, BIOVISION, SMPL_X,
    SMPL, SMARTBODY, SUMERIAN,
)  # fmt: skip
"""Of families that fit a rig alike the first counts."""
