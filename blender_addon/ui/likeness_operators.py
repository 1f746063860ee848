"""The buttons of the sub-panel “My Likeness”."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import CollectionProperty, StringProperty

from ..client.errors import BackendError
from ..client.job import Job
from ..client.remote import RemoteWorker
from ..core.errors import UserError
from . import insert, session
from .likeness import MOVIES, PICTURES, TASK, MOMJIT_likeness
from .operators import connect, new_folder, refresh, refused
from .preferences import results_folder
from .translations import filled

Result = set[str]


class MOMJIT_OT_choose_photos(bpy.types.Operator):
    """Sharp pictures or a video of one person, the whole face in view; best from several sides"""

    bl_idname = "momjit.choose_photos"
    bl_label = "Choose Photos or a Video"

    directory: StringProperty(subtype="DIR_PATH", options={"SKIP_SAVE", "HIDDEN"})
    files: CollectionProperty(
        type=bpy.types.OperatorFileListElement, options={"SKIP_SAVE", "HIDDEN"}
    )
    filter_glob: StringProperty(
        default=";".join(f"*{suffix}" for suffix in (*PICTURES, *MOVIES)), options={"HIDDEN"}
    )

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> Result:
        """Open the file browser."""
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Add those that are not in the list yet."""
        form: MOMJIT_likeness = context.window_manager.momjit_likeness
        present = {photo.path for photo in form.photos}
        chosen = [str(Path(self.directory) / item.name) for item in self.files if item.name]
        for path in dict.fromkeys(chosen):
            if path not in present:
                form.photos.add().path = path
        return {"FINISHED"}


class MOMJIT_OT_remove_photo(bpy.types.Operator):
    """Leave out the chosen picture; the file stays"""

    bl_idname = "momjit.remove_photo"
    bl_label = "Remove Photo"

    def execute(self, context: bpy.types.Context) -> Result:
        """Take it off the list."""
        form: MOMJIT_likeness = context.window_manager.momjit_likeness
        form.photos.remove(form.active)
        form.active = max(0, min(form.active, len(form.photos) - 1))
        return {"FINISHED"}


class MOMJIT_OT_today(bpy.types.Operator):
    """The person agreed today"""

    bl_idname = "momjit.today"
    bl_label = "Today"

    def execute(self, context: bpy.types.Context) -> Result:
        """Write the date."""
        context.window_manager.momjit_likeness.when = datetime.date.today().isoformat()
        return {"FINISHED"}


