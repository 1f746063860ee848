"""The buttons of the sub-panel “Face”: what shape keys show, edited, kept, written and read."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import EnumProperty, StringProperty

from ..core.errors import UserError
from ..core.face_file import read_face, write_face
from ..core.face_names import ARKIT
from ..scene import face as faces
from . import insert
from .face import active_weights, chosen_map, editable_mesh, faces_folder, keep_weights
from .map_operator import MapExportOperator, MapFileOperator, MapOperator
from .translations import filled


def _mesh_items(self: Any, context: bpy.types.Context | None) -> list[tuple[str, str, str]]:
    armature = insert.selected_armature(context or bpy.context)
    meshes = faces.faces_of(armature) if armature else []
    _mesh_items.rows = [(mesh.name, mesh.name, "") for mesh in meshes]  # Blender keeps no strings
    return _mesh_items.rows


class MOMJIT_OT_choose_face(MapOperator, bpy.types.Operator):
    """Look at another mesh of the character: body, teeth and brows have shape keys of their own"""

    bl_idname = "momjit.choose_face"
    bl_label = "Mesh"
    bl_options = {"REGISTER", "UNDO"}

    mesh: EnumProperty(name="Mesh", items=_mesh_items)

    def change(self, context: bpy.types.Context) -> None:
        """Show this mesh, and the first of its shape keys."""
        context.scene.momjit_face.mesh_name = self.mesh
        context.scene.momjit_face.active = 1


class MOMJIT_OT_add_expression(MapOperator, bpy.types.Operator):
    """Let the shape key show one more of the 52 expressions of ARKit"""

    bl_idname = "momjit.add_expression"
    bl_label = "Add an Expression"
    bl_options = {"REGISTER", "UNDO"}

    expression: EnumProperty(
        name="Expression", items=[(name, name, "") for name in ARKIT], translation_context="*"
    )

    def change(self, context: bpy.types.Context) -> None:
        """Give it the weight 1."""
        keys, face, shape = active_weights(context)
        keep_weights(keys, face, shape, {**face.blocks.get(shape, {}), self.expression: 1.0})


class MOMJIT_OT_remove_expression(MapOperator, bpy.types.Operator):
    """Let the shape key no longer show this expression"""

    bl_idname = "momjit.remove_expression"
    bl_label = "Remove the Expression"
    bl_options = {"REGISTER", "UNDO"}

    expression: StringProperty(name="Expression")

    def change(self, context: bpy.types.Context) -> None:
        """Take it out of the map."""
        keys, face, shape = active_weights(context)
        weights = dict(face.blocks.get(shape, {}))
        if weights.pop(self.expression, None) is None:
            shown = "“{shape}” does not show {expression}"
            raise UserError(filled(shown, shape=shape, expression=self.expression))
        keep_weights(keys, face, shape, weights)


class MOMJIT_OT_reset_face(MapOperator, bpy.types.Operator):
    """Forget what was edited, and go by the names of the shape keys again"""

    bl_idname = "momjit.reset_face"
    bl_label = "As Recognised"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Drop the map of this mesh."""
        mesh = editable_mesh(context)
        faces.forget_face_map(mesh.data.shape_keys)


class MOMJIT_OT_save_face(MapOperator, bpy.types.Operator):
    """Use this map from now on for every mesh with the same shape keys, also in other scenes"""

    bl_idname = "momjit.save_face"
    bl_label = "Save for Faces Like This"

    def change(self, context: bpy.types.Context) -> None:
        """Write it into Blender's user folder."""
        keys, face = chosen_map(context)
        faces_folder().mkdir(parents=True, exist_ok=True)
        write_face(faces.saved_face(keys, faces_folder()), face)
        self.report({"INFO"}, translated("Saved for faces like this"))


class MOMJIT_OT_export_face(MapExportOperator, bpy.types.Operator):
    """Write this map into a file, to keep it or to give it away"""

    suggested = "face.json"
    bl_idname = "momjit.export_face"
    bl_label = "Export Face Map"

    def change(self, context: bpy.types.Context) -> None:
        """Write the JSON file."""
        _, face = chosen_map(context)
        write_face(self.target(), face)


class MOMJIT_OT_import_face(MapFileOperator, bpy.types.Operator):
    """Read a map from a file, for the shape keys of this mesh that it names"""

    suggested = "face.json"
    bl_idname = "momjit.import_face"
    bl_label = "Import Face Map"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Keep the map with the mesh."""
        mesh = editable_mesh(context)
        face = read_face(Path(self.filepath))
        if not face.blocks.keys() & set(faces.shape_names(mesh.data.shape_keys)):
            strange = "{file}: names none of the shape keys of “{mesh}”"
            raise UserError(filled(strange, file=self.filepath, mesh=mesh.name))
        faces.keep_face_map(mesh.data.shape_keys, face)


KOREAN = {
    "Face Map": "얼굴 맵",
    "Add an Expression": "표정 더하기",
    "Remove the Expression": "표정 빼기",
    "As Recognised": "인식한 대로",
    "Save for Faces Like This": "이런 얼굴에 쓰도록 저장",
    "Saved for faces like this": "이런 얼굴에 쓰도록 저장했습니다",
    "Export Face Map": "얼굴 맵 내보내기",
    "Import Face Map": "얼굴 맵 가져오기",
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
    "Expression": "표정",
    "“{shape}” does not show {expression}": "“{shape}”은(는) {expression} 표정을 나타내지 않습니다",
    "{file}: names none of the shape keys of “{mesh}”": (
        "{file}: “{mesh}”의 셰이프 키가 하나도 없습니다"
    ),
}

CLASSES = (
    MOMJIT_OT_choose_face,
    MOMJIT_OT_add_expression,
    MOMJIT_OT_remove_expression,
    MOMJIT_OT_reset_face,
    MOMJIT_OT_save_face,
    MOMJIT_OT_export_face,
    MOMJIT_OT_import_face,
)
