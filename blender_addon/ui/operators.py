"""The panel's buttons. They start and stop tasks; nothing here waits."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

import random
import time
from pathlib import Path

import bpy
from bpy.app.translations import pgettext_iface as translated

from ..client.errors import BackendError
from ..core.errors import UserError
from ..scene.clock import frame_rate
from . import insert, session
from .preferences import preferences, results_folder
from .settings import AUTOMATIC, MOMJIT_settings

Result = set[str]


def connect(context: bpy.types.Context) -> session.Session:
    """The session with a backend; BackendError when none is found."""
    current = session.current()
    current.connect(preferences(context).worker())
    return current


def refresh(context: bpy.types.Context) -> None:
    """Start reading the lists for the menus; BackendError when the backend does not start."""
    session.current().catalogue_asked = True
    connect(context).refresh_catalogue()


class MOMJIT_OT_generate(bpy.types.Operator):
    """Let the selected armature, or another character, say and gesture the text"""

    bl_idname = "momjit.generate"
    bl_label = "Generate"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start the jobs; the result arrives later, as one undo step."""
        try:
            _generate(context, context.scene.momjit)
        except (BackendError, UserError) as error:
            return refused(self, error)
        return {"FINISHED"}


def _generate(context: bpy.types.Context, settings: MOMJIT_settings) -> None:
    if "generate" in session.current().tasks:
        raise UserError("the last result is still being made; cancel it first")
    signs = settings.mode == "SIGN"
    if signs and not settings.full_text():
        raise UserError("there is nothing to sign: type a sentence")
    if not settings.full_text() and settings.recording() is None:
        raise UserError("there is nothing to say: type a sentence, or choose a recording")
    arguments = performance_arguments(context, settings, settings.recording())
    placement = insert.Placement.from_settings(context)
    source = None if placement.armature else settings.character_source()
    folder = new_folder(results_folder(context))
    current = connect(context)
    made = current.submit(performing_job(current, settings), arguments)
    character = Character(current, source) if source is not None else None

    def finish() -> str:
        avatar = character.file() if character else None
        paths = made.save_files(folder, "clip.npz")
        with insert.shown(placement.scene):
            done = insert.insert(bpy.context, paths["clip.npz"], avatar, placement)
        return "\n".join([done, *made.warnings])

    jobs = [made, *(character.jobs if character else ())]
    current.begin("generate", "Generating", jobs, finish, for_scene=True)
    if not current.catalogue.choices:
        refresh(context)


class MOMJIT_OT_add_character(bpy.types.Operator):
    """Bring the chosen character into the scene, at rest"""

    bl_idname = "momjit.add_character"
    bl_label = "Add to Scene"

    def execute(self, context: bpy.types.Context) -> Result:
        """Ask for it; it arrives later, as one undo step."""
        try:
            _add_character(context, context.scene.momjit)
        except (BackendError, UserError) as error:
            return refused(self, error)
        return {"FINISHED"}


def _add_character(context: bpy.types.Context, settings: MOMJIT_settings) -> None:
    if "generate" in session.current().tasks:
        raise UserError("the last result is still being made; cancel it first")
    scene = context.scene.name
    current = connect(context)
    character = Character(current, settings.character_source())

    def finish() -> str:
        with insert.shown(scene):
            return insert.bring_in(bpy.context, character.file())

    current.begin("generate", "Adding the character", character.jobs, finish, for_scene=True)


def performing_job(current: session.Session, settings: MOMJIT_settings) -> str:
    """The backend's job for the panel's mode; `UserError` where it is known to have none."""
    if settings.mode == "SIGN" and not current.may_offer("sign"):
        raise UserError("this backend cannot sign yet: choose Gestures")
    return "sign" if settings.mode == "SIGN" else "perform"


class Character:
    """A character that is brought into the scene: a file, or a bundled one, asked for by name.

    `jobs` have to end before `file` can be called.
    """

    def __init__(self, current: session.Session, source: Path | str) -> None:
        self._current, self._source = current, source
        self.jobs = [] if isinstance(source, Path) else [current.ask_character(source)]

    def file(self) -> Path:
        """What `load_avatar` reads."""
        if isinstance(self._source, Path):
            return self._source
        return self._current.character_file(self.jobs[0])


def refused(operator: bpy.types.Operator, error: Exception) -> Result:
    """Tell the user why an operator did nothing."""
    operator.report({"ERROR"}, translated(str(error)))
    return {"CANCELLED"}


class MOMJIT_OT_cancel(bpy.types.Operator):
    """Stop what is being made; the scene stays as it is"""

    bl_idname = "momjit.cancel"
    bl_label = "Cancel"

    task: bpy.props.StringProperty(default="generate", options={"HIDDEN", "SKIP_SAVE"})

    def execute(self, context: bpy.types.Context) -> Result:
        """Ask the task to stop."""
        if not session.current().cancel(self.task):
            self.report({"WARNING"}, translated("nothing is being generated"))
            return {"CANCELLED"}
        return {"FINISHED"}


class MOMJIT_OT_refresh(bpy.types.Operator):
    """Ask the backend again which styles, voices and characters it has"""

    bl_idname = "momjit.refresh"
    bl_label = "Refresh the Lists"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start reading the lists."""
        try:
            refresh(context)
        except BackendError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_OT_check_backend(bpy.types.Operator):
    """Start the backend and let it report what it has and what it lacks"""

    bl_idname = "momjit.check_backend"
    bl_label = "Check Backend"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start the check; the answer appears below the button."""
        try:
            connect(context).check()
        except BackendError as error:
            return refused(self, error)
        return {"FINISHED"}


class MOMJIT_OT_new_seed(bpy.types.Operator):
    """Choose another seed, for another take of the same line"""

    bl_idname = "momjit.new_seed"
    bl_label = "Another Take"
    bl_options = {"REGISTER", "UNDO"}

    def execute(self, context: bpy.types.Context) -> Result:
        """Draw a seed."""
        context.scene.momjit.seed = random.randrange(1, 10_000)
        return {"FINISHED"}


def performance_arguments(
    context: bpy.types.Context, settings: MOMJIT_settings, audio: Path | None
) -> dict[str, object]:
    """What the job of the panel's mode is given for its choices; `UserError` for missing files."""
    chosen = {
        "text": settings.full_text(),
        "seed": settings.seed,
        "fps": frame_rate(context.scene),
    }
    if settings.mode == "SIGN":
        return chosen | {
            "speed": settings.pace,
            "dominant": settings.dominant,
            "mouthing": settings.mouthing,
        }
    return chosen | {
        "style": settings.style_name,
        "intensity": settings.intensity,
        "voice": None if settings.voice_name == AUTOMATIC else settings.voice_name,
        "audio": audio,
        "exemplar": settings.exemplar_file(),
        "emblems": settings.emblems,
    }


def new_folder(parent: Path) -> Path:
    """A folder name that no earlier result has; the folder is made when the result arrives."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    candidates = (parent / f"{stamp}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 100))))
    return next(folder for folder in candidates if not folder.exists())


CLASSES = (
    MOMJIT_OT_generate,
    MOMJIT_OT_add_character,
    MOMJIT_OT_cancel,
    MOMJIT_OT_refresh,
    MOMJIT_OT_check_backend,
    MOMJIT_OT_new_seed,
)
