"""The worker: the program's jobs, run for the Blender add-on over a pipe.

The protocol, version 1
=======================

A client starts `momjit worker` and talks to it over the worker's standard input and output.
Both directions carry frames, one after another, and nothing else:

    offset  size  field
    0       4     b"MJIT"
    4       4     H, bytes of the header, unsigned, big endian, 2 .. 1 MiB
    8       8     B, bytes of the body, unsigned, big endian, 0 .. 1 GiB
    16      H     the header: one JSON object in UTF-8, without NaN or infinity
    16+H    B     the body: raw bytes

A frame that breaks these rules ends the connection, since nothing after it can be trusted. The
worker's own standard output is moved to standard error before any job is imported, so a stray
`print`, also one in a C library, reaches the log and never the protocol.

Every header has a "type". The client speaks first:

    client  hello      protocol: int
    worker  hello      protocol: int, program: "momjit", version: str, jobs: [str]
    worker  refused    protocol: int, message: str       another protocol version; the worker ends

Then, in any number and order:

    client  start      id: int, job: str, arguments: {str: JSON}
    client  cancel     id: int                           ignored when the job has ended already

The worker runs one job at a time, in the order of their start frames, keeps loaded models in
memory between jobs, and answers each start with any number of progress frames and exactly one
of the last three:

    worker  progress   id: int, fraction: 0..1, message: str
    worker  done       id: int, result: {str: JSON}, files: [{name: str, size: int}]
    worker  failed     id: int, kind: "user" | "defect", message: str
    worker  cancelled  id: int

The body of `done` is the named files, concatenated in the order of `files`; all other bodies are
empty. A name is a plain file name, never a path. "user" errors are the user's to fix, in one
line; a "defect" is ours, and its traceback is on standard error.

Cancelling is cooperative: the job stops at its next report of progress. A client that does not
want to wait kills the process. At the end of the client's stream the worker cancels what it is
doing and ends; if the job does not notice within `GRACE` seconds it ends all the same.

The jobs, their arguments and results are those of `gesture_core.jobs`.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import struct
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from gesture_core import __version__
from gesture_core.errors import UserError
from gesture_core.jobs import JOBS, Job

PROTOCOL = 1
MAGIC = b"MJIT"
PREFIX = struct.Struct(">4sIQ")
MAX_HEADER = 1 << 20
MAX_BODY = 1 << 30
GRACE = 5.0

log = logging.getLogger("momjit.worker")

Header = dict[str, Any]


class FrameError(Exception):
    """The byte stream does not follow the protocol."""


class Cancelled(BaseException):
    """The client does not want the job's answer; no `except Exception` in a job may keep it."""


# Frames


def encode_frame(header: Header, body: bytes = b"") -> bytes:
    """One frame's bytes; FrameError over the bounds, ValueError if the header is not JSON."""
    head = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    if len(head) > MAX_HEADER or len(body) > MAX_BODY:
        raise FrameError(f"a frame of {len(head)} + {len(body)} bytes is over the limit")
    return PREFIX.pack(MAGIC, len(head), len(body)) + head + body


