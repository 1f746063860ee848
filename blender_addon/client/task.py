"""Jobs that belong together, and what happens when all of them are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .job import Job, State


@dataclass
class Task:
    """A wish of the user: `finish` runs on the main thread, once, when every job is done.

    `announced`: the user has been told that `finish` comes next, since it may take seconds.
    """

    title: str
    jobs: Sequence[Job]
    finish: Callable[[], str]
    announced: bool = False

    def poll(self) -> bool:
        """Bring the jobs up to date; True when all have ended, or one has failed."""
        for job in self.jobs:
            job.poll()
        if self.error:
            self.cancel()
        return all(job.ended for job in self.jobs)

    def cancel(self) -> None:
        """Stop every job that has not ended."""
        for job in self.jobs:
            job.cancel()

    @property
    def cancelling(self) -> bool:
        """Whether the task was asked to stop."""
        return any(job.cancelling for job in self.jobs)

    @property
    def cancelled(self) -> bool:
        """Whether a job ended without an answer because it was asked to."""
        return any(job.state is State.CANCELLED for job in self.jobs)

    @property
    def succeeded(self) -> bool:
        """Whether every job is done."""
        return all(job.state is State.DONE for job in self.jobs)

    @property
    def error(self) -> str:
        """The first job's reason to fail, or nothing."""
        return next((job.error for job in self.jobs if job.state is State.FAILED), "")

    @property
    def fraction(self) -> float:
        """Progress in 0..1, every job counting the same."""
        return sum(job.fraction for job in self.jobs) / len(self.jobs)

    @property
    def message(self) -> str:
        """What the first unfinished job is doing."""
        return next((job.message for job in self.jobs if not job.ended), "")
