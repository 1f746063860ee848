"""The sub-panel “Words and Gestures”: what happens when in the current take, and Re-roll."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    StringProperty,
)

from ..core.clip_reader import is_signed
from ..core.errors import UserError
from ..core.phrases import Moment, Stretch, moments, phrase_at, stretch_of, within
from ..scene.clock import frame_rate
from ..scene.lineup import strip_at
from ..scene.takes import Take, playing, take_of
from . import insert, session
from .panel import text_columns
from .preferences import draw_note
from .progress import draw_progress
from .sub_panel import SubPanel

Result = set[str]
STRETCHES = (
    ("CHOSEN", "Ticked", "From the first to the last ticked row", "CHECKBOX_HLT", 0),
    ("PHRASE", "Phrase", "The phrase at the current frame", "TIME", 1),
    ("PREVIEW", "Preview", "The timeline's preview range", "PREVIEW_RANGE", 2),
)
ICONS = {
    "word": "OUTLINER_OB_FONT",
    "gloss": "VIEW_PAN",
    "nonmanual": "USER",
    "gesture": "VIEW_PAN",
}
CHANNELS = {
    "EBf": "brows",
    "Hno": "nod",
    "Hs": "head shake",
    "Mo1": "mouth open",
    "Mctr": "mouth corners",
    "Ci": "cheeks",
    "Tbt": "tongue",
    "Mmo": "mouth shape",
}
"""What the codes of AI Hub's corpus for the parts of the face mean."""

TICKED = ("word", "gesture")
"""What Re-roll can perform anew."""


@dataclass(frozen=True)
class Current:
    """The selected character with the take that it plays, as its action or as a strip."""

    armature: bpy.types.Object
    take: Take
    strip: bool


def current_take(context: bpy.types.Context) -> Current | None:
    """What is played at the current frame, if it is one of momjit's performances."""
    armature = insert.selected_armature(context)
    if armature is None:
        return None
    strip = strip_at(armature, context.scene.frame_current)
    take = take_of(strip.action if strip else playing(armature))
    return Current(armature, take, strip is not None) if take else None


def require_take(context: bpy.types.Context) -> Current:
    """The same; `UserError` where nothing of momjit is played."""
    found = current_take(context)
    if found is None:
        raise UserError("select a character that plays a performance of momjit")
    return found


class MOMJIT_moment(bpy.types.PropertyGroup):
    """One row of the list; `at` is a frame of the scene, `number` the moment's in the take."""

    kind: StringProperty()
    text: StringProperty()
    hand: StringProperty()
    how: StringProperty()
    seconds: FloatProperty()
    at: IntProperty()
    number: IntProperty()
    ticked: BoolProperty(
        name="Ticked", description="Part of what Re-roll performs anew", options={"SKIP_SAVE"}
    )


def _jump(self: Any, context: bpy.types.Context) -> None:
    """Go where the chosen row is."""
    if 0 <= self.active < len(self.rows):
        context.scene.frame_set(self.rows[self.active].at)


class MOMJIT_words(bpy.types.PropertyGroup):
    """The list as it was last filled; a copy of what the take says, so it is not saved."""

    rows: CollectionProperty(type=MOMJIT_moment)
    active: IntProperty(name="Moment", description="Click to go there", update=_jump)
    shown: StringProperty()
    words: BoolProperty(name="Words", description="List what is said or signed", default=True)
    gestures: BoolProperty(
        name="Gestures",
        description="List the gestures, and what the face does for signs",
        default=True,
    )
    stretch: EnumProperty(
        name="Re-roll", description="What is performed anew", items=STRETCHES, default="PHRASE"
    )


def fill(context: bpy.types.Context) -> None:
    """Bring the list up to date with the take that is played."""
    words: MOMJIT_words = context.window_manager.momjit_words
    shown = _signature(context)
    if shown == words.shown:
        return
    words.shown = shown
    words.rows.clear()
    found = current_take(context)
    if found is None:
        return
    take = found.take
    for number, moment in enumerate(moments(take.spans)):
        row = words.rows.add()
        row.kind, row.text, row.hand, row.number = moment.kind, moment.text, moment.hand, number
        row.how = moment.how
        row.seconds = moment.peak
        row.at = round(take.start + moment.peak * frame_rate(context.scene))


def _signature(context: bpy.types.Context) -> str:
    """What the list depends on; another one means that it is out of date."""
    found = current_take(context)
    if found is None:
        return ""
    take = found.take
    return f"{found.armature.name}|{take.clip}|{take.start}|{frame_rate(context.scene)}"


