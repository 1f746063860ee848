"""The clip file: one performance in one `.npz`, the seam between backend and Blender.

Layout, version 1. `header`: a text array holding JSON with `format`, `version`, `fps`, `joints`,
`parents`, `expressions`, `spans`, `audio` (a path relative to the clip, or null) and `provenance`
(text, style, seed, model hash, licences, consent). Float32 arrays: `offsets` (J, 3) and `root`
(T, 3) in metres, `rotations` (T, J, 4) local wxyz, `expressions` (T, 52). Nothing is pickled.
"""

from __future__ import annotations

import json
import os
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.motion import EXPRESSIONS, Motion, Span
from gesture_core.rotation import Array, quat_normalize
from gesture_core.skeleton import Skeleton

FORMAT = "momjit-clip"
VERSION = 1
MAX_BYTES = 1 << 30
MAX_JOINTS = 512
MAX_FRAMES = 1_000_000
_ROUNDING = 4.0 * float(np.finfo(np.float32).eps)
_ARRAYS = ("offsets", "rotations", "root", "expressions")


@dataclass(frozen=True)
class Clip:
    """A Motion, the speech that goes with it and where it came from.

    `audio`: the WAV file, or None for a silent clip; `provenance`: JSON values that travel along.
    """

    motion: Motion
    audio: Path | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict[str, Any])


def save_clip(path: Path, clip: Clip, *, force: bool = False) -> None:
    """Write `clip`; its audio path is stored relative to the clip file."""
    motion = clip.motion
    audio = None
    if clip.audio is not None:
        audio = Path(os.path.relpath(clip.audio.resolve(), path.resolve().parent)).as_posix()
    header = {
        "format": FORMAT,
        "version": VERSION,
        "fps": motion.fps,
        "joints": motion.skeleton.names,
        "parents": motion.skeleton.parents,
        "expressions": EXPRESSIONS,
        "spans": [asdict(span) for span in motion.spans],
        "audio": audio,
        "provenance": dict(clip.provenance),
    }
    with atomic_path(path, force=force) as temporary:
        np.savez_compressed(
            temporary,
            header=np.array(json.dumps(header, ensure_ascii=False)),
            offsets=motion.skeleton.offsets.astype(np.float32),
            rotations=motion.rotations.astype(np.float32),
            root=motion.root.astype(np.float32),
            expressions=motion.expressions.astype(np.float32),
        )


def load_clip(path: Path) -> Clip:
    """Read a clip file; whatever is wrong with it becomes a `UserError` naming the place."""
    header, arrays = _read_members(path)
    try:
        names = tuple(str(name) for name in header["joints"])
        parents = tuple(int(parent) for parent in header["parents"])
        columns = [list(header["expressions"]).index(name) for name in EXPRESSIONS]
        spans = tuple(
            Span(
                kind=str(span["kind"]),
                text=str(span["text"]),
                start=float(span["start"]),
                end=float(span["end"]),
                source=str(span.get("source", "")),
            )
            for span in header["spans"]
        )
        motion = Motion(
            skeleton=Skeleton(names, parents, arrays["offsets"]),
            rotations=_unit(arrays["rotations"]),
            root=arrays["root"],
            fps=float(header["fps"]),
            expressions=arrays["expressions"][:, columns],
            spans=spans,
        )
        audio = None if header["audio"] is None else path.parent / str(header["audio"])
        provenance = dict(header.get("provenance") or {})
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise UserError(f"{path} is not a valid clip: header does not fit ({error})") from error
    return Clip(motion, audio, provenance)


def _unit(rotations: Array) -> Array:
    """Rotations of unit length; those off by rounding alone stay, so that saving gives the same."""
    off = np.abs(np.linalg.norm(rotations, axis=-1, keepdims=True) - 1.0)
    return np.where(off > _ROUNDING, quat_normalize(rotations), rotations)


def _read_members(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    """The parsed header and the float64 arrays, sizes checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MAX_BYTES:
            raise UserError(f"{path} unpacks to {unpacked} bytes, more than the limit {MAX_BYTES}")
        with np.load(path, allow_pickle=False) as members:
            loaded: object = json.loads(str(members["header"][()]))
            arrays = {name: np.asarray(members[name], dtype=float) for name in _ARRAYS}
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    except KeyError as error:
        raise UserError(f"{path} is not a clip: it has no {error}") from error
    except (
        ValueError,
        EOFError,
        MemoryError,
        RuntimeError,
        SyntaxError,
        tokenize.TokenError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise UserError(f"{path} is not a clip or is damaged: {error}") from error
    header = cast("dict[str, Any]", loaded) if isinstance(loaded, dict) else {}
    if header.get("format") != FORMAT:
        raise UserError(f"{path} is not a {FORMAT} file")
    if header.get("version") != VERSION:
        raise UserError(
            f"{path} has clip version {header.get('version')}; this program reads {VERSION}"
        )
    rotations = arrays["rotations"]
    if rotations.ndim != 3 or len(rotations) > MAX_FRAMES or rotations.shape[1] > MAX_JOINTS:
        raise UserError(f"{path}: rotations of shape {rotations.shape} are out of bounds")
    for name, array in arrays.items():
        if not np.isfinite(array).all():
            raise UserError(f"{path}: {name} holds a value that is not finite")
    return header, arrays
