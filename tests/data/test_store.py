"""The training set on disk: one canonical form, safe to interrupt, careful with strangers."""

from __future__ import annotations

import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import lmdb
import msgpack
import numpy as np
import pytest

from gesture_core.dataset.packing import COLUMNS, ROW_BYTES, motion_to_rows
from gesture_core.dataset.record import Record
from gesture_core.dataset.splits import SplitConfig
from gesture_core.dataset.staging import stage_record, staged_path, staged_records
from gesture_core.dataset.store import BATCH_BYTES, open_set, write_set
from gesture_core.errors import UserError
from gesture_core.skeleton import Skeleton
from tests.data.set_records import FPS, make_record, make_records, many_records

HEADER: dict[str, Any] = {"fps": FPS, "config": {"filters": {"shortest": 3.0}, "names": ["a", "b"]}}
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    path = tmp_path / "small.lmdb"
    write_set(path, make_records(9), HEADER)
    return path


# ── what is written is read ───────────────────────────────────────────────────────────────────


def test_everything_of_a_record_comes_back(tmp_path: Path):
    records = make_records(7)
    path = tmp_path / "set.lmdb"
    write_set(path, records, HEADER)
    with open_set(path) as motions:
        assert motions.names == tuple(sorted(record.name for record in records))
        assert motions.fps == FPS
        assert motions.header["config"] == HEADER["config"]
        assert sum(motions.frames) == sum(record.motion.frames for record in records)
        for record in records:
            again = motions.record(record.name)
            for field in ("name", "speaker", "style", "source", "alignment", "licence"):
                assert getattr(again, field) == getattr(record, field)
            assert again.provenance == record.provenance
            assert again.motion.spans == record.motion.spans
            np.testing.assert_array_equal(
                motion_to_rows(again.motion), motion_to_rows(record.motion)
            )
            np.testing.assert_allclose(again.motion.rotations, record.motion.rotations, atol=1e-7)
        motions.verify()


def test_rows_are_a_slice_of_the_clip(small_set: Path):
    record = make_records(9)[4]
    with open_set(small_set) as motions:
        rows = motions.rows(record.name, 7, 21)
        assert rows.shape == (14, COLUMNS)
        np.testing.assert_array_equal(rows, motion_to_rows(record.motion)[7:21])
    assert np.isfinite(rows).all(), "rows stay valid when the set is closed"


def test_gather_reads_strided_windows_and_holds_the_last_frame(small_set: Path):
    with open_set(small_set) as motions:
        last = int(motions.frames[2]) - 1
        found = motions.gather(np.array([2, 5, 2]), np.array([3, 0, last - 2]), 4, 2)
        np.testing.assert_array_equal(found[0], motions.rows(motions.names[2])[[3, 5, 7, 9]])
        np.testing.assert_array_equal(found[1], motions.rows(motions.names[5])[[0, 2, 4, 6]])
        held = motions.rows(motions.names[2])[[last - 2, last, last, last]]
        np.testing.assert_array_equal(found[2], held)


def test_speakers_are_split_when_written(tmp_path: Path):
    path = tmp_path / "set.lmdb"
    write_set(path, make_records(9), HEADER, splits=SplitConfig(test=("lee",), validation=("kim",)))
    with open_set(path) as motions:
        assert motions.splits == {"kim": "validation", "lee": "test", "park": "train"}


# ── the same records, the same bytes ──────────────────────────────────────────────────────────


def test_the_order_of_the_records_does_not_matter(tmp_path: Path, small_set: Path):
    records = make_records(9)
    random.Random(1).shuffle(records)
    shuffled = [
        replace(record, provenance=dict([*record.provenance.items()][::-1])) for record in records
    ]
    write_set(tmp_path / "other.lmdb", shuffled, dict([*HEADER.items()][::-1]))
    assert (tmp_path / "other.lmdb").read_bytes() == small_set.read_bytes()


def test_appending_gives_the_bytes_of_writing_all_at_once(tmp_path: Path, small_set: Path):
    records = make_records(9)
    path = tmp_path / "grown.lmdb"
    write_set(path, records[1::3], HEADER)
    write_set(path, records[0::3], HEADER, append_to=path)
    other = tmp_path / "grown_elsewhere.lmdb"
    write_set(other, records[2::3], HEADER, append_to=path)
    assert other.read_bytes() == small_set.read_bytes()


def test_an_appended_clip_replaces_the_one_of_its_name(tmp_path: Path, small_set: Path):
    records = make_records(9)
    path = tmp_path / "set.lmdb"
    write_set(path, [replace(records[3], speaker="nobody"), *records[5:]], HEADER)
    write_set(path, records[:5], HEADER, append_to=path)
    assert path.read_bytes() == small_set.read_bytes()


