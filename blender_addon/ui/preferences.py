"""The add-on's preferences: where the backend is, where results go, and whether it works."""

# pyright: reportInvalidTypeForm=false

from __future__ import annotations

from pathlib import Path
from typing import cast

import bpy
from bpy.app.translations import pgettext_iface as translated
from bpy.props import StringProperty

from ..client.locate import worker_command
from ..client.process import LocalWorker
from ..client.remote import RemoteWorker
from . import session
from .wrap import wrap

ADDON = __name__.rpartition(".ui.")[0]


class MOMJIT_preferences(bpy.types.AddonPreferences):
    """Shown under Edit > Preferences > Add-ons > momjit."""

    bl_idname = ADDON

    backend_python: StringProperty(
        name="Backend Python",
        description="The Python, or the virtual environment, in which momjit is installed. "
        "Empty: the variable MOMJIT_PYTHON, the .venv of momjit's folder, or momjit on the PATH",
        subtype="FILE_PATH",
    )
    results_folder: StringProperty(
        name="Results",
        description="Where clips and speech are kept. Empty: the folder momjit beside the saved "
        "scene, or Blender's user folder before the scene is saved",
        subtype="DIR_PATH",
    )

    def worker(self) -> LocalWorker | RemoteWorker:
        """The worker that is to be used; BackendError when none is found."""
        command = worker_command(self.backend_python, Path(__file__).parent.parent)
        return LocalWorker(command, {} if bpy.app.online_access else {"HF_HUB_OFFLINE": "1"})

    def draw(self, context: bpy.types.Context) -> None:
        """The two paths, the check and its answer."""
        layout = self.layout
        layout.prop(self, "backend_python")
        layout.prop(self, "results_folder")
        layout.operator("momjit.check_backend", icon="CHECKMARK")
        current = session.current()
        if not bpy.app.online_access:
            layout.label(text="Online access is off: the backend stays offline", icon="INTERNET")
        draw_note(layout, current, "check", columns=100)
        for check in current.checks:
            icon = "CHECKMARK" if check.ok else "ERROR" if check.needed else "INFO"
            layout.label(text=f"{check.name}: {check.detail}", icon=icon, translate=False)


def draw_note(
    layout: bpy.types.UILayout, current: session.Session, task: str, *, columns: int
) -> None:
    """Draw how the latest task of a kind ended, wrapped to the width of the region."""
    note = current.notes.get(task)
    if note is None or not note.text:
        return
    column = layout.column(align=True)
    column.alert = note.is_error
    for number, line in enumerate(wrap(translated(note.text), columns)):
        icon = "BLANK1" if number else ("ERROR" if note.is_error else "CHECKMARK")
        column.label(text=line, icon=icon, translate=False)


def preferences(context: bpy.types.Context) -> MOMJIT_preferences:
    """The preferences of this add-on, which exist while it is enabled."""
    return cast(MOMJIT_preferences, context.preferences.addons[ADDON].preferences)


def user_folder() -> Path:
    """Where Blender lets this add-on keep files between sessions."""
    if ADDON.startswith("bl_ext."):
        return Path(bpy.utils.extension_path_user(ADDON, create=True))
    return Path(bpy.utils.user_resource("DATAFILES", path="momjit", create=True))


def results_folder(context: bpy.types.Context) -> Path:
    """Where the next clip and its speech go: chosen, or beside the scene, or the user's."""
    if chosen := preferences(context).results_folder:
        return Path(bpy.path.abspath(chosen))
    if bpy.data.filepath:
        return Path(bpy.data.filepath).parent / "momjit"
    return user_folder() / "results"


CLASSES = (MOMJIT_preferences,)
