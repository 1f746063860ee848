"""Run all benchmarks and print one table; exits 1 when a limit of the specification is passed."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from pathlib import Path

from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import Motion, crop
from gesture_core.perform import perform
from gesture_core.speech import default_voice
from tests.benchmarks import (
    arrays,
    dataset_build,
    dataset_store,
    gesture_models,
    likeness,
    program,
    rigs,
    signing,
    video,
)
from tests.benchmarks.timing import Row, table

FRAMES = 150


def rows(folder: Path) -> list[Row]:
    """Every case, in the order of the table."""
    print("timing the program's start …", file=sys.stderr)
    start = program.help_page()
    spoken: list[Row] = []
    for voice in dict.fromkeys((default_voice(), "espeak:male")):
        cold = program.generate(folder, voice)
        spoken += [cold, program.warm_worker(cold, voice)]
    motion = perform(program.SENTENCE).motion
    ten_seconds = arrays.long_motion(motion, 10.0)
    print("timing arrays and files …", file=sys.stderr)
    inside = [
        arrays.correction(ten_seconds),
        arrays.bvh_writing(ten_seconds, folder),
        rigs.mapping(),
    ]
    print("timing Blender …", file=sys.stderr)
    clip = folder / "clip.npz"
    save_clip(clip, Clip(_five_seconds(motion), None, {}))
    render = program.workbench_render(clip, folder, FRAMES)
    thousand = folder / "thousand.npz"
    save_clip(thousand, Clip(crop(arrays.long_motion(motion, 40.0), 0, 1000), None, {}))
    blender = [render, program.performing(thousand, 1000), program.window_ticks()]
    print("timing training sets …", file=sys.stderr)
    sets = [
        video.extraction(),
        dataset_build.motion_files(motion, folder),
        dataset_store.set_writing(folder),
        *dataset_store.window_reading(folder),
    ]
    print("timing gesture models …", file=sys.stderr)
    models = [*gesture_models.making(), *gesture_models.training()]
    print("timing signing …", file=sys.stderr)
    signed = signing.twelve_words(folder)
    print("timing likenesses …", file=sys.stderr)
    fitted = likeness.fitting(folder)
    return [start, *spoken, *inside, *blender, *sets, *models, *signed, *fitted]


def _five_seconds(motion: Motion) -> Motion:
    return crop(arrays.long_motion(motion, FRAMES / motion.fps), 0, FRAMES)


def main() -> int:
    """Print the table and the machine it was measured on."""
    with tempfile.TemporaryDirectory(prefix="momjit-bench-") as folder:
        found = rows(Path(folder))
    print(
        f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores with a "
        f"load of {os.getloadavg()[0]:.1f}, median of the runs\n"
    )
    print(table(found))
    return 0 if all(row.kept for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
