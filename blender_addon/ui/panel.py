"""The tab "momjit" in the sidebar of the 3D view."""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated

from ..client.errors import BackendError
from ..core.columns import columns
from ..core.errors import UserError
from . import insert, session
from .operators import refresh
from .preferences import ADDON, draw_install_button, draw_note, preferences
from .progress import draw_progress
from .settings import MOMJIT_settings
from .sub_panel import SubPanel
from .wrap import wrap

_COLUMN = 6.0
"""Pixels of an average Latin character of the interface font at scale 1."""
_MARGIN = 56.0
"""Pixels of the region that tabs and borders take at scale 1."""


class MOMJIT_PT_main(bpy.types.Panel):
    """Text in, performance out."""

    bl_label = "momjit"
    bl_category = "momjit"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"

    def draw(self, context: bpy.types.Context) -> None:
        """The text, the voice, the manner, the character and the button."""
        layout = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        settings: MOMJIT_settings = context.scene.momjit
        current = session.current()
        if not current.catalogue_asked and not bpy.app.timers.is_registered(_fill_lists):
            bpy.app.timers.register(_fill_lists, first_interval=0.5)
        width = text_columns(context)
        draw_choice(layout, settings, "mode")
        _draw_text(layout, settings, width)
        if settings.mode == "GESTURE":
            _draw_speech(layout, settings)
            _draw_manner(layout, settings)
        else:
            _draw_signing(layout, settings, current, width)
        _draw_character(layout, context, settings)
        if not draw_progress(layout, "generate", scale=1.6):
            row = layout.row()
            row.scale_y = 1.6
            row.operator("momjit.generate", icon="PLAY")
        _draw_notes(layout, current, width)


class MOMJIT_PT_options(SubPanel, bpy.types.Panel):
    """What a result brings into the scene besides the action."""

    bl_label = "Options"
    bl_order = 5

    def draw(self, context: bpy.types.Context) -> None:
        """Where it begins, and what comes with it."""
        settings: MOMJIT_settings = context.scene.momjit
        column = self.layout.column()
        column.prop(settings, "at_cursor")
        if settings.mode == "GESTURE":  # signs are silent
            column.prop(settings, "sound")
        column.prop(settings, "markers")


def _draw_text(layout: bpy.types.UILayout, settings: MOMJIT_settings, width: int) -> None:
    column = layout.column(align=True)
    column.use_property_split = False
    if settings.document is None:
        column.prop(settings, "text", text="", icon="OUTLINER_DATA_FONT", placeholder="안녕하세요")
    column.template_ID(settings, "document", new="text.new", open="text.open")
    text = settings.full_text()
    if settings.document or columns(text[:width]) > width - 8:
        box = column.box().column(align=True)
        box.scale_y = 0.8
        for line in wrap(text, width - 2):
            box.label(text=line, translate=False)


def _draw_speech(layout: bpy.types.UILayout, settings: MOMJIT_settings) -> None:
    column = layout.column()
    draw_choice(column, settings, "speech")
    column.prop(settings, "voice" if settings.speech == "VOICE" else "audio")


def _draw_manner(layout: bpy.types.UILayout, settings: MOMJIT_settings) -> None:
    column = layout.column()
    row = column.row(align=True)
    row.prop(settings, "style")
    row.operator("momjit.refresh", text="", icon="FILE_REFRESH")
    column.prop(settings, "intensity", slider=True)
    row = column.row(align=True)
    row.prop(settings, "seed")
    row.operator("momjit.new_seed", text="", icon="MOD_NOISE")
    column.prop(settings, "exemplar")
    column.prop(settings, "emblems")


def _draw_signing(
    layout: bpy.types.UILayout, settings: MOMJIT_settings, current: session.Session, width: int
) -> None:
    column = layout.column()
    column.prop(settings, "pace", slider=True)
    column.row().prop(settings, "dominant", expand=True)
    column.prop(settings, "mouthing")
    text = "A draft for review by Deaf signers, not an interpreter"
    if not current.may_offer("sign"):
        text = "This backend cannot sign yet: update it, or choose Gestures"
    draw_hint(layout, translated(text), width)


def draw_hint(layout: bpy.types.UILayout, text: str, width: int) -> None:
    """Draw what is good to know, wrapped to `width` columns."""
    column = layout.column(align=True)
    for number, line in enumerate(wrap(text, width - 5)):
        column.label(text=line, icon="BLANK1" if number else "INFO", translate=False)


def _draw_character(
    layout: bpy.types.UILayout, context: bpy.types.Context, settings: MOMJIT_settings
) -> None:
    column = layout.column()
    draw_choice(column, settings, "who")
    armature = insert.selected_armature(context) if settings.who == "SELECTED" else None
    if settings.who == "FILE":
        column.prop(settings, "character_file")
    elif armature is None:
        _draw_gallery(column, settings, "signer" if settings.mode == "SIGN" else "avatar")
    else:
        split = column.row().split(factor=0.4)
        name = split.row()
        name.alignment = "RIGHT"
        name.label(text="Character")
        split.label(text=armature.name, icon="ARMATURE_DATA", translate=False)


def _draw_gallery(column: bpy.types.UILayout, settings: MOMJIT_settings, name: str) -> None:
    """The characters by their faces, and by their names."""
    box = column.row()
    box.use_property_split = False
    box.template_icon_view(settings, name, show_labels=True, scale=5.0, scale_popup=6.0)
    side = box.column()
    side.prop(settings, name, text="")
    side.operator("momjit.add_character", icon="ADD")


def _draw_notes(layout: bpy.types.UILayout, current: session.Session, width: int) -> None:
    draw_note(layout, current, "generate", columns=width - 5)
    if current.notes.get("catalogue") != current.notes.get("generate"):
        draw_note(layout, current, "catalogue", columns=width - 5)
    if draw_progress(layout, "install"):
        return
    note = current.notes.get("catalogue")
    if note and note.is_error:
        if preferences(bpy.context).offers_installing():
            draw_install_button(layout)
        show = layout.operator("preferences.addon_show", text="Preferences", icon="PREFERENCES")
        show.module = ADDON


def draw_choice(layout: bpy.types.UILayout, data: Any, name: str) -> None:
    """Draw all choices of a property beside each other, across the whole width."""
    row = layout.row(align=True)
    row.use_property_split = False
    row.prop(data, name, expand=True)


def draw_problem(
    layout: bpy.types.UILayout, context: bpy.types.Context, problem: UserError
) -> None:
    """Draw what is in the way, wrapped to the width of the region."""
    column = layout.column(align=True)
    column.alert = True
    for number, line in enumerate(wrap(translated(str(problem)), text_columns(context) - 5)):
        column.label(text=line, icon="BLANK1" if number else "ERROR", translate=False)


def text_columns(context: bpy.types.Context) -> int:
    """How many Latin characters fit across the region."""
    scale = context.preferences.system.ui_scale
    return max(16, int((context.region.width / scale - _MARGIN) / _COLUMN))


def _fill_lists() -> None:
    """Fill the menus the first time that the panel is seen; drawing itself may not."""
    try:
        refresh(bpy.context)
    except BackendError as error:
        session.current().notes["catalogue"] = session.Note(str(error), is_error=True)


TIMERS = (_fill_lists,)
CLASSES = (MOMJIT_PT_main, MOMJIT_PT_options)
