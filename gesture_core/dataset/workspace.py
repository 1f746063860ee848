"""The folder beside a set where a build keeps what it has done so far.

`SET.build/` holds what detectors saw (`seen/`), the keypoints of every take (`takes/`), finished
clips until the set is written (`clips/`), and the reports. Everything is named by the hash of what
it was made from and written whole or not at all, so an interrupted build goes on where it stopped
and a changed setting redoes only what depends on it. Deleting the folder loses time, not data.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.keypoints import KEYPOINTS, Crowd, Keypoints

Array = NDArray[np.float64]
MAX_BYTES = 1 << 32


@dataclass(frozen=True)
class Workspace:
    """Paths in the folder of a build."""

    folder: Path

    @classmethod
    def of(cls, output: Path) -> Workspace:
        """The folder of the build of the set `output`: `talks.lmdb` has `talks.build`."""
        return cls(output.with_name(output.stem + ".build"))

    def seen(self, key: str) -> Path:
        """What a detector saw in one block of a video."""
        return self.folder / "seen" / f"{key}.npz"

    def take(self, key: str, number: int) -> Path:
        """The followed and cleaned keypoints of one take of a source."""
        return self.folder / "takes" / key / f"{number:04d}.npz"

    def words(self, key: str) -> Path:
        """The words said in a source."""
        return self.folder / "words" / f"{key}.json"

    def clips(self, key: str) -> Path:
        """The staged records of a source."""
        return self.folder / "clips" / key

    def report(self, key: str) -> Path:
        """The report on a source; it is written last, so that its being there means done."""
        return self.folder / "reports" / f"{key}.json"

    @property
    def index(self) -> Path:
        """Which source has which key and lies where."""
        return self.folder / "sources.json"

    @property
    def summary(self) -> Path:
        """How much was kept and why not, for people."""
        return self.folder / "summary.md"


def key_of(*parts: object) -> str:
    """A name for what was made from `parts`: texts, numbers, lists and mappings of them."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON over what was there."""
    with atomic_path(path, force=True) as temporary:
        temporary.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote; `UserError` when it is something else."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is too large; delete it and build again")
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} is damaged; delete it and build again ({error})") from error
    if not isinstance(value, dict):
        raise UserError(f"{path} is damaged; delete it and build again")
    return value


def save_crowd(path: Path, crowd: Crowd, changes: Array) -> None:
    """Write what a detector saw, and how much each picture changed."""
    counts = [len(people) for people in crowd.frames]
    points = np.concatenate([np.zeros((0, len(KEYPOINTS), 3)), *crowd.frames])
    _save(
        path,
        points=points.astype(np.float32),
        counts=np.array(counts, dtype=np.int64),
        changes=changes.astype(np.float32),
        picture=np.array([crowd.fps, crowd.width, crowd.height]),
    )


def load_crowd(path: Path) -> tuple[Crowd, Array]:
    """Read what `save_crowd` wrote."""
    arrays = _load(path)
    ends = np.cumsum(arrays["counts"])[:-1]
    fps, width, height = arrays["picture"]
    frames = tuple(np.split(arrays["points"].astype(np.float64), ends))
    return Crowd(frames, float(fps), int(width), int(height)), arrays["changes"].astype(float)


def save_keypoints(path: Path, keypoints: Keypoints) -> None:
    """Write the keypoints of a take."""
    _save(
        path,
        points=keypoints.points.astype(np.float32),
        confidence=keypoints.confidence.astype(np.float32),
        people=keypoints.people,
        picture=np.array([keypoints.fps, keypoints.width, keypoints.height]),
    )


def load_keypoints(path: Path) -> Keypoints:
    """Read what `save_keypoints` wrote."""
    arrays = _load(path)
    fps, width, height = arrays["picture"]
    return Keypoints(
        arrays["points"].astype(np.float64),
        arrays["confidence"].astype(np.float64),
        arrays["people"],
        float(fps),
        int(width),
        int(height),
    )


def _save(path: Path, **arrays: NDArray[np.generic]) -> None:
    with atomic_path(path, force=True) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]


def _load(path: Path) -> dict[str, NDArray[Any]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is too large; delete it and build again")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(f"{path} is damaged; delete it and build again ({error})") from error
