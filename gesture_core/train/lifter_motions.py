"""The movement that the lifter learns from: public motion capture on HUMANOID, by performer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.formats.glb import animation_names
from gesture_core.motion import Motion, resample
from gesture_core.pose.lift import FPS
from gesture_core.pose.read import read_motion
from gesture_core.progress import Progress, silent
from gesture_core.rotation import quat_rotate
from gesture_core.skeleton import HUMANOID, forward_kinematics

UPRIGHT = 0.6
"""Cosine of the steepest lean of the chest that is kept: nobody films a talk lying down."""
SHORTEST = 12
"""Frames of the shortest stretch that is kept."""

_SMARTBODY = {
    "Gestures": "brad",
    "Gestures2": "brad",
    "FemaleGestures": "connor",
    "PNGestures": "perception",
}


@dataclass(frozen=True, eq=False)
class Motions:
    """Stretches of movement at `FPS`, one after the other.

    `rotations` (F, 55, 4) local wxyz on HUMANOID; `starts` (S,) first frame of each stretch;
    `performers` (S,) who moves.
    """

    rotations: NDArray[np.float32]
    starts: NDArray[np.int64]
    performers: tuple[str, ...]

    @cached_property
    def sha256(self) -> str:
        """Hash of all movement, to tie a checkpoint to its data."""
        digest = hashlib.sha256(np.ascontiguousarray(self.rotations).tobytes())
        digest.update(self.starts.tobytes() + "\n".join(self.performers).encode())
        return digest.hexdigest()

    def of(self, performers: tuple[str, ...], *, others: bool = False) -> Motions:
        """The stretches of some performers, or of all `others`."""
        ends = np.append(self.starts[1:], len(self.rotations))
        chosen = [
            number
            for number, performer in enumerate(self.performers)
            if (performer in performers) != others
        ]
        if not chosen:
            raise UserError(
                f"no motion of {', '.join(performers)}; there is motion of "
                f"{', '.join(sorted(set(self.performers)))}"
            )
        lengths = (ends - self.starts)[chosen]
        return Motions(
            np.concatenate([self.rotations[self.starts[n] : ends[n]] for n in chosen]),
            np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64),
            tuple(self.performers[number] for number in chosen),
        )

    def stretches(self) -> Iterator[NDArray[np.float32]]:
        """Every stretch's rotations (T, 55, 4)."""
        yield from np.split(self.rotations, self.starts[1:])


def collect_motions(archives: Path, progress: Progress = silent) -> Motions:
    """Read smartbody, cmu, mesh2motion and sumerian below `archives` (see data/README.md)."""
    found = list(_files(archives))
    if not found:
        raise UserError(f"{archives} holds none of smartbody, cmu, mesh2motion, sumerian")
    pieces: list[NDArray[np.float32]] = []
    performers: list[str] = []
    for number, (path, animation, performer) in enumerate(found):
        progress(number / len(found), f"reading motions: {path.name}")
        for piece in _upright_stretches(resample(read_motion(path, animation=animation), FPS)):
            pieces.append(piece)
            performers.append(performer)
    starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])[:-1]])
    return Motions(np.concatenate(pieces), starts.astype(np.int64), tuple(performers))


def _files(archives: Path) -> Iterator[tuple[Path, str | None, str]]:
    """Every file with the animation to read and its performer."""
    for folder, performer in _SMARTBODY.items():
        motions = archives / "smartbody" / "data" / "behaviorsets" / folder / "motions"
        yield from ((path, None, performer) for path in sorted(motions.glob("*.skm")))
    for path in sorted((archives / "cmu" / "bvh").glob("*.bvh")):
        yield path, None, f"cmu{path.name[:3]}"
    for path in sorted((archives / "mesh2motion").glob("human-*.glb")):
        yield from ((path, animation, "mannequin") for animation in animation_names(path))
    for path in sorted((archives / "sumerian").glob("*/*.glb")):
        whole = [name for name in animation_names(path) if len(name) > 3]  # not single mouths
        yield from ((path, animation, f"sumerian-{path.parent.name}") for animation in whole)


def _upright_stretches(motion: Motion) -> Iterator[NDArray[np.float32]]:
    """Where the chest stands upright, for long enough."""
    chest = forward_kinematics(HUMANOID, motion.rotations, motion.root)[1][
        :, HUMANOID.index("upperChest")
    ]
    upright = quat_rotate(chest, [0.0, 1.0, 0.0])[:, 1] > UPRIGHT
    edges = np.flatnonzero(np.diff(np.concatenate([[False], upright, [False]]).astype(int)))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start >= SHORTEST:
            yield motion.rotations[start:end].astype(np.float32)


def save_motions(path: Path, motions: Motions) -> None:
    """Write motions as one `.npz` without pickle."""
    with atomic_path(path, force=True) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(
            stream,
            rotations=motions.rotations,
            starts=motions.starts,
            performers=np.array(motions.performers),
        )


def load_motions(path: Path) -> Motions:
    """Read what `save_motions` wrote; `UserError` when the file is something else."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return Motions(
                file["rotations"], file["starts"], tuple(str(name) for name in file["performers"])
            )
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path} holds no motions for the lifter: {error}") from error