def test_staging_gives_the_bytes_of_writing_directly(tmp_path: Path, small_set: Path):
    records = make_records(9)
    for record in (*records[::-1], records[4]):
        stage_record(tmp_path / "stage", record)
    write_set(tmp_path / "staged.lmdb", staged_records(tmp_path / "stage"), HEADER)
    assert (tmp_path / "staged.lmdb").read_bytes() == small_set.read_bytes()


WRITE_MANY = """
import sys
from pathlib import Path
from gesture_core.dataset.store import write_set
from tests.data.set_records import many_records
write_set(Path(sys.argv[1]), many_records(int(sys.argv[2]), int(sys.argv[3])),
          {"fps": 15.0, "config": {}}, force=True)
"""


def write_many(path: Path, count: int, frames: int, **environment: str) -> subprocess.Popen[str]:
    """Start writing a set of `count` clips in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITE_MANY, str(path), str(count), str(frames)],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_no_byte_depends_on_the_process(tmp_path: Path):
    """Memory that nobody set would show: glibc fills it with another pattern in each process."""
    count = 3 * BATCH_BYTES // (300 * ROW_BYTES)  # several transactions
    paths = [tmp_path / f"{number}.lmdb" for number in range(2)]
    for path, pattern, seed in zip(paths, ("85", "170"), ("1", "2"), strict=True):
        process = write_many(path, count, 300, MALLOC_PERTURB_=pattern, PYTHONHASHSEED=seed)
        assert process.wait() == 0, process.communicate()[1]
    assert paths[0].stat().st_size > 3 * BATCH_BYTES
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_map_that_grows_needs_no_more_than_its_content(tmp_path: Path):
    path = tmp_path / "set.lmdb"
    write_set(path, many_records(40, 600), {"fps": FPS, "config": {}})
    assert path.stat().st_size < 1.02 * 40 * 600 * ROW_BYTES + 100_000


def test_memory_does_not_grow_with_the_set(tmp_path: Path):
    def peak(count: int) -> int:
        code = WRITE_MANY + "import resource as r; print(r.getrusage(r.RUSAGE_SELF).ru_maxrss)"
        done = subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "set.lmdb"), str(count), "600"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
        )
        return int(done.stdout) * 1024

    small, large = (2 * BATCH_BYTES // (600 * ROW_BYTES) * factor for factor in (1, 4))
    grown = (large - small) * 600 * ROW_BYTES
    assert peak(large) - peak(small) < grown / 4


# ── interruptions ─────────────────────────────────────────────────────────────────────────────


def test_a_killed_writer_leaves_the_old_set_whole(tmp_path: Path):
    path = tmp_path / "set.lmdb"
    write_set(path, make_records(4), HEADER)
    before = path.read_bytes()
    chance = random.Random(5)
    kills = 0
    for _ in range(6):
        process = write_many(path, 2000, 300)
        deadline = time.monotonic() + 30
        while not list(tmp_path.glob(".set*")) and time.monotonic() < deadline:
            time.sleep(0.01)  # until the writer has begun
        time.sleep(chance.uniform(0.0, 0.4))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += bool(list(tmp_path.glob(".set*")))
        for left in tmp_path.glob(".set*"):
            left.unlink()
        assert path.read_bytes() == before
    assert kills, "every process had ended before it was killed: make the set larger"


def test_an_error_in_the_middle_leaves_the_old_set(tmp_path: Path, small_set: Path):
    def failing() -> Iterator[Record]:
        yield make_record("a.mp4", frames=10)
        raise UserError("the disk with the videos is gone")

    before = small_set.read_bytes()
    with pytest.raises(UserError, match="gone"):
        write_set(small_set, failing(), HEADER, force=True)
    assert small_set.read_bytes() == before
    assert list(tmp_path.iterdir()) == [small_set]


def test_a_full_disk_is_told_and_the_old_set_stays(tmp_path: Path):
    path = tmp_path / "set.lmdb"
    write_set(path, make_records(4), HEADER)
    before = path.read_bytes()
    limit = 1_000_000

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = subprocess.run(
        [sys.executable, "-c", WRITE_MANY, str(path), "20", "300"],
        cwd=REPOSITORY,
        preexec_fn=no_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert f"UserError: cannot write {path}" in process.stderr
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


# ── what must not be written ──────────────────────────────────────────────────────────────────


def broken(change: Callable[[Any], None]) -> Record:
    record = make_record("a.mp4", frames=12)
    change(record.motion)
    return record


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda motion: motion.root.__setitem__((7, 1), np.nan), "a.mp4: frame 7 .* not finite"),
        (lambda motion: motion.expressions.__setitem__((3, 1), np.inf), "frame 3 .* not finite"),
        (lambda motion: motion.rotations.__setitem__((5, 2), 0.0), "frame 5, chest: .* quaternion"),
    ],
)
def test_broken_numbers_are_refused(tmp_path: Path, change: Callable[[Any], None], message: str):
    with pytest.raises(UserError, match=message):
        write_set(tmp_path / "set.lmdb", [broken(change)], HEADER)
    assert not list(tmp_path.iterdir())


def test_nothing_to_write_is_told(tmp_path: Path):
    with pytest.raises(UserError, match="no clip to write"):
        write_set(tmp_path / "set.lmdb", [], HEADER)


def test_an_existing_set_needs_force(small_set: Path):
    with pytest.raises(UserError, match="--force"):
        write_set(small_set, make_records(2), HEADER)


def test_another_frame_rate_cannot_be_appended(small_set: Path):
    records = [make_record("x.mp4", fps=30.0)]
    with pytest.raises(UserError, match="has 15 fps, the new clips 30"):
        write_set(small_set, records, {"fps": 30.0, "config": {}}, append_to=small_set)


def test_callers_who_break_the_rules_are_told(tmp_path: Path):
    path = tmp_path / "set.lmdb"
    record = make_record()
    moved = Skeleton(
        record.motion.skeleton.names,
        record.motion.skeleton.parents,
        record.motion.skeleton.offsets * 2.0,
    )
    for records, message in (
        (iter(make_records(3)[::-1]), "must come by name"),
        ([record, record], "each once"),
        ([make_record(fps=30.0)], "30 fps in a set of 15"),
        ([replace(record, motion=replace(record.motion, skeleton=moved))], "not on the skeleton"),
        ([replace(record, alignment="guessed")], "unknown alignment 'guessed'"),
        ([replace(record, provenance={"array": [np.zeros(3)]})], r"array\[0\]: ndarray is no"),
        ([replace(record, provenance={1: 2})], "keys of a mapping must be text"),
    ):
        with pytest.raises(ValueError, match=message):
            write_set(path, records, HEADER)
    assert not list(tmp_path.iterdir())


# ── files of strangers ────────────────────────────────────────────────────────────────────────


def test_what_is_not_a_file(tmp_path: Path):
    for path in (tmp_path, tmp_path / "missing.lmdb"):
        with pytest.raises(UserError, match="does not exist"):
            open_set(path)


@pytest.mark.parametrize("content", [b"", b"no set at all", b"\0" * 10_000, bytes(range(256)) * 99])
def test_garbage(tmp_path: Path, content: bytes):
    path = tmp_path / "garbage.lmdb"
    path.write_bytes(content)
    with pytest.raises(UserError, match=str(path)):
        open_set(path)


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.999])
def test_truncated(small_set: Path, share: float):
    content = small_set.read_bytes()
    small_set.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match="truncated|not a readable"):
        open_set(small_set)


def rewrite(path: Path, change: Callable[[lmdb.Transaction], None]) -> None:
    """Change a set behind our back."""
    with (
        lmdb.open(str(path), subdir=False, lock=False) as environment,
        environment.begin(write=True) as transaction,
    ):
        change(transaction)


def change_header(**values: Any) -> Callable[[lmdb.Transaction], None]:
    def change(transaction: lmdb.Transaction) -> None:
        header = msgpack.unpackb(bytes(transaction.get(b"header") or b""))
        transaction.put(b"header", msgpack.packb(header | values) or b"")

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (change_header(version=2), "newer momjit .version 2 .*update momjit"),
        (change_header(version="x"), "no valid version"),
        (change_header(format="momjit-units"), "is not a momjit-dataset"),
        (change_header(joints=["hips"]), "another skeleton"),
        (change_header(columns=7), "another skeleton"),
        (change_header(fps=-1.0), "lacks fps"),
        (change_header(splits=None), "lacks fps or splits"),
        (lambda transaction: transaction.delete(b"header"), "lacks 'header'"),
        (lambda transaction: transaction.put(b"header", b"\xc1"), "damaged"),
        (lambda transaction: transaction.put(b"clips", msgpack.packb([1])), "damaged"),
        (lambda transaction: transaction.put(b"clips", msgpack.packb({})), "does not list"),
        (lambda transaction: transaction.delete(b"clip/00000003/rows"), "not all there"),
    ],
)
def test_other_files_are_named(small_set: Path, change: Callable[[Any], None], message: str):
    rewrite(small_set, change)
    with pytest.raises(UserError, match=message) as caught:
        open_set(small_set)
    assert str(small_set) in str(caught.value)


def test_damaged_clips_are_found_when_they_are_read(small_set: Path):
    rows = bytearray(12 * ROW_BYTES)
    rows[:4] = b"\xff\xff\xff\xff"  # not a number

    def change(transaction: lmdb.Transaction) -> None:
        transaction.put(b"clip/00000001/meta", b"\x80")
        transaction.put(b"clip/00000002/rows", b"\0" * 99)
        key = b"clip/00000003/rows"
        length = len(transaction.get(key) or b"")
        transaction.put(key, bytes(rows) + b"\0" * (length - len(rows)))

    rewrite(small_set, change)
    with open_set(small_set) as motions:
        assert motions.motion(motions.names[0]).frames
        for number, message in ((1, "description of a clip"), (2, "99 bytes"), (3, "not finite")):
            with pytest.raises(UserError, match=message):
                motions.record(motions.names[number])
        with pytest.raises(UserError, match="no clip 'elsewhere'"):
            motions.meta("elsewhere")


def test_a_flipped_bit_is_found_by_verifying(small_set: Path):
    content = bytearray(small_set.read_bytes())
    row = motion_to_rows(make_records(9)[0].motion)[30].tobytes()
    content[content.index(row)] ^= 1
    small_set.write_bytes(content)
    with open_set(small_set) as motions, pytest.raises(UserError, match="is damaged"):
        motions.verify()


def test_random_damage_never_crashes(small_set: Path, tmp_path: Path):
    """Each try in a process of its own: a crash in C would end it with a signal."""
    content = small_set.read_bytes()
    path = tmp_path / "damaged.lmdb"
    chance = random.Random(0)
    for _ in range(60):
        damaged = bytearray(content)
        page = chance.choice((0, 1, chance.randrange(len(content) // 4096)))
        for _ in range(chance.choice((1, 3, 40))):
            damaged[page * 4096 + chance.randrange(200)] = chance.randrange(256)
        path.write_bytes(damaged)
        child = os.fork()
        if child == 0:
            os._exit(_reads_or_refuses(path))
        assert os.waitpid(child, 0)[1] == 0, "died or raised something else than UserError"


def _reads_or_refuses(path: Path) -> int:
    try:
        with open_set(path) as motions:
            for name in motions.names:
                motions.record(name)
    except UserError:
        return 0
    except BaseException:  # noqa: BLE001  (whatever it is, the parent must hear of it)
        return 1
    return 0


# ── several readers ───────────────────────────────────────────────────────────────────────────


def test_a_set_can_be_open_twice_and_be_replaced_meanwhile(small_set: Path):
    first, second = open_set(small_set), open_set(small_set)
    name = first.names[0]
    before = first.rows(name)
    first.close()
    np.testing.assert_array_equal(second.rows(name), before)
    write_set(small_set, make_records(2, frames=20), HEADER, force=True)
    with open_set(small_set) as third:
        assert len(third) == 2
    np.testing.assert_array_equal(second.rows(name), before)
    with pytest.raises(ValueError, match="is closed"):
        first.rows(name)


def test_a_pickled_set_reopens_the_same_content(small_set: Path):
    with open_set(small_set) as motions:
        data = pickle.dumps(motions)
    with pickle.loads(data) as again:
        assert again.names == motions.names
    write_set(small_set, make_records(2), HEADER, force=True)
    with pytest.raises(UserError, match="has changed"):
        pickle.loads(data)


def test_a_forked_process_reads_on(small_set: Path):
    motions = open_set(small_set)
    expected = motions.rows(motions.names[0]).sum()
    child = os.fork()
    if child == 0:
        same = motions.rows(motions.names[0]).sum() == expected
        other = open_set(small_set).rows(motions.names[8]).shape[1] == COLUMNS
        os._exit(0 if same and other else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert motions.rows(motions.names[8]).shape[1] == COLUMNS


def test_staged_names_may_hold_anything(tmp_path: Path):
    name = "강연/한국어 이름 'x'\n.mp4#000001.000" + "길" * 300
    stage_record(tmp_path, make_record(name, frames=5))
    (record,) = staged_records(tmp_path)
    assert record.name == name
    write_set(tmp_path / "set.lmdb", [record], HEADER)
    with open_set(tmp_path / "set.lmdb") as motions:
        assert motions.meta(name).video == name
    assert staged_path(tmp_path, name).is_file()
