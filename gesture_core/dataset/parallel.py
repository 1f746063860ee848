"""Running tasks over processes so that one that crashes costs only itself."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from gesture_core.errors import UserError

Task = TypeVar("Task")
Result = TypeVar("Result")

_EVERYBODYS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EMFILE, errno.ENOMEM}
"""What is wrong with the machine rather than with one file."""


@dataclass(frozen=True)
class Failure:
    """Why a task gave nothing: a line for the user, and the traceback where it is our defect."""

    reason: str
    trace: str = ""


@dataclass(frozen=True)
class Outcome(Generic[Task, Result]):
    """A task and what came of it."""

    task: Task
    result: Result | Failure


def run_tasks(
    function: Callable[[Task], Result], tasks: Sequence[Task], jobs: int
) -> Iterator[Outcome[Task, Result]]:
    """Yield what `function` gives for every task, as they end, over at most `jobs` processes.

    Errors become a `Failure` of their task alone, except a full disk and the like, which would
    hit all the others too and is raised as `UserError`. A process that dies (broken files make
    decoders crash) takes its neighbours along: all that were under way are run again one by one,
    and only the one that dies again fails. Whoever stops listening ends the processes.
    """
    waiting = list(tasks)
    if not waiting:
        return
    with _processes(min(jobs, len(waiting))) as executor:
        futures = {executor.submit(_guarded, function, task): task for task in waiting}
        for future in as_completed(futures):
            task = futures[future]
            try:
                result = future.result()
            except BrokenProcessPool:
                break
            waiting.remove(task)
            yield Outcome(task, result)
    for task in waiting:
        yield Outcome(task, _alone(function, task))


def _alone(function: Callable[[Task], Result], task: Task) -> Result | Failure:
    with _processes(1) as executor:
        try:
            return executor.submit(_guarded, function, task).result()
        except BrokenProcessPool:
            return Failure("reading it crashed the process; the file is probably damaged")


def _guarded(function: Callable[[Task], Result], task: Task) -> Result | Failure:
    """Call `function` in a worker; what only concerns this task becomes a `Failure`."""
    try:
        return function(task)
    except (UserError, OSError) as error:
        fault = error.__cause__ if isinstance(error, UserError) else error
        if isinstance(fault, OSError) and fault.errno in _EVERYBODYS:
            raise UserError(f"{error}; make room and build again: it goes on from here") from error
        return Failure(str(error))
    except Exception as error:  # noqa: BLE001  reported with its traceback, the build goes on
        return Failure(f"defect of momjit: {type(error).__name__}: {error}", traceback.format_exc())


@contextmanager
def _processes(jobs: int) -> Generator[ProcessPoolExecutor]:
    """Processes that end at once with the block: what is under way would be thrown away."""
    others = {*multiprocessing.active_children()}
    # Not forked: threads of libraries already loaded would not survive that.
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare_worker)
    try:
        yield executor
    finally:
        for process in {*multiprocessing.active_children()} - others:
            process.terminate()
        executor.shutdown(wait=True, cancel_futures=True)


def _prepare_worker() -> None:
    """One thread a process, no process that outlives its parent; Ctrl-C is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = "1"
    threading.Thread(target=_die_with_parent, daemon=True).start()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
