"""The sub-panel “Face”: which shape key shows which expressions, and how much of each."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import (
    BoolProperty,
    EnumProperty,
    FloatVectorProperty,
    IntProperty,
    StringProperty,
)

from ..core.errors import UserError
from ..core.expressions import FaceMap
from ..core.face_file import MAX_WEIGHT, read_face, write_face
from ..core.face_names import ARKIT
from ..scene import face as faces
from . import insert, session
from .translations import CONTEXT

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


def _chosen_map(context: bpy.types.Context) -> tuple[bpy.types.Key, FaceMap]:
    mesh = chosen_mesh(context)
    if mesh is None:
        raise UserError("select a character whose mesh has shape keys")
    if not mesh.data.shape_keys.is_editable:
        raise UserError(f"“{mesh.name}” is linked from another file; its face cannot be changed")
    return mesh.data.shape_keys, faces.face_map_of(mesh.data.shape_keys)


def _active_shape(context: bpy.types.Context, keys: bpy.types.Key) -> str:
    """Name of the shape key that is chosen in the list, or nothing."""
    index = context.scene.momjit_face.active
    return keys.key_blocks[index].name if 0 <= index < len(keys.key_blocks) else ""


def _active_weights(context: bpy.types.Context) -> tuple[bpy.types.Key, FaceMap, str]:
    keys, face = _chosen_map(context)
    shape = _active_shape(context, keys)
    if not shape or keys.key_blocks[shape] == keys.reference_key:
        raise UserError("choose a shape key in the list")
    return keys, face, shape


def _keep(keys: bpy.types.Key, face: FaceMap, shape: str, weights: dict[str, float]) -> None:
    """Keep the map with other weights for one of its shape keys; without any it shows nothing."""
    blocks = {name: old for name, old in face.blocks.items() if name != shape}
    if weights:
        blocks[shape] = weights
    faces.keep_face_map(keys, FaceMap(face.title, blocks))


def _get_weights(self: Any) -> Sequence[float]:
    values = [0.0] * SLIDERS
    try:
        _, face, shape = _active_weights(bpy.context)
    except UserError:
        return values
    listed = list(face.blocks.get(shape, {}).values())[:SLIDERS]
    return listed + values[len(listed) :]


def _put_weights(self: Any, values: Sequence[float]) -> None:
    keys, face, shape = _active_weights(bpy.context)
    weights = face.blocks.get(shape, {})
    _keep(keys, face, shape, weights | dict(zip(weights, values, strict=False)))


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


class MOMJIT_PT_face(bpy.types.Panel):
    """What a face shows of the 52 expressions that speech and gestures move."""

    bl_label = "Face"
    bl_translation_context = CONTEXT
    bl_category = "momjit"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_parent_id = "MOMJIT_PT_main"
    bl_options = {"DEFAULT_CLOSED"}
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
            layout.label(text=str(error), icon="ERROR", translate=False)
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
    said = translated("{count} of {all} expressions").format(
        count=len(face.carried), all=len(ARKIT)
    )
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


def _mesh_items(self: Any, context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    armature = insert.selected_armature(context or bpy.context)
    meshes = faces.faces_of(armature) if armature else []
    _mesh_items.rows = [(mesh.name, mesh.name, "") for mesh in meshes]  # Blender keeps no strings
    return _mesh_items.rows


class _FaceOperator(bpy.types.Operator if TYPE_CHECKING else object):
    """Reports what the user can mend, and changes nothing then."""

    def change(self, context: bpy.types.Context) -> None:
        """What the button does; `UserError` where that cannot be."""
        raise NotImplementedError

    def execute(self, context: bpy.types.Context) -> Result:
        """Change the face; say why where that cannot be."""
        try:
            self.change(context)
        except UserError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        return {"FINISHED"}


class MOMJIT_OT_choose_face(_FaceOperator, bpy.types.Operator):
    """Look at another mesh of the character: body, teeth and brows have shape keys of their own"""

    bl_idname = "momjit.choose_face"
    bl_label = "Mesh"
    bl_options = {"REGISTER", "UNDO"}

    mesh: EnumProperty(name="Mesh", items=_mesh_items)

    def change(self, context: bpy.types.Context) -> None:
        """Show this mesh, and the first of its shape keys."""
        context.scene.momjit_face.mesh_name = self.mesh
        context.scene.momjit_face.active = 1


class MOMJIT_OT_add_expression(_FaceOperator, bpy.types.Operator):
    """Let the shape key show one more of the 52 expressions of ARKit"""

    bl_idname = "momjit.add_expression"
    bl_label = "Add an Expression"
    bl_options = {"REGISTER", "UNDO"}

    expression: EnumProperty(
        name="Expression", items=[(name, name, "") for name in ARKIT], translation_context="*"
    )

    def change(self, context: bpy.types.Context) -> None:
        """Give it the weight 1."""
        keys, face, shape = _active_weights(context)
        _keep(keys, face, shape, {**face.blocks.get(shape, {}), self.expression: 1.0})


class MOMJIT_OT_remove_expression(_FaceOperator, bpy.types.Operator):
    """Let the shape key no longer show this expression"""

    bl_idname = "momjit.remove_expression"
    bl_label = "Remove the Expression"
    bl_options = {"REGISTER", "UNDO"}

    expression: StringProperty(name="Expression")

    def change(self, context: bpy.types.Context) -> None:
        """Take it out of the map."""
        keys, face, shape = _active_weights(context)
        weights = dict(face.blocks.get(shape, {}))
        if weights.pop(self.expression, None) is None:
            raise UserError(f"“{shape}” does not show {self.expression}")
        _keep(keys, face, shape, weights)


class MOMJIT_OT_reset_face(_FaceOperator, bpy.types.Operator):
    """Forget what was edited, and go by the names of the shape keys again"""

    bl_idname = "momjit.reset_face"
    bl_label = "As Recognised"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Drop the map of this mesh."""
        mesh = chosen_mesh(context)
        if mesh is None:
            raise UserError("select a character whose mesh has shape keys")
        faces.forget_face_map(mesh.data.shape_keys)


