"""Reading clip files (`.npz`, version 1): movement with its speech and its origin."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

import numpy as np

from .errors import UserError
from .quaternion import Array, normalize

FORMAT = "momjit-clip"
VERSION = 1
MAX_JOINTS = 512
MAX_FRAMES = 1_000_000
MAX_BYTES = 1 << 30
MAX_EXPRESSIONS = 512
_NPY: Any = np.lib.format  # has no annotations


class ClipError(UserError):
    """The file is not a clip, or a damaged one; the message names the file and the place."""


@dataclass(frozen=True)
class Span:
    """A named stretch of the clip, seconds: a word, a gloss or a gesture, and where it is from."""

    kind: str
    text: str
    start: float
    end: float
    source: str


@dataclass(frozen=True)
class Clip:
    """T frames of J joints; metres, Y up, +Z forward, identity rest rotations.

    `offsets` `(J, 3)`, local `rotations` `(T, J, 4)` wxyz, `root` `(T, 3)` world position of the
    first joint, `expressions` `(T, K)` in 0–1 by `expression_names`; `audio`: the speech, or none.
    """

    joints: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Array
    rotations: Array
    root: Array
    expression_names: tuple[str, ...]
    expressions: Array
    fps: float
    spans: tuple[Span, ...]
    audio: Path | None
    provenance: dict[str, Any]

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(self.root)

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.frames / self.fps


def is_signed(provenance: Mapping[str, Any]) -> bool:
    """Whether a clip or take is sign language: silent, and not performed anew in parts."""
    return provenance.get("mode") == "sign"


def read_clip(path: Path) -> Clip:
    """The clip in the file `path`; `ClipError` says what is wrong with any other file."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > MAX_BYTES:
                raise ClipError(f"{path}: unpacks to {size} bytes, the limit is {MAX_BYTES}")
            header = _header(path, _array(path, archive, "header"))
            arrays = {
                name: _array(path, archive, name)
                for name in ("offsets", "rotations", "root", "expressions")
            }
    except FileNotFoundError:
        raise ClipError(f"{path}: no such clip file") from None
    except IsADirectoryError:
        raise ClipError(f"{path}: is a folder, not a clip file") from None
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        raise ClipError(f"{path}: not a readable clip file ({error})") from error
    return _clip(path, header, arrays)


