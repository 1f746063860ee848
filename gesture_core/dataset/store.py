"""The training set: one LMDB file, written in one way only and read where it lies.

Keys: `clip/<number>/meta` and `clip/<number>/rows` in order of the clips' names (see
`dataset.packing`), `clips` with the names and frame counts, `header`. Everything but the rows is
msgpack. The same records give the same bytes, whatever order, interruptions or earlier versions
they came through: a set is never changed in place but written anew from its sorted clips.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.dataset.lmdb_pages import LmdbPages, open_pages
from gesture_core.dataset.packing import (
    COLUMNS,
    ClipMeta,
    PackedClip,
    Rows,
    bytes_to_rows,
    meta_to_record,
    pack_canonical,
    pack_record,
    rows_to_motion,
    unpack_mapping,
    unpack_meta,
)
from gesture_core.dataset.record import Record
from gesture_core.dataset.splits import SplitConfig, assign_splits
from gesture_core.errors import UserError
from gesture_core.motion import Motion
from gesture_core.skeleton import HUMANOID

if TYPE_CHECKING:
    import lmdb

FORMAT, VERSION = "momjit-dataset", 1
FIRST_MAP_BYTES = 1 << 24
BATCH_BYTES = 1 << 23
"""Bytes put in one transaction; LMDB keeps them in memory until it ends."""
_OVERHEAD = 4
"""Pages that a transaction may need in bytes of its values, at most; small values pack badly."""


# ── writing ───────────────────────────────────────────────────────────────────────────────────


def write_set(
    path: Path,
    records: Iterable[Record],
    header: Mapping[str, Any],
    *,
    splits: SplitConfig | None = None,
    force: bool = False,
    append_to: Path | None = None,
    anew: Container[str] = (),
) -> None:
    """Write a training set; an interruption leaves what was at `path` before.

    `records`: a sequence in any order, or a stream in order of the names (`staging`), of which
    one batch at a time is in memory; `header`: `fps`, which all records must have, and `config`;
    `splits`: how the speakers are divided; `append_to`: a set whose clips are kept, except those
    of which `records` holds a new version and those of the sources named in `anew`; it may be
    `path` itself.
    `UserError` when nothing is to be written, the disk is full or a record is broken.
    """
    same = append_to is not None and path.exists() and path.samefile(append_to)
    with atomic_path(path, force=force or same) as temporary:
        new = (pack_record(record) for record in _in_order(records))
        if append_to is None:
            _write_clips(temporary, path, new, header, splits or SplitConfig())
            return
        with open_set(append_to) as old:
            if old.fps != header["fps"]:
                raise UserError(f"{append_to} has {old.fps:g} fps, the new clips {header['fps']:g}")
            kept = (clip for clip in old.packed() if clip.name.rpartition("#")[0] not in anew)
            clips = _merged(kept, new)
            _write_clips(temporary, path, clips, header, splits or SplitConfig())


def _in_order(records: Iterable[Record]) -> Iterator[Record]:
    """Records by name, each name once; a stream that is out of order raises `ValueError`."""
    if isinstance(records, Sequence):
        records = sorted(records, key=lambda record: record.name)
    before: str | None = None
    for record in records:
        if before is not None and record.name <= before:
            raise ValueError(f"records must come by name, each once: {record.name!r} is not")
        before = record.name
        yield record


def _merged(old: Iterable[PackedClip], new: Iterable[PackedClip]) -> Iterator[PackedClip]:
    """Clips of both by name; of two with one name, the new one."""

    def name(clip: PackedClip) -> str:
        return clip.name

    for _, versions in groupby(heapq.merge(old, new, key=name), key=name):
        *_, latest = versions
        yield latest


def _write_clips(
    temporary: Path,
    path: Path,
    clips: Iterable[PackedClip],
    header: Mapping[str, Any],
    splits: SplitConfig,
) -> None:
    import lmdb

    try:
        environment = lmdb.open(
            str(temporary), subdir=False, map_size=FIRST_MAP_BYTES, lock=False, sync=False
        )
        with closing(environment):
            _put(environment, _entries(clips, header, splits, str(path)))
    except lmdb.Error as error:
        raise UserError(f"cannot write {path}: {error}") from error


def _entries(
    clips: Iterable[PackedClip], header: Mapping[str, Any], splits: SplitConfig, place: str
) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values of a set in the order of the keys."""
    digest = hashlib.sha256()
    names: list[str] = []
    frames: list[int] = []
    lengths: list[tuple[str, str, float]] = []
    fps = float(header["fps"])
    for number, clip in enumerate(clips):
        meta = unpack_meta(clip.meta, clip.name)
        if meta.fps != fps:
            raise ValueError(f"{meta.name} has {meta.fps:g} fps in a set of {fps:g}")
        names.append(meta.name)
        frames.append(meta.frames)
        lengths.append((meta.speaker, meta.video, meta.seconds))
        for key, value in ((_key(number, "meta"), clip.meta), (_key(number, "rows"), clip.rows)):
            digest.update(len(value).to_bytes(8, "little"))
            digest.update(value)
            yield key, value
    if not names:
        raise UserError(f"there is no clip to write into {place}")
    yield b"clips", pack_canonical({"names": names, "frames": frames}, "clips")
    full = {
        **header,
        "format": FORMAT,
        "version": VERSION,
        "fps": fps,
        "joints": HUMANOID.names,
        "columns": COLUMNS,
        "hash": digest.hexdigest(),
        "splits": assign_splits(lengths, splits),
    }
    yield b"header", pack_canonical(full, "header")


