"""Reading windows of a training set, and writing one, against one `.npz` a clip.

Every case runs in a process of its own, so that its peak memory can be told.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from gesture_core.dataset.augment import AugmentConfig
from gesture_core.dataset.packing import motion_to_rows, split_rows
from gesture_core.dataset.record import Record
from gesture_core.dataset.store import open_set, write_set
from gesture_core.dataset.windows import ALL, WindowConfig, Windows
from tests.benchmarks.timing import Row, Timing
from tests.data.set_records import FPS, make_record

CLIPS, FRAMES = 60, 900
"""One hour at 15 fps."""
WINDOWS, LENGTH, BATCH = 20_000, 34, 128
FEWER = 20
"""The slow cases read so many times fewer windows; their seconds are scaled."""
LIVELY = AugmentConfig(mirror=0.5, yaw=0.5, slowest=0.9, fastest=1.1, cut_out=0.05)


def window_reading(folder: Path) -> list[Row]:
    """20,000 windows in batches: at least so many a second, warm, from one process."""
    for write in (write_lmdb, write_npz):
        write(folder)[0]()
    base = _measure("read_npz", folder)
    baseline = f"one npz a clip ({base[1]:.0f} MB at peak)"
    rows = []
    for case, name, limit in (
        (f"read {WINDOWS:,} windows from LMDB", "read_lmdb", 1.0),
        (f"read and augment {WINDOWS:,} windows", "read_augmented", None),
    ):
        timing, peak = _measure(name, folder)
        told = f"{case} ({WINDOWS / timing.clock:,.0f}/s, {peak:.0f} MB at peak)"
        rows.append(Row(told, timing, limit, baseline, base[0]))
    return rows


def set_writing(folder: Path) -> Row:
    """One hour of motion as a set."""
    (lmdb, peak), (npz, other) = _measure("write_lmdb", folder), _measure("write_npz", folder)
    return Row(
        f"write 1 h of motion as LMDB ({peak:.0f} MB at peak)",
        lmdb,
        None,
        f"one npz a clip ({other:.0f} MB at peak)",
        npz,
    )


def read_lmdb(folder: Path) -> Work:
    """Random batches from the memory map."""
    return _window_reader(folder, WindowConfig(length=LENGTH, split=ALL), 1)


def read_augmented(folder: Path) -> Work:
    """The same, each window mirrored, turned, resampled and cut."""
    return _window_reader(folder, WindowConfig(length=LENGTH, split=ALL, augment=LIVELY), FEWER)


def read_npz(folder: Path) -> Work:
    """Random batches, the file of every window opened and its arrays read."""
    chance = np.random.default_rng(0)

    def read() -> None:
        for _ in range(WINDOWS // FEWER // BATCH):
            batch = []
            for clip, start in chance.integers((CLIPS, FRAMES - LENGTH), size=(BATCH, 2)):
                with np.load(folder / "npz" / f"{clip}.npz") as arrays:
                    batch.append([arrays[name][start : start + LENGTH] for name in arrays.files])
            for column in zip(*batch, strict=True):
                torch.from_numpy(np.stack(column))

    return read, FEWER


def write_lmdb(folder: Path) -> Work:
    """One LMDB file from a stream of records."""

    def write() -> None:
        records = (_clip(number) for number in range(CLIPS))
        write_set(folder / "set.lmdb", records, {"fps": FPS, "config": {}}, force=True)

    return write, 1


def write_npz(folder: Path) -> Work:
    """One uncompressed file a record."""
    (folder / "npz").mkdir(exist_ok=True)

    def write() -> None:
        for number in range(CLIPS):
            rotations, root, face = split_rows(motion_to_rows(_clip(number).motion))
            path = folder / "npz" / f"{number}.npz"
            np.savez(path, rotations=rotations, root=root, expressions=face)

    return write, 1


Work = tuple[Callable[[], None], int]
"""What is timed, and by how much its seconds are to be multiplied."""

CASES: dict[str, Callable[[Path], Work]] = {
    case.__name__: case for case in (read_lmdb, read_augmented, read_npz, write_lmdb, write_npz)
}


def _window_reader(folder: Path, config: WindowConfig, fewer: int) -> Work:
    windows = Windows(open_set(folder / "set.lmdb"), config)
    chance = np.random.default_rng(0)

    def read() -> None:
        for _ in range(WINDOWS // fewer // BATCH):
            windows.batch(chance.integers(len(windows), size=BATCH))

    return read, fewer


_first: list[Record] = []


def _clip(number: int) -> Record:
    """A clip that shares its movement with all others: making it must not cost anything."""
    if not _first:
        _first.append(make_record(frames=FRAMES))
    return replace(_first[0], name=f"talk{number:04d}.mp4", speaker=f"speaker {number % 7}")


def _measure(case: str, folder: Path, runs: int = 3) -> tuple[Timing, float]:
    """Seconds of a case and its peak memory in MB, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.dataset_store", case, str(folder), str(runs)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return Timing(found["clock"], found["processor"]), found["megabytes"]


def main(case: str, folder: str, runs: str) -> None:
    """Run a case once to warm up and then some times; print medians and the peak as JSON."""
    torch.set_num_threads(1)
    clock, processor = [], []
    work, scale = CASES[case](Path(folder))
    work()
    for _ in range(int(runs)):
        start, used = time.perf_counter(), time.process_time()
        work()
        clock.append(scale * (time.perf_counter() - start))
        processor.append(scale * (time.process_time() - used))
    peak = _peak_megabytes()
    found = {"clock": statistics.median(clock), "processor": statistics.median(processor)}
    print(json.dumps({**found, "megabytes": peak}))


def _peak_megabytes() -> float:
    """Most memory this program has had; `ru_maxrss` counts what its parent had, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
