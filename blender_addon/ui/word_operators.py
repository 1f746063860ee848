"""The buttons of the sub-panel “Words and Gestures”: Re-roll, and markers on the timeline."""

from __future__ import annotations

import bpy

from ..client.errors import BackendError
from ..core.clip_reader import is_signed
from ..core.errors import UserError
from ..core.phrases import moments
from ..scene import markers
from ..scene.clock import frame_rate
from . import insert, session
from .operators import connect, new_folder, refused
from .preferences import results_folder
from .translations import filled
from .words import chosen_stretch, fill, listed_kinds, require_take

Result = set[str]
REDO = (
    "Perform this part in another way. What lies outside of it stays exactly as it is; "
    "the result is a new take"
)


class MOMJIT_OT_redo_words(bpy.types.Operator):
    """Perform a part of the take anew."""

    bl_idname = "momjit.redo_words"
    bl_label = "Re-roll"
    bl_description = REDO

    def execute(self, context: bpy.types.Context) -> Result:
        """Start the job; the new take arrives later, as one undo step."""
        try:
            fill(context)
            _redo(context)
        except (BackendError, UserError) as error:
            return refused(self, error)
        return {"FINISHED"}


def _redo(context: bpy.types.Context) -> None:
    if "redo" in session.current().tasks:
        raise UserError("the last result is still being made; cancel it first")
    found = require_take(context)
    armature, take = found.armature, found.take
    if is_signed(take.provenance):
        raise UserError("signs are not performed anew in parts: generate another take")
    start, end = chosen_stretch(context, take)
    insert.check_armature(armature)
    speech = take.clip.with_suffix(".wav")
    for file in (take.clip, speech):
        if not file.is_file():
            gone = "this take cannot be performed anew, since a file is gone: {file}"
            raise UserError(filled(gone, file=file))
    exemplar = context.scene.momjit.exemplar_file() if "exemplar" in take.provenance else None
    arguments = {"clip": take.clip, "start": start, "end": end, "seed": None, "exemplar": exemplar}
    placement = insert.Placement(
        scene=context.scene.name,
        armature=armature.name,
        start=round(take.start),
        sound=False,  # what is said stays, so the strip does
        markers=False,
        manner=take.manner,
        strip=found.strip,
    )
    folder = new_folder(results_folder(context))
    current = connect(context)
    made = current.submit("redo", arguments, beside=[speech])

    def finish() -> str:
        paths = made.save_files(folder, "clip.npz")
        with insert.shown(placement.scene):
            done = insert.insert(bpy.context, paths["clip.npz"], None, placement)
        return "\n".join([done, *made.warnings])

    current.begin("redo", "Re-rolling", [made], finish, for_scene=True)


class MOMJIT_OT_add_markers(bpy.types.Operator):
    """Mark the listed words and gestures on the timeline"""

    bl_idname = "momjit.add_markers"
    bl_label = "Add Markers"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Put those that are not there yet."""
        try:
            markers.add_marks(context.scene, _marks(context))
        except UserError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_OT_remove_markers(bpy.types.Operator):
    """Take the markers of the listed words and gestures off the timeline; others stay"""

    bl_idname = "momjit.remove_markers"
    bl_label = "Remove Markers"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Remove what the other button puts."""
        try:
            markers.remove_marks(context.scene, _marks(context))
        except UserError as error:
            return refused(self, error)
        return {"FINISHED"}


def _marks(context: bpy.types.Context) -> list[markers.Mark]:
    take = require_take(context).take
    kinds = listed_kinds(context.window_manager.momjit_words)
    listed = [moment for moment in moments(take.spans) if moment.kind in kinds]
    return markers.marks_of(listed, take.start, frame_rate(context.scene))


class MOMJIT_OT_clear_words(bpy.types.Operator):
    """Tick no row"""

    bl_idname = "momjit.clear_words"
    bl_label = "Tick None"

    def execute(self, context: bpy.types.Context) -> Result:
        """Clear all ticks."""
        for row in context.window_manager.momjit_words.rows:
            row.ticked = False
        return {"FINISHED"}


KOREAN = {
    "Add Markers": "마커 추가",
    "Remove Markers": "마커 제거",
    "Tick None": "모두 풀기",
    REDO: ("이 부분을 다르게 연기합니다. 바깥은 그대로 두며, 결과는 새 테이크가 됩니다"),
    "Mark the listed words and gestures on the timeline": (
        "목록의 단어와 몸짓을 타임라인에 표시합니다"
    ),
    "Take the markers of the listed words and gestures off the timeline; others stay": (
        "목록의 단어와 몸짓 마커를 타임라인에서 지웁니다. 다른 마커는 그대로 둡니다"
    ),
    "this take cannot be performed anew, since a file is gone: {file}": (
        "파일이 없어 이 테이크를 새로 연기할 수 없습니다: {file}"
    ),
    "Tick no row": "고른 줄을 모두 풉니다",
}

CLASSES = (
    MOMJIT_OT_redo_words,
    MOMJIT_OT_add_markers,
    MOMJIT_OT_remove_markers,
    MOMJIT_OT_clear_words,
)
