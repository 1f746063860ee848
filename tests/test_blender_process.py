"""Following the Blender program: its answer, its refusal, its crash, and its refusal to end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from gesture_core import blender
from gesture_core.errors import UserError
from gesture_core.progress import silent

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Let a script of ours stand in for `blender_addon.cli`."""

    def stand_in(script: str) -> None:
        package = tmp_path / "blender_addon"
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "cli.py").write_text("import json, sys\n" + script)
        monkeypatch.chdir(tmp_path)  # `python -m` looks here first
        monkeypatch.setattr(blender, "check_blender", lambda: None)
        monkeypatch.setattr(blender, "_PATIENCE", 0.5)

    return stand_in


def test_progress_and_what_was_lost_come_through(program) -> None:
    program(
        "print(json.dumps({'progress': 0.5, 'message': 'half'}))\n"
        "print(json.dumps({'done': [], 'lost': ['jaw'], 'seconds': {}}))\n"
    )
    told: list[tuple[float, str]] = []
    assert blender.run_blender([], lambda *said: told.append(said)) == ("jaw",)
    assert told == [(0.5, "half")]


def test_a_refusal_is_the_users_to_read(program) -> None:
    program("print(json.dumps({'error': 'no such rig'})); sys.exit(2)")
    with pytest.raises(UserError, match="no such rig"):
        blender.run_blender([], silent)


def test_a_crash_shows_the_end_of_the_log(program) -> None:
    program("print('Segmentation fault', file=sys.stderr); sys.exit(11)")
    with pytest.raises(blender.BlenderError, match="code 11:\nSegmentation fault"):
        blender.run_blender([], silent)


def test_a_program_that_will_not_end_is_ended(program) -> None:
    program(
        STUBBORN
        + "print(json.dumps({'done': [], 'lost': [], 'seconds': {}}), flush=True)\n"
        + "time.sleep(60)\n"
    )
    began = time.monotonic()
    assert blender.run_blender([], silent) == ()
    assert time.monotonic() - began < 20


def test_cancelling_ends_the_program(program) -> None:
    program(
        "import time\n"
        "print(json.dumps({'progress': 0, 'message': 'x'}), flush=True)\n"
        "time.sleep(60)\n"
    )

    def cancel(fraction: float, step: str) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        blender.run_blender([], cancel)
    assert time.monotonic() - began < 20