def _key(number: int, part: str) -> bytes:
    return f"clip/{number:08d}/{part}".encode()


def _put(environment: lmdb.Environment, entries: Iterable[tuple[bytes, bytes]]) -> None:
    """Put sorted entries batch by batch, growing the map as needed."""
    for batch in _batches(entries):
        pages = (environment.info()["last_pgno"] + 1) * environment.stat()["psize"]
        wanted = pages + _OVERHEAD * sum(len(value) for _, value in batch) + FIRST_MAP_BYTES // 4
        size = environment.info()["map_size"]
        while size < wanted:
            size *= 2
        environment.set_mapsize(size)
        with environment.begin(write=True) as transaction:
            for key, value in batch:
                transaction.put(key, value, append=True)


def _batches(entries: Iterable[tuple[bytes, bytes]]) -> Iterator[list[tuple[bytes, bytes]]]:
    batch: list[tuple[bytes, bytes]] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += len(entry[1])
        if size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    yield batch


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def open_set(path: Path) -> MotionSet:
    """Open a training set; `UserError` when it is missing, something else, newer or damaged."""
    return MotionSet(path)


class MotionSet:
    """A training set on disk, read through the memory map.

    `header`: see `write_set`; `names` and `frames` (N,): of the clips, by number; `splits`: the
    split of every speaker. It may be pickled and used after a fork. The header and the counts are
    checked when it is opened, the length of a clip's rows when they are first touched, and that
    they are finite by `motion`.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path)
        pages = open_pages(self.path)
        self._pages: LmdbPages | None = pages
        self.header = self._read_header()
        self.fps = float(self.header["fps"])
        self.splits: dict[str, str] = self.header["splits"]
        self.names, self.frames = self._read_clips(pages.entries)
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self._rows: dict[int, Rows] = {}

    def __enter__(self) -> MotionSet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Callable[..., MotionSet], tuple[Path, str]]:
        return _reopen, (self.path, self.hash)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    @property
    def hash(self) -> str:
        """SHA-256 of all clips."""
        return str(self.header["hash"])

    def close(self) -> None:
        """Let go of the file; what was read stays valid."""
        self._rows.clear()
        self._pages = None

    def number(self, name: str) -> int:
        """Number of the clip called `name`."""
        if name not in self._numbers:
            raise UserError(f"{self.path} holds no clip {name!r}")
        return self._numbers[name]

    def meta(self, name: str) -> ClipMeta:
        """What is known of a clip."""
        return self._meta(self.number(name))

    def metas(self) -> Iterator[ClipMeta]:
        """What is known of every clip, by number."""
        return (self._meta(number) for number in range(len(self)))

    def split_of(self, speaker: str) -> str:
        """The split of a speaker: "train", "validation" or "test"."""
        return self.splits[speaker]

    def motion(self, name: str) -> Motion:
        """The movement of a clip, float64."""
        number = self.number(name)
        return rows_to_motion(self._view(number), self._meta(number))

    def record(self, name: str) -> Record:
        """The whole record of a clip."""
        number = self.number(name)
        return meta_to_record(self._meta(number), self._view(number))

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> Rows:
        """Frames `start` to `stop` of a clip as rows (T, COLUMNS)."""
        return self._view(self.number(name))[start:stop].copy()

    def gather(
        self, clips: NDArray[np.integer], starts: NDArray[np.integer], length: int, step: int = 1
    ) -> Rows:
        """Rows (B, length, COLUMNS), every `step`-th frame of each clip from each start.

        Where a clip ends before, its last frame is repeated.
        """
        out = np.empty((len(clips), length, COLUMNS), dtype=np.float32)
        reach = (length - 1) * step + 1
        for window, number, start in zip(out, clips.tolist(), starts.tolist(), strict=True):
            rows = self._rows.get(number)
            if rows is None:
                rows = self._view(number)
            found = rows[start : start + reach : step]
            window[: len(found)] = found
            window[len(found) :] = rows[-1]
        return out

    def packed(self) -> Iterator[PackedClip]:
        """The bytes of all clips, by number."""
        for number, name in enumerate(self.names):
            meta, rows = self._value(_key(number, "meta")), self._view(number)
            yield PackedClip(name, bytes(meta), rows.tobytes())

    def verify(self) -> None:
        """Read everything; `UserError` when it is not what was written."""
        digest = hashlib.sha256()
        for clip in self.packed():
            for value in (clip.meta, clip.rows):
                digest.update(len(value).to_bytes(8, "little"))
                digest.update(value)
        if digest.hexdigest() != self.hash:
            raise UserError(f"{self.path} is damaged: its clips do not have the hash {self.hash}")

    def _value(self, key: bytes) -> memoryview:
        if self._pages is None:
            raise ValueError(f"{self.path} is closed")
        return self._pages.value(key)

    def _meta(self, number: int) -> ClipMeta:
        return unpack_meta(self._value(_key(number, "meta")), str(self.path))

    def _view(self, number: int) -> Rows:
        """The rows of a clip in the memory map; must not leave this object."""
        if number not in self._rows:
            data = self._value(_key(number, "rows"))
            place = f"{self.path}: {self.names[number]}"
            self._rows[number] = bytes_to_rows(data, int(self.frames[number]), place)
        return self._rows[number]

    def _read_header(self) -> dict[str, Any]:
        place = str(self.path)
        header = unpack_mapping(self._value(b"header"), place)
        if header.get("format") != FORMAT:
            raise UserError(f"{place} is not a {FORMAT} file")
        version = header.get("version")
        if not isinstance(version, int) or version < 1:
            raise UserError(f"{place} has no valid version: {version!r}")
        if version > VERSION:
            raise UserError(
                f"{place} was written by a newer momjit (version {version} of the format, this "
                f"one reads up to {VERSION}); update momjit"
            )
        if tuple(header.get("joints", ())) != HUMANOID.names or header.get("columns") != COLUMNS:
            raise UserError(f"{place} was built for another skeleton; build it again")
        fps, splits = header.get("fps"), header.get("splits")
        if not isinstance(fps, float) or not fps > 0.0 or not isinstance(splits, dict):
            raise UserError(f"{place} is damaged: its header lacks fps or splits")
        return header

    def _read_clips(self, entries: int) -> tuple[tuple[str, ...], NDArray[np.int64]]:
        clips = unpack_mapping(self._value(b"clips"), str(self.path))
        names, frames = clips.get("names"), clips.get("frames")
        if not isinstance(names, list) or not isinstance(frames, list):
            raise UserError(f"{self.path} is damaged: it does not list its clips")
        if not len(names) == len(frames) or 2 * len(names) + 2 != entries:
            raise UserError(f"{self.path} is damaged: {len(names)} clips are listed, not all there")
        return tuple(map(str, names)), np.array(frames, dtype=np.int64)


def _reopen(path: Path, content: str) -> MotionSet:
    """The set at `path` in another process; `UserError` if it is not the same any more."""
    motions = open_set(path)
    if motions.hash != content:
        raise UserError(f"{path} has changed while it was in use; start again")
    return motions
