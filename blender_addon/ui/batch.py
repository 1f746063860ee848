"""The sub-panel “Batch”: many lines performed one after another, each its own undo step."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from .. import compat
from ..client.errors import BackendError
from ..core.errors import UserError
from ..core.script import SUBTITLES, Line, block_lines, read_script
from ..scene.clock import frame_rate
from . import insert, session
from .batch_run import TASK, BatchRun
from .operators import connect, performance_arguments, performing_job, refused
from .panel import draw_choice, text_columns
from .preferences import draw_note, results_folder
from .progress import draw_progress
from .settings import MOMJIT_settings, existing_file
from .sub_panel import SubPanel
from .translations import CONTEXT
from .wrap import wrap

Result = set[str]
SOURCES = (
    ("TEXT", "Text", "A text block: every line is a performance", "TEXT", 0),
    ("FILE", "File", "A table (CSV), subtitles (SRT, VTT) or a text file", "FILE", 1),
    ("STRIPS", "Subtitles", "The text strips of the sequencer, each at its time", "SEQUENCE", 2),
)
ARRANGEMENTS = (
    (
        "STRIPS",
        "One After Another",
        "As strips of the NLA: at the times that the script says, or each after the one before",
    ),
    ("TAKES", "Takes", "All at the same frame, each a take of its own to choose from"),
)
FILE = (
    "CSV with a header (text, style, intensity, seed, voice, start, character; only text is "
    "needed), SRT, VTT or TXT"
)
PERFORM = (
    "Perform every line of the script. Each is one undo step; cancelling keeps those that are done"
)
ICONS = {"": "BLANK1", "running": "PLAY", "done": "CHECKMARK", "failed": "ERROR"}


class MOMJIT_batch_row(bpy.types.PropertyGroup):
    """A line of the script, with what became of it."""

    text: StringProperty()
    number: IntProperty()
    state: StringProperty()
    said: StringProperty()


class MOMJIT_batch(bpy.types.PropertyGroup):
    """Where the lines come from, and where their performances go."""

    source: EnumProperty(name="Script", description="Where the lines come from", items=SOURCES)
    block: PointerProperty(
        name="Text",
        type=bpy.types.Text,
        description="Every line is a performance; empty lines, and those after #, are none",
    )
    file: StringProperty(
        name="File",
        description=FILE,
        subtype="FILE_PATH",
    )
    only_selected: BoolProperty(
        name="Selected Strips Only", description="Leave out strips that are not selected"
    )
    arrangement: EnumProperty(
        name="Arrangement", description="Where the performances go", items=ARRANGEMENTS
    )
    gap: FloatProperty(
        name="Gap",
        description="Between two lines that say no times, seconds",
        default=0.3,
        min=0.0,
        max=60.0,
        subtype="TIME_ABSOLUTE",
        unit="TIME_ABSOLUTE",
        translation_context=CONTEXT,
    )


class MOMJIT_batch_results(bpy.types.PropertyGroup):
    """What became of the lines of the last script; not saved."""

    rows: CollectionProperty(type=MOMJIT_batch_row)
    active: IntProperty(name="Line", description="Click to read what became of it")


def script_lines(context: bpy.types.Context) -> tuple[Line, ...]:
    """The lines that are to be performed; `UserError` says where they cannot be read."""
    batch: MOMJIT_batch = context.scene.momjit_batch
    if batch.source == "TEXT":
        if batch.block is None:
            raise UserError("choose a text block")
        return block_lines(batch.block.as_string(), batch.block.name)
    if batch.source == "FILE":
        if not batch.file:
            raise UserError("choose a file: CSV, SRT, VTT or TXT")
        return read_script(existing_file(batch.file, "the script"))
    return strip_lines(context.scene, only_selected=batch.only_selected)


def strip_lines(scene: bpy.types.Scene, *, only_selected: bool) -> tuple[Line, ...]:
    """The text strips of the sequencer that are not muted, in the order of time."""
    fps = frame_rate(scene)
    found = sorted(
        (compat.strip_range(strip).start, strip.text.strip())
        for strip in compat.strips(scene)
        if strip.type == "TEXT" and not strip.mute and (strip.select or not only_selected)
    )
    lines = tuple(
        Line(" ".join(text.split()), number, start=(frame - scene.frame_start) / fps)
        for number, (frame, text) in enumerate(found, start=1)
        if text
    )
    if not lines:
        raise UserError("the sequencer has no text strips to perform")
    return lines


class MOMJIT_UL_batch(bpy.types.UIList):
    """Lines with what became of them."""

    bl_idname = "MOMJIT_UL_batch"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: MOMJIT_batch_results,
        item: MOMJIT_batch_row,
        icon: int,
        active_data: object,
        active_property: str,
    ) -> None:
        """The line's number and text, and a mark for how it went."""
        row = layout.row(align=True)
        row.label(text=f"{item.number}  {item.text}", icon=ICONS[item.state], translate=False)


