"""Records on their way into a set: one small file for each, so that a build can be resumed.

Workers stage records in any order and at the same time; an interrupted build keeps what is
complete. `staged_records` gives them in the order in which `store.write_set` wants them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgpack

from gesture_core.atomic import atomic_path
from gesture_core.dataset.packing import (
    MAX_META_BYTES,
    PackedClip,
    pack_record,
    unpack_record,
)
from gesture_core.dataset.record import Record
from gesture_core.errors import UserError

SUFFIX = ".record"
MAX_RECORD_BYTES = 2**32
_FORMAT, _VERSION, _PARTS = "momjit-record", 1, 5


def staged_path(folder: Path, name: str) -> Path:
    """Where the record called `name` is staged; names may hold any characters."""
    return folder / (hashlib.sha256(name.encode()).hexdigest()[:32] + SUFFIX)


def stage_record(folder: Path, record: Record) -> Path:
    """Write one record, whole or not at all, in place of an earlier one of its name."""
    clip = pack_record(record)
    path = staged_path(folder, record.name)
    with atomic_path(path, force=True) as temporary:
        with temporary.open("wb") as stream:
            msgpack.pack([_FORMAT, _VERSION, clip.name, clip.meta, clip.rows], stream)
    return path


def staged_records(*folders: Path) -> Iterator[Record]:
    """All records staged in `folders` in order of their names, one in memory at a time."""
    files = [path for folder in folders for path in _staged_files(folder)]
    for _, path in sorted((_read(path, 3)[2], path) for path in files):
        _, _, name, meta, rows = _read(path, _PARTS)
        yield unpack_record(PackedClip(name, meta, rows), str(path))


def _staged_files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*" + SUFFIX) if not path.name.startswith(".")]


def _read(path: Path, parts: int) -> list[Any]:
    """The first `parts` values of a staged file; the rest is not read."""
    try:
        with path.open("rb") as stream:
            unpacker = msgpack.Unpacker(stream, max_buffer_size=MAX_RECORD_BYTES)
            length = unpacker.read_array_header()
            values = [unpacker.unpack() for _ in range(min(parts, length))]
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, msgpack.UnpackException, msgpack.OutOfData) as error:
        raise UserError(f"{path} is damaged; delete it and build again ({error})") from error
    if length != _PARTS or values[:2] != [_FORMAT, _VERSION]:
        raise UserError(f"{path} is not a staged record of version {_VERSION}; delete it")
    types = (str, int, str, bytes, bytes)
    if not all(isinstance(value, kind) for value, kind in zip(values, types, strict=False)):
        raise UserError(f"{path} is damaged; delete it and build again")
    if parts > 3 and len(cast("bytes", values[3])) > MAX_META_BYTES:
        raise UserError(f"{path} describes its record in too many bytes; delete it")
    return values
