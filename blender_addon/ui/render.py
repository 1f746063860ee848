"""Filming what the character plays, from the window."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import bpy
from bpy.props import EnumProperty

from ..core.atomic import free_path
from ..core.captions import Captions, gloss_cues
from ..core.errors import UserError
from ..core.framing import Shot
from ..core.subtitles import Cue, cut_cues, make_cues, write_subtitles
from ..scene.clock import frame_rate
from ..scene.cut import check_movie
from ..scene.render import Steps
from ..scene.spoken import signed, spoken
from ..scene.studio import require_camera
from ..scene.takes import playing_take
from . import insert, session
from .look import style_of
from .operators import refused
from .panel import text_columns
from .preferences import draw_note
from .progress import draw_progress
from .render_settings import AS_IN_SCENE, PICTURES, MOMJIT_render
from .render_work import Order, RenderWork, film_frames, film_movie, film_still
from .sub_panel import SubPanel
from .translations import filled

Result = set[str]
TASK = "render"


class MOMJIT_OT_render_video(bpy.types.Operator):
    """Film the frames of the scene. Blender can be used meanwhile, and the scene stays as it is"""

    bl_idname = "momjit.render_video"
    bl_label = "Render Video"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start filming."""
        settings: MOMJIT_render = context.scene.momjit_render
        try:
            if settings.kind == PICTURES:
                order = _order(context, "")
                steps = film_frames(order)
            else:
                order = _order(context, settings.kind)
                check_movie(settings.kind, order.look.size, transparent=order.look.transparent)
                steps = film_movie(order)
            _begin(context, steps, order.output)
        except UserError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_OT_render_still(bpy.types.Operator):
    """Take a picture of the current frame, as the video would show it"""

    bl_idname = "momjit.render_still"
    bl_label = "Render Still"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start rendering."""
        try:
            order = _order(context, ".png")
            _begin(context, film_still(order, context.scene.frame_current), order.output)
        except UserError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_OT_save_subtitles(bpy.types.Operator):
    """Write what the character says as a subtitle file beside the videos"""

    bl_idname = "momjit.save_subtitles"
    bl_label = "Save Subtitles"

    kind: EnumProperty(
        name="Kind",
        items=((".srt", "SRT", "For editors and most players"), (".vtt", "WebVTT", "For the web")),
    )

    def execute(self, context: bpy.types.Context) -> Result:
        """Write the file."""
        try:
            character = _character(context)
            path = _new_path(context, character, self.kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_subtitles(path, _cues(context.scene, character))
        except (UserError, OSError) as error:
            return refused(self, error)
        self.report({"INFO"}, str(path))
        return {"FINISHED"}


def _begin(context: bpy.types.Context, steps: Steps, output: Path) -> None:
    if TASK in session.current().tasks:
        raise UserError("the last picture or video is still being rendered; cancel it first")
    if bpy.app.is_job_running("RENDER"):
        raise UserError("Blender is rendering something else; wait for its end")
    work = [RenderWork(steps)]
    session.current().begin(TASK, "Rendering", work, lambda: str(output), in_scene=True)


def _order(context: bpy.types.Context, suffix: str) -> Order:
    """What the panel says now; a `suffix` of a file, or none for a folder."""
    settings: MOMJIT_render = context.scene.momjit_render
    character = _character(context)
    shot: Shot | None = None if settings.shot == AS_IN_SCENE else settings.shot
    if shot is None:
        require_camera(context.scene)
    folder = settings.place(context) / f"{_name(character)} pictures"
    return Order(
        scene=context.scene.name,
        character=character.name,
        look=replace(settings.look(context.scene), style=style_of(character)),
        shot=shot,
        fps=settings.frame_rate(context.scene),
        output=_new_path(context, character, suffix) if suffix else folder,
        kept=folder if settings.keep and suffix != ".png" else None,
        again=settings.again,
        captions=_captions(context.scene, character, settings) if suffix else Captions(),
    )


def _captions(
    scene: bpy.types.Scene, character: bpy.types.Object, settings: MOMJIT_render
) -> Captions:
    """What the panel wants written into the picture; `UserError` where there is none of it."""
    return Captions(
        _cues(scene, character) if settings.subtitles else (),
        _glosses(scene, character) if settings.glosses else (),
    )


def _glosses(scene: bpy.types.Scene, character: bpy.types.Object) -> tuple[Cue, ...]:
    """The glosses from the scene's first frame to its last; `UserError` if none is ever signed."""
    signs = signed(scene, character)
    if not signs:
        still = "“{name}” signs nothing in this scene that has glosses"
        raise UserError(filled(still, name=character.name))
    seconds = (scene.frame_end - scene.frame_start + 1) / frame_rate(scene)
    return cut_cues(gloss_cues(signs), 0.0, seconds)