def _fill_soon() -> None:
    """Fill the list: drawing itself may not."""
    fill(bpy.context)


class MOMJIT_UL_words(bpy.types.UIList):
    """Words and gestures with their times."""

    bl_idname = "MOMJIT_UL_words"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: MOMJIT_words,
        item: MOMJIT_moment,
        icon: int,
        active_data: object,
        active_property: str,
    ) -> None:
        """What it is, and when."""
        row = layout.row(align=True)
        if item.kind in TICKED:
            row.prop(item, "ticked", text="")
        split = row.split(factor=0.7)
        split.label(text=_label(item), icon=ICONS[item.kind], translate=False)
        time = split.row()
        time.alignment = "RIGHT"
        time.active = False
        time.label(text=f"{item.seconds:.2f} s", translate=False)

    def filter_items(
        self, context: bpy.types.Context, data: MOMJIT_words, name: str
    ) -> tuple[list[int], list[int]]:
        """Only the kinds that are to be listed, and what is searched for."""
        kinds = listed_kinds(data)
        wanted = self.filter_name.lower()
        shown = self.bitflag_filter_item
        flags = [
            shown if row.kind in kinds and wanted in _label(row).lower() else 0 for row in data.rows
        ]
        return flags, []


def listed_kinds(words: MOMJIT_words) -> set[str]:
    """Which kinds of moments are to be listed."""
    said, shown = words.words, words.gestures
    chosen = {"word": said, "gloss": said, "nonmanual": shown, "gesture": shown}
    return {kind for kind, is_listed in chosen.items() if is_listed}


def _label(row: MOMJIT_moment) -> str:
    if row.kind == "word":
        return row.text
    if row.kind == "gloss":
        return row.text if row.how == "sign" else f"{row.text} · {_named('class', row.how)}"
    if row.kind == "nonmanual":
        what = "" if row.text == "true" else f" · {_named('value', row.text)}"
        return _named("channel", row.how) + what
    hand = f" · {_named('hand', row.hand)}" if row.hand else ""
    return _named("gesture", row.text) + hand


def _named(kind: str, name: str) -> str:
    """The name in the window's language; names are too short to be translated everywhere."""
    said = translated(f"{kind} {name}")
    return CHANNELS.get(name, name) if said == f"{kind} {name}" else said


class MOMJIT_PT_words(SubPanel, bpy.types.Panel):
    """When the take says and does what, and another try for a part of it."""

    bl_label = "Words and Gestures"
    bl_order = 10

    def draw(self, context: bpy.types.Context) -> None:
        """The list, markers, and Re-roll."""
        layout = self.layout
        words: MOMJIT_words = context.window_manager.momjit_words
        if _signature(context) != words.shown and not bpy.app.timers.is_registered(_fill_soon):
            bpy.app.timers.register(_fill_soon)
        found = current_take(context)
        if found is None:
            layout.label(text="Select a character with a performance", icon="INFO")
            return
        row = layout.row()
        row.template_list("MOMJIT_UL_words", "", words, "rows", words, "active", rows=7)
        side = row.column(align=True)
        signed = is_signed(found.take.provenance)
        said, shown = ("gloss", "nonmanual") if signed else ("word", "gesture")
        side.prop(words, "words", text="", icon=ICONS[said])
        side.prop(words, "gestures", text="", icon=ICONS[shown])
        side.separator()
        side.operator("momjit.add_markers", text="", icon="MARKER_HLT")
        side.operator("momjit.remove_markers", text="", icon="MARKER")
        side.separator()
        if not signed:
            side.operator("momjit.clear_words", text="", icon="CHECKBOX_DEHLT")
            _draw_reroll(layout, context, words, found.take)


def _draw_reroll(
    layout: bpy.types.UILayout, context: bpy.types.Context, words: MOMJIT_words, take: Take
) -> None:
    column = layout.column(align=True)
    column.row(align=True).prop(words, "stretch", expand=True)
    if draw_progress(column, "redo", scale=1.3):
        return
    try:
        start, end = chosen_stretch(context, take)
        text = f"{translated('Re-roll')}  {start:.2f} – {end:.2f} s"
    except UserError:
        text = translated("Re-roll")
    row = column.row()
    row.scale_y = 1.3
    row.operator("momjit.redo_words", text=text, icon="FILE_REFRESH", translate=False)
    draw_note(layout, session.current(), "redo", columns=text_columns(context) - 5)


