"""The installed extension with the real worker: bones play where the backend says they are."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from gesture_core.formats.clip import load_clip
from gesture_core.skeleton import HUMANOID, forward_kinematics
from tests.rigs import TO_Z_UP


@pytest.fixture(scope="module")
def folder(use_extension, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a session of `worker_session.py` left: the clip it got and what Blender played."""
    folder = tmp_path_factory.mktemp("worker")
    np.savez(
        folder / "skeleton.npz",
        names=np.array(HUMANOID.names),
        parents=np.array(HUMANOID.parents),
        rest=HUMANOID.rest_positions @ TO_Z_UP.T,
    )
    use_extension("worker_session.py", sys.executable, folder)
    return folder


@pytest.fixture(scope="module")
def played(folder: Path) -> dict[str, np.ndarray]:
    """Where every bone was in each frame `(T, B, 3)`, by what had been done."""
    with np.load(folder / "played.npz") as played:
        return dict(played)


def columns(played: dict[str, np.ndarray], *beginnings: str) -> np.ndarray:
    """Which bones have a name that begins so."""
    return np.array([str(name).startswith(beginnings) for name in played["names"]])


def moved(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Metres between two places of each bone in each frame `(T, B)`."""
    return np.linalg.norm(first - second, axis=-1)


def test_bones_are_where_the_backend_says(folder: Path, played: dict[str, np.ndarray]):
    (path, *_) = sorted((folder / "results").glob("*/clip.npz"))
    motion = load_clip(path).motion
    places, _ = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    order = [HUMANOID.index(str(name)) for name in played["names"]]
    assert len(played["whole"]) == len(places)
    assert np.ptp(places, axis=0).max() > 0.2  # it does gesture
    assert moved(played["whole"], places[:, order] @ TO_Z_UP.T).max() < 0.001
    assert moved(played["whole"], played["again"]).max() < 1e-6  # undone and redone


def test_a_redone_phrase_leaves_the_rest_as_it_was(played: dict[str, np.ndarray]):
    times = np.arange(len(played["whole"])) / 30.0
    start, end = played["stretch"]
    apart = moved(played["whole"], played["redone"]).max(axis=1)
    blend = 0.34  # the seconds over which the backend blends, and a frame
    assert apart[(times < start - blend) | (times > end + blend)].max() < 1e-5
    assert apart[(times > start) & (times < end)].max() > 0.02


def test_a_mask_moves_nothing_else(played: dict[str, np.ndarray]):
    chosen = columns(played, "leftLowerArm", "leftHand", "leftThumb", "leftIndex", "leftMiddle")
    spared = ~columns(played, "left") | columns(played, "leftUpperLeg", "leftFoot", "leftEye")
    apart = moved(played["redone"], played["masked"]).max(axis=0)
    assert apart[spared].max() < 1e-5
    assert apart[chosen].max() > 0.02


def test_exports_read_again_play_the_same(played: dict[str, np.ndarray]):
    for kind in ("glb", "bvh"):
        assert moved(played["masked"], played[kind]).max() < 0.001, kind