class MOMJIT_OT_make_likeness(bpy.types.Operator):
    """Make a character of the person in the pictures, which gestures and signs like every other"""

    bl_idname = "momjit.make_likeness"
    bl_label = "Make My Likeness"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start making it; the character arrives later, as one undo step."""
        try:
            _make(context, context.window_manager.momjit_likeness)
        except (BackendError, UserError) as error:
            return refused(self, error)
        return {"FINISHED"}


def _make(context: bpy.types.Context, form: MOMJIT_likeness) -> None:
    if TASK in session.current().tasks:
        raise UserError("the last result is still being made; cancel it first")
    arguments = likeness_arguments(form)
    current = connect(context)
    if current.backend and isinstance(current.backend.worker, RemoteWorker):
        raise UserError(
            "pictures of faces stay on this computer: choose a backend on it in the preferences"
        )
    if not current.may_offer("fit_avatar"):
        raise UserError("this backend cannot make likenesses yet: update it")
    scene = context.scene.name
    folder = new_folder(results_folder(context))
    made = current.submit("fit_avatar", arguments)

    def finish() -> str:
        files = made.save_files(folder, "character.glb", "preview.png")
        form = bpy.context.window_manager.momjit_likeness
        form.sheet, form.made = str(files["preview.png"]), str(made.result.get("name", ""))
        with insert.shown(scene):
            insert.bring_in(bpy.context, files["character.glb"])
        refresh(bpy.context)
        return summary(made, files["character.glb"])

    current.begin(TASK, "Making a likeness", [made], finish, for_scene=True)


def likeness_arguments(form: MOMJIT_likeness) -> dict[str, Any]:
    """What the job is given; `UserError` names what lacks."""
    photos = [Path(photo.path) for photo in form.photos]
    if not photos:
        raise UserError("choose photos or a video of the person")
    for photo in photos:
        if not photo.is_file():
            raise UserError(filled("the picture does not exist: {file}", file=photo))
    consent = {name: getattr(form, name).strip() for name in ("who", "when", "what_for")}
    if not all(consent.values()):
        raise UserError("a likeness needs consent: who agrees, on which day, and to what")
    try:
        datetime.date.fromisoformat(consent["when"])
    except ValueError:
        raise UserError(
            filled("“{text}” is no day: write it as 2026-11-20", text=consent["when"])
        ) from None
    statement = form.statement.strip() if form.unmarked else ""
    if form.unmarked and consent["who"].casefold() not in statement.casefold():
        raise UserError(
            "the mark is left out only by a statement of the person, with their name in it"
        )
    return {
        **consent,
        "name": form.called.strip() or consent["who"],
        "unmarked": statement,
        "gender": {"WOMAN": 1.0, "MAN": 0.0}.get(form.gender),
        "height": form.height if form.measured else None,
        **{f"photo{number}": photo for number, photo in enumerate(photos, start=1)},
    }


def summary(made: Job, path: Path) -> str:
    """What was made of how many pictures, and by reason which of them could not be used."""
    lines = [
        filled(
            "made of {count} pictures; kept in {path}",
            count=len(_listed(made, "used")),
            path=path.parent,
        )
    ]
    for reason, names in _refusals(made).items():
        shown = ", ".join(names[:2])
        if len(names) > 2:
            shown = filled("{names} and {count} more", names=shown, count=len(names) - 2)
        lines.append(filled("{reason}: {names} not used", reason=translated(reason), names=shown))
    return "\n".join([*lines, *map(translated, made.warnings)])


def _refusals(made: Job) -> dict[str, list[str]]:
    """Names of pictures and moments of videos that were not used, by the reason."""
    found: dict[str, list[str]] = {}
    for refusal in _listed(made, "refused"):
        if isinstance(refusal, dict):
            names = found.setdefault(str(refusal.get("reason", "")), [])
            names.append(str(refusal.get("name", "")))
    return found


def _listed(made: Job, name: str) -> list[Any]:
    value = made.result.get(name)
    return value if isinstance(value, list) else []


class MOMJIT_OT_open_sheet(bpy.types.Operator):
    """Open the picture of the likeness from all sides, beside the photos"""

    bl_idname = "momjit.open_sheet"
    bl_label = "Show Large"

    def execute(self, context: bpy.types.Context) -> Result:
        """Show it in a window of its own."""
        path = context.window_manager.momjit_likeness.sheet
        try:
            image = bpy.data.images.load(path, check_existing=True)
        except RuntimeError as error:
            return refused(self, error)
        bpy.ops.wm.window_new()
        area = context.window_manager.windows[-1].screen.areas[0]
        area.type = "IMAGE_EDITOR"
        area.spaces.active.image = image
        return {"FINISHED"}


CLASSES = (
    MOMJIT_OT_choose_photos,
    MOMJIT_OT_remove_photo,
    MOMJIT_OT_today,
    MOMJIT_OT_make_likeness,
    MOMJIT_OT_open_sheet,
)
KOREAN = {
    "Choose Photos or a Video": "사진이나 영상 고르기",
    "Sharp pictures or a video of one person, the whole face in view; best from several sides": (
        "한 사람의 또렷한 사진이나 영상을 고릅니다. 얼굴이 다 보이고 여러 방향이면 가장 좋습니다"
    ),
    "Remove Photo": "사진 빼기",
    "Leave out the chosen picture; the file stays": "고른 사진을 뺍니다. 파일은 그대로 남습니다",
    "Today": "오늘",
    "The person agreed today": "본인이 오늘 동의했습니다",
    "Make My Likeness": "내 모습 만들기",
    "Make a character of the person in the pictures, which gestures and signs like every other": (
        "사진 속 사람으로 캐릭터를 만듭니다. 다른 캐릭터처럼 몸짓과 수어를 합니다"
    ),
    "Making a likeness": "모습을 만드는 중",
    "looking for the face": "얼굴을 찾는 중",
    "cutting out the person": "사람을 오려내는 중",
    "fitting the face": "얼굴을 맞추는 중",
    "skin": "피부",
    "taking the light off": "조명을 걷어내는 중",
    "fusing the views": "여러 사진을 합치는 중",
    "comparing haircuts": "머리 모양을 견주는 중",
    "trimming the nearest": "가장 가까운 모양을 다듬는 중",
    "body and clothes": "몸과 옷",
    "Show Large": "크게 보기",
    "Open the picture of the likeness from all sides, beside the photos": (
        "여러 방향에서 본 모습을 사진과 나란히 엽니다"
    ),
    "pictures of faces stay on this computer: choose a backend on it in the preferences": (
        "얼굴 사진은 이 컴퓨터를 벗어나지 않습니다. 환경 설정에서 이 컴퓨터의 백엔드를 고르세요"
    ),
    "this backend cannot make likenesses yet: update it": (
        "이 백엔드는 아직 모습을 만들 수 없습니다. 업데이트하세요"
    ),
    "choose photos or a video of the person": "그 사람의 사진이나 영상을 고르세요",
    "the picture does not exist: {file}": "사진이 없습니다: {file}",
    "a likeness needs consent: who agrees, on which day, and to what": (
        "동의가 있어야 합니다. 누가, 언제, 어떤 용도에 동의했는지 적으세요"
    ),
    "“{text}” is no day: write it as 2026-11-20": (
        "“{text}”은(는) 날짜가 아닙니다. 2026-11-20처럼 적으세요"
    ),
    "the mark is left out only by a statement of the person, with their name in it": (
        "표시는 본인의 이름이 들어간 본인의 말이 있어야만 뺍니다"
    ),
    "made of {count} pictures; kept in {path}": (
        "사진 {count}장으로 만들었습니다. 저장한 곳: {path}"
    ),
    "{reason}: {names} not used": "{reason}: {names} 쓰지 않음",
    "{names} and {count} more": "{names} 외 {count}개",
}
