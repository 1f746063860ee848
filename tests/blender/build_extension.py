"""Build and validate the extension with Blender's own tool: `python -m … FOLDER`."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tomllib
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent.parent / "blender_addon"


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
    tool = [sys.executable, str(extension_tool())]
    for command in (
        ["build", "--source-dir", str(SOURCE), "--output-filepath", str(archive)],
        ["validate", str(archive)],
    ):
        run = subprocess.run([*tool, *command], capture_output=True, text=True, timeout=60)
        if run.returncode != 0:
            raise SystemExit(f"blender_ext.py {command[0]}: {run.stdout}{run.stderr}")
    return archive


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m tests.blender.build_extension FOLDER")
    print(build(Path(sys.argv[1])))
