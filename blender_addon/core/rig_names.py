"""How known rigs call the VRM 1.0 humanoid bones: data only.

A name holds `{side}`, filled from the table's `sides`, or `{letter}`, L or R. A limb that the rig
splits into several bones lists them from the body outwards: they share the turning about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from .humanoid import FINGERS, segments


@dataclass(frozen=True)
class RigNames:
    """One family of rigs: `sides` fills `{side}` for left and right; `bones` maps VRM names
    without their side (`UpperArm`) or middle bones (`hips`) to one bone or a split limb's bones;
    `prefixes` are cut off the rig's names first."""

    title: str
    sides: tuple[str, str]
    bones: dict[str, tuple[str, ...]]
    prefixes: tuple[str, ...] = ()


def _fingers(pattern: str, names: tuple[str, ...], start: int = 1) -> dict[str, tuple[str, ...]]:
    """The fifteen finger bones of a rig that numbers them: `{finger}` and `{number}` filled in."""
    return {
        bone: (pattern.replace("{finger}", name).replace("{number}", str(start + k)),)
        for finger, name in zip(FINGERS, names, strict=True)
        for k, bone in enumerate(segments(finger))
    }


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """`bone=name` or `bone=first+second` pairs separated by blanks."""
    pairs = (pair.split("=") for pair in text.split())
    return {bone: tuple(names.split("+")) for bone, names in pairs}


_VRM_BONES = (
    "Shoulder UpperArm LowerArm Hand UpperLeg LowerLeg Foot Toes Eye".split()
    + [bone for finger in FINGERS for bone in segments(finger)]
)  # fmt: skip
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
        "UpperLeg={side}UpLeg LowerLeg={side}Leg Foot={side}Foot Toes={side}ToeBase "
        "Eye={side}Eye"
    )
    | _fingers("{side}Hand{finger}{number}", ("Thumb", "Index", "Middle", "Ring", "Pinky")),
    prefixes=("mixamorig",),
)

GAME_ENGINE = RigNames(
    "game engine (Unreal)",
    ("l", "r"),
    _table(
        "hips=pelvis spine=spine_01 chest=spine_02 upperChest=spine_03 neck=neck_01 head=head "
        "Shoulder=clavicle_{side} UpperArm=upperarm_{side}+upperarm_twist_01_{side} "
        "LowerArm=lowerarm_{side}+lowerarm_twist_01_{side} Hand=hand_{side} "
        "UpperLeg=thigh_{side} LowerLeg=calf_{side} Foot=foot_{side} Toes=ball_{side}"
    )
    | _fingers("{finger}_0{number}_{side}", ("thumb", "index", "middle", "ring", "pinky")),
)

MAKEHUMAN = RigNames(
    "MakeHuman default",
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

_RIGIFY_LIMBS = _table(
    "Shoulder=shoulder.{side} UpperArm=upper_arm.{side}+upper_arm.{side}.001 "
    "LowerArm=forearm.{side}+forearm.{side}.001 Hand=hand.{side} "
    "UpperLeg=thigh.{side}+thigh.{side}.001 LowerLeg=shin.{side}+shin.{side}.001 "
    "Foot=foot.{side} Toes=toe.{side} Eye=eye.{side}"
) | _fingers("{finger}.0{number}.{side}", ("thumb", "f_index", "f_middle", "f_ring", "f_pinky"))

RIGIFY = RigNames(
    "Rigify metarig",
    ("L", "R"),
    _table(
        "hips=spine spine=spine.001 chest=spine.002 upperChest=spine.003 neck=spine.004 "
        "head=spine.006"
    )
    | _RIGIFY_LIMBS,
    prefixes=("def",),
)

RIGIFY_EXPORT = RigNames(
    "Rigify export",
    ("L", "R"),
    _table("hips=hips spine=spine.001 chest=spine.002 upperChest=spine.003 neck=neck head=head")
    | _RIGIFY_LIMBS,
    prefixes=("def",),
)

CMU = RigNames(
    "CMU",
    ("Left", "Right"),
    _table(
        "hips=Hips spine=LowerBack chest=Spine upperChest=Spine1 neck=Neck1 head=Head "
        "Shoulder={side}Shoulder UpperArm={side}Arm LowerArm={side}ForeArm Hand={side}Hand "
        "UpperLeg={side}UpLeg LowerLeg={side}Leg Foot={side}Foot Toes={side}ToeBase"
    ),
)

DAZ = RigNames(
    "Genesis 8",
    ("l", "r"),
    _table(
        "hips=hip spine=abdomenLower chest=chestLower upperChest=chestUpper neck=neckLower "
        "head=head Shoulder={side}Collar UpperArm={side}ShldrBend+{side}ShldrTwist "
        "LowerArm={side}ForearmBend+{side}ForearmTwist Hand={side}Hand "
        "UpperLeg={side}ThighBend+{side}ThighTwist LowerLeg={side}Shin Foot={side}Foot "
        "Toes={side}Toe Eye={side}Eye"
    )
    | _fingers("{side}{finger}{number}", ("Thumb", "Index", "Mid", "Ring", "Pinky")),
)

RIGS: tuple[RigNames, ...] = (
    VRM, VROID, MIXAMO, GAME_ENGINE, MAKEHUMAN, RIGIFY, RIGIFY_EXPORT, CMU, DAZ,
)  # fmt: skip
