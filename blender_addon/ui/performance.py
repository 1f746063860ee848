"""How the next result is laid onto the character; the same settings redo a take."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import math
from typing import Any

import bpy
from bpy.props import BoolProperty, FloatProperty

from ..core.adaptation import Adaptation
from ..core.manner import Manner
from ..core.mask import PARTS
from ..core.reduce import Tolerance
from .sub_panel import SubPanel
from .translations import CONTEXT

COLUMNS = (
    ("left_arm", "left_hand"),
    ("head", "face", "trunk", "legs"),
    ("right_arm", "right_hand"),
)
"""The switches of the body, the character's left on the left."""

ROTATION_ERROR: dict[str, Any] = {
    "name": "Rotation",
    "description": "How far a bone may turn amiss. Errors add up along an arm",
    "default": Tolerance().rotation,
    "min": math.radians(0.01),
    "max": math.radians(20.0),
    "subtype": "ANGLE",
}
LOCATION_ERROR: dict[str, Any] = {
    "name": "Location",
    "description": "How far the hips may be out of place",
    "default": Tolerance().location,
    "min": 0.0001,
    "max": 0.2,
    "precision": 4,
    "subtype": "DISTANCE",
}
SHAPE_ERROR: dict[str, Any] = {
    "name": "Shape Keys",
    "description": "How far the value of a shape key may be off",
    "default": Tolerance().shape,
    "min": 0.0005,
    "max": 0.5,
    "precision": 3,
}


class MOMJIT_performance(bpy.types.PropertyGroup):
    """One set per scene."""

    head: BoolProperty(
        name="Head", description="Neck and head", default=True, translation_context=CONTEXT
    )
    face: BoolProperty(
        name="Face",
        description="Shape keys, jaw and eyes. Off: the face goes on with what it does now",
        default=True,
        translation_context=CONTEXT,
    )
    left_arm: BoolProperty(
        name="Left Arm", description="From the shoulder to the wrist", default=True
    )
    right_arm: BoolProperty(
        name="Right Arm", description="From the shoulder to the wrist", default=True
    )
    left_hand: BoolProperty(name="Left Fingers", description="All fingers of it", default=True)
    right_hand: BoolProperty(name="Right Fingers", description="All fingers of it", default=True)
    trunk: BoolProperty(
        name="Trunk", description="Spine and chest", default=True, translation_context=CONTEXT
    )
    legs: BoolProperty(
        name="Legs",
        description="Legs, and the hips with their path. Off for a character that walks or sits",
        default=True,
    )
    strength: FloatProperty(
        name="Strength",
        description="How far the performance replaces what the character did before: 0 keeps that, "
        "1 is the performance alone. Larger gestures come from Intensity",
        default=1.0,
        min=0.0,
        max=1.0,
        subtype="FACTOR",
    )
    ease: FloatProperty(
        name="Ease",
        description="Seconds in which the performance takes over from older animation that goes on "
        "before or after it",
        default=0.2,
        min=0.0,
        max=60.0,
        soft_max=2.0,
        subtype="TIME_ABSOLUTE",
    )
    mirror: BoolProperty(
        name="Mirror",
        description="Exchange left and right, in the face too",
        default=False,
    )
    contacts: BoolProperty(
        name="Keep Contacts",
        description="Hands that touch each other or the face touch on this body too",
        default=True,
    )
    push_out: BoolProperty(
        name="Avoid the Body",
        description="Hands and forearms stay out of a body wider than the performer's",
        default=True,
    )
    arm_space: FloatProperty(
        name="Arm Space",
        description="Arms closer to the body, or farther from it",
        default=0.0,
        min=-1.0,
        max=1.0,
        subtype="FACTOR",
    )
    pin_feet: BoolProperty(
        name="Pin Feet", description="Feet that stand do not slide", default=False
    )
    reduce: BoolProperty(
        name="Fewer Keys",
        description="Set only the keys that a smooth curve needs, to edit by hand. Off: a key "
        "every frame",
        default=False,
    )
    rotation_error: FloatProperty(**ROTATION_ERROR)
    location_error: FloatProperty(**LOCATION_ERROR)
    shape_error: FloatProperty(**SHAPE_ERROR)

    def tolerance(self) -> Tolerance:
        """The errors that reduced keys may have."""
        return Tolerance(self.rotation_error, self.location_error, self.shape_error)

    def manner(self) -> Manner:
        """What the panel says; `UserError` when no part of the body is chosen."""
        return Manner(
            parts=frozenset(part for part in PARTS if getattr(self, part)),
            strength=self.strength,
            ease=self.ease,
            mirror=self.mirror,
            tolerance=self.tolerance() if self.reduce else None,
            adaptation=Adaptation(self.contacts, self.push_out, self.arm_space, self.pin_feet),
        )


