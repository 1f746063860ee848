"""The sub-panel “My Likeness”: photos, a name and somebody's consent become a character."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from pathlib import Path
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

from . import session
from .gallery import icon_of
from .panel import draw_hint, text_columns
from .preferences import draw_note
from .progress import draw_progress
from .sub_panel import SubPanel
from .translations import CONTEXT

TASK = "likeness"
CONSENT = (
    "Only with the agreement of the person in the pictures. What you write here stays in the "
    "character and in every file that shows it; the pictures stay on this computer"
)


GENDERS = (
    ("PICTURES", "As the Pictures Show", "Told from the proportions of the face"),
    ("WOMAN", "Woman", "A woman's build, hair and clothes where pictures do not show them"),
    ("MAN", "Man", "A man's build, hair and clothes where pictures do not show them"),
)


class MOMJIT_photo(bpy.types.PropertyGroup):
    """A photo or a video of the person."""

    path: StringProperty()


class MOMJIT_likeness(bpy.types.PropertyGroup):
    """What a likeness is made of; not saved with any file."""

    photos: CollectionProperty(type=MOMJIT_photo)
    active: IntProperty(name="Photo", description="A photo or a video of the person")
    called: StringProperty(
        name="Name", description="What the character is called. Empty: the person's name"
    )
    who: StringProperty(name="Who Agrees", description="Name of the person in the pictures")
    when: StringProperty(
        name="On", description="The day of the agreement: YYYY-MM-DD", translation_context=CONTEXT
    )
    what_for: StringProperty(
        name="To What", description="What the likeness may be used for", translation_context=CONTEXT
    )
    unmarked: BoolProperty(
        name="Without Visible Mark",
        description="Pictures of the likeness say in a corner that they are synthetic, unless the "
        "person in it has stated that they need not",
    )
    statement: StringProperty(
        name="Statement",
        description="The person's own words, with their name: “I, Kim Hana, want no mark in my "
        "videos”",
    )
    gender: EnumProperty(
        name="Woman or Man", description="Where the pictures do not tell it surely", items=GENDERS
    )
    measured: BoolProperty(
        name="Height Is Known", description="Else it is estimated, as far as pictures show it"
    )
    height: FloatProperty(
        name="Height",
        description="From the floor to the crown",
        default=1.7,
        min=1.2,
        max=2.3,
        unit="LENGTH",
    )
    sheet: StringProperty()
    made: StringProperty()


class MOMJIT_UL_photos(bpy.types.UIList):
    """The chosen files."""

    bl_idname = "MOMJIT_UL_photos"

    def draw_item(
        self,
        context: bpy.types.Context,
        layout: bpy.types.UILayout,
        data: MOMJIT_likeness,
        item: MOMJIT_photo,
        icon: int,
        active_data: object,
        active_property: str,
    ) -> None:
        """The file's name, by what it is."""
        path = Path(item.path)
        kind = "FILE_MOVIE" if path.suffix.lower() in MOVIES else "FILE_IMAGE"
        layout.label(text=path.name, icon=kind, translate=False)


PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif", ".tif", ".tiff", ".bmp")
MOVIES = (".mp4", ".mov", ".m4v", ".webm", ".mkv", ".avi")


class MOMJIT_PT_likeness(SubPanel, bpy.types.Panel):
    """From photos or a video to a character."""

    bl_label = "My Likeness"
    bl_order = 3

    def draw(self, context: bpy.types.Context) -> None:
        """The pictures, the consent, the button, and what came of it."""
        layout: Any = self.layout
        layout.use_property_split = True
        layout.use_property_decorate = False
        form: MOMJIT_likeness = context.window_manager.momjit_likeness
        width = text_columns(context)
        _draw_photos(layout, form)
        layout.prop(form, "called", placeholder=form.who)
        _draw_consent(layout.box().column(), form, width - 4)
        column = layout.column()
        column.prop(form, "gender")
        column.prop(form, "measured")
        if form.measured:
            column.prop(form, "height")
        if not draw_progress(layout, TASK, scale=1.3):
            row = layout.row()
            row.scale_y = 1.3
            row.operator("momjit.make_likeness", icon="USER")
        draw_note(layout, session.current(), TASK, columns=width - 5)
        _draw_sheet(layout, form)


