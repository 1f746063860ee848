"""The installed extension with the real worker: bones play where the backend says they are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gesture_core.formats.clip import load_clip
from gesture_core.skeleton import HUMANOID, forward_kinematics
from tests.blender.build_extension import build
from tests.blender.conftest import HERE, PYTHON
from tests.rigs import TO_Z_UP


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a session of `worker_session.py` left: the clip it got and what Blender played."""
    folder = tmp_path_factory.mktemp("worker")
    (folder / "resources").mkdir()
    np.savez(
        folder / "skeleton.npz",
        names=np.array(HUMANOID.names),
        parents=np.array(HUMANOID.parents),
        rest=HUMANOID.rest_positions @ TO_Z_UP.T,
    )
    run = subprocess.run(
        [PYTHON, HERE / "worker_session.py", build(folder), sys.executable, folder],
        env={**os.environ, "BLENDER_USER_RESOURCES": str(folder / "resources")},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return folder


def test_bones_are_where_the_backend_says(folder: Path):
    (path,) = (folder / "results").glob("*/clip.npz")
    motion = load_clip(path).motion
    places, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    with np.load(folder / "played.npz") as played:
        order = [HUMANOID.index(str(name)) for name in played["names"]]
        assert len(played["heads"]) == len(places)
        apart = np.linalg.norm(played["heads"] - places[:, order] @ TO_Z_UP.T, axis=-1)
    assert np.ptp(places, axis=0).max() > 0.2  # it does gesture
    assert apart.max() < 0.001
