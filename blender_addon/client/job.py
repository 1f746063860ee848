"""One piece of work asked of the backend, as the main thread sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from .errors import BackendError
from .files import unpack
from .frames import Frame, ProtocolError

MESSAGE_LIMIT = 2000
"""Characters of a message that are shown: a panel wraps them whenever it is drawn."""

WARNINGS_LIMIT = 20


class State(Enum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({State.DONE, State.FAILED, State.CANCELLED})


@dataclass
class Job:
    """A job and its answer; `poll` brings it up to date and never blocks.

    `result` is the answer's JSON object, `files` its files by name, `error` the reason of a
    failure in words for the user, `fraction` the progress in 0..1.
    """

    id: int
    name: str
    _poll: Callable[[], None] = field(repr=False)
    _cancel: Callable[[Job], None] = field(repr=False)
    state: State = State.WAITING
    fraction: float = 0.0
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict[str, Any])
    files: dict[str, memoryview] = field(default_factory=dict[str, memoryview], repr=False)
    error: str = ""
    cancelling: bool = False

    def poll(self) -> bool:
        """Take the backend's news; True when the job has ended."""
        if not self.ended:
            self._poll()
        return self.ended

    def cancel(self) -> None:
        """Ask the backend to stop; the job ends as CANCELLED at a later poll."""
        if not self.ended and not self.cancelling:
            self.cancelling = True
            self._cancel(self)

    @property
    def ended(self) -> bool:
        """Whether an answer, a failure or a cancellation has arrived."""
        return self.state in ENDED

    def take(self, frame: Frame) -> None:
        """Apply one frame of the backend to this job."""
        header = frame.header
        try:
            if frame.type == "progress":
                self.state = State.RUNNING
                self.fraction = min(max(float(header["fraction"]), 0.0), 1.0)
                self.message = str(header["message"])[:MESSAGE_LIMIT]
            elif frame.type == "done":
                self.files = unpack(header["files"], frame.body)
                self.result = dict(header["result"])
                self.state, self.fraction = State.DONE, 1.0
            elif frame.type == "failed":
                defect = "" if header["kind"] == "user" else "the backend has a defect: "
                self.fail(defect + str(header["message"]))
            elif frame.type == "cancelled":
                self.state = State.CANCELLED
            else:
                raise ProtocolError(f"the backend sent an unknown message {frame.type!r}")
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ProtocolError(f"the backend's {frame.type!r} message is incomplete") from error

    def fail(self, reason: str) -> None:
        """End the job with a reason."""
        self.state, self.error = State.FAILED, reason[:MESSAGE_LIMIT]

    @property
    def warnings(self) -> list[str]:
        """What the backend wants the user to know of its answer; empty if it does not say."""
        said: Any = self.result.get("warnings")
        lines = cast("list[Any]", said) if isinstance(said, list) else []
        return [str(line)[:MESSAGE_LIMIT] for line in lines[:WARNINGS_LIMIT]]

    def save_files(self, folder: Path, *needed: str) -> dict[str, Path]:
        """Write the answer's files into the new `folder`: all of them, or OSError and none.

        BackendError when one of the `needed` is not among them.
        """
        if lacking := [name for name in needed if name not in self.files]:
            raise BackendError(f"the backend's answer lacks {', '.join(lacking)}")
        if folder.exists():
            raise FileExistsError(f"{folder} exists already")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".momjit-", dir=folder.parent) as temporary:
            whole = Path(temporary) / "files"
            whole.mkdir()
            for name, content in self.files.items():
                (whole / name).write_bytes(content)
            whole.rename(folder)
        return {name: folder / name for name in self.files}
