"""The add-on's pure parts: finding the backend, remembered lists, tasks, line breaks."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.client.catalogue import Catalogue, Choice, load_catalogue
from blender_addon.client.environment import Place
from blender_addon.client.errors import BackendError
from blender_addon.client.frames import Frame, ProtocolError
from blender_addon.client.installer import MARKER
from blender_addon.client.job import Job, State
from blender_addon.client.locate import (
    MODULE,
    VARIABLE,
    any_command,
    installed_command,
    python_command,
)
from blender_addon.client.task import Task
from blender_addon.core.columns import columns
from blender_addon.ui.wrap import wrap

# Finding the backend


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def addon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    return tmp_path / "repository" / "blender_addon"


def test_the_backend_is_looked_for_in_the_documented_order(
    addon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    place = Place(tmp_path / "user" / "backend")
    with pytest.raises(BackendError, match=VARIABLE):
        any_command(place, addon)
    on_path = program(tmp_path / "bin" / "momjit")
    monkeypatch.setenv("PATH", str(on_path.parent))
    assert any_command(place, addon) == (str(on_path), "worker")
    beside = program(addon.parent / ".venv" / "bin" / "python")
    assert any_command(place, addon) == (str(on_path), "worker")  # not our repository
    (addon.parent / "gesture_core").mkdir()
    assert any_command(place, addon) == (str(beside), *MODULE)
    installed = program(place.python)
    assert any_command(place, addon) == (str(beside), *MODULE)  # not finished
    with pytest.raises(BackendError, match="not finished: repair it"):
        installed_command(place)
    marker = {"version": "0.1.0", "identity": "x", "python": "/usr/bin/python3"}
    (place.environment / MARKER).write_text(json.dumps(marker))
    assert any_command(place, addon) == (str(installed), *MODULE) == installed_command(place)
    named = program(tmp_path / "named" / "python")
    monkeypatch.setenv(VARIABLE, str(named))
    assert any_command(place, addon) == (str(named), *MODULE)


def test_a_python_or_its_environment_can_be_named(tmp_path: Path):
    python = program(tmp_path / "preferred" / "bin" / "python")
    assert python_command(str(python)) == (str(python), *MODULE)
    assert python_command(str(tmp_path / "preferred")) == (str(python), *MODULE)


def test_a_backend_that_is_not_installed_is_told(tmp_path: Path):
    with pytest.raises(BackendError, match="not installed yet: install it"):
        installed_command(Place(tmp_path))


def test_a_wrong_preference_is_named(tmp_path: Path):
    with pytest.raises(BackendError, match="no Python"):
        python_command("")
    with pytest.raises(BackendError, match="preferences.*nowhere"):
        python_command(str(tmp_path / "nowhere"))
    with pytest.raises(BackendError, match="neither a Python nor a virtual environment"):
        python_command(str(tmp_path))
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    with pytest.raises(BackendError, match="may not be executed"):
        python_command(str(text))


# Remembered lists

ROWS = {
    "styles": [{"name": "neutral", "description": "even"}],
    "voices": [
        {"name": "espeak:ko", "description": "always there", "offline": True, "installed": True},
        {"name": "edge:sunhi", "description": "clear", "offline": False, "installed": True},
        {"name": "kokoro", "description": "missing", "offline": True, "installed": False},
    ],
    "avatars": [{"name": "mina", "description": "an adult"}],
}


def test_lists_survive_a_session_without_voices_that_are_not_installed(tmp_path: Path):
    path = tmp_path / "new" / "catalogue.json"
    assert load_catalogue(path) == Catalogue()
    catalogue = Catalogue.from_rows(ROWS)
    assert catalogue.choices["voices"] == (
        Choice("espeak:ko", "always there", True),
        Choice("edge:sunhi", "clear", False),
    )
    catalogue.save(path)
    assert load_catalogue(path) == catalogue
    assert [file.name for file in path.parent.iterdir()] == ["catalogue.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"styles": 3}', '{"styles": [{}]}'])
def test_a_damaged_list_is_an_error(tmp_path: Path, text: str):
    path = tmp_path / "catalogue.json"
    path.write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011  (the reason is the parser's)
        load_catalogue(path)


# Jobs and tasks


def job(number: int = 1) -> Job:
    def cancel(job: Job) -> None:
        job.state = State.CANCELLED

    return Job(number, "perform", lambda: None, cancel)


def test_a_task_ends_when_all_of_its_jobs_have():
    first, second = job(1), job(2)
    task = Task("two", [first, second], lambda: "")
    first.take(Frame({"type": "progress", "id": 1, "fraction": 0.5, "message": "half"}))
    assert (task.poll(), task.fraction, task.message) == (False, 0.25, "half")
    first.take(Frame({"type": "done", "id": 1, "result": {}, "files": []}))
    assert (task.poll(), task.fraction) == (False, 0.5)
    second.take(Frame({"type": "done", "id": 2, "result": {"a": 1}, "files": []}))
    assert task.poll()
    assert (task.fraction, task.error, task.cancelled) == (1.0, "", False)


def test_a_failed_job_stops_the_others():
    first, second = job(1), job(2)
    task = Task("two", [first, second], lambda: "")
    first.take(Frame({"type": "failed", "id": 1, "kind": "user", "message": "no such style"}))
    assert task.poll()
    assert task.error == "no such style"
    assert second.state is State.CANCELLED


@pytest.mark.parametrize(
    "header",
    [
        {"type": "progress", "fraction": "half", "message": ""},
        {"type": "progress", "message": ""},
        {"type": "done", "result": {}},
        {"type": "done", "result": {}, "files": [{"name": "../../x", "size": 3}]},
        {"type": "done", "result": {}, "files": [{"name": "C:x", "size": 3}]},
        {"type": "done", "result": {}, "files": [{"name": "x", "size": 2}]},
        {"type": "done", "result": {}, "files": [{"name": "x", "size": -1}]},
        {"type": "done", "result": [1], "files": [{"name": "x", "size": 3}]},
        {"type": "done", "result": {}, "files": [{"name": "x", "size": 0}] * 2},
        {"type": "failed"},
        {"type": "song"},
    ],
)
def test_an_answer_out_of_line_is_a_protocol_error(header: dict[str, object]):
    with pytest.raises(ProtocolError):
        job().take(Frame({"id": 1, **header}, b"abc"))


def test_an_infinite_fraction_is_held_within_bounds():
    one = job()
    one.take(Frame({"type": "progress", "fraction": 1e999, "message": ""}))
    assert one.fraction == 1.0


# Line breaks


def test_hangul_counts_double():
    assert columns("안녕 hi") == 7
    assert columns("e\u0301") == 1


@given(st.text(alphabet="가나다 ab\n👋", max_size=80), st.integers(2, 30))
def test_wrapped_lines_fit_and_lose_no_word(text: str, width: int):
    lines = wrap(text, width, limit=1000)
    assert all(columns(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_words_stay_whole_where_they_fit_and_long_texts_are_shortened():
    assert wrap("오늘은 셰프가 준비한", 13) == ["오늘은 셰프가", "준비한"]
    assert wrap("a b c d", 1, limit=3) == ["a", "b", "…"]
    assert wrap("a b c", 1, limit=3) == ["a", "b", "c"]
