"""Gesture generators, made and trained, against the reference network of the field.

The reference is the plain adversarial recipe at the size of its publication, whose generator is a
bidirectional GRU of 4 layers of 300. Everything runs on random arrays of the right shapes: how
long a network takes does not depend on what it is told. Every case runs on one core in a process
of its own, so that its peak memory can be told.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import torch

from gesture_core.config import load_config
from gesture_core.gestures.features import FPS, PLAN, TIMING
from gesture_core.models.gesture_models import Generator
from gesture_core.text.sentence_cues import CUES
from gesture_core.train.gesture import train_step
from gesture_core.train.gesture_run import GestureTraining, Material, Run, build_recipe
from gesture_core.train.processes import Processes
from gesture_core.train.recipe import Sizes
from tests.benchmarks.timing import Row, Timing
from tests.data.told import random_batch, random_conditions

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"
DEFAULT, REFERENCE = "gesture", "plain_reference"
WINDOW, SEEN = 34, 4
"""Frames of a window of the reference, the given ones among them, which are not new."""
MINUTE = round(60 * FPS)
REAL_TIME = 250
"""How many times faster than real time the default must make motion."""
FASTER = 2
"""How many times as many windows a second as the reference the default must train on."""
WINDOWS = 1000
"""Windows whose training time is told."""
MANNERS, UNITS, POINTS = 5, 200, 20
"""About as many as the shipped model is trained on."""


def making() -> list[Row]:
    """A window from every generator, and a minute from the default."""
    reference, peak = _measure("make", REFERENCE, WINDOW)
    seconds = (WINDOW - SEEN) / FPS
    against = f"GRU-300 of 4 layers ({seconds / reference.clock:.0f} × real time, {peak:.0f} MB)"
    rows: list[Row] = []
    for name in (DEFAULT, "flow", "seq2seq", "plain"):
        timing, peak = _measure("make", name, WINDOW)
        told = f"{seconds / timing.clock:.0f} × real time, {peak:.0f} MB at peak"
        case = f"make {seconds:g} s of motion by {name} ({told})"
        limit = seconds / REAL_TIME if name == DEFAULT else None
        rows.append(Row(case, timing, limit, against, reference))
    minute, peak = _measure("make", DEFAULT, MINUTE)
    told = f"{60.0 / minute.clock:.0f} × real time, {peak:.0f} MB at peak"
    case = f"make 60 s of motion by {DEFAULT} ({told})"
    return [*rows, Row(case, minute, 60.0 / REAL_TIME, against, reference)]


def training() -> list[Row]:
    """A thousand windows of the default's recipe, with and without bfloat16 and compilation."""
    reference, peak = _measure("train", REFERENCE, WINDOW)
    speed = WINDOWS / reference.clock
    against = f"reference recipe ({speed:.0f}/s, {peak:.0f} MB at peak)"
    rows: list[Row] = []
    for name, *overrides in (
        (DEFAULT,),
        (DEFAULT, "bf16=false"),
        (DEFAULT, "compile=true"),
        ("flow",),
        ("seq2seq",),
        ("plain",),
    ):
        limit = None if overrides or name != DEFAULT else reference.clock / FASTER
        timing, peak = _measure("train", name, 0, *overrides)
        told = f"{WINDOWS / timing.clock:.0f}/s, {peak:.0f} MB at peak"
        case = f"train {' '.join([name, *overrides])} on {WINDOWS} windows ({told})"
        rows.append(Row(case, timing, limit, against, reference))
    return rows


Work = tuple[Callable[[], object], float]
"""What is timed, and what its seconds are multiplied by."""


def make(config: GestureTraining, frames: int) -> Work:
    """One utterance of so many frames."""
    network = build_recipe(config, _sizes(config)).networks["generator"].eval()
    generator = cast(Generator, network.requires_grad_(False))
    told = random_conditions(_sizes(config), frames, 1, generator.config.unit)

    def work() -> None:
        with torch.inference_mode():
            generator.sample(told, torch.Generator().manual_seed(0))

    return work, 1.0


def train(config: GestureTraining, frames: int) -> Work:
    """Steps of the whole recipe on one batch, as late in the training as all losses are on."""
    del frames
    recipe = build_recipe(config, _sizes(config))
    for optimiser in recipe.optimisers.values():
        for group in optimiser.param_groups:
            group["rate"] = group["lr"]
    generator = recipe.networks["generator"]
    average = build_recipe(config, _sizes(config)).networks["generator"].requires_grad_(False)
    if config.compile:
        generator.compile()
    no_data = cast(Material, None)
    device = torch.device("cpu")
    run = Run(config, no_data, recipe, average, device, iteration=config.iterations // 2)
    batch = random_batch(_sizes(config), config.window, config.batch, UNITS)
    clips = torch.randn(UNITS, POINTS, config.components)

    def work() -> None:
        train_step(run, batch, clips, Processes())

    return work, WINDOWS / config.batch


def _sizes(config: GestureTraining) -> Sizes:
    text = config.word_components + config.sentence_components + len(CUES) + TIMING
    return Sizes(motion=config.components, text=text, plan=PLAN, manners=MANNERS)


def _measure(case: str, name: str, frames: int, *overrides: str) -> tuple[Timing, float]:
    """Seconds of a case and its peak memory in MB, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.gesture_models", case, name, str(frames)]
    output = subprocess.run([*command, *overrides], check=True, capture_output=True).stdout
    found = json.loads(output)
    return Timing(found["clock"], found["processor"]), found["megabytes"]


CASES: dict[str, tuple[Callable[[GestureTraining, int], Work], int]] = {
    "make": (make, 15),
    "train": (train, 3),
}
"""What is measured, and how often."""


def main(case: str, name: str, frames: str, *overrides: str) -> None:
    """Run a case to warm up and then some times; print medians and the peak as JSON."""
    torch.set_num_threads(1)
    config = load_config(GestureTraining, CONFIGS / f"{name}.yaml", overrides)
    prepare, runs = CASES[case]
    work, scale = prepare(config, int(frames))
    work()
    clock, processor = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), time.process_time()
        work()
        clock.append(scale * (time.perf_counter() - start))
        processor.append(scale * (time.process_time() - used))
    found = {"clock": statistics.median(clock), "processor": statistics.median(processor)}
    print(json.dumps({**found, "megabytes": _peak_megabytes()}))


def _peak_megabytes() -> float:
    """Most memory this program has had; `ru_maxrss` counts what its parent had, too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main(*sys.argv[1:])