class MOMJIT_OT_save_face(_FaceOperator, bpy.types.Operator):
    """Use this map from now on for every mesh with the same shape keys, also in other scenes"""

    bl_idname = "momjit.save_face"
    bl_label = "Save for Faces Like This"

    def change(self, context: bpy.types.Context) -> None:
        """Write it into Blender's user folder."""
        keys, face = _chosen_map(context)
        faces_folder().mkdir(parents=True, exist_ok=True)
        write_face(faces.saved_face(keys, faces_folder()), face)
        self.report({"INFO"}, translated("Saved for faces like this"))


class _FaceFile(_FaceOperator):
    """Asks for a file first."""

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Open the file browser."""
        self.filepath = self.filepath or "face.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}


class MOMJIT_OT_export_face(_FaceFile, bpy.types.Operator):
    """Write this map into a file, to keep it or to give it away"""

    bl_idname = "momjit.export_face"
    bl_label = "Export Face Map"

    def change(self, context: bpy.types.Context) -> None:
        """Write the JSON file."""
        _, face = _chosen_map(context)
        write_face(Path(self.filepath), face)


class MOMJIT_OT_import_face(_FaceFile, bpy.types.Operator):
    """Read a map from a file, for the shape keys of this mesh that it names"""

    bl_idname = "momjit.import_face"
    bl_label = "Import Face Map"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Keep the map with the mesh."""
        mesh = chosen_mesh(context)
        if mesh is None:
            raise UserError("select a character whose mesh has shape keys")
        face = read_face(Path(self.filepath))
        if not face.blocks.keys() & set(faces.shape_names(mesh.data.shape_keys)):
            raise UserError(f"{self.filepath}: names none of the shape keys of “{mesh.name}”")
        faces.keep_face_map(mesh.data.shape_keys, face)


KOREAN = {
    "Face": "얼굴",
    "Face Map": "얼굴 맵",
    "Mesh": "메시",
    "Shape Key": "셰이프 키",
    "Only What Moves": "움직이는 것만",
    "Weight": "가중치",
    "Expression": "표정",
    "Select a character with shape keys": "셰이프 키가 있는 캐릭터를 선택하세요",
    "No known shape keys": "아는 셰이프 키가 없음",
    "edited": "수정됨",
    "{count} of {all} expressions": "표정 {all}개 중 {count}개",
    "Add an Expression": "표정 더하기",
    "Remove the Expression": "표정 빼기",
    "As Recognised": "인식한 대로",
    "Save for Faces Like This": "이런 얼굴에 쓰도록 저장",
    "Saved for faces like this": "이런 얼굴에 쓰도록 저장했습니다",
    "Export Face Map": "얼굴 맵 내보내기",
    "Import Face Map": "얼굴 맵 가져오기",
    "Which of the character's meshes: each has its own shape keys": (
        "캐릭터의 어느 메시인지. 메시마다 셰이프 키가 따로 있습니다"
    ),
    "The shape key whose expressions are shown below": "아래에 표정을 보여 줄 셰이프 키",
    "Hide shape keys that show no expression": "표정을 나타내지 않는 셰이프 키를 숨깁니다",
    "How far this expression moves the shape key; less than zero takes away": (
        "이 표정이 셰이프 키를 움직이는 정도. 0보다 작으면 덜어 냅니다"
    ),
    "Look at another mesh of the character: body, teeth and brows have shape keys of their own": (
        "캐릭터의 다른 메시를 봅니다. 몸, 치아, 눈썹에는 각각 셰이프 키가 있습니다"
    ),
    "Let the shape key show one more of the 52 expressions of ARKit": (
        "셰이프 키가 ARKit 표정 52개 가운데 하나를 더 나타내게 합니다"
    ),
    "Let the shape key no longer show this expression": (
        "셰이프 키가 이 표정을 더는 나타내지 않게 합니다"
    ),
    "Forget what was edited, and go by the names of the shape keys again": (
        "수정한 것을 버리고 다시 셰이프 키의 이름을 따릅니다"
    ),
    "Use this map from now on for every mesh with the same shape keys, also in other scenes": (
        "앞으로 셰이프 키가 같은 모든 메시에, 다른 장면에서도 이 맵을 씁니다"
    ),
    "Write this map into a file, to keep it or to give it away": (
        "보관하거나 나누도록 이 맵을 파일로 저장합니다"
    ),
    "Read a map from a file, for the shape keys of this mesh that it names": (
        "파일에서 맵을 읽어, 이름이 있는 이 메시의 셰이프 키에 씁니다"
    ),
}

CLASSES = (
    MOMJIT_face_settings,
    MOMJIT_UL_face,
    MOMJIT_MT_face,
    MOMJIT_PT_face,
    MOMJIT_OT_choose_face,
    MOMJIT_OT_add_expression,
    MOMJIT_OT_remove_expression,
    MOMJIT_OT_reset_face,
    MOMJIT_OT_save_face,
    MOMJIT_OT_export_face,
    MOMJIT_OT_import_face,
)
PROPERTIES = ((bpy.types.Scene, "momjit_face", MOMJIT_face_settings),)