def _draw_photos(layout: Any, form: MOMJIT_likeness) -> None:
    if not form.photos:
        layout.operator("momjit.choose_photos", icon="FILE_IMAGE")
        return
    row = layout.row()
    rows = min(5, max(3, len(form.photos)))
    row.template_list("MOMJIT_UL_photos", "", form, "photos", form, "active", rows=rows)
    column = row.column(align=True)
    column.operator("momjit.choose_photos", text="", icon="ADD")
    column.operator("momjit.remove_photo", text="", icon="REMOVE")


def _draw_consent(box: Any, form: MOMJIT_likeness, width: int) -> None:
    box.label(text="Consent", icon="LOCKED")
    draw_hint(box, translated(CONSENT), width)
    column = box.column()
    column.prop(form, "who", placeholder="김하나")
    row = column.row(align=True)
    row.prop(form, "when", placeholder="2026-11-20")
    row.operator("momjit.today", text="", icon="TIME")
    column.prop(form, "what_for", placeholder=translated("films of her lectures"))
    column.prop(form, "unmarked")
    if form.unmarked:
        column.prop(form, "statement")


def _draw_sheet(layout: Any, form: MOMJIT_likeness) -> None:
    """The character's face, and the way to see it from all sides."""
    if not form.sheet:
        return
    row = layout.box().row()
    icon = icon_of(session.current().thumbnails / f"{form.made}.png")
    if icon:
        row.template_icon(icon, scale=5.0)
    column = row.column()
    column.label(text=form.made, translate=False)
    column.operator("momjit.open_sheet", icon="FULLSCREEN_ENTER")


CLASSES = (MOMJIT_photo, MOMJIT_likeness, MOMJIT_UL_photos, MOMJIT_PT_likeness)
PROPERTIES = ((bpy.types.WindowManager, "momjit_likeness", MOMJIT_likeness),)
KOREAN = {
    "My Likeness": "내 모습",
    "Photo": "사진",
    "A photo or a video of the person": "그 사람의 사진이나 영상",
    "Name": "이름",
    "What the character is called. Empty: the person's name": (
        "캐릭터의 이름. 비우면 동의한 사람의 이름"
    ),
    "Consent": "동의",
    CONSENT: (
        "사진 속 본인이 동의한 경우에만 만드세요. 여기에 적은 내용은 캐릭터와, 캐릭터가 나오는 "
        "모든 파일에 남습니다. 사진은 이 컴퓨터를 벗어나지 않습니다"
    ),
    "Who Agrees": "동의한 사람",
    "Name of the person in the pictures": "사진 속 사람의 이름",
    "On": "동의한 날",
    "The day of the agreement: YYYY-MM-DD": "동의한 날짜: 2026-11-20처럼",
    "To What": "용도",
    "What the likeness may be used for": "이 모습을 어디에 써도 되는지",
    "films of her lectures": "강의 영상",
    "Without Visible Mark": "화면 표시 없이",
    "Pictures of the likeness say in a corner that they are synthetic, unless the person in it "
    "has stated that they need not": (
        "이 모습이 나오는 화면 구석에는 합성임을 알리는 표시가 붙습니다. 본인이 필요 없다고 "
        "밝힌 경우에만 뺍니다"
    ),
    "Statement": "본인의 말",
    "The person's own words, with their name: “I, Kim Hana, want no mark in my videos”": (
        "이름이 들어간 본인의 말: “나 김하나는 내 영상에 표시를 원하지 않습니다”"
    ),
    "Woman or Man": "성별",
    "Where the pictures do not tell it surely": "사진으로 확실하지 않을 때",
    "As the Pictures Show": "사진에 보이는 대로",
    "Told from the proportions of the face": "얼굴 비율로 판단합니다",
    "Woman": "여성",
    "Man": "남성",
    "A woman's build, hair and clothes where pictures do not show them": (
        "사진에 보이지 않는 체형, 머리, 옷을 여성으로"
    ),
    "A man's build, hair and clothes where pictures do not show them": (
        "사진에 보이지 않는 체형, 머리, 옷을 남성으로"
    ),
    "Height Is Known": "키를 입력",
    "Else it is estimated, as far as pictures show it": "끄면 사진에서 알 수 있는 만큼 어림합니다",
    "Height": "키",
    "From the floor to the crown": "바닥에서 정수리까지",
}