class MOMJIT_PT_performance(SubPanel, bpy.types.Panel):
    """What a performance moves, and how it fits the character."""

    bl_label = "Performance"
    bl_translation_context = CONTEXT
    bl_order = 30

    def draw(self, context: bpy.types.Context) -> None:
        """Body parts, blending, adaptation and keys."""
        layout = self.layout
        settings: MOMJIT_performance = context.scene.momjit_performance
        row = layout.row(align=True)
        for names in COLUMNS:
            column = row.column(align=True)
            for name in names:
                column.prop(settings, name, toggle=True)
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        column.prop(settings, "strength", slider=True)
        column.prop(settings, "ease")
        column.prop(settings, "mirror")
        column = layout.column(heading="Body")
        column.prop(settings, "contacts")
        column.prop(settings, "push_out")
        column.prop(settings, "pin_feet")
        column.prop(settings, "arm_space", slider=True)
        column = layout.column(heading="Keys")
        column.prop(settings, "reduce")
        errors = column.column(align=True)
        errors.active = settings.reduce
        for name in ("rotation_error", "location_error", "shape_error"):
            errors.prop(settings, name)


CLASSES = (MOMJIT_performance, MOMJIT_PT_performance)
PROPERTIES = ((bpy.types.Scene, "momjit_performance", MOMJIT_performance),)
KOREAN = {
    "Performance": "연기",
    "Head": "머리",
    "Neck and head": "목과 머리",
    "Face": "얼굴",
    "Shape keys, jaw and eyes. Off: the face goes on with what it does now": (
        "셰이프 키, 턱, 눈. 끄면 얼굴은 지금 하던 것을 이어 갑니다"
    ),
    "Left Arm": "왼팔",
    "Right Arm": "오른팔",
    "From the shoulder to the wrist": "어깨에서 손목까지",
    "Left Fingers": "왼손가락",
    "Right Fingers": "오른손가락",
    "All fingers of it": "그 손의 손가락 모두",
    "Trunk": "몸통",
    "Spine and chest": "척추와 가슴",
    "Legs": "다리",
    "Legs, and the hips with their path. Off for a character that walks or sits": (
        "다리, 그리고 골반과 그 이동. 걷거나 앉은 캐릭터라면 끕니다"
    ),
    "Strength": "강도",
    "How far the performance replaces what the character did before: 0 keeps that, "
    "1 is the performance alone. Larger gestures come from Intensity": (
        "연기가 캐릭터의 이전 동작을 얼마나 대신하는지: 0이면 이전 동작 그대로, 1이면 연기만. "
        "더 큰 몸짓은 ‘세기’로 만듭니다"
    ),
    "Ease": "이음",
    "Seconds in which the performance takes over from older animation that goes on "
    "before or after it": "앞뒤로 이어지는 이전 애니메이션과 연기가 서로 넘어가는 시간(초)",
    "Mirror": "좌우 반전",
    "Exchange left and right, in the face too": "왼쪽과 오른쪽을 바꿉니다. 얼굴도 함께 바뀝니다",
    "Keep Contacts": "접촉 유지",
    "Hands that touch each other or the face touch on this body too": (
        "서로 닿거나 얼굴에 닿는 손이 이 몸에서도 닿습니다"
    ),
    "Avoid the Body": "몸 피하기",
    "Hands and forearms stay out of a body wider than the performer's": (
        "연기자보다 넓은 몸에 손과 팔뚝이 파고들지 않습니다"
    ),
    "Arm Space": "팔 간격",
    "Arms closer to the body, or farther from it": "팔을 몸에 더 붙이거나 더 뗍니다",
    "Pin Feet": "발 고정",
    "Feet that stand do not slide": "딛고 있는 발이 미끄러지지 않습니다",
    "Body": "몸",
    "Keys": "키",
    "Fewer Keys": "키 줄이기",
    "Set only the keys that a smooth curve needs, to edit by hand. Off: a key every frame": (
        "손으로 고치기 쉽게, 부드러운 곡선에 필요한 키만 둡니다. 끄면 프레임마다 키를 둡니다"
    ),
    "Rotation": "회전",
    "How far a bone may turn amiss. Errors add up along an arm": (
        "본의 회전이 얼마나 어긋나도 되는지. 팔을 따라 오차가 더해집니다"
    ),
    "Location": "위치",
    "How far the hips may be out of place": "골반의 위치가 얼마나 어긋나도 되는지",
    "Shape Keys": "셰이프 키",
    "How far the value of a shape key may be off": "셰이프 키의 값이 얼마나 달라도 되는지",
}
