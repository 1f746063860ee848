"""The sub-panel “Bones”: which bone of the rig plays which bone of the human body."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import re
from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import CollectionProperty, IntProperty, StringProperty

from ..core.bone_map import BoneMap
from ..core.errors import UserError
from ..core.humanoid import ESSENTIAL, FINGERS, HUMANOID, SIDES, sided
from ..scene import bones
from . import bone_operators, bone_reason, insert
from .bone_operators import active_part, armature_of, choose_bone
from .bone_reason import said
from .panel import draw_problem, text_columns
from .sub_panel import SubPanel
from .translations import CONTEXT, filled
from .wrap import wrap

SURE, LIKELY = 0.9, 0.6
"""From these confidences on a bone gets a check mark, or no warning."""


def label_of(humanoid: str) -> str:
    """“leftUpperArm” as “Left Upper Arm”."""
    words = re.findall(r"[A-Z]?[a-z]+", humanoid)
    return " ".join(word.capitalize() for word in words)


def _get_bone(self: Any) -> str:
    try:
        found = bones.known_bones(armature_of(bpy.context)).bones.get(active_part(bpy.context))
    except UserError:
        return ""
    return found[0] if found else ""


def _put_bone(self: Any, value: str) -> None:
    choose_bone(bpy.context, active_part(bpy.context), value or None)


class MOMJIT_bone_row(bpy.types.PropertyGroup):
    """A bone of the human body; its name is the VRM 1.0 name."""


class MOMJIT_body(bpy.types.PropertyGroup):
    """The list of the sub-panel; the maps themselves are kept with the armatures."""

    rows: CollectionProperty(type=MOMJIT_bone_row)
    active: IntProperty(
        name="Bone of the Body", description="The bone whose place in the rig is shown below"
    )


class MOMJIT_bones(bpy.types.PropertyGroup):
    """What can be typed; with the scene, since Blender undoes nothing of the window."""

    bone: StringProperty(
        name="Bone of the Rig",
        description="The bone that moves as this part of the body does; type to search, or clear"
        " it to leave this part alone",
        get=_get_bone,
        set=_put_bone,
    )


def _fill_rows() -> None:
    """List the human body; drawing itself may not change anything."""
    listed = bpy.context.window_manager.momjit_body.rows
    listed.clear()
    for humanoid in HUMANOID:
        listed.add().name = humanoid


class MOMJIT_UL_bones(bpy.types.UIList):
    """The human body, with the rig's bones."""

    bl_idname = "MOMJIT_UL_bones"
    shown = BoneMap("", {}, {}, {})
    """The map of the armature being drawn."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: bpy.types.PropertyGroup,
        item: MOMJIT_bone_row,
        icon: int,
        active_data: object,
        active_property: str,
    ) -> None:
        """How sure it is, which part of the body, which bones."""
        found = self.shown.bones.get(item.name, ())
        split = layout.split(factor=0.5)
        icon_name = _icon(self.shown, item.name)
        split.label(text=label_of(item.name), text_ctxt=CONTEXT, icon=icon_name)
        more = f" +{len(found) - 1}" if len(found) > 1 else ""
        split.label(text=found[0] + more if found else "–", translate=False)

    def filter_items(
        self, context: bpy.types.Context, data: bpy.types.PropertyGroup, name: str
    ) -> tuple[list[int], list[int]]:
        """What is searched for, by the names of either side."""
        wanted = self.filter_name.lower()
        flags: list[int] = []
        for row in data.rows:
            names = (
                row.name,
                translated(label_of(row.name), CONTEXT),
                *self.shown.bones.get(row.name, ()),
            )
            seen = any(wanted in one.lower() for one in names)
            flags.append(self.bitflag_filter_item if seen else 0)
        return flags, []


def _icon(shown: BoneMap, humanoid: str) -> str:
    if humanoid not in shown.bones:
        return "ERROR" if humanoid in ESSENTIAL else "RADIOBUT_OFF"
    confidence = shown.confidence[humanoid]
    if confidence >= SURE:
        return "CHECKMARK"
    return "RADIOBUT_ON" if confidence >= LIKELY else "QUESTION"


class MOMJIT_PT_bones(SubPanel, bpy.types.Panel):
    """Which bone of the rig moves as which part of the body."""

    bl_label = "Bones"
    bl_order = 40

    def draw(self, context: bpy.types.Context) -> None:
        """What the rig was taken for, its bones, and the reason for one of them."""
        layout = self.layout
        listed = context.window_manager.momjit_body
        armature = insert.selected_armature(context)
        if armature is None:
            layout.label(text="Select the armature of a character", icon="INFO")
            return
        if len(listed.rows) != len(HUMANOID):
            if not bpy.app.timers.is_registered(_fill_rows):
                bpy.app.timers.register(_fill_rows)
            return
        try:
            found = bones.known_bones(armature)
        except UserError as error:
            draw_problem(layout, context, error)
            layout.operator("momjit.detect_bones", icon="LOOP_BACK")
            return
        _draw_found(layout, armature, found)
        MOMJIT_UL_bones.shown = found
        layout.template_list("MOMJIT_UL_bones", "", listed, "rows", listed, "active", rows=8)
        _draw_active(layout, context, armature, found)


def _draw_found(layout: bpy.types.UILayout, armature: bpy.types.Object, found: BoneMap) -> None:
    title = found.title or translated("By words and shape")
    if bones.has_own_map(armature):
        title = f"{title} · {translated('edited')}"
    row = layout.row(align=True)
    row.label(text=title, icon="ERROR" if found.lacking else "CHECKMARK", translate=False)
    right = row.row()
    right.alignment = "RIGHT"
    right.label(text=f"{len(found.bones)} / {len(HUMANOID)}", translate=False)
    row.menu("MOMJIT_MT_bones", text="", icon="DOWNARROW_HLT")
    if found.lacking:
        box = layout.box().column(align=True)
        box.label(text="Without these nothing can be generated:")
        for humanoid in found.lacking:
            box.label(text=label_of(humanoid), text_ctxt=CONTEXT, icon="DOT")


def _draw_active(
    layout: bpy.types.UILayout,
    context: bpy.types.Context,
    armature: bpy.types.Object,
    found: BoneMap,
) -> None:
    humanoid = active_part(context)
    box = layout.box().column(align=True)
    row = box.row(align=True)
    row.enabled = armature.data.is_editable
    row.prop_search(
        context.scene.momjit_bones, "bone", armature.data, "bones", text="", icon="BONE_DATA"
    )
    row.operator("momjit.pick_bone", text="", icon="EYEDROPPER")
    row.operator("momjit.show_bone", text="", icon="RESTRICT_SELECT_OFF")
    if humanoid in found.bones:
        columns = text_columns(context) - 5
        why = f"{found.confidence[humanoid]:.0%}: {said(found.reasons[humanoid])}"
        for line in wrap(why, columns):
            box.label(text=line, translate=False)
        if len(found.bones[humanoid]) > 1:
            shared = ", ".join(found.bones[humanoid][1:])
            for line in wrap(filled("turns with it: {bones}", bones=shared), columns):
                box.label(text=line, translate=False)
    row = layout.row(align=True)
    row.operator("momjit.detect_bones", icon="VIEWZOOM")
    row.operator_menu_enum("momjit.mirror_bones", "side", text="Mirror", icon="MOD_MIRROR")


class MOMJIT_MT_bones(bpy.types.Menu):
    """What can be done with the whole map of a rig."""

    bl_idname = "MOMJIT_MT_bones"
    bl_label = "Bone Map"

    def draw(self, context: bpy.types.Context) -> None:
        """Keep, forget, write, read."""
        layout = self.layout
        layout.operator("momjit.save_bones", icon="FAKE_USER_ON")
        layout.operator("momjit.forget_bones", icon="TRASH")
        layout.separator()
        layout.operator("momjit.import_bones", icon="IMPORT")
        layout.operator("momjit.export_bones", icon="EXPORT")


_SIDES_KOREAN = {"left": "왼쪽", "right": "오른쪽"}
_PARTS_KOREAN = {
    "Eye": "눈", "Shoulder": "어깨", "UpperArm": "위팔", "LowerArm": "아래팔", "Hand": "손",
    "UpperLeg": "허벅지", "LowerLeg": "종아리", "Foot": "발", "Toes": "발가락",
}  # fmt: skip
_FINGERS_KOREAN = dict(zip(FINGERS, ("엄지", "검지", "중지", "약지", "소지"), strict=True))
_JOINTS_KOREAN = {
    "Metacarpal": "허리뼈", "Proximal": "첫마디", "Intermediate": "가운뎃마디", "Distal": "끝마디",
}  # fmt: skip


def _body_korean() -> dict[str, str]:
    """The bones of the body, by their English labels."""
    parts = dict(_PARTS_KOREAN)
    for finger, word in _FINGERS_KOREAN.items():
        parts |= {finger + joint: f"{word} {one}" for joint, one in _JOINTS_KOREAN.items()}
    labels = {
        label_of(name): f"{_SIDES_KOREAN[side]} {parts[part]}"
        for name in HUMANOID
        for side, part in (sided(name),)
        if side in SIDES
    }
    return labels | {
        "Hips": "골반", "Spine": "허리", "Chest": "가슴", "Upper Chest": "윗가슴", "Neck": "목",
        "Head": "머리", "Jaw": "턱",
    }  # fmt: skip


KOREAN = {
    **_body_korean(),
    **bone_operators.KOREAN,
    **bone_reason.KOREAN,
    "Bones": "본",
    "Bone Map": "본 맵",
    "Bone of the Body": "몸의 본",
    "Bone of the Rig": "리그의 본",
    "Select the armature of a character": "캐릭터의 아마튜어를 선택하세요",
    "By words and shape": "이름의 낱말과 모양으로",
    "edited": "수정됨",
    "Without these nothing can be generated:": "이 본이 없으면 생성할 수 없습니다:",
    "turns with it: {bones}": "함께 도는 본: {bones}",
    "The bone whose place in the rig is shown below": "아래에 리그의 자리를 보여 줄 본",
    "The bone that moves as this part of the body does; type to search, or clear it to leave this"
    " part alone": "몸의 이 부분처럼 움직일 본. 입력하여 찾고, 비우면 이 부분은 그대로 둡니다",
}  # fmt: skip

TIMERS = (_fill_rows,)
CLASSES = (
    MOMJIT_bone_row,
    MOMJIT_body,
    MOMJIT_bones,
    MOMJIT_UL_bones,
    MOMJIT_MT_bones,
    MOMJIT_PT_bones,
    *bone_operators.CLASSES,
)
PROPERTIES = (
    (bpy.types.WindowManager, "momjit_body", MOMJIT_body),
    (bpy.types.Scene, "momjit_bones", MOMJIT_bones),
)
