"""Build and validate the extension with Blender's own tool: `python -m … FOLDER`.

The zip carries the backend's wheel, so that one button installs the version that belongs to it.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SOURCE = REPOSITORY / "blender_addon"
WHEELS = "backend"
"""Folder of the zip that holds the wheel; `client/environment.py` looks for it there."""


def extension_tool() -> Path:
    """`blender_ext.py` of the installed bpy module, found without importing bpy."""
    module = importlib.util.find_spec("bpy")
    if module is None or module.origin is None:
        raise SystemExit("building the extension needs Blender's Python module: pip install bpy")
    found = sorted(Path(module.origin).parent.glob("*/scripts/addons_core/bl_pkg/cli"))
    return found[-1] / "blender_ext.py"


def build(folder: Path) -> Path:
    """Write `momjit-VERSION.zip` into `folder` and validate it; returns its path."""
    version = tomllib.loads((SOURCE / "blender_manifest.toml").read_text("utf-8"))["version"]
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"momjit-{version}.zip"
    with tempfile.TemporaryDirectory(prefix="momjit-extension-") as temporary:
        staging = Path(temporary) / "momjit"
        shutil.copytree(SOURCE, staging, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        build_wheel(staging / WHEELS)
        tool = [sys.executable, str(extension_tool())]
        _run(*tool, "build", "--source-dir", staging, "--output-filepath", archive)
        _run(*tool, "validate", archive)
    return archive


def build_wheel(folder: Path) -> None:
    """Write the backend's wheel into `folder`; hatchling alone decides what it holds."""
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)


def _run(*command: object) -> None:
    run = subprocess.run(
        [str(part) for part in command],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}:\n{run.stdout}{run.stderr}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.blender.build_extension FOLDER")
    built = build(Path(sys.argv[1]))
    print(f"{built} ({built.stat().st_size / 1e6:.0f} MB)")
