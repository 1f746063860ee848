"""Pieces of work that belong together, and what happens when all of them are done."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .job import State
from .pace import Pace


class Work(Protocol):
    """Something that goes on elsewhere: a job of the backend, or an installation."""

    @property
    def state(self) -> State:
        """Where it stands."""
        ...

    @property
    def fraction(self) -> float:
        """How much of it is done, 0–1."""
        ...

    @property
    def message(self) -> str:
        """What is being done."""
        ...

    @property
    def error(self) -> str:
        """Why it failed, or nothing."""
        ...

    @property
    def cancelling(self) -> bool:
        """Whether it was asked to stop."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it is over, for better or worse."""
        ...

    def poll(self) -> bool:
        """Bring the fields up to date without waiting; True when it has ended."""
        ...

    def cancel(self) -> None:
        """Ask it to stop."""
        ...


@dataclass
class Task:
    """A wish of the user: `finish` runs on the main thread, once, when all its work is done.

    `for_scene`: `finish` changes the scene, so it waits until the user's hands are off it;
    `in_scene`: the work itself is done in the open file;
    `announced`: the user has been told that `finish` comes next, since it may take seconds.
    """

    title: str
    jobs: Sequence[Work]
    finish: Callable[[], str]
    for_scene: bool = False
    in_scene: bool = False
    announced: bool = False
    pace: Pace = field(default_factory=lambda: Pace(time.monotonic()))

    def poll(self) -> bool:
        """Bring the work up to date; True when all has ended, or one has failed."""
        for job in self.jobs:
            job.poll()
        self.pace.reach(self.fraction, time.monotonic())
        if self.error:
            self.cancel()
        return all(job.ended for job in self.jobs)

    def cancel(self) -> None:
        """Stop all work that has not ended."""
        for job in self.jobs:
            job.cancel()

    @property
    def cancelling(self) -> bool:
        """Whether the task was asked to stop."""
        return any(job.cancelling for job in self.jobs)

    @property
    def cancelled(self) -> bool:
        """Whether some work ended without a result because it was asked to."""
        return any(job.state is State.CANCELLED for job in self.jobs)

    @property
    def succeeded(self) -> bool:
        """Whether all work is done."""
        return all(job.state is State.DONE for job in self.jobs)

    @property
    def error(self) -> str:
        """The first reason to fail, or nothing."""
        return next((job.error for job in self.jobs if job.state is State.FAILED), "")

    @property
    def fraction(self) -> float:
        """Progress in 0..1, every job counting the same."""
        return sum(job.fraction for job in self.jobs) / len(self.jobs)

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the pace so far; None while it is too early to tell."""
        return self.pace.left(time.monotonic())

    @property
    def message(self) -> str:
        """What the first unfinished work is doing."""
        return next((job.message for job in self.jobs if not job.ended), "")
