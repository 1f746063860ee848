"""Words, faces, batches and the panel's choices, as a user of the installed extension has them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.blender.build_extension import build
from tests.blender.conftest import HERE, PYTHON


@pytest.mark.skipif(os.name != "posix", reason="the fake backend is a shell script")
def test_a_user_edits_faces_redoes_phrases_and_performs_scripts(tmp_path: Path):
    backend = tmp_path / "python"
    backend.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HERE / "fake_backend.py"}"\n')
    backend.chmod(backend.stat().st_mode | stat.S_IXUSR)
    for name in ("resources", "results", "dist"):
        (tmp_path / name).mkdir()
    places = {
        "BLENDER_USER_RESOURCES": str(tmp_path / "resources"),
        "MOMJIT_FAKE_AVATAR": str(tmp_path / "mina.glb"),
    }
    archive = build(tmp_path / "dist")
    run = subprocess.run(
        [PYTHON, HERE / "session_words.py", archive, backend, tmp_path / "results"],
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout + run.stderr
