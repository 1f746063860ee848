"""Training gesture generators: one loop for every recipe, from real units to committed weights.

What is drawn at random depends on the seed, the process and the iteration alone, so that a run
that was killed goes on exactly as it would have. Several processes started by `torchrun` each
draw their own batches and average their gradients.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import load_config
from gesture_core.dataset.units import mesh2motion_units, save_units, smartbody_units
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.train.curves import plot_curves
from gesture_core.train.gesture_data import (
    MixedRepertoire,
    Sequences,
    compose_many,
    to_sequences,
    unit_clips,
)
from gesture_core.train.gesture_run import (
    STATE_KIND,
    GestureTraining,
    Run,
    load_state,
    save_generator,
    save_state,
    start_run,
)
from gesture_core.train.gesture_sheet import save_sheet
from gesture_core.train.processes import Processes, processes
from gesture_core.train.sentences import (
    analyse_sentences,
    choose_texts,
    read_texts,
    save_sentences,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gesture_core.train.recipe import Batch, Descent

Floats = NDArray[np.float32]

LOG_EVERY, SAVE_EVERY = 50, 500


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter

    config = load_config(GestureTraining, path, overrides)
    with processes(config.device) as group, Reporter(quiet=not group.first) as reporter:
        if group.first:
            prepare_data(config, reporter)
        group.wait()
        return train_gesture(config, resume=resume, progress=reporter, group=group)


def prepare_data(config: GestureTraining, progress: Progress = silent) -> None:
    """Cut the gesture units and analyse the sentences, unless their files are there already."""
    if not config.units.exists():
        progress(0.0, "cutting gesture units")
        behaviours = config.archives / "smartbody" / "data" / "behaviorsets"
        animations = config.archives / "mesh2motion" / "human-addon.glb"
        save_units(config.units, [*smartbody_units(behaviours), *mesh2motion_units(animations)])
    if not config.sentences.exists():
        texts = choose_texts(read_texts(config.archives / "text_ko"), config.texts, 0)
        save_sentences(config.sentences, analyse_sentences(texts, progress, config.encoder))


def train_gesture(
    config: GestureTraining,
    *,
    resume: bool = False,
    progress: Progress = silent,
    group: Processes | None = None,
) -> Path:
    """Train a generator; return the path of the checkpoint.

    Writes `gesture.safetensors` (averaged weights, all that use needs), `state.safetensors`
    (to resume), `log.jsonl`, `curves.png` and `sheets/` into `config.output`. Interrupted by
    Ctrl-C, it saves the state first.
    """
    import torch

    group = group or Processes()
    torch.set_num_threads(config.threads)
    state = config.output / "state.safetensors"
    if state.exists() and not resume:
        raise UserError(f"{state} exists; continue with --resume or choose another output=…")
    run = start_run(config)
    if resume:
        load_state(run, load_checkpoint(state, STATE_KIND))
    config.output.mkdir(parents=True, exist_ok=True)
    started, first = time.monotonic(), run.iteration
    try:
        for shown in iterations(run, group):
            if run.iteration % LOG_EVERY == 0 or run.iteration == config.iterations:
                done = (run.iteration - first) * config.batch * group.size
                _log(run, shown, done / (time.monotonic() - started), progress, group)
            if group.first and run.iteration % SAVE_EVERY == 0:
                save_state(run, state)
            if group.first and config.sheet and run.iteration % (config.sheet * config.epoch) == 0:
                save_sheet(run, config.output / "sheets" / f"{run.iteration:06d}.png")
    finally:
        if group.first:
            save_state(run, state)
    path = config.output / "gesture.safetensors"
    if group.first:
        save_generator(run, path)
        plot_curves(run.log, config.output / "curves.png")
    return path


def iterations(run: Run, group: Processes | None = None) -> Iterator[dict[str, float]]:
    """Train step by step until `config.iterations`; yields what each has to show."""
    import torch

    group = group or Processes()
    config = run.config
    if config.compile:
        run.recipe.networks["generator"].compile()
    data: Sequences | None = None
    clips = torch.empty(0)
    for network in run.recipe.networks.values():
        group.share(network)
    while run.iteration < config.iterations:
        if data is None or run.iteration % config.epoch == 0:
            data, clips = compose_epoch(run, run.iteration // config.epoch, group.number)
        rng = np.random.default_rng([config.seed, group.number, run.iteration])
        torch.manual_seed(int(rng.integers(2**62)))
        batch = draw_batch(data, config, rng).to(run.device)
        shown = train_step(run, batch, clips, group)
        run.iteration += 1
        yield {name: value.item() for name, value in shown.items()}


def compose_epoch(run: Run, epoch: int, process: int = 0) -> tuple[Sequences, Tensor]:
    """Freshly composed training sequences, and the clips (P, points, K) they were made from."""
    import torch

    config, material = run.config, run.material
    rng = np.random.default_rng([config.seed, process, epoch, 1])
    repertoire = MixedRepertoire(material.library, config.mixing, rng)
    numbers = range(config.held_out, len(material.sentences))
    compositions = compose_many(
        material.sentences, numbers, repertoire, config.minutes, rng, config.balance
    )
    sequences = to_sequences(
        compositions,
        material.sentences,
        repertoire,
        material.code,
        material.words,
        material.embeddings,
        rng,
    )
    points = run.average.config.unit_points  # type: ignore[union-attr]
    clips = unit_clips(repertoire, material.code, points)  # type: ignore[arg-type]
    return sequences, torch.from_numpy(clips).to(run.device)


def draw_batch(data: Sequences, config: GestureTraining, rng: np.random.Generator) -> Batch:
    """Random windows, some of their frames told: mostly the first ones, sometimes others.

    Frames anywhere in the window are given so that poses can be pinned and phrases re-rolled. The
    plan and the units tell nearly all of the motion; so that the given poses count, some windows
    are bent to pass through a pose of another one.
    """
    import torch

    from gesture_core.train.recipe import Batch

    first = rng.choice(data.windows(config.window, 4), config.batch)
    arrays = data.batch(first, config.window)
    arrays["manner"], arrays["energy"] = arrays["manner"][:, 0], arrays["energy"][:, 0]
    known, pinned = known_frames(config.batch, config.window, config.given, rng)
    arrays["motion"] = bent(np.asarray(arrays["motion"], np.float32), pinned, rng)
    given = np.asarray(arrays["motion"]) * known[..., None]
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    return Batch(**tensors, given=torch.from_numpy(given), known=torch.from_numpy(known))


def known_frames(
    batch: int, window: int, seed_poses: int, rng: np.random.Generator
) -> tuple[Floats, NDArray[np.intp]]:
    """Which frames are told (B, T), 0 or 1, and the frame of each row that is pinned, −1 for none.

    Told are seed poses, both ends, a pinned pose, or nothing.
    """
    known = np.zeros((batch, window), np.float32)
    pinned = np.full(batch, -1)
    kind = rng.choice(4, batch, p=(0.55, 0.15, 0.2, 0.1))
    known[kind <= 1, :seed_poses] = 1.0
    for row in np.flatnonzero(kind == 1):  # the end of what is re-rolled, or more
        known[row, window - int(rng.integers(seed_poses, window // 2)) :] = 1.0
    for row in np.flatnonzero(kind == 2):
        pinned[row] = rng.integers(window)
        known[row, pinned[row]] = 1.0
    return known, pinned


def bent(motion: Floats, pinned: NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Windows (B, T, K) that go out of their way to a pose of another one at their pinned frame."""
    motion = motion.copy()
    poses = motion[rng.integers(len(motion), size=len(motion)), rng.integers(motion.shape[1])]
    frames = np.arange(motion.shape[1])
    for row in np.flatnonzero(pinned >= 0):
        reach = rng.uniform(5.0, 12.0)  # frames before and after: 0.3 to 0.8 s
        near = np.clip(1.0 - np.abs(frames - pinned[row]) / reach, 0.0, 1.0)
        weight = near * near * (3.0 - 2.0 * near)
        motion[row] += weight[:, None].astype(np.float32) * (poses[row] - motion[row, pinned[row]])
    return motion


