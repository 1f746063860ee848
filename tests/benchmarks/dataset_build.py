"""Building a set of motion files: hours of motion in a minute, over processes and in one."""

from __future__ import annotations

import os
from pathlib import Path

from gesture_core.dataset.build import build
from gesture_core.dataset.steps import BuildConfig
from gesture_core.formats.bvh import write_bvh
from gesture_core.motion import Motion
from gesture_core.pose.read import read_motion
from tests.benchmarks.arrays import long_motion
from tests.benchmarks.timing import Row, timing_of

FILES, SECONDS = 24, 60.0


def motion_files(motion: Motion, folder: Path) -> Row:
    """Building from BVH files, against only reading the same files one after the other."""
    moves = folder / "moves"
    moves.mkdir()
    minute = long_motion(motion, SECONDS)
    for number in range(FILES):
        write_bvh(moves / f"{number:02d}.bvh", minute)
    jobs = os.cpu_count() or 1
    output = folder / "moves.lmdb"

    def whole() -> None:
        build([moves], output, BuildConfig(), jobs=jobs, force=True)

    def reading() -> None:
        for path in sorted(moves.iterdir()):
            read_motion(path)

    timing = timing_of(whole, 1)
    rate = FILES * SECONDS / 3600 / (timing.clock / 60)
    return Row(
        f"build {FILES * SECONDS / 60:.0f} min of BVH, {jobs} processes ({rate:.1f} h a minute)",
        timing,
        None,
        "reading the files in one process",
        timing_of(reading, 1),
    )