def _array(path: Path, archive: zipfile.ZipFile, name: str) -> np.ndarray[Any, Any]:
    """One member, after its declared size was compared with what is really there."""
    try:
        member = archive.getinfo(f"{name}.npy")
    except KeyError:
        raise ClipError(f"{path}: not a momjit clip, “{name}” is missing") from None
    try:
        with archive.open(member) as stream:
            shape, dtype = _array_header(stream)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize > member.file_size:
            raise ClipError(f"{path}: “{name}” declares {shape} of {dtype}, more than it holds")
        with archive.open(member) as stream:
            return _NPY.read_array(stream)
    except (ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise ClipError(f"{path}: “{name}” cannot be read ({error})") from error


def _array_header(stream: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = _NPY.read_magic(stream)
    if version == (1, 0):
        shape, _, dtype = _NPY.read_array_header_1_0(stream)
    else:
        shape, _, dtype = _NPY.read_array_header_2_0(stream)
    return shape, dtype


def _header(path: Path, array: np.ndarray[Any, Any]) -> dict[str, Any]:
    if array.dtype.kind != "U" or array.shape != ():
        raise ClipError(f"{path}: the header must be one text, not {array.shape} of {array.dtype}")
    try:
        header: Any = json.loads(str(array))
    except (ValueError, RecursionError) as error:
        raise ClipError(f"{path}: the header is not valid JSON ({error})") from error
    if not isinstance(header, dict) or cast("dict[str, Any]", header).get("format") != FORMAT:
        raise ClipError(f"{path}: the header does not say it is a {FORMAT}")
    fields = cast("dict[str, Any]", header)
    if fields.get("version") != VERSION:
        raise ClipError(
            f"{path}: clip version {fields.get('version')!r}; this add-on reads version {VERSION}"
        )
    return fields


def _field(path: Path, fields: dict[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    value = fields.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ClipError(f"{path}: header field “{name}” is {value!r:.80}")
    return value


def _names(path: Path, fields: dict[str, Any], name: str, limit: int) -> tuple[str, ...]:
    values = cast("list[Any]", _field(path, fields, name, list))
    if len(values) > limit:
        raise ClipError(f"{path}: {len(values)} {name}, the limit is {limit}")
    if not all(isinstance(value, str) for value in values) or len(set(values)) != len(values):
        raise ClipError(f"{path}: {name} must be different names")
    return tuple(values)


def _parents(path: Path, fields: dict[str, Any], joints: int) -> tuple[int, ...]:
    values = cast("list[Any]", _field(path, fields, "parents", list))
    whole = all(type(value) is int for value in values)
    if not whole or len(values) != joints or joints == 0 or values[0] != -1:
        raise ClipError(f"{path}: parents must be {joints} joint numbers, −1 for the first")
    if any(not 0 <= parent < joint for joint, parent in enumerate(values) if joint):
        raise ClipError(f"{path}: every joint's parent must come before it")
    return tuple(values)


def _spans(path: Path, fields: dict[str, Any]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for entry in cast("list[Any]", _field(path, fields, "spans", list)):
        if not isinstance(entry, dict):
            raise ClipError(f"{path}: a span is {entry!r:.80}")
        span = cast("dict[str, Any]", entry)
        kind, text, source = (str(_field(path, span, n, str)) for n in ("kind", "text", "source"))
        start, end = (float(_field(path, span, n, (int, float))) for n in ("start", "end"))
        spans.append(Span(kind, text, start, end, source))
    return tuple(spans)


def _audio(path: Path, fields: dict[str, Any]) -> Path | None:
    """The speech beside the clip; a clip from a stranger must not point elsewhere."""
    name = fields.get("audio")
    if name is None:
        return None
    relative = PurePosixPath(_field(path, fields, "audio", str))
    if relative.is_absolute() or ".." in relative.parts or ":" in str(relative):
        raise ClipError(f"{path}: the speech “{relative}” must lie beside the clip")
    return path.parent / relative


def _checked(path: Path, name: str, array: np.ndarray[Any, Any], shape: tuple[int, ...]) -> Array:
    if array.shape != shape:
        raise ClipError(f"{path}: “{name}” is {array.shape}, expected {shape}")
    if array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ClipError(f"{path}: “{name}” must hold finite numbers")
    return array.astype(np.float64)


def _clip(path: Path, fields: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> Clip:
    joints = _names(path, fields, "joints", MAX_JOINTS)
    names = _names(path, fields, "expressions", MAX_EXPRESSIONS)
    fps = float(_field(path, fields, "fps", (int, float)))
    frames = len(arrays["root"]) if arrays["root"].ndim else 0
    if not 0 < frames <= MAX_FRAMES:
        raise ClipError(f"{path}: {frames} frames; 1 to {MAX_FRAMES} are possible")
    if not 0.0 < fps <= 1000.0:
        raise ClipError(f"{path}: {fps} frames a second; more than 0 and at most 1000 are possible")
    rotations = _checked(path, "rotations", arrays["rotations"], (frames, len(joints), 4))
    if (np.abs(np.linalg.norm(rotations, axis=-1) - 1.0) > 0.01).any():
        raise ClipError(f"{path}: “rotations” must hold unit quaternions")
    return Clip(
        joints=joints,
        parents=_parents(path, fields, len(joints)),
        offsets=_checked(path, "offsets", arrays["offsets"], (len(joints), 3)),
        rotations=normalize(rotations),
        root=_checked(path, "root", arrays["root"], (frames, 3)),
        expression_names=names,
        expressions=_checked(path, "expressions", arrays["expressions"], (frames, len(names))),
        fps=fps,
        spans=_spans(path, fields),
        audio=_audio(path, fields),
        provenance=dict(_field(path, fields, "provenance", dict)),
    )
