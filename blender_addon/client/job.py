"""One piece of work asked of the backend, as the main thread sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

from .frames import Frame, ProtocolError


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
    files: dict[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
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
                self.message = str(header["message"])
            elif frame.type == "done":
                self.files = _split_files(header["files"], frame.body)
                self.result = dict(header["result"])
                self.state, self.fraction = State.DONE, 1.0
            elif frame.type == "failed":
                defect = "" if header["kind"] == "user" else "the backend has a defect: "
                self.fail(defect + str(header["message"]))
            elif frame.type == "cancelled":
                self.state = State.CANCELLED
            else:
                raise ProtocolError(f"the backend sent an unknown message {frame.type!r}")
        except (KeyError, TypeError, ValueError) as error:
            raise ProtocolError(f"the backend's {frame.type!r} message is incomplete") from error

    def fail(self, reason: str) -> None:
        """End the job with a reason."""
        self.state, self.error = State.FAILED, reason

    def save_files(self, folder: Path) -> dict[str, Path]:
        """Write the answer's files into `folder`, which must not hold files of these names."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = {name: folder / name for name in self.files}
        for name, path in paths.items():
            with path.open("xb") as stream:
                stream.write(self.files[name])
        return paths


def _split_files(listing: list[dict[str, Any]], body: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    start = 0
    for entry in listing:
        name, size = str(entry["name"]), int(entry["size"])
        if size < 0 or not _is_plain(name):
            raise ProtocolError(f"the backend sent a file with the bad name {name!r}")
        files[name] = body[start : start + size]
        start += size
    if start != len(body) or len(files) != len(listing):
        raise ProtocolError("the backend's files do not fill its message")
    return files


def _is_plain(name: str) -> bool:
    return name not in ("", ".", "..") and not set(name) & set("/\\:\0")
