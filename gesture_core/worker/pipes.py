"""A worker for the one client that started this process."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Mapping
from typing import BinaryIO

from gesture_core import __version__
from gesture_core.errors import UserError
from gesture_core.jobs import JOBS, Job
from gesture_core.worker.serving import Worker

GRACE = 5.0
"""Seconds that a job may go on after its client has gone."""

log = logging.getLogger("momjit.worker")


def main() -> int:
    """Serve the program's jobs on this process's standard input and output."""
    if sys.stdin.isatty():
        raise UserError(
            "momjit worker is what the Blender add-on starts: it speaks frames; "
            "for another machine give --listen HOST:PORT"
        )
    return serve_pipes(JOBS, __version__)


def serve_pipes(jobs: Mapping[str, Job], version: str) -> int:
    """Serve `jobs` until standard input ends; the process's exit code."""
    source, sink = take_pipes()
    logging.basicConfig(stream=sys.stderr, format="%(name)s: %(message)s", level=logging.INFO)
    worker = Worker(source, sink, jobs, version)
    threading.Thread(target=_end_in_time, args=(worker,), name="grace", daemon=True).start()
    return worker.serve()


def _end_in_time(worker: Worker) -> None:
    """End the process when a job does not notice that its client has gone."""
    worker.gone.wait()
    time.sleep(GRACE)
    if worker.busy:
        log.warning("a job did not stop within %g s of the client's end", GRACE)
        os._exit(1)


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
