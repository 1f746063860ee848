"""What can be done with the bone map of an armature."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import EnumProperty

from ..core.errors import UserError
from ..core.humanoid import HUMANOID
from ..core.map_edit import mirrored, with_bones
from ..core.map_file import read_map, saved_map, write_map
from ..scene import bones
from ..scene.rig import read_rig
from . import insert, session
from .map_operator import MapExportOperator, MapFileOperator, MapOperator
from .translations import filled


def bones_folder() -> Path:
    """Where maps for rigs of one kind are kept between scenes."""
    return session.current().folder / bones.BONES


def armature_of(context: bpy.types.Context) -> bpy.types.Object:
    """The armature that the sub-panel is about."""
    armature = insert.selected_armature(context)
    if armature is None:
        raise UserError("select the armature of a character")
    return armature


def _editable(context: bpy.types.Context) -> bpy.types.Object:
    armature = armature_of(context)
    if not armature.data.is_editable:
        linked = "“{name}” is linked from another file; override its data first"
        raise UserError(filled(linked, name=armature.name))
    return armature


def active_part(context: bpy.types.Context) -> str:
    """The humanoid bone that is chosen in the list."""
    return HUMANOID[min(max(context.window_manager.momjit_body.active, 0), len(HUMANOID) - 1)]


def choose_bone(context: bpy.types.Context, humanoid: str, bone: str | None) -> None:
    """Keep a map with this bone, or none, for a part of the body."""
    armature = _editable(context)
    rig = read_rig(armature)
    bones.keep_map(armature, with_bones(bones.known_bones(armature, rig), rig, {humanoid: bone}))


class MOMJIT_OT_detect_bones(MapOperator, bpy.types.Operator):
    """Forget what was chosen for this armature, and recognise its bones by names and shape"""

    bl_idname = "momjit.detect_bones"
    bl_label = "Detect Again"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Drop the armature's own map."""
        bones.forget_map(_editable(context))


class MOMJIT_OT_pick_bone(MapOperator, bpy.types.Operator):
    """Take the active bone of the rig for the part of the body that is chosen in the list"""

    bl_idname = "momjit.pick_bone"
    bl_label = "Pick the Active Bone"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Choose it."""
        active = _editable(context).data.bones.active
        if active is None:
            raise UserError("no bone is active: click one in Pose Mode first")
        choose_bone(context, active_part(context), active.name)


class MOMJIT_OT_show_bone(MapOperator, bpy.types.Operator):
    """Make the bone that was found the active one, to see it in the viewport"""

    bl_idname = "momjit.show_bone"
    bl_label = "Show in the Rig"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Activate the bone."""
        armature = armature_of(context)
        found = bones.known_bones(armature).bones.get(active_part(context))
        if found is None:
            raise UserError(filled("the rig has no bone for {part}", part=active_part(context)))
        armature.data.bones.active = armature.data.bones[found[0]]


class MOMJIT_OT_mirror_bones(MapOperator, bpy.types.Operator):
    """Choose for one side of the body the bones opposite those of the other side"""

    bl_idname = "momjit.mirror_bones"
    bl_label = "Mirror the Bone Map"
    bl_options = {"REGISTER", "UNDO"}

    side: EnumProperty(
        name="From",
        items=(
            ("left", "Left to Right", "The right side gets the bones opposite the left ones"),
            ("right", "Right to Left", "The left side gets the bones opposite the right ones"),
        ),
    )

    def change(self, context: bpy.types.Context) -> None:
        """Mirror the map."""
        armature = _editable(context)
        rig = read_rig(armature)
        bones.keep_map(armature, mirrored(bones.known_bones(armature, rig), rig, self.side))


class MOMJIT_OT_save_bones(MapOperator, bpy.types.Operator):
    """Keep the map for other scenes."""

    bl_description = (
        "Use this map from now on for every rig with the same bones, whatever its size, also in"
        " other scenes"
    )

    bl_idname = "momjit.save_bones"
    bl_label = "Save for Rigs Like This"

    def change(self, context: bpy.types.Context) -> None:
        """Write it into Blender's user folder."""
        armature = armature_of(context)
        rig = read_rig(armature)
        found = bones.known_bones(armature, rig)
        bones_folder().mkdir(parents=True, exist_ok=True)
        write_map(saved_map(rig, bones_folder()), found)
        self.report({"INFO"}, translated("Saved for rigs like this"))


class MOMJIT_OT_forget_bones(MapOperator, bpy.types.Operator):
    """Delete the map that was saved for rigs with these bones"""

    bl_idname = "momjit.forget_bones"
    bl_label = "Forget What Was Saved"

    def change(self, context: bpy.types.Context) -> None:
        """Delete the file."""
        saved = saved_map(read_rig(armature_of(context)), bones_folder())
        if not saved.is_file():
            raise UserError("no map is saved for rigs like this")
        saved.unlink()
        self.report({"INFO"}, translated("The saved map is deleted"))


