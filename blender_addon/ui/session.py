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

from ..client import characters
from ..client.backend import Backend
from ..client.catalogue import KINDS, Catalogue, load_catalogue
from ..client.environment import Place
from ..client.errors import BackendError
from ..client.installation import Background
from ..client.job import Job
from ..client.process import LocalWorker
from ..client.remote import RemoteWorker
from ..client.task import Task, Work
from ..core.errors import UserError

INTERVAL = 0.1  # seconds between two polls: progress looks smooth, an idle scene costs nothing

CATALOGUE = "catalogue.json"

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
    """The backend with the tasks that run in it, by name: "generate", "catalogue", "check", …

    `folder` is where files are kept between sessions; Blender deletes it with the extension.
    """

    folder: Path = field(default_factory=Path)
    backend: Backend | None = None
    catalogue: Catalogue = field(default_factory=Catalogue)
    checks: tuple[Check, ...] = ()
    tasks: dict[str, Task] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    catalogue_asked: bool = False
    disk_use: int | None = None

    def connect(self, worker: LocalWorker | RemoteWorker) -> None:
        """Use this worker from now on; another one's process ends."""
        if self.backend and self.backend.worker != worker:
            self.disconnect()
            self.catalogue_asked = False  # another backend has other lists
        if self.backend is None:
            self.backend = Backend(worker)

    def disconnect(self) -> None:
        """End the backend's process, or hang up."""
        if self.backend:
            self.backend.close()
        self.backend = None

    def submit(self, name: str, arguments: dict[str, Any], beside: Sequence[Path] = ()) -> Job:
        """Queue a job of the connected backend, with its files; BackendError when it cannot be.

        A file is an argument that is a `Path`; `beside` lie in the same folder when the job runs.
        """
        if self.backend is None:
            raise BackendError("the backend is not connected")
        return self.backend.submit(name, arguments, beside)

    def may_offer(self, job: str) -> bool:
        """Whether the backend can do such jobs, as far as is known: not before it was reached."""
        backend = self.backend
        return backend is None or not backend.version or job in backend.offers

    @property
    def thumbnails(self) -> Path:
        """The folder with a picture of each character, by name."""
        return self.folder / characters.THUMBNAILS

    def ask_character(self, name: str) -> Job:
        """Ask for a bundled character; `character_file` takes the answer."""
        return self.submit("avatar", characters.question(name, self.folder / "characters"))

    def character_file(self, job: Job) -> Path:
        """The .glb that `ask_character` was answered with; BackendError if it is damaged."""
        return characters.keep(job, self.folder / "characters")

    def begin(
        self,
        name: str,
        title: str,
        jobs: Sequence[Work],
        finish: Callable[[], str],
        *,
        for_scene: bool = False,
        in_scene: bool = False,
    ) -> None:
        """Follow these jobs until they end; then `finish` returns what to tell the user.

        `for_scene`: `finish` changes the scene, so it waits for the end of an edit or a render;
        `in_scene`: the jobs themselves work in the open file. Neither outlives that file.
        """
        self.tasks[name] = Task(title, jobs, finish, for_scene, in_scene)
        self.notes.pop(name, None)
        if not bpy.app.timers.is_registered(_tick):
            bpy.app.timers.register(_tick, first_interval=INTERVAL, persistent=True)

    def poll(self) -> bool:
        """Bring all tasks up to date and finish what is done; True while there is work."""
        for name, task in list(self.tasks.items()):
            if not task.poll() or (task.succeeded and self._must_wait(task)):
                continue
            del self.tasks[name]
            self.notes[name] = _finish(task)
        return bool(self.tasks)

    @staticmethod
    def _must_wait(task: Task) -> bool:
        """Whether a result has to wait: for the scene, and once for the panel to say so."""
        if not task.for_scene:
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

    def leave_scene(self) -> None:
        """Stop what needs the open file, since another one is about to be opened."""
        tasks = self.tasks.items()
        for name in [name for name, task in tasks if task.for_scene or task.in_scene]:
            self.cancel(name)

    def refresh_catalogue(self) -> None:
        """Ask for the lists of styles, voices and avatars, and keep the answer."""
        jobs = {kind: self.submit(kind, {}) for kind in KINDS}

        def finish() -> str:
            rows = {kind: job.result.get("items") for kind, job in jobs.items()}
            try:
                self.catalogue = Catalogue.from_rows(rows)
            except ValueError as error:
                raise BackendError(f"the backend's lists cannot be read: {error}") from error
            self.catalogue.save(self.folder / CATALOGUE)
            characters.keep_thumbnails(jobs["avatars"], self.thumbnails)
            return ""

        self.begin("catalogue", "Reading the lists", list(jobs.values()), finish)

    def measured(self, place: Place) -> int | None:
        """Bytes that the installed backend takes; None until a thread has counted them."""
        if self.disk_use is None and "disk" not in self.tasks:
            found: list[int] = []
            work = Background(lambda: found.append(place.size()))

            def finish() -> str:
                self.disk_use = found[0]
                return ""

            self.begin("disk", "Measuring", [work], finish)
        return self.disk_use

    def check(self) -> None:
        """Ask the backend how it is."""
        job, backend = self.submit("doctor", {}), self.backend

        def finish() -> str:
            self.checks = _checks(job.result.get("checks"))
            return f"momjit {backend.version}: {backend.worker}" if backend else ""

        self.checks = ()
        self.begin("check", "Checking the backend", [job], finish)


def _checks(rows: Any) -> tuple[Check, ...]:
    """The lines of the backend's answer; BackendError when they are none."""
    try:
        return tuple(
            Check(str(row["name"]), bool(row["ok"]), bool(row["needed"]), _advice(row))
            for row in rows
        )
    except (KeyError, TypeError) as error:
        raise BackendError(f"the backend's checks cannot be read: {error!r:.200}") from error


def _advice(row: dict[str, Any]) -> str:
    return str(row["detail"]) if row["ok"] else f"{row['detail']} → {row['hint']}"


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


def load(folder: Path) -> None:
    """Take up what was kept in `folder` the last time; a damaged file is reported."""
    path = folder / CATALOGUE
    _current.folder, _current.catalogue_asked = folder, False
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
    except (UserError, BackendError, OSError) as error:
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
    for task in _current.tasks.values():
        task.cancel()
        task.poll()  # a render puts its scene away, unless Blender is drawing it
    _current.disconnect()
    _current.tasks.clear()
