"""The preferences' buttons in real Blender, with wheels so small that pip is done in seconds."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from gesture_core.worker.listen import Entrance, open_entrance, serve_network
from tests.blender import fake_backend
from tests.test_installation import DOCTOR, TORCH, write_wheel

TOKEN = "a token of some length"


def listening_backend() -> str:
    """The address of the fake backend, on a port of this process."""
    entrance = Entrance("127.0.0.1", 0, TOKEN.encode())
    listener = open_entrance(entrance)
    arguments = (listener, entrance, fake_backend.JOBS, "fake")
    threading.Thread(target=serve_network, args=arguments, daemon=True).start()
    return f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for processes in /proc")
def test_the_backend_is_installed_removed_and_leaves_nothing(use_extension, tmp_path: Path):
    folders = {name: tmp_path / name for name in ("index", "wheel")}
    for folder in folders.values():
        folder.mkdir()
    write_wheel(folders["index"], "torch", TORCH.partition("==")[2], {"torch.py": "WEIGHT = 1"})
    files = {"gesture_core/__init__.py": "", "gesture_core/cli.py": DOCTOR}
    wheel = write_wheel(folders["wheel"], "momjit", "0.1.0", files, "Requires-Python: >=3.9,<4")
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    use_extension(
        "install_session.py",
        wheel,
        folders["index"],
        listening_backend(),
        TOKEN,
        variables={**plain, "PIP_CONFIG_FILE": os.devnull},
    )
