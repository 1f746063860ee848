"""What the library assimp makes of a file: joint positions over time, through its JSON dump."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.rotation import quat_normalize, quat_to_rotmat

Array = NDArray[np.float64]


def assimp_positions(path: Path, folder: Path, fps: float, frames: int) -> dict[str, Array]:
    """Positions `(frames, 3)` of every node of the file's only animation, in the file's axes and
    unit; `folder` takes the dump. Skips the test where assimp is not installed."""
    if shutil.which("assimp") is None:
        pytest.skip("assimp is not installed (Debian: apt-get install assimp-utils)")
    dump = folder / f"{path.parent.name}-{path.stem}.json"
    command = ["assimp", "export", str(path), str(dump), "-fassjson"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    scene = json.loads(dump.read_text(encoding="utf-8"))
    (animation,) = scene["animations"]
    ticks = np.arange(frames) / fps * animation["tickspersecond"]
    moved = {channel["name"]: _matrices(channel, ticks) for channel in animation["channels"]}
    places: dict[str, Array] = {}
    _walk(scene["rootnode"], np.tile(np.eye(4), (frames, 1, 1)), moved, places)
    return places


def _walk(
    node: dict[str, Any], above: Array, moved: dict[str, Array], places: dict[str, Array]
) -> None:
    rest = np.array(node["transformation"]).reshape(4, 4)
    world = above @ moved.get(node["name"], rest)
    places[node["name"]] = world[:, :3, 3]
    for child in node.get("children", ()):
        _walk(child, world, moved, places)


def _matrices(channel: dict[str, Any], ticks: Array) -> Array:
    """Local matrices `(T, 4, 4)` at times at which the channel has keys."""
    keys = {name: channel[f"{name}keys"] for name in ("position", "rotation", "scaling")}
    values = {
        name: np.array([_nearest(rows, tick) for tick in ticks]) for name, rows in keys.items()
    }
    matrices = np.tile(np.eye(4), (len(ticks), 1, 1))
    turns = quat_to_rotmat(quat_normalize(values["rotation"]))
    matrices[:, :3, :3] = turns * values["scaling"][:, None, :]
    matrices[:, :3, 3] = values["position"]
    return matrices


def _nearest(keys: list[Any], tick: float) -> list[float]:
    """The key at a time; the only one where a channel stands still."""
    time, value = min(keys, key=lambda key: abs(key[0] - tick))
    assert len(keys) == 1 or abs(time - tick) < 0.01
    return value
