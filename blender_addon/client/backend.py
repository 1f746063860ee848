"""The backend process: started when first needed, watched by threads, never waited for.

The main thread only touches queues: one thread reads frames, one writes them, one keeps the last
lines of the log. A process that ends takes its jobs with it, each with the reason; the next job
starts a new process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import IO, Any, cast

from .frames import PROTOCOL, Frame, ProtocolError, receive
from .job import Job, State

LOG_LINES = 40
NEWS_PER_POLL = 200


class BackendError(Exception):
    """The backend cannot be started or reached; the message says why, for the user."""


@dataclass(frozen=True)
class Limits:
    """Seconds to wait before giving the process up."""

    start: float = 60.0  # for the answer to the first hello: a cold disk imports slowly
    silence: float = 900.0  # for any word from a running job: a first build takes minutes
    cancel: float = 5.0  # for a cancelled job to stop by itself


@dataclass
class _Ended:
    """What the reading thread leaves when the stream ends: a protocol error, or nothing."""

    error: str


class _Connection:
    """One process and its three threads; `news` is all that the main thread reads."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.news: SimpleQueue[Frame | _Ended] = SimpleQueue()
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self.process = _start(command, environment)
        self._logger = _thread(self._keep_log)
        _thread(self._read)
        _thread(self._write)

    def send(self, frame: Frame) -> None:
        """Queue a frame; ProtocolError at once when it is too large."""
        self._outbox.put(frame.encode())

    def hang_up(self) -> None:
        """Close the process's input, after what is queued: it then ends by itself."""
        self._outbox.put(None)

    def finish_log(self) -> None:
        """Wait briefly for the last lines of a process that has ended."""
        self._logger.join(0.5)

    def _read(self) -> None:
        stream = cast("IO[bytes]", self.process.stdout)
        try:
            with stream:
                while frame := receive(stream):  # type: ignore[arg-type]
                    self.news.put(frame)
            self.news.put(_Ended(""))
        except (ProtocolError, OSError) as error:
            self.news.put(_Ended(str(error)))

    def _write(self) -> None:
        stream = cast("IO[bytes]", self.process.stdin)
        try:
            with stream:
                while data := self._outbox.get():
                    stream.write(data)
                    stream.flush()
        except OSError as error:  # the process has gone: the reader reports how
            self.log.append(f"writing to the backend failed: {error}")

    def _keep_log(self) -> None:
        with cast("IO[bytes]", self.process.stderr) as stream:
            for line in stream:
                self.log.append(line.decode("utf-8", "replace").rstrip())


class Backend:
    """Starts the worker, hands it jobs and delivers its answers; all calls return at once."""

    def __init__(
        self,
        command: Sequence[str],
        limits: Limits | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.command = tuple(command)
        self.version = ""
        self._limits = limits or Limits()
        self.environment = dict(environment or {})
        self._log: Sequence[str] = ()
        self._connection: _Connection | None = None
        self._greeted = False
        self._jobs: dict[int, Job] = {}
        self._last_id = 0
        self._heard = 0.0
        self._deadline: float | None = None

    @property
    def running(self) -> bool:
        """Whether a process is there to take a job without being started."""
        return self._connection is not None

    @property
    def log(self) -> list[str]:
        """The last lines that the latest process wrote to its standard error."""
        return list(self._log)

    def submit(self, name: str, arguments: dict[str, Any]) -> Job:
        """Queue a job; BackendError when the process cannot be started or the text is too long."""
        self._last_id += 1
        job = Job(self._last_id, name, self.poll, self._cancel)
        start = {"type": "start", "id": job.id, "job": name, "arguments": arguments}
        connection = self._connect()
        try:
            connection.send(Frame(start))
        except ProtocolError as error:
            raise BackendError(f"this is too much for one job: {error}") from error
        self._jobs[job.id] = job
        self._heard = time.monotonic()
        return job

    def poll(self) -> None:
        """Deliver everything that has arrived, and give up on a process that keeps silent."""
        for _ in range(NEWS_PER_POLL):
            if self._connection is None:
                return
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
        """End the process: politely, then by force; its jobs end as CANCELLED."""
        if connection := self._connection:
            self._forget("", cancelled=True)
            connection.hang_up()
            _reap(connection.process, patience=1.0)

    def _connect(self) -> _Connection:
        if self._connection and self._connection.process.poll() is not None:
            self._drop("")
        if self._connection is None:
            self._connection = _Connection(self.command, self.environment)
            self._log = self._connection.log
            self._connection.send(Frame({"type": "hello", "protocol": PROTOCOL}))
            self._greeted = False
            self._heard = time.monotonic()
        return self._connection

    def _deliver(self, news: Frame | _Ended) -> None:
        if isinstance(news, _Ended):
            self._drop(news.error)
        elif not self._greeted:
            self._greet(news)
        else:
            identity = news.header.get("id")
            job = self._jobs.get(identity) if isinstance(identity, int) else None
            if job is None:
                raise ProtocolError(f"the backend answered an unknown job: {news.header}")
            job.take(news)
            if job.ended:
                del self._jobs[job.id]
                self._deadline = None

    def _greet(self, frame: Frame) -> None:
        header = frame.header
        if frame.type == "refused":
            raise ProtocolError(f"the backend is another version: {header.get('message')}")
        if frame.type != "hello" or header.get("protocol") != PROTOCOL:
            raise ProtocolError(
                f"the backend speaks protocol {header.get('protocol')!r}, this add-on {PROTOCOL}: "
                "update the older of the two"
            )
        self._greeted, self.version = True, str(header.get("version", ""))

    def _cancel(self, job: Job) -> None:
        if self._connection:
            self._connection.send(Frame({"type": "cancel", "id": job.id}))

    def _watch(self) -> None:
        """Enforce the limits on a process that has jobs; only the first of them is running."""
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
        """End the process and its jobs: with `reason`, or with how it ended by itself."""
        connection = cast(_Connection, self._connection)
        code = _reap(connection.process, patience=0.0 if reason else 0.5)
        connection.finish_log()
        reason = reason or f"the backend ended unexpectedly ({_describe(code)})"
        last = next((line for line in reversed(connection.log) if line.strip()), "")
        self._forget(f"{reason}; its last words: {last}" if last else reason)

    def _forget(self, reason: str, *, cancelled: bool = False) -> None:
        for job in self._jobs.values():
            if cancelled or job.cancelling:
                job.state = State.CANCELLED
            else:
                job.fail(reason)
        self._jobs.clear()
        self._connection, self._deadline = None, None


def _thread(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target, name="momjit backend", daemon=True)
    thread.start()
    return thread


def _start(command: Sequence[str], extra: Mapping[str, str]) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH")}
    # Blender's folder must not be searched for modules; the log must come out at once, in UTF-8.
    environment |= {"PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", **extra}
    try:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise BackendError(f"cannot start the backend {command[0]}: {reason}") from error


def _reap(process: subprocess.Popen[bytes], patience: float) -> int:
    """Wait `patience` seconds, then kill the process and what it started; its exit code."""
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)  # not reaped yet, so the group is still ours
        else:
            process.kill()
        return process.wait()


def _describe(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
