"""Training the lifter: one loop, from public motion capture to committed weights.

    L = L_body + w_h·L_hands + w_v·L_steps + w_b·L_bones + w_u·L_up                          (1)

L_body: mean distance of trunk, head and arm joints; L_hands: of the finger points relative to
their wrist, a hand that is not seen counting a quarter; L_steps: of the joints' steps from one
frame to the next; L_bones: mean difference in bone length; L_up: of the upward direction.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.train.curves import plot_curves

if TYPE_CHECKING:
    from torch import Tensor

    from gesture_core.train.lifter_data import Batch
    from gesture_core.train.lifter_run import LifterTraining, Run


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter
    from gesture_core.train.lifter_run import LifterTraining

    config = load_config(LifterTraining, path, overrides)
    with Reporter() as reporter:
        return train_lifter(config, resume=resume, progress=reporter)


def train_lifter(
    config: LifterTraining, *, resume: bool = False, progress: Progress = silent
) -> Path:
    """Train the lifter; return the path of the checkpoint.

    Writes `lifter.safetensors` (averaged weights), `state.safetensors` (to resume), `log.jsonl`
    and `curves.png` into `config.output`. Interrupted by Ctrl-C, it saves the state first.
    """
    import torch

    from gesture_core.train.lifter_motions import collect_motions, save_motions
    from gesture_core.train.lifter_run import (
        STATE_KIND,
        load_state,
        save_lifter,
        save_state,
        start_run,
    )

    torch.set_num_threads(config.threads)
    state = config.output / "state.safetensors"
    if state.exists() and not resume:
        raise UserError(f"{state} exists; continue with --resume or choose another output=…")
    if not config.motions.exists():
        save_motions(config.motions, collect_motions(config.archives, progress))
    run = start_run(config)
    if resume:
        load_state(run, load_checkpoint(state, STATE_KIND))
    config.output.mkdir(parents=True, exist_ok=True)
    try:
        for losses in iterations(run):
            if run.iteration % config.log == 0 or run.iteration == config.iterations:
                _log(run, losses, progress)
            if run.iteration % 500 == 0:
                save_state(run, state)
    finally:
        save_state(run, state)
    path = config.output / "lifter.safetensors"
    save_lifter(run, path)
    plot_curves(run.log, config.output / "curves.png")
    return path


def iterations(run: Run) -> Iterator[dict[str, float]]:
    """Train step by step until `config.iterations`; yields the losses of each."""
    from gesture_core.train.lifter_data import sample_batch

    config = run.config
    while run.iteration < config.iterations:
        batch = sample_batch(run.bank, config.data, config.batch, run.rng)
        losses = train_step(run, batch)
        run.iteration += 1
        if run.iteration % config.validate == 0 or run.iteration == config.iterations:
            losses |= watch(run)
        yield losses


def train_step(run: Run, batch: Batch) -> dict[str, float]:
    """One step of the optimiser on a batch; returns the terms of the loss."""
    import torch

    run.model.train()
    for group in run.optimiser.param_groups:
        group["lr"] = run.config.rate * _rate(run.iteration, run.config.iterations)
    with torch.autocast("cpu", torch.bfloat16, enabled=run.config.half):
        joints, up = run.model(batch.points, batch.confidence)
    terms = losses_of(joints.float(), up.float(), batch)
    total = weighted(run.config, terms)
    run.optimiser.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
    run.optimiser.step()
    decay = min(run.config.ema, (1 + run.iteration) / (10 + run.iteration))
    new = run.model.state_dict()
    for name, value in run.average.state_dict().items():
        value.lerp_(new[name], 1.0 - decay)
    return {"L": total.item(), **{name: term.item() for name, term in terms.items()}}


def losses_of(joints: Tensor, up: Tensor, batch: Batch) -> dict[str, Tensor]:
    """The terms of (1), metres; see the module's text."""
    import torch

    from gesture_core.body.marked import MARKED
    from gesture_core.models.lifter import FINGERS, JOINTS

    wrists = [MARKED.index("leftHand"), MARKED.index("rightHand")]
    truth = batch.joints
    body = (joints - truth)[:, :, :JOINTS].norm(dim=-1).mean()
    found, real = (_about_wrists(x, wrists, JOINTS, FINGERS) for x in (joints, truth))
    seen = 0.25 + 0.75 * batch.hands_seen().to(joints.dtype)
    hands = ((found - real).norm(dim=-1).mean(dim=-1) * seen).sum() / seen.sum()
    steps = ((joints[:, 1:] - joints[:, :-1]) - (truth[:, 1:] - truth[:, :-1])).norm(dim=-1).mean()
    parents = list(MARKED.parents[1:])
    lengths = (joints[:, :, 1:] - joints[:, :, parents]).norm(dim=-1)
    bones = (lengths - torch.from_numpy(MARKED.offsets[1:]).float().norm(dim=-1)).abs().mean()
    tilt = (up - batch.up[:, None]).norm(dim=-1).mean()
    return {"L_body": body, "L_hands": hands, "L_steps": steps, "L_bones": bones, "L_up": tilt}


def weighted(config: LifterTraining, terms: dict[str, Tensor]) -> Tensor:
    """The sum (1)."""
    return (
        terms["L_body"]
        + config.hand_weight * terms["L_hands"]
        + config.speed_weight * terms["L_steps"]
        + config.bone_weight * terms["L_bones"]
        + config.up_weight * terms["L_up"]
    )


def watch(run: Run) -> dict[str, float]:
    """The terms of (1) for the averaged weights on the validation performer."""
    import torch

    run.average.eval()
    rows: list[dict[str, Tensor]] = []
    with torch.no_grad():
        for batch in run.watched:
            joints, up = run.average(batch.points, batch.confidence)
            rows.append(losses_of(joints, up, batch))
    return {f"val {name}": sum(row[name].item() for row in rows) / len(rows) for name in rows[0]}


def _about_wrists(joints: Tensor, wrists: Sequence[int], body: int, fingers: int) -> Tensor:
    """Finger points relative to their wrist (B, T, 2, 20, 3)."""
    return joints[:, :, body:].unflatten(2, (2, fingers)) - joints[:, :, wrists, None]


def _rate(iteration: int, iterations: int) -> float:
    """Warm up over 100 iterations, then fall along a cosine to 2 %."""
    falling = 0.5 * (1.0 + math.cos(math.pi * iteration / iterations))
    return min(1.0, (iteration + 1) / 100) * max(0.02, falling)


def _log(run: Run, losses: dict[str, float], progress: Progress) -> None:
    row = {"iteration": run.iteration, "time": round(time.time(), 1), **losses}
    run.log.append(row)
    with (run.config.output / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")
    shown = "  ".join(f"{name} {value:.4f}" for name, value in losses.items())
    done, whole = run.iteration, run.config.iterations
    progress(done / whole, f"training {done}/{whole}  {shown}")
