"""Running the scripts of tests/js, with three.js and Khronos's glTF validator."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent / "js"
PACKAGES = ("three", "gltf-validator", "@vladmandic/face-api")


def run_node(script: str, *arguments: object) -> Any:
    """The JSON that a script prints."""
    install_packages()
    command = ["node", str(FOLDER / script), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def package_folder(package: str) -> Path:
    """Where the files of one of PACKAGES are."""
    install_packages()
    return FOLDER / "node_modules" / package


def install_packages() -> None:
    """Install PACKAGES on first use; skip the test where node is not installed."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed, so no package of other makers can be had")
    if not all((FOLDER / "node_modules" / package).is_dir() for package in PACKAGES):
        install = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
        subprocess.run(install, cwd=FOLDER, check=True, timeout=300)
