"""The extension: built, validated, installed and used in a Blender process of its own."""

from __future__ import annotations

import os
import tomllib
import zipfile
from pathlib import Path

from gesture_core import __version__
from tests.blender.build_extension import SOURCE


def test_the_zip_holds_the_add_on_and_nothing_else(archive: Path):
    with zipfile.ZipFile(archive) as bundle:
        names = set(bundle.namelist())
    sources = {str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py")}
    wheel = f"backend/momjit-{__version__}-py3-none-any.whl"
    assert names == sources | {"blender_manifest.toml", "scene/mark.png", wheel}
    assert archive.stat().st_size < 50e6


def test_the_manifest_has_the_version_of_the_program():
    manifest = tomllib.loads((SOURCE / "blender_manifest.toml").read_text("utf-8"))
    assert manifest["version"] == __version__
    assert manifest["blender_version_min"] == "4.2.0"


def test_a_user_installs_generates_undoes_cancels_and_uninstalls(
    use_extension, backend, tmp_path: Path
):
    results = tmp_path / "results"
    results.mkdir()
    variables = {**os.environ, "MOMJIT_FAKE_AVATAR": str(tmp_path / "mina.glb")}
    use_extension("extension_session.py", backend("fake_backend.py"), results, variables=variables)
