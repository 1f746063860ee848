"""One client's jobs: read from a stream, run one after another, answered on another stream."""

from __future__ import annotations

import logging
import os
import queue
import tempfile
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from gesture_core.errors import UserError
from gesture_core.jobs import Job
from gesture_core.worker.frames import (
    PROTOCOL,
    FrameError,
    Header,
    Sink,
    encode_frame,
    join_files,
    read_frame,
    split_files,
)

TURN_NEWS = 1.0
"""Seconds between two words to a client whose job waits for another client's."""

log = logging.getLogger("momjit.worker")


class Cancelled(BaseException):
    """The client does not want the job's answer; no `except Exception` in a job may keep it."""


@dataclass(frozen=True)
class _File:
    name: str
    argument: str | None
    content: bytes


@dataclass(frozen=True)
class _Request:
    id: int
    job: str
    arguments: Mapping[str, Any]
    files: tuple[_File, ...]
    cancelled: threading.Event


class Worker:
    """Serves a table of jobs to one client; jobs run on the thread that calls `serve`.

    `turn`: held while a job runs, by the workers of all clients of a process. `gone` is set when
    the client's stream has ended.
    """

    def __init__(
        self,
        source: BinaryIO,
        sink: Sink,
        jobs: Mapping[str, Job],
        version: str = "",
        turn: threading.Lock | None = None,
    ) -> None:
        self.gone = threading.Event()
        self._source, self._sink, self._jobs, self._version = source, sink, jobs, version
        self._turn = turn or threading.Lock()
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._open: dict[int, threading.Event] = {}
        self._lock = threading.Lock()
        self._error: FrameError | None = None

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return bool(self._open)

    def serve(self) -> int:
        """Answer the client until its stream ends; the process's exit code."""
        try:
            if not self._greet():
                return 2
            threading.Thread(target=self._listen, name="listen", daemon=True).start()
            while request := self._requests.get():
                self._answer(request)
        except FrameError as error:
            self._error = error
        except OSError as error:
            log.warning("the client has gone: %s", error)
        if self._error:
            log.error("the connection was closed: %s", self._error)
            return 1
        return 0

    def _greet(self) -> bool:
        frame = read_frame(self._source)
        if frame is None:
            return False
        theirs = frame[0].get("protocol")
        if frame[0]["type"] != "hello" or theirs != PROTOCOL:
            message = f"this worker speaks protocol {PROTOCOL}, the client speaks {theirs!r:.50}"
            self._write(encode_frame({"type": "refused", "protocol": PROTOCOL, "message": message}))
            return False
        hello = {"type": "hello", "protocol": PROTOCOL, "program": "momjit"}
        self._write(encode_frame({**hello, "version": self._version, "jobs": sorted(self._jobs)}))
        return True

    def _listen(self) -> None:
        """Read frames until the stream ends, then cancel what is open."""
        try:
            while frame := read_frame(self._source):
                self._take(*frame)
        except FrameError as error:
            self._error = error
        except OSError as error:
            log.warning("the client has gone: %s", error)
        with self._lock:
            for cancelled in self._open.values():
                cancelled.set()
        self._requests.put(None)
        self.gone.set()

    def _take(self, header: Header, body: bytes) -> None:
        kind, identity = header["type"], header.get("id")
        if not isinstance(identity, int):
            raise FrameError(f"a {kind!r:.50} frame without a job id")
        if kind == "cancel":
            if event := self._open.get(identity):
                event.set()
        elif kind == "start" and identity not in self._open:
            request = _to_request(identity, header, body)
            with self._lock:
                self._open[identity] = request.cancelled
            self._requests.put(request)
        else:
            raise FrameError(f"an unexpected frame of type {kind!r:.50} for job {identity}")

    def _answer(self, request: _Request) -> None:
        try:
            with self._in_turn(request), _own_files(request) as arguments:
                frame = self._done(request, arguments)
        except Cancelled:
            frame = encode_frame({"type": "cancelled", "id": request.id})
        except UserError as error:
            frame = self._failed(request, "user", str(error))
        except Exception as error:
            # The process outlives a defect in one job, and the client hears of it.
            log.exception("job %d (%s) failed", request.id, request.job)
            frame = self._failed(request, "defect", f"{type(error).__name__}: {error}")
        with self._lock:
            del self._open[request.id]
        self._write(frame)

    @contextmanager
    def _in_turn(self, request: _Request) -> Generator[None]:
        """Wait until no other client's job runs, and tell the client so."""
        while not self._turn.acquire(timeout=TURN_NEWS):
            self._progress(request, 0.0, "waiting for another user")
        try:
            yield
        finally:
            self._turn.release()

    def _done(self, request: _Request, arguments: Mapping[str, Any]) -> bytes:
        if request.job not in self._jobs:
            raise UserError(
                f"no job {request.job!r:.50}; choose from {', '.join(sorted(self._jobs))}"
            )

        def progress(fraction: float, message: str) -> None:
            self._progress(request, fraction, message)

        progress(0.0, "")
        answer = self._jobs[request.job](arguments, progress)
        files, body = join_files(answer.files)
        header = {"type": "done", "id": request.id, "result": dict(answer.result), "files": files}
        return encode_frame(header, body)

    def _progress(self, request: _Request, fraction: float, message: str) -> None:
        """Tell the client how far the job is; `Cancelled` when it does not want to hear it."""
        if request.cancelled.is_set():
            raise Cancelled
        share = min(max(float(fraction), 0.0), 1.0)
        header = {"type": "progress", "id": request.id, "fraction": share, "message": message}
        try:
            self._write(encode_frame(header))
        except OSError as error:
            raise Cancelled from error

    def _failed(self, request: _Request, kind: str, message: str) -> bytes:
        header = {"type": "failed", "id": request.id, "kind": kind, "message": message[:4000]}
        return encode_frame(header)

    def _write(self, frame: bytes) -> None:
        with self._lock:
            self._sink.write(frame)
            self._sink.flush()


def _to_request(identity: int, header: Header, body: bytes) -> _Request:
    name, arguments = header.get("job"), header.get("arguments")
    if not isinstance(name, str) or not isinstance(arguments, dict):
        raise FrameError("a start frame needs a job's name and its arguments")
    files: list[_File] = []
    for entry, content in split_files(header.get("files"), body):
        argument = entry.get("argument")
        if not isinstance(argument, str | None):
            raise FrameError(f"a file's argument is a name or null, not {argument!r:.50}")
        files.append(_File(entry["name"], argument, content))
    return _Request(identity, name, cast(Header, arguments), tuple(files), threading.Event())


@contextmanager
def _own_files(request: _Request) -> Generator[Mapping[str, Any]]:
    """The job's arguments, with those of its files as paths below a folder of its own."""
    if not request.files:
        yield request.arguments
        return
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        paths: dict[str, Path] = {}
        for file in request.files:
            path = Path(folder) / file.name
            path.write_bytes(file.content)
            if file.argument is not None:
                paths[file.argument] = path
        try:
            yield {**request.arguments, **paths}
        except UserError as error:  # the user knows the file by its name, not by our folder
            raise UserError(str(error).replace(folder + os.sep, "")) from error
