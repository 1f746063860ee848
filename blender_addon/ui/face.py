"""The sub-panel “Face”: which shape key shows which expressions, and how much of each."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import (
    BoolProperty,
    FloatVectorProperty,
    IntProperty,
    StringProperty,
)

from ..core.errors import UserError
from ..core.expressions import FaceMap
from ..core.face_file import MAX_WEIGHT
from ..core.face_names import ARKIT
from ..scene import face as faces
from . import insert, session
from .panel import draw_problem
from .sub_panel import SubPanel
from .translations import CONTEXT, filled

Result = set[str]
SLIDERS = 32
"""Most expressions of one shape key that have a slider; Blender's vectors end there."""


def faces_folder() -> Path:
    """Where maps for faces of one kind are kept between scenes."""
    return session.current().folder / faces.FOLDER


def chosen_mesh(context: bpy.types.Context) -> bpy.types.Object | None:
    """The mesh with shape keys that the sub-panel is about."""
    active = context.object
    if active is not None and active.type == "MESH" and active.data.shape_keys:
        return active
    armature = insert.selected_armature(context)
    meshes = faces.faces_of(armature) if armature else []
    named = [mesh for mesh in meshes if mesh.name == context.scene.momjit_face.mesh_name]
    return next(iter(named or meshes), None)


def editable_mesh(context: bpy.types.Context) -> bpy.types.Object:
    """The same mesh; `UserError` where there is none, or its map cannot be changed."""
    mesh = chosen_mesh(context)
    if mesh is None:
        raise UserError("select a character whose mesh has shape keys")
    if not mesh.data.shape_keys.is_editable:
        linked = "“{mesh}” is linked from another file; its face cannot be changed"
        raise UserError(filled(linked, mesh=mesh.name))
    return mesh


def chosen_map(context: bpy.types.Context) -> tuple[bpy.types.Key, FaceMap]:
    """The shape keys that the sub-panel is about, and what they show; `UserError` for none."""
    keys = editable_mesh(context).data.shape_keys
    return keys, faces.face_map_of(keys)


def _active_shape(context: bpy.types.Context, keys: bpy.types.Key) -> str:
    """Name of the shape key that is chosen in the list, or nothing."""
    index = context.scene.momjit_face.active
    return keys.key_blocks[index].name if 0 <= index < len(keys.key_blocks) else ""


def active_weights(context: bpy.types.Context) -> tuple[bpy.types.Key, FaceMap, str]:
    """The same with the shape key that is chosen in the list; `UserError` for none."""
    keys, face = chosen_map(context)
    shape = _active_shape(context, keys)
    if not shape or keys.key_blocks[shape] == keys.reference_key:
        raise UserError("choose a shape key in the list")
    return keys, face, shape


def keep_weights(keys: bpy.types.Key, face: FaceMap, shape: str, weights: dict[str, float]) -> None:
    """Keep the map with other weights for one of its shape keys; without any it shows nothing."""
    blocks = {name: old for name, old in face.blocks.items() if name != shape}
    if weights:
        blocks[shape] = weights
    faces.keep_face_map(keys, FaceMap(face.title, blocks))


def _get_weights(self: Any) -> Sequence[float]:
    values = [0.0] * SLIDERS
    try:
        _, face, shape = active_weights(bpy.context)
    except UserError:
        return values
    listed = list(face.blocks.get(shape, {}).values())[:SLIDERS]
    return listed + values[len(listed) :]


def _put_weights(self: Any, values: Sequence[float]) -> None:
    keys, face, shape = active_weights(bpy.context)
    weights = face.blocks.get(shape, {})
    keep_weights(keys, face, shape, weights | dict(zip(weights, values, strict=False)))


class MOMJIT_face_settings(bpy.types.PropertyGroup):
    """What the sub-panel shows; the maps themselves are kept with the shape keys."""

    mesh_name: StringProperty(
        name="Mesh", description="Which of the character's meshes: each has its own shape keys"
    )
    active: IntProperty(
        name="Shape Key", description="The shape key whose expressions are shown below", default=1
    )
    only_used: BoolProperty(
        name="Only What Moves",
        description="Hide shape keys that show no expression",
        default=False,
    )
    weights: FloatVectorProperty(
        name="Weight",
        description="How far this expression moves the shape key; less than zero takes away",
        size=SLIDERS,
        min=-MAX_WEIGHT,
        max=MAX_WEIGHT,
        soft_min=-2.0,
        soft_max=2.0,
        get=_get_weights,
        set=_put_weights,
    )