def chosen_stretch(context: bpy.types.Context, take: Take) -> Stretch:
    """The seconds of the clip that are to be performed anew; `UserError` when none are chosen."""
    words: MOMJIT_words = context.window_manager.momjit_words
    shown, fps = moments(take.spans), frame_rate(context.scene)
    duration = (take.end - take.start) / fps + 1.0 / take.fps  # the last frame lasts, too
    if words.stretch == "PHRASE":
        phrase = phrase_at(shown, (context.scene.frame_current - take.start) / fps)
        return stretch_of(shown, _inside(shown, phrase), duration)
    if words.stretch == "CHOSEN":
        ticked = [shown[row.number] for row in words.rows if row.ticked]
        return stretch_of(shown, ticked, duration)
    scene = context.scene
    if not scene.use_preview_range:
        raise UserError("set a preview range on the timeline first (P)")
    start, end = (
        (frame - take.start) / fps for frame in (scene.frame_preview_start, scene.frame_preview_end)
    )
    if end <= 0.0 or start >= duration:
        raise UserError("the preview range lies outside of this take")
    return within(max(start, 0.0), min(end, duration), duration)


def _inside(shown: tuple[Moment, ...], stretch: Stretch) -> list[Moment]:
    """The words of a stretch."""
    first, last = stretch
    return [m for m in shown if m.kind == "word" and first <= m.start and m.end <= last]


KOREAN = {
    "Words and Gestures": "단어와 몸짓",
    "Words": "단어",
    "Ticked": "고른 줄",
    "Phrase": "구절",
    "Preview": "미리보기",
    "Re-roll": "다시 굴리기",
    "Moment": "순간",
    "Select a character with a performance": "연기가 있는 캐릭터를 선택하세요",
    "Part of what Re-roll performs anew": "다시 굴리기로 새로 연기할 부분",
    "Click to go there": "누르면 그 시점으로 갑니다",
    "List what is said or signed": "말하거나 수어로 하는 단어를 보여 줍니다",
    "List the gestures, and what the face does for signs": (
        "몸짓과, 수어를 하는 동안 얼굴이 하는 일을 보여 줍니다"
    ),
    "What is performed anew": "무엇을 새로 연기할지",
    "From the first to the last ticked row": "처음 고른 줄부터 마지막 고른 줄까지",
    "The phrase at the current frame": "현재 프레임의 구절",
    "The timeline's preview range": "타임라인의 미리보기 범위",
    "select a character that plays a performance of momjit": (
        "momjit의 연기를 재생하는 캐릭터를 선택하세요"
    ),
    "choose words or gestures in the list first": "먼저 목록에서 단어나 몸짓을 고르세요",
    "this take has no words": "이 테이크에는 단어가 없습니다",
    "set a preview range on the timeline first (P)": (
        "먼저 타임라인에서 미리보기 범위를 정하세요(P)"
    ),
    "the preview range lies outside of this take": "미리보기 범위가 이 테이크 밖에 있습니다",
    "class synonym": "같은 뜻의 수어",
    "class compound": "합성 수어",
    "class number": "숫자",
    "class fingerspelled": "지문자",
    "class caption": "자막만",
    "channel EBf": "눈썹",
    "channel Hno": "고개 끄덕임",
    "channel Hs": "고개 젓기",
    "channel Mo1": "입 벌림",
    "channel Mctr": "입꼬리",
    "channel Ci": "볼",
    "channel Tbt": "혀",
    "channel Mmo": "입 모양",
    "value raise": "올림",
    "value furrow": "찌푸림",
    "value once": "한 번",
    "value twice": "두 번",
    "value slight": "조금",
    "value wide": "크게",
    "value up": "올림",
    "value down": "내림",
    "value puff": "부풀림",
    "value suck": "오므림",
    "hand left": "왼손",
    "hand right": "오른손",
    "hand both": "두 손",
    "gesture beat": "강조",
    "gesture negate": "부정",
    "gesture stop": "멈춤",
    "gesture you": "너",
    "gesture me": "나",
    "gesture we": "우리",
    "gesture shrug": "으쓱",
    "gesture ask": "물음",
    "gesture point": "가리킴",
    "gesture contrast": "대조",
    "gesture example": "예",
    "gesture big": "큼",
    "gesture think": "생각",
    "gesture chop": "끊기",
    "gesture greet": "인사",
    "gesture bow": "절",
    "gesture nod": "끄덕임",
}

TIMERS = (_fill_soon,)
CLASSES = (MOMJIT_moment, MOMJIT_words, MOMJIT_UL_words, MOMJIT_PT_words)
PROPERTIES = ((bpy.types.WindowManager, "momjit_words", MOMJIT_words),)
"""With the window, not with the scene: the list is neither saved nor undone."""