def train_step(run: Run, batch: Batch, clips: Tensor, group: Processes) -> dict[str, Tensor]:
    """Take every step of the recipe on one batch; returns what they show."""
    import torch

    config, recipe = run.config, run.recipe
    done = run.iteration / config.iterations
    factor = min(1.0, (run.iteration + 1) / 100) * min(1.0, max(0.1, (1.0 - done) / 0.4))
    shown: dict[str, Tensor] = {}
    descents = recipe.losses(batch, clips, done)
    while (descent := _next(descents, run.device, config.bf16)) is not None:
        optimiser = recipe.optimisers[descent.optimiser]
        network = recipe.networks[descent.optimiser]
        optimiser.zero_grad(set_to_none=True)
        descent.loss.backward()
        group.average_gradients(network)
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), config.clip)
        for parameters in optimiser.param_groups:
            parameters["lr"] = factor * parameters["rate"]
        optimiser.step()
        shown |= {**descent.shown, f"gradient {descent.optimiser}": norm}
    _average(run)
    return {name: value.detach() for name, value in shown.items()}


def _next(descents: Iterator[Descent], device: torch.device, bf16: bool) -> Descent | None:
    import torch

    with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
        return next(descents, None)


def _average(run: Run) -> None:
    decay = min(run.config.ema, (1 + run.iteration) / (10 + run.iteration))
    new = run.recipe.networks["generator"].state_dict()
    for name, value in run.average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(new[name], 1.0 - decay)
        else:
            value.copy_(new[name])


def _log(
    run: Run, shown: dict[str, float], speed: float, progress: Progress, group: Processes
) -> None:
    shown = {"samples/s": speed, **shown}
    row = {"iteration": run.iteration, "time": round(time.time(), 1), **shown}
    if not all(np.isfinite(value) for value in shown.values()):
        raise UserError(f"training diverged at iteration {run.iteration}: {shown}")
    run.log.append(row)
    if group.first:
        with (run.config.output / "log.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    told = "  ".join(f"{name} {value:.3g}" for name, value in shown.items() if name[0] in "LDRs")
    done, whole = run.iteration, run.config.iterations
    progress(done / whole, f"training {done}/{whole}  {told}")
