"""The history: every take of a character, to play and to name."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import BoolProperty, IntProperty

from ..core.errors import UserError
from ..scene.nla import require_playable, strip_with
from ..scene.takes import (
    laid_over,
    playing,
    take_of,
    takes_of,
)
from . import insert
from .sub_panel import SubPanel
from .take_operators import play_with_speech
from .translations import filled


def _shown(context: bpy.types.Context) -> bpy.types.Object | None:
    """The armature whose takes are listed."""
    return insert.selected_armature(context)


def _playing_row(_: Any) -> int:
    """Row of the take that plays: it is the one that is selected in the list."""
    armature = _shown(bpy.context)
    action = playing(armature) if armature else None
    return bpy.data.actions.find(action.name) if action else -1


def _play_row(_: Any, row: int) -> None:
    """Play what was clicked at; while an NLA strip is edited nothing else can be played."""
    armature, action = _shown(bpy.context), bpy.data.actions[row]
    if armature is not None and take_of(action) is not None:
        try:
            require_playable(armature)
        except UserError:
            return
        play_with_speech(bpy.context.scene, armature, action)


class MOMJIT_takes(bpy.types.PropertyGroup):
    """What the list shows."""

    row: IntProperty(
        name="Take",
        description="Click to play it; double-click to rename it",
        get=_playing_row,
        set=_play_row,
    )
    everyone: BoolProperty(
        name="All Characters", description="List the takes of all characters", default=False
    )


class MOMJIT_UL_takes(bpy.types.UIList):
    """One take a row: its name, its frames and how it differs from the clip."""

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: Any,
        item: bpy.types.Action,
        icon: int,
        active_data: Any,
        active_property: str,
    ) -> None:
        """Draw a row."""
        take, armature = take_of(item), _shown(context)
        row = layout.row(align=True)
        if take is None or armature is None:
            row.label(text=item.name, translate=False)
            return
        strip = strip_with(armature, [item])
        plays = playing(armature) == item
        row.prop(item, "name", text="", emboss=False, icon=_icon(plays, strip is not None))
        told = row.row(align=True)
        told.alignment = "RIGHT"
        told.active = plays
        if take.manner.mirror:
            told.label(text="", icon="MOD_MIRROR")
        told.label(text=f"{take.start:.0f}–{take.end:.0f}", translate=False)

    def filter_items(
        self, context: bpy.types.Context, data: Any, attribute: str
    ) -> tuple[list[int], list[int]]:
        """Only the takes of the character, unless all are asked for."""
        armature = _shown(context)
        everyone = context.scene.momjit_takes.everyone
        own = set(takes_of(armature)) if armature else set()
        wanted = self.filter_name.lower()
        flags: list[int] = []
        for action in bpy.data.actions:
            listed = take_of(action) is not None if everyone else action in own
            named = wanted in action.name.lower()
            flags.append(self.bitflag_filter_item if listed and named else 0)
        return flags, []


def _icon(plays: bool, in_nla: bool) -> str:
    return "PLAY" if plays else "NLA" if in_nla else "ACTION"


class MOMJIT_PT_takes(SubPanel, bpy.types.Panel):
    """The takes of the selected character."""

    bl_label = "Takes"
    bl_order = 20

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        """Shown for an armature."""
        return _shown(context) is not None

    def draw(self, context: bpy.types.Context) -> None:
        """The list and what can be done with the take that plays."""
        armature = _shown(context)
        if armature is None:
            return
        layout, takes = self.layout, context.scene.momjit_takes
        row = layout.row()
        row.template_list("MOMJIT_UL_takes", "", bpy.data, "actions", takes, "row", rows=4)
        column = row.column(align=True)
        column.operator("momjit.duplicate_take", text="", icon="DUPLICATE")
        column.operator("momjit.delete_take", text="", icon="TRASH")
        column.separator()
        column.prop(takes, "everyone", text="", icon="COMMUNITY")
        action = playing(armature)
        if take_of(action) is None:
            layout.label(text="Click a take to play it", icon="INFO")
            return
        column = layout.column(align=True)
        row = column.row(align=True)
        row.operator("momjit.redo_take", icon="FILE_REFRESH")
        row.operator("momjit.mirror_take", icon="MOD_MIRROR")
        row = column.row(align=True)
        row.operator("momjit.bake_take", icon="NORMALIZE_FCURVES")
        row.operator("momjit.push_take", icon="NLA_PUSHDOWN")
        over = laid_over(action, armature)
        before = column.row(align=True)
        text = filled("Before: {name}", name=over.name if over else translated("Nothing"))
        before.operator("momjit.play_before", text=text, icon="LOOP_BACK", translate=False)


CLASSES = (MOMJIT_takes, MOMJIT_UL_takes, MOMJIT_PT_takes)
PROPERTIES = ((bpy.types.Scene, "momjit_takes", MOMJIT_takes),)
KOREAN = {
    "Takes": "테이크",
    "Take": "테이크",
    "Click to play it; double-click to rename it": (
        "클릭하면 재생할 테이크가 되고, 더블클릭하면 이름을 바꿉니다"
    ),
    "All Characters": "모든 캐릭터",
    "List the takes of all characters": "모든 캐릭터의 테이크를 보여 줍니다",
    "Click a take to play it": "테이크를 클릭하면 그것을 재생합니다",
    "Before: {name}": "이전: {name}",
    "Nothing": "없음",
}
