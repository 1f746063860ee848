"""The backend: a worker that is reached when first needed, watched by threads, never waited for.

The main thread only touches queues: one thread connects and reads frames, one writes them. A
connection that ends takes its jobs with it, each with the reason; the next job makes a new one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, BinaryIO, Protocol, cast

from .errors import BackendError
from .files import pack
from .frames import PROTOCOL, Frame, ProtocolError, receive
from .job import Job, State
from .process import LocalWorker
from .remote import RemoteWorker

NEWS_LIMIT = 256
"""Messages that may wait for the main thread before the reading one waits, too."""
POLL_SECONDS = 0.005
"""How long one poll goes on taking news: Blender's window waits for it."""


@dataclass(frozen=True)
class Limits:
    """Seconds to wait before giving a worker up."""

    start: float = 60.0  # for the answer to the first hello: a cold disk imports slowly
    silence: float = 900.0  # for any word from a running job: a first build takes minutes
    cancel: float = 5.0  # for a cancelled job to stop by itself


class Channel(Protocol):
    """The way to a worker: a process's pipes, or a socket."""

    log: deque[str]

    @property
    def alive(self) -> bool:
        """Whether the other end is there, as far as one can tell."""
        ...

    def open(self) -> tuple[BinaryIO, BinaryIO]:
        """What the worker says and where to answer; may take its time, and may raise OSError."""
        ...

    def close(self, patience: float) -> str:
        """End it, after `patience` seconds by force; how it ended. Any thread may, repeatedly."""
        ...


@dataclass
class _Ended:
    """What the reading thread leaves when the stream has ended, and with it the worker."""

    reason: str