def read_frame(stream: BinaryIO) -> tuple[Header, bytes] | None:
    """Read one frame; None at a clean end of the stream, FrameError for anything malformed."""
    prefix = stream.read(PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < PREFIX.size:
        raise FrameError("the stream ended inside a frame's prefix")
    magic, head_size, body_size = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError(f"expected a frame, found the bytes {prefix!r}")
    if head_size > MAX_HEADER or body_size > MAX_BODY:
        raise FrameError(f"a frame of {head_size} + {body_size} bytes is over the limit")
    head, body = _read_exactly(stream, head_size), _read_exactly(stream, body_size)
    try:
        decoded: Any = json.loads(head, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a frame's header is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise FrameError("a frame's header is not an object")
    header = cast(Header, decoded)
    if not isinstance(header.get("type"), str):
        raise FrameError("a frame's header is without a type")
    return header, body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:  # in pieces, so that a lying prefix alone cannot claim memory
        piece = stream.read(min(size - len(data), 1 << 20))
        if not piece:
            raise FrameError(f"the stream ended {size - len(data)} bytes inside a frame")
        data += piece
    return bytes(data)


# The loop


@dataclass(frozen=True)
class _Request:
    id: int
    job: str
    arguments: Mapping[str, Any]
    cancelled: threading.Event


class Worker:
    """Serves a table of jobs to one client; jobs run on the thread that calls `serve`."""

    def __init__(
        self, source: BinaryIO, sink: BinaryIO, jobs: Mapping[str, Job], version: str = ""
    ) -> None:
        self._source, self._sink, self._jobs, self._version = source, sink, jobs, version
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._open: dict[int, threading.Event] = {}
        self._lock = threading.Lock()
        self._error: FrameError | None = None

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
        except BrokenPipeError:
            log.warning("the client has gone")
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
            message = f"this worker speaks protocol {PROTOCOL}, the client speaks {theirs!r}"
            self._write(encode_frame({"type": "refused", "protocol": PROTOCOL, "message": message}))
            return False
        hello = {"type": "hello", "protocol": PROTOCOL, "program": "momjit"}
        self._write(encode_frame({**hello, "version": self._version, "jobs": sorted(self._jobs)}))
        return True

    def _listen(self) -> None:
        """Read frames until the stream ends, then stop the running job, by force if need be."""
        try:
            while frame := read_frame(self._source):
                self._take(frame[0])
        except FrameError as error:
            self._error = error
        with self._lock:
            for cancelled in self._open.values():
                cancelled.set()
        self._requests.put(None)
        time.sleep(GRACE)
        if self._open:
            log.warning("a job did not stop within %g s of the client's end", GRACE)
            os._exit(1)

    def _take(self, header: Header) -> None:
        kind, identity = header["type"], header.get("id")
        if not isinstance(identity, int):
            raise FrameError(f"a {kind!r} frame without a job id")
        if kind == "cancel":
            if event := self._open.get(identity):
                event.set()
        elif kind == "start" and identity not in self._open:
            name, arguments = header.get("job"), header.get("arguments")
            if not isinstance(name, str) or not isinstance(arguments, dict):
                raise FrameError("a start frame needs a job's name and its arguments")
            request = _Request(identity, name, cast(Header, arguments), threading.Event())
            with self._lock:
                self._open[identity] = request.cancelled
            self._requests.put(request)
        else:
            raise FrameError(f"an unexpected frame of type {kind!r} for job {identity}")

    def _answer(self, request: _Request) -> None:
        try:
            frame = self._done(request)
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

    def _done(self, request: _Request) -> bytes:
        if request.job not in self._jobs:
            raise UserError(f"no job {request.job!r}; choose from {', '.join(sorted(self._jobs))}")

        def progress(fraction: float, message: str) -> None:
            if request.cancelled.is_set():
                raise Cancelled
            share = min(max(float(fraction), 0.0), 1.0)
            header = {"type": "progress", "id": request.id, "fraction": share, "message": message}
            try:
                self._write(encode_frame(header))
            except BrokenPipeError as error:
                raise Cancelled from error

        progress(0.0, "")
        answer = self._jobs[request.job](request.arguments, progress)
        files = [{"name": name, "size": len(data)} for name, data in answer.files.items()]
        header = {"type": "done", "id": request.id, "result": dict(answer.result), "files": files}
        return encode_frame(header, b"".join(answer.files.values()))

    def _failed(self, request: _Request, kind: str, message: str) -> bytes:
        header = {"type": "failed", "id": request.id, "kind": kind, "message": message[:4000]}
        return encode_frame(header)

    def _write(self, frame: bytes) -> None:
        with self._lock:
            self._sink.write(frame)
            self._sink.flush()


# The process


def main() -> int:
    """Serve the program's jobs on this process's standard input and output."""
    if sys.stdin.isatty():
        raise UserError("momjit worker is what the Blender add-on starts: it speaks frames")
    source, sink = take_pipes()
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    return Worker(source, sink, JOBS, __version__).serve()


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep standard input and output for the protocol alone; prints go to standard error.

    The copies are not inherited, so a child process cannot write into the protocol either.
    """
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return source, sink


if __name__ == "__main__":
    sys.exit(main())
