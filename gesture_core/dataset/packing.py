"""A record as bytes: a short description and plain rows of numbers.

A row is one frame as float32, little endian: the local rotations of HUMANOID (wxyz, joint by
joint), the root position in metres, the 52 expressions. A window of a clip is one slice of its
rows; nothing has to be parsed to read it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import msgpack
import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.record import ALIGNMENTS, Record
from gesture_core.errors import UserError
from gesture_core.motion import EXPRESSIONS, Motion, Span
from gesture_core.skeleton import HUMANOID

Rows = NDArray[np.float32]

ROW = np.dtype("<f4")
ROTATIONS = slice(0, 4 * len(HUMANOID))
ROOT = slice(ROTATIONS.stop, ROTATIONS.stop + 3)
FACE = slice(ROOT.stop, ROOT.stop + len(EXPRESSIONS))
COLUMNS = FACE.stop
"""Numbers in a row."""
ROW_BYTES = COLUMNS * ROW.itemsize
MAX_META_BYTES = 1 << 26
UNIT_LENGTH_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class ClipMeta:
    """What is known of a clip without its movement; fields as in `Record` and `Motion`."""

    name: str
    frames: int
    fps: float
    speaker: str
    style: str
    source: str
    alignment: str
    licence: str
    provenance: Mapping[str, Any]
    spans: tuple[Span, ...]

    @property
    def seconds(self) -> float:
        """Length of the clip."""
        return self.frames / self.fps

    @property
    def video(self) -> str:
        """The recording the clip was cut from: its name without where it was cut."""
        return re.sub(r"[#@][\d.]+$", "", self.name)

    @cached_property
    def words(self) -> tuple[Span, ...]:
        """The spans of kind "word"."""
        return tuple(span for span in self.spans if span.kind == "word")


@dataclass(frozen=True, eq=False)
class PackedClip:
    """A record as it lies on disk: `meta` in msgpack and `rows` (T, COLUMNS) as bytes."""

    name: str
    meta: bytes
    rows: bytes


def pack_record(record: Record) -> PackedClip:
    """The bytes of a record; equal records give equal bytes.

    `UserError` names the record whose numbers are not finite or whose rotations are no unit
    quaternions; `ValueError` means that the caller broke the rules of `Record`.
    """
    motion = record.motion
    if record.alignment not in ALIGNMENTS:
        raise ValueError(f"{record.name}: unknown alignment {record.alignment!r}")
    if motion.skeleton is not HUMANOID and (
        motion.skeleton.names != HUMANOID.names
        or not np.array_equal(motion.skeleton.offsets, HUMANOID.offsets)
    ):
        raise ValueError(f"{record.name} is not on the skeleton HUMANOID")
    if not motion.frames:
        raise UserError(f"{record.name} has no frames")
    rows = motion_to_rows(motion)
    _check_rows(rows, record.name)
    meta = {
        "name": record.name,
        "frames": motion.frames,
        "fps": float(motion.fps),
        "speaker": record.speaker,
        "style": record.style,
        "source": record.source,
        "alignment": record.alignment,
        "licence": record.licence,
        "provenance": dict(record.provenance),
        "spans": [
            [span.kind, span.text, float(span.start), float(span.end), span.source]
            for span in motion.spans
        ],
    }
    return PackedClip(record.name, pack_canonical(meta, record.name), rows.tobytes())


def unpack_meta(data: bytes | memoryview, place: str) -> ClipMeta:
    """The description from its bytes; `UserError` naming `place` when they are something else."""
    try:
        meta = unpack_mapping(data, place)
        spans = tuple(
            Span(str(kind), str(text), float(start), float(end), str(source))
            for kind, text, start, end, source in meta.pop("spans")
        )
        return ClipMeta(**meta, spans=spans)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{place}: the description of a clip is damaged ({error})") from error


def unpack_record(clip: PackedClip, place: str) -> Record:
    """The record whose bytes these are."""
    meta = unpack_meta(clip.meta, place)
    return meta_to_record(meta, bytes_to_rows(clip.rows, meta.frames, f"{place}: {meta.name}"))


def meta_to_record(meta: ClipMeta, rows: Rows) -> Record:
    """The record of a description and its rows (T, COLUMNS); checks that they are finite."""
    return Record(
        name=meta.name,
        motion=rows_to_motion(rows, meta),
        speaker=meta.speaker,
        style=meta.style,
        source=meta.source,
        alignment=meta.alignment,
        licence=meta.licence,
        provenance=meta.provenance,
    )


def motion_to_rows(motion: Motion) -> Rows:
    """Rows (T, COLUMNS) of a motion on HUMANOID."""
    rotations = motion.rotations.reshape(motion.frames, -1)
    parts = (rotations, motion.root, motion.expressions)
    return np.concatenate(parts, axis=1, dtype=ROW, casting="same_kind")


def rows_to_motion(rows: Rows, meta: ClipMeta) -> Motion:
    """The motion of a clip from its rows (T, COLUMNS); `UserError` when they are not finite."""
    _check_rows(rows, meta.name)
    rotations, root, face = split_rows(rows)
    return Motion(
        skeleton=HUMANOID,
        rotations=rotations.astype(np.float64),  # as stored: packing again gives the same bytes
        root=root.astype(np.float64),
        fps=meta.fps,
        expressions=face.astype(np.float64),
        spans=meta.spans,
    )


def split_rows(rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Views on the rotations (..., J, 4), root (..., 3) and expressions (..., 52) of rows."""
    rotations = rows[..., ROTATIONS].reshape(*rows.shape[:-1], len(HUMANOID), 4)
    return rotations, rows[..., ROOT], rows[..., FACE]


