"""Long work outside Blender's window that is not a job of the backend: installing and removing."""

from __future__ import annotations

import json
import logging
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from . import installer
from .environment import Place, Wheel
from .errors import BackendError
from .installer import Request
from .job import State
from .process import reap, start
from .pythons import suitable_python

log = logging.getLogger(__name__)

TORCH = "torch==2.13.0"
EXTRAS = ["edge", "kokoro"]
PATIENCE = 120.0
"""Seconds that a cancelled installation has to clean up before it is killed."""


class Background:
    """A function on a thread, followed like a job; `run` returns or raises for the user."""

    def __init__(self, run: Callable[[], object], message: str = "") -> None:
        self.state = State.RUNNING
        self.fraction = 0.0
        self.message = message
        self.error = ""
        self.cancelling = False
        self._run = run
        threading.Thread(target=self._follow, name="momjit background", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether the function has returned."""
        return self.state is not State.RUNNING

    def poll(self) -> bool:
        """Whether it has ended."""
        return self.ended

    def cancel(self) -> None:
        """Note that nobody waits any more; the function itself may go on to its end."""
        self.cancelling = True

    def _follow(self) -> None:
        try:
            self._run()
        except Exception as error:
            if not isinstance(error, BackendError | OSError):
                log.exception("%s failed", type(self).__name__)
            self.error = str(error) or type(error).__name__
            self.state = State.CANCELLED if self.cancelling else State.FAILED
        else:
            self.fraction, self.state = 1.0, State.DONE


class Installation(Background):
    """The installer's process: started, listened to, and stopped, all on one thread."""

    def __init__(
        self,
        place: Place,
        wheel: Wheel,
        *,
        needs: int,
        python: str = "",
        torch_options: Sequence[str] = (),
        options: Sequence[str] = (),
    ) -> None:
        self._place, self._wheel, self._needs, self._preferred = place, wheel, needs, python
        self._torch_options, self._options = list(torch_options), list(options)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        super().__init__(self._install)

    def cancel(self) -> None:
        """End the installer's input: it kills pip, cleans up and ends, also without us."""
        with self._lock:
            self.cancelling = True
            if self._process and not self.ended:
                cast("IO[bytes]", self._process.stdin).close()
                threading.Thread(target=self._kill_in_time, daemon=True).start()

    def _install(self) -> None:
        self.message = "looking for a Python"
        python = suitable_python(self._wheel.requires_python, self._preferred)
        request = self._request(python)
        command = (str(python), "-I", installer.__file__, json.dumps(asdict(request)))
        with self._lock:
            if self.cancelling:
                raise BackendError("cancelled")
            self._process = start(command, {})
        said = self._listen(cast("IO[bytes]", self._process.stdout))
        complaint = cast("IO[bytes]", self._process.stderr).read().decode("utf-8", "replace")
        code = reap(self._process, PATIENCE)
        if "failed" in said:
            raise BackendError(str(said["failed"]))
        if code or "done" not in said:
            last = complaint.strip().rpartition("\n")[2]
            raise BackendError(f"the installer ended unexpectedly (exit code {code}): {last}")

    def _listen(self, stream: IO[bytes]) -> dict[str, Any]:
        """Follow the installer's lines to its last word."""
        said: dict[str, Any] = {}
        for line in stream:
            said = json.loads(line)
            if "fraction" in said:
                self.fraction, self.message = float(said["fraction"]), str(said["message"])
        return said

    def _request(self, python: Path) -> Request:
        marker = {
            "version": self._wheel.version,
            "identity": self._wheel.identity,
            "python": str(python),
        }
        return Request(
            environment=str(self._place.environment),
            downloads=str(self._place.downloads),
            log=str(self._place.log),
            wheel=str(self._wheel.path),
            extras=EXTRAS,
            torch=TORCH,
            torch_options=self._torch_options,
            alone=list(self._wheel.characters),
            options=self._options,
            needs=self._needs,
            marker=marker,
        )

    def _kill_in_time(self) -> None:
        if self._process:
            reap(self._process, PATIENCE)
