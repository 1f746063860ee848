"""The panel's buttons. They start and stop tasks; nothing here waits."""

from __future__ import annotations

import random
import time
from pathlib import Path

import bpy

from ..client.errors import BackendError
from ..core.errors import UserError
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
    """Let the selected armature, or a bundled character, say and gesture the text"""

    bl_idname = "momjit.generate"
    bl_label = "Generate"

    def execute(self, context: bpy.types.Context) -> Result:
        """Start the jobs; the result arrives later, as one undo step."""
        settings: MOMJIT_settings = context.scene.momjit
        try:
            if "generate" in session.current().tasks:
                raise UserError("the last result is still being made; cancel it first")
            if not settings.full_text() and not settings.audio:
                raise UserError("there is nothing to say: type a sentence, or choose a recording")
            placement = insert.Placement.from_settings(context)
            folder = _new_folder(results_folder(context))
            current = connect(context)
            perform = current.submit("perform", _arguments(context, settings))
            jobs = [perform]
            if placement.armature is None:
                jobs.append(current.ask_character(settings.avatar_name))
        except (BackendError, UserError) as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

        def finish() -> str:
            avatar = current.character_file(jobs[1]) if len(jobs) > 1 else None
            paths = perform.save_files(folder)
            with insert.shown(placement.scene):
                done = insert.insert(bpy.context, paths["clip.npz"], avatar, placement)
            return "\n".join([done, *map(str, perform.result["warnings"])])

        current.begin("generate", "Generating", jobs, finish, for_scene=True)
        if not current.catalogue.choices:
            refresh(context)
        return {"FINISHED"}


class MOMJIT_OT_cancel(bpy.types.Operator):
    """Stop generating; the scene stays as it is"""

    bl_idname = "momjit.cancel"
    bl_label = "Cancel"

    def execute(self, context: bpy.types.Context) -> Result:
        """Ask the task to stop."""
        if not session.current().cancel("generate"):
            self.report({"WARNING"}, "nothing is being generated")
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
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
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
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
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


def _arguments(context: bpy.types.Context, settings: MOMJIT_settings) -> dict[str, object]:
    render = context.scene.render
    return {
        "text": settings.full_text(),
        "style": settings.style_name,
        "intensity": settings.intensity,
        "seed": settings.seed,
        "voice": None if settings.voice_name == AUTOMATIC else settings.voice_name,
        "audio": Path(bpy.path.abspath(settings.audio)) if settings.audio else None,
        "fps": render.fps / render.fps_base,
    }


def _new_folder(parent: Path) -> Path:
    """A folder name that no earlier result has; the folder is made when the result arrives."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    candidates = (parent / f"{stamp}{suffix}" for suffix in ("", *(f"-{n}" for n in range(2, 100))))
    return next(folder for folder in candidates if not folder.exists())


CLASSES = (
    MOMJIT_OT_generate,
    MOMJIT_OT_cancel,
    MOMJIT_OT_refresh,
    MOMJIT_OT_check_backend,
    MOMJIT_OT_new_seed,
)
