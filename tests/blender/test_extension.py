"""The extension: built, validated, installed and used in a Blender process of its own."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from gesture_core import __version__
from tests.blender.build_extension import SOURCE, build

HERE = Path(__file__).parent
PYTHON = os.environ.get("BLENDER_PYTHON", sys.executable)
"""Interpreter whose `bpy` is tested: set it to test another Blender version."""


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


def test_the_zip_holds_the_add_on_and_nothing_else(archive: Path):
    with zipfile.ZipFile(archive) as bundle:
        names = set(bundle.namelist())
    sources = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py")}
    wheel = f"backend/momjit-{__version__}-py3-none-any.whl"
    assert names == sources | {"blender_manifest.toml", wheel}
    assert archive.stat().st_size < 50e6


def test_the_manifest_has_the_version_of_the_program():
    manifest = tomllib.loads((SOURCE / "blender_manifest.toml").read_text("utf-8"))
    assert manifest["version"] == __version__
    assert manifest["blender_version_min"] == "4.2.0"


@pytest.mark.skipif(os.name != "posix", reason="the fake backend is a shell script")
def test_a_user_installs_generates_undoes_cancels_and_uninstalls(archive: Path, tmp_path: Path):
    backend = tmp_path / "python"
    backend.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "fake_backend.py"}"\n')
    backend.chmod(backend.stat().st_mode | stat.S_IXUSR)
    resources, results = tmp_path / "resources", tmp_path / "results"
    resources.mkdir()
    results.mkdir()
    places = {
        "BLENDER_USER_RESOURCES": str(resources),
        "MOMJIT_FAKE_AVATAR": str(tmp_path / "mina.glb"),
    }
    run = subprocess.run(
        [PYTHON, HERE / "extension_session.py", archive, backend, results],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