class MOMJIT_PT_batch(SubPanel, bpy.types.Panel):
    """Many performances from one script."""

    bl_label = "Batch"
    bl_translation_context = CONTEXT
    bl_order = 50

    def draw(self, context: bpy.types.Context) -> None:
        """The script, where it goes, the button, and what became of the lines."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        batch: MOMJIT_batch = context.scene.momjit_batch
        draw_choice(layout, batch, "source")
        if batch.source == "TEXT":
            layout.template_ID(batch, "block", new="text.new", open="text.open", text="Text")
        elif batch.source == "FILE":
            layout.prop(batch, "file")
        else:
            layout.prop(batch, "only_selected")
        layout.prop(batch, "arrangement")
        if batch.arrangement == "STRIPS" and _may_lack_times(batch):
            layout.prop(batch, "gap")
        if not draw_progress(layout, TASK, scale=1.3):
            row = layout.row()
            row.scale_y = 1.3
            row.operator("momjit.perform_batch", icon="PLAY")
        width = text_columns(context) - 5
        draw_note(layout, session.current(), TASK, columns=width)
        _draw_results(layout, context.window_manager.momjit_batch_results, width)


def _may_lack_times(batch: MOMJIT_batch) -> bool:
    if batch.source == "FILE":
        return Path(batch.file).suffix.lower() not in SUBTITLES
    return batch.source == "TEXT"


def _draw_results(layout: bpy.types.UILayout, results: MOMJIT_batch_results, width: int) -> None:
    if not results.rows:
        return
    rows = min(8, max(3, len(results.rows)))
    layout.template_list("MOMJIT_UL_batch", "", results, "rows", results, "active", rows=rows)
    if 0 <= results.active < len(results.rows):
        chosen = results.rows[results.active]
        column = layout.column(align=True)
        column.alert = chosen.state == "failed"
        for number, line in enumerate(wrap(translated(chosen.said), width)):
            icon = "BLANK1" if number else ICONS[chosen.state]
            column.label(text=line, icon=icon, translate=False)


class MOMJIT_OT_perform_batch(bpy.types.Operator):
    """Perform every line of a script."""

    bl_idname = "momjit.perform_batch"
    bl_label = "Perform All Lines"
    bl_description = PERFORM

    def execute(self, context: bpy.types.Context) -> Result:
        """Start with the first line; the others follow."""
        try:
            _perform(context)
        except (BackendError, UserError) as error:
            return refused(self, error)
        return {"FINISHED"}


def _perform(context: bpy.types.Context) -> None:
    current = session.current()
    if TASK in current.tasks:
        raise UserError("the last script is still being performed; cancel it first")
    batch: MOMJIT_batch = context.scene.momjit_batch
    settings: MOMJIT_settings = context.scene.momjit
    lines = script_lines(context)
    connect(context)
    run = BatchRun(
        current=current,
        job=performing_job(current, settings),
        lines=lines,
        arguments=performance_arguments(context, settings, audio=None),
        placement=insert.Placement.from_settings(context),
        character=settings.character_source(),
        folder=results_folder(context),
        strips=batch.arrangement == "STRIPS",
        gap=batch.gap,
        tell=_tell,
    )
    _list_lines(context, lines)
    current.notes[TASK] = session.Note(run.begin())


def _list_lines(context: bpy.types.Context, lines: Sequence[Line]) -> None:
    """Show the lines as they are before anything is done about them."""
    results: MOMJIT_batch_results = context.window_manager.momjit_batch_results
    results.rows.clear()
    for line in lines:
        row = results.rows.add()
        row.number, row.text = line.number, line.text


def _tell(index: int, state: str, said: str) -> None:
    """Show what became of a line; the one in hand is the active one."""
    results: MOMJIT_batch_results = bpy.context.window_manager.momjit_batch_results
    if index < len(results.rows):  # else the window shows another script by now
        row = results.rows[index]
        row.state, row.said, results.active = state, said, index


KOREAN = {
    "Batch": "일괄 연기",
    "Script": "대본",
    "Subtitles": "자막",
    "Where the lines come from": "대사를 어디서 가져올지",
    "A text block: every line is a performance": "텍스트 블록: 한 줄이 연기 하나입니다",
    "A table (CSV), subtitles (SRT, VTT) or a text file": "표(CSV), 자막(SRT, VTT), 텍스트 파일",
    "The text strips of the sequencer, each at its time": "시퀀서의 텍스트 스트립을 제때에",
    "Every line is a performance; empty lines, and those after #, are none": (
        "한 줄이 연기 하나입니다. 빈 줄과 #로 시작하는 줄은 건너뜁니다"
    ),
    FILE: (
        "머리글이 있는 CSV(text, style, intensity, seed, voice, start, character. text만 "
        "있어도 됩니다), SRT, VTT, TXT"
    ),
    "Selected Strips Only": "선택한 스트립만",
    "Leave out strips that are not selected": "선택하지 않은 스트립은 뺍니다",
    "Arrangement": "놓기",
    "Where the performances go": "연기를 어디에 둘지",
    "One After Another": "차례로",
    "As strips of the NLA: at the times that the script says, or each after the one before": (
        "NLA 스트립으로: 대본에 적힌 시각에, 없으면 앞줄에 이어서"
    ),
    "Takes": "테이크",
    "All at the same frame, each a take of its own to choose from": (
        "모두 같은 프레임에, 골라 쓸 테이크로"
    ),
    "Gap": "간격",
    "Between two lines that say no times, seconds": "시각이 없는 두 줄 사이의 초",
    "Line": "줄",
    "Click to read what became of it": "누르면 결과를 보여 줍니다",
    "Perform All Lines": "모든 줄 연기하기",
    PERFORM: (
        "대본의 모든 줄을 연기합니다. 줄마다 실행 취소 한 단계이고, 취소해도 끝난 줄은 남습니다"
    ),
    "{number} of {count}": "{count}줄 중 {number}번째",
    "{done} of {count} lines performed": "{count}줄 중 {done}줄을 연기했습니다",
    "the armature “{name}” is no longer in the scene": ("아마튜어 “{name}”이(가) 장면에 없습니다"),
    "choose a text block": "텍스트 블록을 고르세요",
    "choose a file: CSV, SRT, VTT or TXT": "CSV, SRT, VTT, TXT 파일을 고르세요",
    "the sequencer has no text strips to perform": "시퀀서에 연기할 텍스트 스트립이 없습니다",
    "the last script is still being performed; cancel it first": (
        "앞의 대본을 아직 연기하고 있습니다. 먼저 취소하세요"
    ),
}

CLASSES = (
    MOMJIT_batch_row,
    MOMJIT_batch,
    MOMJIT_batch_results,
    MOMJIT_UL_batch,
    MOMJIT_PT_batch,
    MOMJIT_OT_perform_batch,
)
PROPERTIES = (
    (bpy.types.Scene, "momjit_batch", MOMJIT_batch),
    (bpy.types.WindowManager, "momjit_batch_results", MOMJIT_batch_results),
)