class MOMJIT_UL_face(bpy.types.UIList):
    """Shape keys with the expressions that they show."""

    bl_idname = "MOMJIT_UL_face"
    shown = FaceMap("", {})
    """The map of the mesh being drawn."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: bpy.types.Key,
        item: bpy.types.ShapeKey,
        icon: int,
        active_data: object,
        active_property: str,
    ) -> None:
        """The name, and its expressions from the strongest down."""
        weights = self.shown.blocks.get(item.name, {})
        icon_of_key = "SHAPEKEY_DATA" if weights else "BLANK1"
        said = _summary(weights)
        if said == item.name:  # an expression under its own name
            layout.label(text=said, icon=icon_of_key, translate=False)
            return
        split = layout.split(factor=0.45)
        split.active = bool(weights)
        split.label(text=item.name, icon=icon_of_key, translate=False)
        split.label(text=said, translate=False)

    def filter_items(
        self, context: bpy.types.Context, data: bpy.types.Key, name: str
    ) -> tuple[list[int], list[int]]:
        """Leave out the mesh at rest, what is not searched for, and what never moves."""
        used = context.scene.momjit_face.only_used
        wanted = self.filter_name.lower()
        flags = [
            self.bitflag_filter_item
            if block != data.reference_key
            and wanted in block.name.lower()
            and (not used or block.name in self.shown.blocks)
            else 0
            for block in data.key_blocks
        ]
        return flags, []


def _summary(weights: dict[str, float]) -> str:
    strongest = sorted(weights.items(), key=lambda one: -abs(one[1]))
    return ", ".join(
        name if weight == 1.0 else f"{weight:.2g} {name}" for name, weight in strongest
    )


class MOMJIT_PT_face(SubPanel, bpy.types.Panel):
    """What a face shows of the 52 expressions that speech and gestures move."""

    bl_label = "Face"
    bl_translation_context = CONTEXT
    bl_order = 45

    def draw(self, context: bpy.types.Context) -> None:
        """The mesh, the family found, its shape keys, and the weights of one of them."""
        layout = self.layout
        mesh = chosen_mesh(context)
        if mesh is None:
            layout.label(text="Select a character with shape keys", icon="INFO")
            return
        keys = mesh.data.shape_keys
        try:
            face = faces.face_map_of(keys)
        except UserError as error:
            draw_problem(layout, context, error)
            layout.operator("momjit.reset_face", icon="LOOP_BACK")
            return
        _draw_found(layout, mesh, face)
        _draw_shapes(layout, context, keys, face)


def _draw_found(layout: bpy.types.UILayout, mesh: bpy.types.Object, face: FaceMap) -> None:
    own = faces.has_own_map(mesh.data.shape_keys)
    row = layout.row(align=True)
    row.operator_menu_enum("momjit.choose_face", "mesh", text=mesh.name, icon="MESH_DATA")
    row.menu("MOMJIT_MT_face", text="", icon="DOWNARROW_HLT")
    title = face.title or translated("No known shape keys")
    if own:
        title = f"{title} · {translated('edited')}" if face.title else translated("edited")
    said = filled("{count} of {all} expressions", count=len(face.carried), all=len(ARKIT))
    row = layout.row()
    row.label(text=title, icon="GREASEPENCIL" if own else "CHECKMARK", translate=False)
    right = row.row()
    right.alignment = "RIGHT"
    right.label(text=said, translate=False)


def _draw_shapes(
    layout: bpy.types.UILayout, context: bpy.types.Context, keys: bpy.types.Key, face: FaceMap
) -> None:
    settings = context.scene.momjit_face
    MOMJIT_UL_face.shown = face
    layout.template_list("MOMJIT_UL_face", "", keys, "key_blocks", settings, "active", rows=6)
    layout.prop(settings, "only_used")
    shape = _active_shape(context, keys)
    if not shape or keys.key_blocks[shape] == keys.reference_key:
        return
    box = layout.box().column(align=True)
    box.label(text=shape, icon="SHAPEKEY_DATA", translate=False)
    for index, name in enumerate(list(face.blocks.get(shape, {}))[:SLIDERS]):
        row = box.row(align=True)
        row.prop(settings, "weights", index=index, text=name, slider=True, translate=False)
        row.operator("momjit.remove_expression", text="", icon="X").expression = name
    box.separator()
    box.operator_menu_enum("momjit.add_expression", "expression", icon="ADD")


class MOMJIT_MT_face(bpy.types.Menu):
    """What can be done with the whole map of a face."""

    bl_idname = "MOMJIT_MT_face"
    bl_label = "Face Map"

    def draw(self, context: bpy.types.Context) -> None:
        """Keep, forget, write, read."""
        layout = self.layout
        layout.operator("momjit.save_face", icon="FAKE_USER_ON")
        layout.operator("momjit.reset_face", icon="LOOP_BACK")
        layout.separator()
        layout.operator("momjit.import_face", icon="IMPORT")
        layout.operator("momjit.export_face", icon="EXPORT")


KOREAN = {
    "Face": "얼굴",
    "Mesh": "메시",
    "Shape Key": "셰이프 키",
    "Only What Moves": "움직이는 것만",
    "Weight": "가중치",
    "Select a character with shape keys": "셰이프 키가 있는 캐릭터를 선택하세요",
    "No known shape keys": "아는 셰이프 키가 없음",
    "edited": "수정됨",
    "{count} of {all} expressions": "표정 {all}개 중 {count}개",
    "select a character whose mesh has shape keys": "셰이프 키가 있는 캐릭터를 선택하세요",
    "choose a shape key in the list": "목록에서 셰이프 키를 고르세요",
    "“{mesh}” is linked from another file; its face cannot be changed": (
        "“{mesh}”은(는) 다른 파일에서 링크되어 얼굴을 바꿀 수 없습니다"
    ),
    "Which of the character's meshes: each has its own shape keys": (
        "캐릭터의 어느 메시인지. 메시마다 셰이프 키가 따로 있습니다"
    ),
    "The shape key whose expressions are shown below": "아래에 표정을 보여 줄 셰이프 키",
    "Hide shape keys that show no expression": "표정을 나타내지 않는 셰이프 키를 숨깁니다",
    "How far this expression moves the shape key; less than zero takes away": (
        "이 표정이 셰이프 키를 움직이는 정도. 0보다 작으면 덜어 냅니다"
    ),
}

CLASSES = (MOMJIT_face_settings, MOMJIT_UL_face, MOMJIT_MT_face, MOMJIT_PT_face)
PROPERTIES = ((bpy.types.Scene, "momjit_face", MOMJIT_face_settings),)
