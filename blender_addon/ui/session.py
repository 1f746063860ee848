"""What lives outside the scene: the backend, what it offers and the work in hand.

`poll` does everything that has to happen on the main thread. In Blender's window a timer calls
it; where timers never fire (the bpy module, background mode) the caller does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bpy

from ..client.backend import Backend, BackendError
from ..client.catalogue import KINDS, Catalogue, load_catalogue
from ..client.job import Job
from ..client.task import Task
from ..core.errors import UserError

INTERVAL = 0.1  # seconds between two polls: progress looks smooth, an idle scene costs nothing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Note:
    """How a task ended."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class Check:
    """One line of the backend's answer about itself; `needed` is off for a mere feature."""

    name: str
    ok: bool
    needed: bool
    detail: str


@dataclass
class Session:
    """The backend with the tasks that run in it: "generate", "catalogue" and "check"."""

    backend: Backend | None = None
    catalogue: Catalogue = field(default_factory=Catalogue)
    checks: tuple[Check, ...] = ()
    tasks: dict[str, Task] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    catalogue_asked: bool = False

    def connect(self, command: Sequence[str]) -> None:
        """Use this command from now on; another one's process ends."""
        environment = {} if bpy.app.online_access else {"HF_HUB_OFFLINE": "1"}
        wanted = (tuple(command), environment)
        if self.backend and (self.backend.command, self.backend.environment) != wanted:
            self.backend.close()
            self.backend = None
        if self.backend is None:
            self.backend = Backend(command, environment=environment)

    def submit(self, name: str, arguments: dict[str, Any]) -> Job:
        """Queue a job of the connected backend; BackendError when it cannot be started."""
        if self.backend is None:
            raise BackendError("the backend is not connected")
        return self.backend.submit(name, arguments)

    def begin(self, name: str, title: str, jobs: Sequence[Job], finish: Callable[[], str]) -> None:
        """Follow these jobs until they end; then `finish` returns what to tell the user."""
        self.tasks[name] = Task(title, jobs, finish)
        self.notes.pop(name, None)
        if not bpy.app.timers.is_registered(_tick):
            bpy.app.timers.register(_tick, first_interval=INTERVAL, persistent=True)

    def poll(self) -> bool:
        """Bring all tasks up to date and finish what is done; True while there is work."""
        for name, task in list(self.tasks.items()):
            if not task.poll() or (task.succeeded and self._must_wait(name, task)):
                continue
            del self.tasks[name]
            self.notes[name] = _finish(task)
        return bool(self.tasks)

    @staticmethod
    def _must_wait(name: str, task: Task) -> bool:
        """Whether a result has to wait: for the scene, and once for the panel to say so."""
        if name != "generate":
            return False
        if scene_is_busy():
            task.announced = False
            return True
        announced, task.announced = task.announced, True
        return not announced

    def cancel(self, name: str) -> bool:
        """Stop a task, also one whose result waits for the scene; False when there is none."""
        task = self.tasks.get(name)
        if task is None:
            return False
        task.cancel()
        if task.poll():
            del self.tasks[name]
            self.notes[name] = Note("Cancelled")
        return True

    def refresh_catalogue(self, path: Path) -> None:
        """Ask for the lists of styles, voices and avatars, and keep the answer in `path`."""
        jobs = {kind: self.submit(kind, {}) for kind in KINDS}

        def finish() -> str:
            rows = {kind: job.result["items"] for kind, job in jobs.items()}
            self.catalogue = Catalogue.from_rows(rows)
            self.catalogue.save(path)
            return ""

        self.begin("catalogue", "Reading the lists", list(jobs.values()), finish)

    def check(self) -> None:
        """Ask the backend how it is."""
        job = self.submit("doctor", {})

        def finish() -> str:
            rows = job.result["checks"]
            self.checks = tuple(
                Check(row["name"], row["ok"], row["needed"], _advice(row)) for row in rows
            )
            version = self.backend.version if self.backend else ""
            return f"momjit {version}"

        self.checks = ()
        self.begin("check", "Checking the backend", [job], finish)


def _advice(row: dict[str, Any]) -> str:
    return row["detail"] if row["ok"] else f"{row['detail']} → {row['hint']}"


def scene_is_busy() -> bool:
    """Whether a result must wait: editing, a transform in hand or a render reads the scene."""
    if bpy.context.mode not in ("OBJECT", "POSE") or bpy.app.is_job_running("RENDER"):
        return True
    windows = bpy.context.window_manager.windows
    return any(
        operator.bl_idname.startswith("TRANSFORM_OT")
        for window in windows
        for operator in window.modal_operators
    )


_current = Session()


def current() -> Session:
    """The one session of this Blender."""
    return _current


def load(path: Path) -> None:
    """Take up the lists of the last time; a damaged file is reported and asked for anew."""
    try:
        _current.catalogue = load_catalogue(path)
    except (OSError, ValueError) as error:
        _current.notes["catalogue"] = Note(f"{path}: {error}", is_error=True)


def _finish(task: Task) -> Note:
    if task.error:
        return Note(task.error, is_error=True)
    if task.cancelled:
        return Note("Cancelled")
    try:
        return Note(task.finish())
    except (UserError, OSError) as error:
        return Note(str(error), is_error=True)
    except Exception as error:
        # A timer that raises is dropped by Blender without a word in the window.
        log.exception("%s failed", task.title)
        return Note(f"{type(error).__name__}: {error} (see the console)", is_error=True)


def _tick() -> float | None:
    busy = _current.poll()
    _redraw()
    return INTERVAL if busy else None


def _redraw() -> None:
    """Draw the panel and the preferences again, but not the scene."""
    shown = (("VIEW_3D", "UI"), ("PREFERENCES", "WINDOW"))
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            for region in area.regions:
                if (area.type, region.type) in shown:
                    region.tag_redraw()


def stop() -> None:
    """End the backend and the timer, when the add-on is disabled."""
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    if _current.backend:
        _current.backend.close()
    _current.backend = None
    _current.tasks.clear()
