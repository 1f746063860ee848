"""A worker on this machine: a process that the add-on starts and ends."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

from .errors import BackendError

LOG_LINES = 40


@dataclass(frozen=True)
class LocalWorker:
    """The command that starts a worker, and what it finds in its environment besides ours."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return self.command[0]

    def connect(self) -> ProcessChannel:
        """Start a process; BackendError when there is no such program."""
        return ProcessChannel(self.command, self.environment)


class ProcessChannel:
    """The pipes of one process; `log` has the last lines of its standard error."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.log: deque[str] = deque(maxlen=LOG_LINES)
        self.process = start(command, environment)
        self._logger = threading.Thread(target=self._keep_log, name="momjit log", daemon=True)
        self._logger.start()

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def open(self) -> tuple[BinaryIO, BinaryIO]:
        """What the worker says, and where to answer."""
        pipes = self.process.stdout, self.process.stdin
        return cast("tuple[BinaryIO, BinaryIO]", pipes)

    def close(self, patience: float) -> str:
        """End the process, after `patience` seconds by force; how it ended."""
        code = reap(self.process, patience)
        self._logger.join(0.5)  # the last lines of a process that has ended
        return _describe(code)

    def _keep_log(self) -> None:
        with cast("IO[bytes]", self.process.stderr) as stream:
            for line in stream:
                self.log.append(line.decode("utf-8", "replace").rstrip())


def start(command: Sequence[str], extra: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a Python program with three pipes; BackendError when there is no such program."""
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


def reap(process: subprocess.Popen[bytes], patience: float) -> int:
    """Wait `patience` seconds, then kill the process and what it started; its exit code."""
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        if os.name == "posix":
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # another thread has reaped it in this moment
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