def _cues(scene: bpy.types.Scene, character: bpy.types.Object) -> tuple[Cue, ...]:
    """The subtitles from the scene's first frame to its last; `UserError` if nothing is ever said.

    They are made of all that is said, so that a part of the scene divides it as the whole does.
    """
    words = spoken(scene, character)
    if not words:
        silent = "“{name}” says nothing in this scene that subtitles could show"
        raise UserError(filled(silent, name=character.name))
    seconds = (scene.frame_end - scene.frame_start + 1) / frame_rate(scene)
    early = max(0.0, -min(word.start for word in words))
    later = [replace(word, start=word.start + early, end=word.end + early) for word in words]
    whole = make_cues(later, max(early + seconds, *(word.end for word in later)))
    return cut_cues(whole, early, early + seconds)


def _character(context: bpy.types.Context) -> bpy.types.Object:
    """The selected armature, or the one of the scene that performs."""
    selected = insert.selected_armature(context)
    if selected is not None:
        return selected
    armatures = [item for item in context.scene.objects if item.type == "ARMATURE"]
    performing = [item for item in armatures if playing_take(item)] or armatures
    if len(performing) != 1:
        raise UserError("select the character that is to be filmed")
    return performing[0]


def _new_path(context: bpy.types.Context, character: bpy.types.Object, suffix: str) -> Path:
    """A file that does not exist yet, named by what is said."""
    folder = context.scene.momjit_render.place(context)
    return free_path(folder / f"{_name(character)}{suffix}")


def _name(character: bpy.types.Object) -> str:
    take = playing_take(character)
    text = take.text if take else ""
    return re.sub(r"[^\w\- ]+", "", " ".join(text.split()))[:24].strip() or character.name


class MOMJIT_PT_render(SubPanel, bpy.types.Panel):
    """Pictures and videos of what is performed."""

    bl_label = "Render"
    bl_order = 60

    def draw(self, context: bpy.types.Context) -> None:
        """What, how, and the buttons."""
        layout: Any = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings: MOMJIT_render = context.scene.momjit_render
        for name in ("quality", "format", "rate", "shot", "kind"):
            layout.prop(settings, name)
        column = layout.column()
        row = column.row()
        row.enabled = settings.kind != ".mp4"
        row.prop(settings, "transparent")
        pictures = settings.kind == PICTURES
        row = column.row()
        row.enabled = not pictures
        row.prop(settings, "subtitles")
        row = column.row()
        row.enabled = not pictures
        row.prop(settings, "glosses")
        row = column.row()
        row.enabled = not pictures
        row.prop(settings, "keep")
        if settings.keep or pictures:
            column.prop(settings, "again")
        layout.prop(settings, "folder")
        if not draw_progress(layout, TASK):
            row = layout.row(align=True)
            row.operator("momjit.render_still", icon="RENDER_STILL")
            row.operator("momjit.render_video", icon="RENDER_ANIMATION")
        row = layout.row(align=True)
        row.label(text="Subtitles")
        for kind, name in ((".srt", "SRT"), (".vtt", "WebVTT")):
            row.operator("momjit.save_subtitles", text=name, translate=False).kind = kind
        draw_note(layout, session.current(), TASK, columns=text_columns(context) - 5)


