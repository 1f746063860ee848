"""A script in hand: its lines are performed one by one, and one that fails does not stop the rest.

Every line comes into the scene by itself, as one undo step: it may be minutes until the next one,
and the user works on meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import bpy

from ..client.errors import BackendError
from ..client.job import Job, State
from ..client.pace import Pace
from ..core.clip_reader import read_clip
from ..core.errors import UserError
from ..core.script import Line
from ..scene.clock import frame_rate
from . import insert, session
from .operators import Character, new_folder
from .settings import existing_file
from .translations import filled

TASK = "batch"
CHARACTER_FILES = (".glb", ".gltf", ".vrm", ".fbx", ".blend")


class LineWork:
    """The jobs of one line, as a part of the whole script.

    When one fails the work is over but not failed: `failure` says why, and the next line follows.
    """

    error = ""

    def __init__(self, jobs: Sequence[Job], done: int, count: int) -> None:
        self._jobs, self._done, self._count = jobs, done, count

    def poll(self) -> bool:
        """Take the backend's news; True when all jobs have ended."""
        for job in self._jobs:
            job.poll()
        if self.failure:
            self._stop()
        return self.ended

    def cancel(self) -> None:
        """Stop the line."""
        self._stop()

    def _stop(self) -> None:
        for job in self._jobs:
            job.cancel()

    @property
    def failure(self) -> str:
        """Why the line could not be performed, or nothing."""
        return next((job.error for job in self._jobs if job.state is State.FAILED), "")

    @property
    def cancelling(self) -> bool:
        """Whether the user wants no more of it."""
        return not self.failure and any(job.cancelling for job in self._jobs)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return all(job.ended for job in self._jobs)

    @property
    def state(self) -> State:
        """A line that failed is done, too."""
        if not self.ended:
            return State.RUNNING
        cancelled = any(job.state is State.CANCELLED for job in self._jobs)
        return State.CANCELLED if cancelled and not self.failure else State.DONE

    @property
    def fraction(self) -> float:
        """How much of the whole script is done."""
        line = sum(job.fraction for job in self._jobs) / len(self._jobs)
        return (self._done + line) / self._count

    @property
    def message(self) -> str:
        """Which line it is, and what is being done about it."""
        count = filled("{number} of {count}", number=self._done + 1, count=self._count)
        step = next((job.message for job in self._jobs if not job.ended), "")
        return f"{count}: {step}" if step else count


@dataclass
class BatchRun:
    """The lines of a script, and what becomes of them.

    `arguments`: of the `job` for a line that says nothing else; `placement`: where the first line
    goes; `character`: who is brought in when nothing is selected; `strips`: one after another with
    `gap` seconds between, else takes at the same frame; `tell`: told the number of a line, its
    state and what to say of it.
    """

    current: session.Session
    job: str
    lines: Sequence[Line]
    arguments: dict[str, Any]
    placement: insert.Placement
    character: Path | str
    folder: Path
    strips: bool
    gap: float
    tell: Callable[[int, str, str], None]
    performed: int = 0
    _at: int = 0
    _next_start: float = 0.0
    _armatures: dict[str, str] = field(default_factory=dict[str, str])
    _pace: Pace = field(default_factory=lambda: Pace(time.monotonic()))

    def begin(self) -> str:
        """Start with the next line that can be; what to say when there is none left.

        `UserError` instead, when some could not be performed.
        """
        while self._at < len(self.lines):
            line = self.lines[self._at]
            try:
                made, character = self._submit(line)
            except UserError as error:
                self._end_line("failed", str(error))
                continue
            jobs = [made, *(character.jobs if character else ())]
            work = LineWork(jobs, self._at, len(self.lines))
            self.tell(self._at, "running", "")
            self.current.begin(
                TASK,
                "Performing a script",
                [work],
                lambda: self._finish(work, made, character),  # noqa: B023 - begun once per line
                for_scene=True,
            )
            self.current.tasks[TASK].pace = self._pace
            return ""
        count = len(self.lines)
        text = filled("{done} of {count} lines performed", done=self.performed, count=count)
        if self.performed < count:
            raise UserError(text)
        return text

    def _submit(self, line: Line) -> tuple[Job, Character | None]:
        """Ask for the performance of a line, and for its character unless it is there."""
        said = {"style": line.style, "intensity": line.intensity, "voice": line.voice}
        said = {"seed": line.seed, **(said if self.job == "perform" else {})}
        own = {name: value for name, value in said.items() if value is not None}
        armature = self._armature(line)
        if armature is not None:
            insert.check_armature(armature)
        source = None if armature is not None else self._source(line)
        made = self.current.submit(self.job, {**self.arguments, "text": line.text, **own})
        return made, Character(self.current, source) if source is not None else None

    def _armature(self, line: Line) -> bpy.types.Object | None:
        """Who performs a line, if that character is in the scene by now."""
        wanted = line.character or ""
        name = self._armatures.get(wanted) or wanted or self.placement.armature
        found = bpy.data.objects.get(name) if name else None
        return found if found is not None and found.type == "ARMATURE" else None

    def _source(self, line: Line) -> Path | str:
        """The file, or the bundled character's name, that has to be brought in for a line."""
        if line.character is None:
            if self.placement.armature is not None:
                gone = "the armature “{name}” is no longer in the scene"
                raise UserError(filled(gone, name=self.placement.armature))
            return self.character
        if Path(line.character).suffix.lower() in CHARACTER_FILES:
            return existing_file(line.character, "the character's file")
        return line.character

    def _finish(self, work: LineWork, made: Job, character: Character | None) -> str:
        """Bring a line into the scene, and go on with the next."""
        try:
            if work.failure:
                raise UserError(work.failure)
            said = self._insert(made, character)
        except (UserError, BackendError, OSError) as error:
            self._end_line("failed", str(error))
        else:
            self.performed += 1
            self._end_line("done", said)
        return self.begin()

    def _insert(self, made: Job, character: Character | None) -> str:
        line = self.lines[self._at]
        clip_path = made.save_files(new_folder(self.folder), "clip.npz")["clip.npz"]
        armature = self._armature(line)
        with insert.shown(self.placement.scene):
            scene = bpy.context.scene
            start, after = self._times(line, clip_path, scene)
            placement = replace(
                self.placement,
                armature=armature.name if armature else None,
                start=start,
                strip=self.strips,
            )
            file = character.file() if character else None
            said = insert.insert(bpy.context, clip_path, file, placement)
            self._next_start = after
            if character is not None:
                brought = bpy.context.view_layer.objects.active
                self._armatures[line.character or ""] = brought.name
        return "\n".join([said, *made.warnings])

    def _times(self, line: Line, clip_path: Path, scene: bpy.types.Scene) -> tuple[int, float]:
        """Scene frames: where the clip of a line begins, and where the next line may.

        A line with a time of its own is heard at that time, so its clip begins a little earlier.
        """
        if not self.strips:
            return self.placement.start, 0.0
        clip, fps = read_clip(clip_path), frame_rate(scene)
        if line.start is None:
            start = max(self._next_start, self.placement.start)
        else:
            said = [span.start for span in clip.spans if span.kind in ("word", "gloss")]
            silence = min(said, default=0.0)
            start = scene.frame_start + (line.start - silence) * fps
        return round(start), start + (clip.duration + self.gap) * fps

    def _end_line(self, state: str, said: str) -> None:
        self.tell(self._at, state, said)
        self._at += 1
