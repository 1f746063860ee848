"""Tasks over processes: errors, crashes and full disks."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gesture_core.dataset.parallel import Failure, run_tasks
from gesture_core.errors import UserError


def work(task: tuple[str, str]) -> str:
    kind, note = task
    if kind == "user":
        raise UserError(f"{note} is no video")
    if kind == "defect":
        raise ZeroDivisionError(note)
    if kind == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if kind == "full":
        raise OSError(errno.ENOSPC, "No space left on device")
    if kind == "wrapped":
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise UserError(f"cannot write {note}: {error.strerror}") from error
    if kind == "missing":
        raise FileNotFoundError(errno.ENOENT, "No such file", note)
    if kind == "sleep":
        Path(note).write_text(str(os.getpid()))
        time.sleep(60)
    return f"{kind} {note}"


def results(tasks: list[tuple[str, str]], jobs: int = 2) -> dict[tuple[str, str], str | Failure]:
    return {outcome.task: outcome.result for outcome in run_tasks(work, tasks, jobs)}


def test_what_fails_fails_alone() -> None:
    found = results(
        [("ok", "1"), ("user", "x.mp4"), ("defect", "0"), ("missing", "y"), ("ok", "2")]
    )
    assert found["ok", "1"] == "ok 1"
    assert found["ok", "2"] == "ok 2"
    assert found["user", "x.mp4"] == Failure("x.mp4 is no video")
    defect = found["defect", "0"]
    assert isinstance(defect, Failure)
    assert "ZeroDivisionError" in defect.reason
    assert "in work" in defect.trace
    assert isinstance(found["missing", "y"], Failure)


def test_processes_of_others_are_left_alone() -> None:
    context = multiprocessing.get_context("spawn")
    other = context.Process(target=time.sleep, args=(60,))
    other.start()
    try:
        assert results([("ok", "1")], jobs=1) == {("ok", "1"): "ok 1"}
        assert other.is_alive()
    finally:
        other.terminate()
        other.join()


def test_a_crash_costs_only_the_file_that_caused_it() -> None:
    tasks = [("ok", "1"), ("crash", "a"), ("ok", "2"), ("crash", "b"), ("ok", "3")]
    found = results(tasks)
    assert [found["ok", note] for note in "123"] == ["ok 1", "ok 2", "ok 3"]
    for note in "ab":
        failure = found["crash", note]
        assert isinstance(failure, Failure)
        assert "crashed" in failure.reason


@pytest.mark.parametrize("kind", ["full", "wrapped"])
def test_a_full_disk_ends_everything_with_a_line(kind: str) -> None:
    with pytest.raises(UserError, match="No space left on device.*goes on from here"):
        results([("ok", "1"), (kind, "x")], jobs=1)


def test_no_process_outlives_a_killed_parent(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('tasks', {str(Path(__file__))!r})\n"
        "tasks = importlib.util.module_from_spec(spec)\n"
        "sys.modules['tasks'] = tasks\n"
        "spec.loader.exec_module(tasks)\n"
        "if __name__ == '__main__':\n"
        f"    tasks.results([('sleep', {str(note)!r})], 1)\n"
    )
    main = tmp_path / "main.py"
    main.write_text(script)
    parent = subprocess.Popen([sys.executable, str(main)], stderr=subprocess.DEVNULL)
    try:
        _wait(lambda: note.exists() and note.read_text() != "")
        child = int(note.read_text())
        parent.kill()
        parent.wait()
        _wait(lambda: not Path(f"/proc/{child}").exists() or _is_zombie(child))
    finally:
        parent.kill()


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"


def _wait(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