CLASSES = (
    MOMJIT_render,
    MOMJIT_OT_render_video,
    MOMJIT_OT_render_still,
    MOMJIT_OT_save_subtitles,
    MOMJIT_PT_render,
)
PROPERTIES = ((bpy.types.Scene, "momjit_render", MOMJIT_render),)
KOREAN = {
    "Render": "렌더링",
    "Rendering": "렌더링하는 중",
    "Render Video": "비디오 렌더링",
    "Render Still": "스틸 렌더링",
    "Save Subtitles": "자막 저장",
    "Film the frames of the scene. Blender can be used meanwhile, and the scene stays as it is": (
        "장면의 프레임을 촬영합니다. 그동안 블렌더를 쓸 수 있고 장면은 그대로 남습니다"
    ),
    "Take a picture of the current frame, as the video would show it": (
        "비디오에 나올 모습대로 현재 프레임을 한 장 찍습니다"
    ),
    "Write what the character says as a subtitle file beside the videos": (
        "캐릭터의 대사를 비디오 옆에 자막 파일로 저장합니다"
    ),
    "Quality": "품질",
    "How much time a picture may take": "한 장에 들여도 되는 시간",
    "Preview": "미리보기",
    "Half the size, drawn by Workbench: at once": "절반 크기, 워크벤치로 그려 바로 나옵니다",
    "Draft": "초안",
    "Drawn by Workbench: for seconds of waiting": "워크벤치로 그려 몇 초면 나옵니다",
    "Final": "최종",
    "Cycles, or EEVEE where there is a GPU: beautiful, and slow": (
        "Cycles, 그래픽 카드가 있으면 EEVEE: 아름답지만 느립니다"
    ),
    "As in the Scene": "장면 설정대로",
    "The engine and the colours that the scene is set to": "장면에 설정된 엔진과 색",
    "Shape": "화면 비율",
    "Shape and size of the picture": "화면의 비율과 크기",
    "Vertical 1080": "세로 1080",
    "Horizontal 1080": "가로 1080",
    "Square 1080": "정사각형 1080",
    "Vertical 720": "세로 720",
    "Horizontal 720": "가로 720",
    "Square 720": "정사각형 720",
    "1080 × 1920 pixels, for short videos on phones": "1080 × 1920 픽셀, 휴대 전화의 짧은 영상용",
    "1920 × 1080 pixels, for screens": "1920 × 1080 픽셀, 일반 화면용",
    "1080 × 1080 pixels, for feeds": "1080 × 1080 픽셀, 피드용",
    "720 × 1280 pixels, for short videos on phones": "720 × 1280 픽셀, 휴대 전화의 짧은 영상용",
    "1280 × 720 pixels, for screens": "1280 × 720 픽셀, 일반 화면용",
    "720 × 720 pixels, for feeds": "720 × 720 픽셀, 피드용",
    "The resolution that the scene is set to": "장면에 설정된 해상도",
    "Frame Rate": "프레임 속도",
    "Of the video": "비디오의 프레임 속도",
    "The frame rate that the scene is set to": "장면에 설정된 프레임 속도",
    "Frames a second": "초당 프레임 수",
    "Camera": "카메라",
    "What is in the picture": "화면에 담을 것",
    "Face": "얼굴",
    "The head alone, on our stage": "머리만, 기본 무대에서",
    "Bust": "가슴 위",
    "Head and chest, on our stage": "머리와 가슴, 기본 무대에서",
    "Half Body": "반신",
    "From the hips up with room for the hands, on our stage": (
        "골반 위, 손이 들어갈 자리를 두고, 기본 무대에서"
    ),
    "Full Body": "전신",
    "From head to foot, on our stage": "머리부터 발까지, 기본 무대에서",
    "My Camera and Lights": "내 카메라와 조명",
    "The scene as you have built it": "사용자가 꾸민 장면 그대로",
    "Signing": "수어",
    "Face and both hands as large as they can be, above any captions, on our stage": (
        "얼굴과 두 손을 자막 위에 되도록 크게, 기본 무대에서"
    ),
    "Transparent": "투명 배경",
    "Nothing behind the character: for WebM, QuickTime and pictures": (
        "캐릭터 뒤를 비웁니다: WebM, QuickTime, 그림에서"
    ),
    "Subtitles": "자막",
    "Write what is said into the video, inside safe margins": (
        "안전 여백 안에 대사를 비디오에 써 넣습니다"
    ),
    "Glosses": "글로스",
    "Write the gloss of every sign into the video, above the subtitles": (
        "수어 단어마다 글로스를 자막 위에 써 넣습니다"
    ),
    "“{name}” signs nothing in this scene that has glosses": (
        "이 장면에서 “{name}”에게는 글로스가 있는 수어가 없습니다"
    ),
    "Output": "출력",
    "What is written": "저장할 것",
    "H.264: plays everywhere": "H.264: 어디서나 재생됩니다",
    "VP9: for the web, can be transparent": "VP9: 웹용, 투명하게 할 수 있습니다",
    "ProRes 4444: for editing, can be transparent": "ProRes 4444: 편집용, 투명하게 할 수 있습니다",
    "Pictures": "그림",
    "A folder of PNG files. One that was interrupted goes on": (
        "PNG 파일의 폴더. 중단된 것은 이어서 합니다"
    ),
    "Keep Pictures": "그림 보관",
    "Keep the pictures of the video in a folder beside it: a render that was interrupted goes on "
    "where it was, and the video can be cut again at once": (
        "비디오의 그림을 옆 폴더에 남깁니다. 중단된 렌더링을 이어 할 수 있고, "
        "비디오를 바로 다시 묶을 수 있습니다"
    ),
    "Begin Again": "처음부터 다시",
    "Take pictures again that are in the folder already": "폴더에 이미 있는 그림도 다시 찍습니다",
    "Folder": "폴더",
    "Where it is written. Empty: where the clips are kept": ("저장할 곳. 비워 두면 클립이 있는 곳"),
    "Kind": "종류",
    "For editors and most players": "편집기와 대부분의 재생기용",
    "For the web": "웹용",
    "setting the stage": "무대를 꾸미는 중",
    "taking pictures": "그림을 찍는 중",
    "sound and pictures together": "소리와 그림을 합치는 중",
    "with its subtitle": "자막을 넣는 중",
    "“{name}” says nothing in this scene that subtitles could show": (
        "이 장면에서 “{name}”에게는 자막으로 쓸 대사가 없습니다"
    ),
    "“{name}” is no longer in the scene “{scene}”": "장면 “{scene}”에 “{name}”이(가) 없습니다",
    "select the character that is to be filmed": "촬영할 캐릭터를 선택하세요",
    "the last picture or video is still being rendered; cancel it first": (
        "앞의 그림이나 비디오를 아직 렌더링하고 있습니다. 먼저 취소하세요"
    ),
    "Blender is rendering something else; wait for its end": (
        "블렌더가 다른 것을 렌더링하고 있습니다. 끝날 때까지 기다리세요"
    ),
    "a video's width and height must be even numbers": "비디오의 너비와 높이는 짝수여야 합니다",
    "the scene was undone while it was rendered": "렌더링하는 동안 장면이 되돌려졌습니다",
}