def bytes_to_rows(data: bytes | memoryview, frames: int, place: str) -> Rows:
    """A view (frames, COLUMNS) on the bytes of rows; `UserError` when their number is wrong."""
    if len(data) != frames * ROW_BYTES:
        raise UserError(f"{place} is damaged: {len(data)} bytes do not hold {frames} frames")
    return np.frombuffer(data, dtype=ROW).reshape(frames, COLUMNS)


def pack_canonical(value: Mapping[str, Any], place: str) -> bytes:
    """Msgpack with the keys of all mappings sorted; `ValueError` for what is not plain data."""
    return cast("bytes", msgpack.packb(_plain(value, place)))


def unpack_mapping(data: bytes | memoryview, place: str) -> dict[str, Any]:
    """A mapping from msgpack; `UserError` naming `place` when it is something else."""
    if len(data) > MAX_META_BYTES:
        raise UserError(f"{place}: a description of {len(data)} bytes is too large")
    try:
        value = msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException) as error:
        raise UserError(f"{place}: a description is damaged ({error})") from error
    if not isinstance(value, dict):
        raise UserError(f"{place}: a description is damaged (it is no mapping)")
    return value


def _check_rows(rows: Rows, name: str) -> None:
    if not np.isfinite(rows).all():
        frame = int(np.argmin(np.isfinite(rows).all(axis=1)))
        raise UserError(f"{name}: frame {frame} holds a number that is not finite")
    lengths = np.linalg.norm(split_rows(rows)[0], axis=-1)
    if np.abs(lengths - 1.0).max() > UNIT_LENGTH_TOLERANCE:
        frame, joint = np.unravel_index(np.abs(lengths - 1.0).argmax(), lengths.shape)
        raise UserError(
            f"{name}: frame {frame}, {HUMANOID.names[joint]}: a rotation is no unit quaternion"
        )


def _plain(value: Any, place: str) -> Any:
    """Mappings sorted by key, sequences as lists; only data that msgpack gives back as it is."""
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError(f"{place}: keys of a mapping must be text")
        return {key: _plain(value[key], f"{place}.{key}") for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(item, f"{place}[{index}]") for index, item in enumerate(value)]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise ValueError(f"{place}: {type(value).__name__} is no number, text, list or mapping")
