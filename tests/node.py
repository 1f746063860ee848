"""Running the scripts of tests/js, with three.js and Khronos's glTF validator."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent / "js"
PACKAGES = ("three", "gltf-validator")


def run_node(script: str, *arguments: object) -> Any:
    """The JSON that a script prints; its packages are installed on first use."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed, so neither three.js nor the glTF validator can run")
    if not all((FOLDER / "node_modules" / package).is_dir() for package in PACKAGES):
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=FOLDER, check=True, timeout=300)
    command = ["node", str(FOLDER / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)
