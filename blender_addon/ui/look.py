"""The sub-panel “Look”: characters as they are, or drawn."""

from __future__ import annotations

import bpy
from bpy.app.translations import pgettext_iface as translated

from ..core.errors import UserError
from ..core.picture import Style
from ..scene.studio import belongings
from ..scene.toon import draw_naturally, draw_toon, is_toon
from . import insert
from .operators import refused
from .panel import draw_hint, text_columns
from .sub_panel import SubPanel
from .translations import CONTEXT

Result = set[str]
SEEN = "Seen in pictures, and in the views Material Preview and Rendered"


def style_of(character: bpy.types.Object) -> Style:
    """How the character looks now."""
    return "toon" if is_toon(_meshes(character)) else "natural"


def _meshes(character: bpy.types.Object) -> list[bpy.types.Object]:
    return [item for item in belongings(character) if item.type == "MESH"]


def _chosen(context: bpy.types.Context) -> bpy.types.Object:
    character = insert.selected_armature(context)
    if character is None:
        raise UserError("select the character whose look is to change")
    return character


class MOMJIT_OT_draw_toon(bpy.types.Operator):
    """Draw the character with two steps of shade and outlines, in EEVEE and Cycles alike"""

    bl_idname = "momjit.draw_toon"
    bl_label = "Toon"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Change the materials; the old ones stay in the file."""
        try:
            draw_toon(_meshes(_chosen(context)))
        except UserError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_OT_draw_naturally(bpy.types.Operator):
    """Give the character its own materials back"""

    bl_idname = "momjit.draw_naturally"
    bl_label = "Natural"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Change the materials back."""
        try:
            draw_naturally(_meshes(_chosen(context)))
        except UserError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_PT_look(SubPanel, bpy.types.Panel):
    """How the selected character is drawn."""

    bl_label = "Look"
    bl_translation_context = CONTEXT
    bl_order = 4

    def draw(self, context: bpy.types.Context) -> None:
        """The looks, of which the present one is pressed."""
        character = insert.selected_armature(context)
        row = self.layout.row(align=True)
        row.enabled = character is not None
        style = style_of(character) if character else None
        row.operator("momjit.draw_naturally", icon="MATERIAL", depress=style == "natural")
        row.operator("momjit.draw_toon", icon="GREASEPENCIL", depress=style == "toon")
        if style == "toon":
            draw_hint(self.layout, translated(SEEN), text_columns(context))


CLASSES = (MOMJIT_OT_draw_toon, MOMJIT_OT_draw_naturally, MOMJIT_PT_look)
KOREAN = {
    SEEN: "렌더링한 그림과, 매테리얼 미리보기·렌더 뷰에서 보입니다",
    "Look": "모양새",
    "Toon": "만화풍",
    "Natural": "자연스럽게",
    "Draw the character with two steps of shade and outlines, in EEVEE and Cycles alike": (
        "캐릭터를 두 단계 명암과 외곽선으로 그립니다. EEVEE와 Cycles에서 같게 보입니다"
    ),
    "Give the character its own materials back": "캐릭터의 원래 재질로 되돌립니다",
    "select the character whose look is to change": "모양새를 바꿀 캐릭터를 선택하세요",
}
