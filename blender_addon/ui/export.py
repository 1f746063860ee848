"""Handing the performance of a character to game engines and animation programs."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ..core.atomic import atomic_path
from ..core.errors import UserError
from ..core.export_preset import PRESETS, export_preset
from ..scene.avatar import meshes_of
from ..scene.bones import bone_map_of
from ..scene.export import ExportOptions, export_character, has_sound, save_sound
from ..scene.sample import Told
from .insert import selected_armature
from .operators import refused
from .sub_panel import SubPanel
from .translations import filled
from .wrap import wrap

Result = set[str]

OPTIONS_COLUMNS = 36
"""Latin characters in a line of the file browser's options, at their usual width."""
FORMATS = {
    ".fbx": ("FBX", "Skin, shape keys and movement, for Unity, Unreal, MotionBuilder and Maya"),
    ".glb": ("glTF", "Skin, morph targets and movement, for the web and engines that read glTF"),
    ".bvh": ("BVH", "The movement of the bones alone, for programs that have a character"),
    ".blend": ("Blender", "The whole scene, with its pictures and sounds inside the file"),
}
"""Suffix: what it is called, and what is in it."""


class MOMJIT_OT_export_performance(bpy.types.Operator, ExportHelper):
    """Write what the selected character does in the frames of the scene to a file"""

    bl_idname = "momjit.export_performance"
    bl_label = "Export Performance"
    bl_options = {"REGISTER", "PRESET"}

    format: EnumProperty(
        name="Format",
        items=[(suffix, *about) for suffix, about in FORMATS.items()],
        description="Kind of file",
        default=".fbx",
    )
    preset: EnumProperty(
        name="Made for",
        items=[(name, preset.title, preset.about) for name, preset in PRESETS.items()],
        description="The program that will read the file",
        default="unity",
    )
    unit: EnumProperty(
        name="Unit",
        items=[
            ("PRESET", "By Program", "Metres or centimetres, by what it is made for"),
            ("m", "Metres", "One unit of the file is a metre"),
            ("cm", "Centimetres", "One unit of the file is a centimetre"),
        ],
        description="Unit of length in BVH, which does not say so itself",
    )
    deforming_only: BoolProperty(
        name="Skin Bones Only",
        description="Leave out the controls of a rig; the bones that move the skin are written as "
        "one skeleton. Engines neither need nor understand the controls",
        default=True,
    )
    nla: BoolProperty(
        name="Whole NLA",
        description="With all NLA strips, blended as in the viewport. Else the take that plays, "
        "alone",
        default=False,
    )
    sound: BoolProperty(
        name="Speech Beside It",
        description="Write the sounds of the sequencer into a .wav of the same name",
        default=True,
    )
    overwrite: BoolProperty(
        name="Overwrite",
        description="Replace a file that exists; the file browser asks",
        default=False,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    filter_glob: StringProperty(
        default=";".join(f"*{suffix}" for suffix in FORMATS), options={"HIDDEN"}
    )

    @property
    def filename_ext(self) -> str:
        """The suffix of the chosen format, which the file browser keeps the name to."""
        return self.format

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """There is a character, and it is not being edited."""
        if selected_armature(context) is None:
            cls.poll_message_set("Select the character's armature")
            return False
        return context.mode in ("OBJECT", "POSE")

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Ask for the file; the file browser asks before one is replaced."""
        self.overwrite = True
        if not self.filepath:
            beside = Path(bpy.data.filepath or "untitled").parent
            self.filepath = str(beside / f"{bpy.path.clean_name(_title(context))}{self.format}")
        return ExportHelper.invoke(self, context, event)

    def draw(self, context: bpy.types.Context) -> None:
        """The options that the chosen format has."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(self, "format")
        if self.format in (".fbx", ".bvh"):
            layout.prop(self, "preset")
            about = layout.column(align=True)
            about.scale_y = 0.8
            for line in wrap(translated(PRESETS[self.preset].about), OPTIONS_COLUMNS):
                about.label(text=line, translate=False)
        if self.format == ".bvh":
            layout.prop(self, "unit")
        if self.format != ".blend":
            layout.prop(self, "deforming_only")
            layout.prop(self, "nla")
            row = layout.row()
            row.enabled = has_sound(context.scene)
            row.prop(self, "sound")

    def execute(self, context: bpy.types.Context) -> Result:
        """Write the file, or say what is in the way."""
        path = Path(bpy.path.abspath(self.filepath))
        try:
            written = self._write(context, path)
        except (UserError, OSError) as error:
            return refused(self, error)
        names = ", ".join(file.name for file in written)
        self.report({"INFO"}, filled("Exported: {names}", names=names))
        return {"FINISHED"}

    def _write(self, context: bpy.types.Context, path: Path) -> list[Path]:
        if path.suffix.lower() != self.format:
            wrong = "{file}: the name of this file has to end with {suffix}"
            raise UserError(filled(wrong, file=path.name, suffix=self.format))
        armature = selected_armature(context)
        if armature is None:
            raise UserError("select the character's armature first")
        _require_movement(armature, whole_nla=self.nla or self.format == ".blend")
        speech = path.with_suffix(".wav") if self._with_sound(context) else None
        if path.exists() and not self.overwrite:
            raise UserError(filled("{file} exists already: choose another name", file=path))
        if speech and speech.exists() and not path.exists():  # the browser asked about `path` alone
            there = "{file} exists already: choose another name, or leave out the speech"
            raise UserError(filled(there, file=speech))
        with ExitStack() as files, _progress(context) as told:
            file = files.enter_context(atomic_path(path, force=True))
            if speech:
                save_sound(files.enter_context(atomic_path(speech, force=True)))
            bone_map = bone_map_of(armature) if self.format == ".bvh" else None
            meshes = meshes_of(armature, context.view_layer.objects)
            export_character(file, armature, meshes, self._options(context), bone_map, told)
        return [path, speech] if speech else [path]

    def _with_sound(self, context: bpy.types.Context) -> bool:
        return self.sound and self.format != ".blend" and has_sound(context.scene)

    def _options(self, context: bpy.types.Context) -> ExportOptions:
        return ExportOptions(
            title=_title(context),
            preset=export_preset(self.preset),
            unit="" if self.unit == "PRESET" else self.unit,
            deforming_only=self.deforming_only,
            nla=self.nla,
        )


def _title(context: bpy.types.Context) -> str:
    """The name of the take that plays, or of the character."""
    armature = selected_armature(context)
    data = armature.animation_data if armature else None
    if data is not None and data.action is not None:
        return data.action.name
    return armature.name if armature else ""


def _require_movement(armature: bpy.types.Object, *, whole_nla: bool) -> None:
    data = armature.animation_data
    if not whole_nla and (data is None or data.action is None):
        still = "“{name}” plays no take: choose one in the list of takes, or export the whole NLA"
        raise UserError(filled(still, name=armature.name))


@contextmanager
def _progress(context: bpy.types.Context) -> Generator[Told, None, None]:
    """Show at the mouse pointer how far the export is."""
    manager: Any = context.window_manager
    manager.progress_begin(0.0, 1.0)
    try:
        yield lambda fraction, _: manager.progress_update(fraction)
    finally:
        manager.progress_end()


class MOMJIT_PT_export(SubPanel, bpy.types.Panel):
    """Files for other programs."""

    bl_label = "Export"
    bl_order = 70

    def draw(self, context: bpy.types.Context) -> None:
        """One button for each kind of file, and what will be in it."""
        layout = self.layout
        grid = layout.grid_flow(columns=2, even_columns=True, align=True)
        for suffix, (title, _) in FORMATS.items():
            button = grid.operator("momjit.export_performance", text=title, icon="EXPORT")
            button.format = suffix
        scene = context.scene
        frames = f"{scene.frame_start}–{scene.frame_end}"
        layout.label(text=filled("Frames {frames}", frames=frames), icon="TIME", translate=False)


CLASSES = (MOMJIT_OT_export_performance, MOMJIT_PT_export)

KOREAN = {
    "Export": "내보내기",
    "Export Performance": "연기 내보내기",
    "Format": "형식",
    "Kind of file": "파일의 종류",
    "Made for": "대상 프로그램",
    "The program that will read the file": "이 파일을 읽을 프로그램",
    "Unit": "단위",
    "By Program": "프로그램에 맞게",
    "Metres or centimetres, by what it is made for": "대상 프로그램에 따라 미터나 센티미터",
    "Metres": "미터",
    "Centimetres": "센티미터",
    "One unit of the file is a metre": "파일의 1은 1미터입니다",
    "One unit of the file is a centimetre": "파일의 1은 1센티미터입니다",
    "Unit of length in BVH, which does not say so itself": (
        "BVH의 길이 단위. 파일 자체에는 단위가 적히지 않습니다"
    ),
    "Skin Bones Only": "변형 본만",
    "Leave out the controls of a rig; the bones that move the skin are written as one skeleton. "
    "Engines neither need nor understand the controls": (
        "리그의 컨트롤을 빼고, 피부를 움직이는 본들을 하나의 스켈레톤으로 씁니다. 엔진에는 "
        "컨트롤이 필요 없습니다"
    ),
    "Whole NLA": "NLA 전체",
    "With all NLA strips, blended as in the viewport. Else the take that plays, alone": (
        "뷰포트에서처럼 모든 NLA 스트립을 섞어 내보냅니다. 끄면 재생 중인 테이크만 내보냅니다"
    ),
    "Speech Beside It": "음성도 함께",
    "Write the sounds of the sequencer into a .wav of the same name": (
        "시퀀서의 소리를 같은 이름의 .wav로 씁니다"
    ),
    "Overwrite": "덮어쓰기",
    "Replace a file that exists; the file browser asks": (
        "있는 파일을 바꿉니다. 파일 브라우저가 먼저 묻습니다"
    ),
    "Write what the selected character does in the frames of the scene to a file": (
        "장면의 프레임 범위에서 선택한 캐릭터가 하는 연기를 파일로 씁니다"
    ),
    "Select the character's armature": "캐릭터의 아마튜어를 선택하세요",
    "Skin, shape keys and movement, for Unity, Unreal, MotionBuilder and Maya": (
        "피부, 셰이프 키, 움직임. Unity, Unreal, MotionBuilder, Maya용"
    ),
    "Skin, morph targets and movement, for the web and engines that read glTF": (
        "피부, 모프 타깃, 움직임. 웹과 glTF를 읽는 엔진용"
    ),
    "The movement of the bones alone, for programs that have a character": (
        "본의 움직임만. 캐릭터가 이미 있는 프로그램용"
    ),
    "The whole scene, with its pictures and sounds inside the file": (
        "그림과 소리를 파일에 담은 장면 전체"
    ),
    PRESETS["blender"].about: "미터, 리그의 이름과 레스트 포즈 그대로. 다시 불러오면 똑같습니다",
    PRESETS["unity"].about: "미터, 스케일 1. BVH는 T포즈와 Unity 휴머노이드의 이름으로 씁니다",
    PRESETS["unreal"].about: (
        "센티미터, 숨은 스케일과 여분의 루트 본 없음. BVH는 마네킹의 이름으로 씁니다"
    ),
    PRESETS["motionbuilder"].about: (
        "센티미터. BVH는 HumanIK의 이름으로 쓰고 T포즈 한 프레임으로 시작합니다"
    ),
    "Exported: {names}": "내보냄: {names}",
    "{file}: the name of this file has to end with {suffix}": (
        "{file}: 파일 이름이 {suffix}(으)로 끝나야 합니다"
    ),
    "select the character's armature first": "먼저 캐릭터의 아마튜어를 선택하세요",
    "{file} exists already: choose another name": (
        "{file}이(가) 이미 있습니다. 다른 이름을 고르세요"
    ),
    "{file} exists already: choose another name, or leave out the speech": (
        "{file}이(가) 이미 있습니다. 다른 이름을 고르거나 음성을 빼세요"
    ),
    "“{name}” plays no take: choose one in the list of takes, or export the whole NLA": (
        "“{name}”이(가) 재생하는 테이크가 없습니다. 목록에서 테이크를 고르거나 NLA 전체를 "
        "내보내세요"
    ),
    "Frames {frames}": "프레임 {frames}",
}
