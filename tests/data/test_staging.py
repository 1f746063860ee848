"""Records on their way into a set."""

from __future__ import annotations

from pathlib import Path

import msgpack
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gesture_core.dataset.packing import motion_to_rows, pack_record
from gesture_core.dataset.record import ALIGNMENTS, Record
from gesture_core.dataset.staging import stage_record, staged_path, staged_records
from gesture_core.errors import UserError
from gesture_core.motion import Span
from tests.data.set_records import make_record, make_records, wandering_motion

TEXT = st.text(max_size=12)
TIME = st.floats(-10.0, 1e6)
SPANS = st.lists(st.builds(Span, TEXT, TEXT, TIME, TIME, TEXT), max_size=3).map(tuple)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
RECORDS = st.builds(
    Record,
    name=TEXT,
    motion=st.builds(
        wandering_motion,
        st.integers(1, 4),
        st.integers(0, 9).map(np.random.default_rng),
        st.sampled_from([15.0, 29.97, 60.0]),
        SPANS,
    ),
    speaker=TEXT,
    style=TEXT,
    source=TEXT,
    alignment=st.sampled_from(ALIGNMENTS),
    licence=TEXT,
    provenance=st.dictionaries(TEXT, PLAIN, max_size=3),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS)
def test_every_record_comes_back(tmp_path_factory: pytest.TempPathFactory, record: Record):
    folder = tmp_path_factory.mktemp("stage")
    stage_record(folder, record)
    (again,) = staged_records(folder)
    for field in ("name", "speaker", "style", "source", "alignment", "licence"):
        assert getattr(again, field) == getattr(record, field)
    assert repr(again.provenance) == repr(dict(sorted(record.provenance.items()))) or (
        pack_record(again).meta == pack_record(record).meta
    )
    assert again.motion.spans == record.motion.spans
    assert again.motion.fps == record.motion.fps
    np.testing.assert_array_equal(motion_to_rows(again.motion), motion_to_rows(record.motion))
    assert pack_record(again).rows == pack_record(record).rows


def test_records_come_by_name_from_any_folder(tmp_path: Path):
    records = make_records(6, 10)
    for number, record in enumerate(records):
        stage_record(tmp_path / f"{number % 2}", record)
    found = staged_records(tmp_path / "1", tmp_path / "0")
    assert [record.name for record in found] == sorted(record.name for record in records)


def test_the_last_version_of_a_record_counts(tmp_path: Path):
    stage_record(tmp_path, make_record(frames=5))
    stage_record(tmp_path, make_record(frames=9))
    (record,) = staged_records(tmp_path)
    assert record.motion.frames == 9


def test_half_a_file_of_an_interrupted_worker_is_no_record(tmp_path: Path):
    path = stage_record(tmp_path, make_record(frames=5))
    (tmp_path / f".{path.stem}.x1y2{path.suffix}").write_bytes(path.read_bytes()[:100])
    assert len(list(staged_records(tmp_path))) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xc1",
        b"hello",
        msgpack.packb([]),
        msgpack.packb(["momjit-record", 2, "a", b"", b""]),
        msgpack.packb(["momjit-record", 1, "a", "text", b""]),
        msgpack.packb(["momjit-record", 1, "a", b"\x80", b""]),
        msgpack.packb({"momjit-record": 1}),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, content: bytes):
    path = staged_path(tmp_path, "a")
    path.write_bytes(content)
    with pytest.raises(UserError, match=path.name):
        list(staged_records(tmp_path))


@pytest.mark.parametrize("share", [0.01, 0.2, 0.999])
def test_truncated_files_are_named(tmp_path: Path, share: float):
    path = stage_record(tmp_path, make_record(frames=50))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=path.name):
        list(staged_records(tmp_path))
