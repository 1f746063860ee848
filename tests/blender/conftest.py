"""Blender runs in processes of its own: it may hang on exit, and holds one scene at a time."""

from __future__ import annotations

import importlib.util
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from gesture_core.formats.clip import Clip, save_clip
from tests.blender.build_extension import build
from tests.rigs import REPOSITORY, lively_motion

HERE = Path(__file__).parent
PYTHON = os.environ.get("BLENDER_PYTHON", sys.executable)
"""Interpreter whose `bpy` is tested: set it to test another Blender version."""
CLICK = 0.2
"""Seconds into the speech at which it clicks."""


@pytest.fixture(autouse=True, scope="session")
def _needs_blender() -> None:
    if PYTHON == sys.executable and importlib.util.find_spec("bpy") is None:
        pytest.skip("Blender's Python module bpy is not installed")


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **more}


@pytest.fixture(scope="session")
def blender() -> Callable[..., Any]:
    """Run a script of this folder in Blender; returns the JSON of its last line."""

    def run(script: str, *arguments: object) -> Any:
        command = [PYTHON, str(HERE / script), *map(str, arguments)]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip."""
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def use_extension(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run a script of this folder that installs the zip, in a Blender that knows nobody yet;
    returns what it printed. The script is given the zip, then the arguments."""

    def run(script: str, *arguments: object, variables: dict[str, str] | None = None) -> str:
        resources = tmp_path_factory.mktemp("resources")
        done = subprocess.run(
            [PYTHON, str(HERE / script), str(archive), *map(str, arguments)],
            env={**(variables or os.environ), "BLENDER_USER_RESOURCES": str(resources)},
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
        return done.stdout

    return run


@pytest.fixture
def backend(tmp_path: Path) -> Callable[[str], Path]:
    """A script of this folder as a program that the extension starts like a Python."""
    if os.name != "posix":
        pytest.skip("the backends of these tests are shell scripts")

    def program(script: str) -> Path:
        path = tmp_path / script.removesuffix(".py")
        path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / script}"\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return program


@pytest.fixture(scope="session")
def add_on_cli() -> Callable[..., tuple[int, list[dict[str, Any]]]]:
    """Run `blender_addon.cli`; returns its exit status and the messages it printed."""

    def run(*arguments: object) -> tuple[int, list[dict[str, Any]]]:
        command = [PYTHON, "-m", "blender_addon.cli", *map(str, arguments)]
        done = subprocess.run(
            command, env=environment(), capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode in (0, 2), done.stderr[-3000:]
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    return run


@pytest.fixture(scope="session")
def puppet(blender: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A block figure with our bones and two meshes with expressions, as a `.glb`."""
    path = tmp_path_factory.mktemp("puppet") / "puppet.glb"
    blender("make_puppet.py", path)
    return path


@pytest.fixture(scope="session")
def spoken_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lively clip of 15 frames whose half second of speech clicks once."""
    folder = tmp_path_factory.mktemp("clip")
    samples = np.zeros(12000, dtype=np.float32)
    samples[int(CLICK * 24000) :][:240] = 0.9
    soundfile.write(folder / "speech.wav", samples, 24000)
    path = folder / "lively.npz"
    save_clip(path, Clip(lively_motion(frames=15), folder / "speech.wav", {"text": "짝"}))
    return path