class MOMJIT_OT_export_bones(MapExportOperator, bpy.types.Operator):
    """Write this map into a file, for `momjit retarget --bone-map` or to give it away"""

    suggested = "bones.json"
    bl_idname = "momjit.export_bones"
    bl_label = "Export Bone Map"

    def change(self, context: bpy.types.Context) -> None:
        """Write the JSON file."""
        write_map(self.target(), bones.known_bones(armature_of(context)))


class MOMJIT_OT_import_bones(MapFileOperator, bpy.types.Operator):
    """Read a map from a file, for this armature"""

    suggested = "bones.json"
    bl_idname = "momjit.import_bones"
    bl_label = "Import Bone Map"
    bl_options = {"REGISTER", "UNDO"}

    def change(self, context: bpy.types.Context) -> None:
        """Keep the map with the armature."""
        armature = _editable(context)
        bones.keep_map(armature, read_map(Path(self.filepath), read_rig(armature)))


KOREAN = {
    "select the armature of a character": "캐릭터의 아마튜어를 선택하세요",
    "“{name}” is linked from another file; override its data first": (
        "“{name}”은(는) 다른 파일에서 링크되어 있습니다. 먼저 데이터를 오버라이드하세요"
    ),
    "no bone is active: click one in Pose Mode first": (
        "활성 본이 없습니다. 먼저 포즈 모드에서 본을 클릭하세요"
    ),
    "the rig has no bone for {part}": "리그에 {part}에 해당하는 본이 없습니다",
    "no map is saved for rigs like this": "이런 리그에 저장한 맵이 없습니다",
    "Mirror": "좌우 반전",
    "From": "방향",
    "Left to Right": "왼쪽에서 오른쪽으로",
    "Right to Left": "오른쪽에서 왼쪽으로",
    "Detect Again": "다시 찾기",
    "Pick the Active Bone": "활성 본 선택",
    "Show in the Rig": "리그에서 보기",
    "Mirror the Bone Map": "본 맵 미러",
    "Save for Rigs Like This": "이런 리그에 쓰도록 저장",
    "Saved for rigs like this": "이런 리그에 쓰도록 저장했습니다",
    "Forget What Was Saved": "저장한 것 지우기",
    "The saved map is deleted": "저장한 맵을 지웠습니다",
    "Export Bone Map": "본 맵 내보내기",
    "Import Bone Map": "본 맵 가져오기",
    "Forget what was chosen for this armature, and recognise its bones by names and shape": (
        "이 아마튜어에 선택한 것을 버리고 이름과 모양으로 본을 다시 알아봅니다"
    ),
    "Take the active bone of the rig for the part of the body that is chosen in the list": (
        "목록에서 고른 몸의 부분에 리그의 활성 본을 씁니다"
    ),
    "Make the bone that was found the active one, to see it in the viewport": (
        "찾은 본을 활성 본으로 만들어 뷰포트에서 봅니다"
    ),
    "Choose for one side of the body the bones opposite those of the other side": (
        "몸의 한쪽에 반대쪽 본과 마주 보는 본을 고릅니다"
    ),
    "The right side gets the bones opposite the left ones": (
        "오른쪽이 왼쪽 본과 마주 보는 본을 받습니다"
    ),
    "The left side gets the bones opposite the right ones": (
        "왼쪽이 오른쪽 본과 마주 보는 본을 받습니다"
    ),
    "Use this map from now on for every rig with the same bones, whatever its size, also in"
    " other scenes": "앞으로 본이 같은 모든 리그에, 크기와 장면이 달라도 이 맵을 씁니다",
    "Delete the map that was saved for rigs with these bones": (
        "본이 이와 같은 리그에 쓰도록 저장한 맵을 지웁니다"
    ),
    "Write this map into a file, for `momjit retarget --bone-map` or to give it away": (
        "`momjit retarget --bone-map`에 쓰거나 나누도록 이 맵을 파일로 저장합니다"
    ),
    "Read a map from a file, for this armature": "파일에서 맵을 읽어 이 아마튜어에 씁니다",
}

CLASSES = (
    MOMJIT_OT_detect_bones,
    MOMJIT_OT_pick_bone,
    MOMJIT_OT_show_bone,
    MOMJIT_OT_mirror_bones,
    MOMJIT_OT_save_bones,
    MOMJIT_OT_forget_bones,
    MOMJIT_OT_export_bones,
    MOMJIT_OT_import_bones,
)