class _Connection:
    """One channel and its two threads; `news` is all that the main thread reads."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.news: SimpleQueue[Frame | _Ended] = SimpleQueue()
        self.dropped = False
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        _thread(self._read)

    def send(self, frame: Frame) -> None:
        """Queue a frame; ProtocolError at once when it is too large."""
        self._outbox.put(frame.encode())

    def hang_up(self) -> None:
        """Close the way to the worker, after what is queued: it then ends by itself."""
        self._outbox.put(None)

    def _read(self) -> None:
        try:
            source, sink = self.channel.open()
            _thread(partial(self._write, sink))
            with source:
                while frame := receive(source):
                    self.news.put(frame)
                    while self.news.qsize() > NEWS_LIMIT and not self.dropped:
                        time.sleep(0.02)
            how = self.channel.close(patience=0.5)
            reason = f"the backend ended unexpectedly ({how})"
        except ConnectionError as error:
            self.channel.close(patience=0.0)
            reason = f"the connection was lost: {error.strerror or error}"
        except (ProtocolError, OSError, ValueError) as error:  # ValueError: closed while reading
            self.channel.close(patience=0.0)
            reason = str(error)
        self.news.put(_Ended(reason))

    def _write(self, sink: BinaryIO) -> None:
        try:
            with sink:
                while data := self._outbox.get():
                    sink.write(data)
                    sink.flush()
        except (OSError, ValueError) as error:  # the worker has gone: the reader reports how
            self.channel.log.append(f"writing to the backend failed: {error}")


class Backend:
    """Reaches the worker, hands it jobs and delivers its answers; all calls return at once."""

    def __init__(self, worker: LocalWorker | RemoteWorker, limits: Limits | None = None) -> None:
        self.worker = worker
        self.version = ""
        self.offers: frozenset[str] = frozenset()
        self._limits = limits or Limits()
        self._log: Sequence[str] = ()
        self._connection: _Connection | None = None
        self._greeted = False
        self._jobs: dict[int, Job] = {}
        self._last_id = 0
        self._heard = 0.0
        self._deadline: float | None = None

    @property
    def running(self) -> bool:
        """Whether a worker is there to take a job without being started."""
        return self._connection is not None

    @property
    def log(self) -> list[str]:
        """The last lines that the latest process wrote to its standard error."""
        return list(self._log)

    def submit(self, name: str, arguments: dict[str, Any], beside: Sequence[Path] = ()) -> Job:
        """Queue a job; arguments that are a `Path` travel as files, with those `beside` them.

        BackendError when the worker cannot be started, a file not be read, or all is too much.
        """
        self._last_id += 1
        job = Job(self._last_id, name, self.poll, self._cancel)
        parcel = pack(arguments, beside)
        start = {"type": "start", "id": job.id, "job": name, "arguments": parcel.arguments}
        connection = self._connect()
        try:
            connection.send(Frame({**start, "files": parcel.listing}, parcel.body))
        except ProtocolError as error:
            raise BackendError(f"this is too much for one job: {error}") from error
        self._jobs[job.id] = job
        self._heard = time.monotonic()
        return job

    def poll(self) -> None:
        """Deliver what has arrived, and give up on a worker that keeps silent."""
        end = time.monotonic() + POLL_SECONDS
        while self._connection and time.monotonic() < end:
            try:
                news = self._connection.news.get_nowait()
            except Empty:
                break
            self._heard = time.monotonic()
            try:
                self._deliver(news)
            except ProtocolError as error:
                self._drop(str(error))
        self._watch()

    def close(self) -> None:
        """End the connection: politely, then by force; its jobs end as CANCELLED."""
        if connection := self._connection:
            self._forget("", cancelled=True)
            connection.hang_up()
            connection.channel.close(patience=1.0)

    def _connect(self) -> _Connection:
        if self._connection and not self._connection.channel.alive:
            self._drop("the backend had ended")
        if self._connection is None:
            self._connection = _Connection(self.worker.connect())
            self._log = self._connection.channel.log
            self._connection.send(Frame({"type": "hello", "protocol": PROTOCOL}))
            self._greeted = False
            self._heard = time.monotonic()
        return self._connection

    def _deliver(self, news: Frame | _Ended) -> None:
        if isinstance(news, _Ended):
            self._drop(news.reason)
        elif not self._greeted:
            self._greet(news)
        else:
            identity = news.header.get("id")
            job = self._jobs.get(identity) if isinstance(identity, int) else None
            if job is None:
                raise ProtocolError(f"the backend answered an unknown job: {news.header!r:.200}")
            job.take(news)
            if job.ended:
                del self._jobs[job.id]
                self._deadline = None

    def _greet(self, frame: Frame) -> None:
        header = frame.header
        if frame.type == "refused":
            message = f"{header.get('message')!s:.200}"
            raise ProtocolError(f"the backend is another version: {message}")
        if frame.type != "hello" or header.get("protocol") != PROTOCOL:
            raise ProtocolError(
                f"the backend speaks protocol {header.get('protocol')!r:.50}, this add-on "
                f"{PROTOCOL}: update the older of the two"
            )
        self._greeted, self.version = True, f"{header.get('version', '')!s:.50}"
        offered = header.get("jobs")
        names = cast("list[Any]", offered) if isinstance(offered, list) else []
        self.offers = frozenset(str(name) for name in names)

    def _cancel(self, job: Job) -> None:
        if self._connection:
            self._connection.send(Frame({"type": "cancel", "id": job.id}))

    def _watch(self) -> None:
        """Enforce the limits on a worker that has jobs; only the first of them is running."""
        if not self._connection or not self._jobs:
            return
        now = time.monotonic()
        first = next(iter(self._jobs.values()))
        if first.cancelling and self._deadline is None:
            self._deadline = now + self._limits.cancel
        if self._deadline is not None and now > self._deadline:
            self._drop("the backend had to be stopped, to cancel another job")
        elif not self._greeted and now - self._heard > self._limits.start:
            self._drop(f"the backend did not answer within {self._limits.start:g} s")
        elif now - self._heard > self._limits.silence:
            self._drop(f"the backend was silent for {self._limits.silence:g} s")

    def _drop(self, reason: str) -> None:
        """Give the worker and its jobs up; a thread waits for its end, not we."""
        connection = cast(_Connection, self._connection)
        last = next((line for line in reversed(connection.channel.log) if line.strip()), "")
        _thread(lambda: connection.channel.close(patience=0.0))
        self._forget(f"{reason}; its last words: {last:.500}" if last else reason)

    def _forget(self, reason: str, *, cancelled: bool = False) -> None:
        for job in self._jobs.values():
            if cancelled or job.cancelling:
                job.state = State.CANCELLED
            else:
                job.fail(reason)
        self._jobs.clear()
        if self._connection:
            self._connection.dropped = True
        self._connection, self._deadline = None, None


def _thread(target: Callable[[], object]) -> None:
    threading.Thread(target=target, name="momjit backend", daemon=True).start()
