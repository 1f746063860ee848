"""Training the gesture generator: one loop, from real units to committed weights.

    L_G = α·L_Huber + β·L_NSGAN + γ·L_style + λ·L_KLD                                        (1)

L_Huber (2), L_NSGAN (3), L_style (4), L_D (5) and L_KLD are defined in `models.gesture_gan`. The
motion d holds poses and their velocities. L_D also sees real motion under another sentence's text
and plan as fake (Reed et al., ICML 2016), which forces D to read them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import load_config
from gesture_core.dataset.units import (
    mesh2motion_units,
    save_units,
    smartbody_units,
)
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.train.gesture_data import Sequences
from gesture_core.train.gesture_run import (
    STATE_KIND,
    GestureTraining,
    Run,
    composed,
    load_state,
    plot_curves,
    save_generator,
    save_state,
    start_run,
)
from gesture_core.train.sentences import (
    analyse_sentences,
    choose_texts,
    read_texts,
    save_sentences,
)

if TYPE_CHECKING:
    from torch import Tensor


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter

    config = load_config(GestureTraining, path, overrides)
    with Reporter() as reporter:
        prepare_data(config, reporter)
        return train_gesture(config, resume=resume, progress=reporter)


def prepare_data(config: GestureTraining, progress: Progress = silent) -> None:
    """Cut the gesture units and analyse the sentences, unless their files are there already."""
    if not config.units.exists():
        progress(0.0, "cutting gesture units")
        behaviours = config.archives / "smartbody" / "data" / "behaviorsets"
        animations = config.archives / "mesh2motion" / "human-addon.glb"
        save_units(config.units, [*smartbody_units(behaviours), *mesh2motion_units(animations)])
    if not config.sentences.exists():
        texts = choose_texts(read_texts(config.archives / "text_ko"), config.texts, config.seed)
        save_sentences(config.sentences, analyse_sentences(texts, progress))


def train_gesture(
    config: GestureTraining, *, resume: bool = False, progress: Progress = silent
) -> Path:
    """Train the generator; return the path of the checkpoint.

    Writes `gesture.safetensors` (averaged weights, all that use needs), `state.safetensors`
    (to resume), `log.jsonl` and `curves.png` into `config.output`. Interrupted by Ctrl-C, it
    saves the state first.
    """
    import torch

    torch.set_num_threads(config.threads)
    run = start_run(config)
    state = config.output / "state.safetensors"
    if resume:
        load_state(run, load_checkpoint(state, STATE_KIND))
    elif state.exists():
        raise UserError(f"{state} exists; continue with --resume or choose another output=…")
    config.output.mkdir(parents=True, exist_ok=True)
    try:
        for losses in iterations(run):
            if run.iteration % 50 == 0 or run.iteration == config.iterations:
                _log(run, losses, progress)
            if run.iteration % 500 == 0:
                save_state(run, state)
    finally:
        save_state(run, state)
    path = config.output / "gesture.safetensors"
    save_generator(run, path)
    plot_curves(run.log, config.output / "curves.png")
    return path


def iterations(run: Run) -> Iterator[dict[str, float]]:
    """Train step by step until `config.iterations`; yields the losses of each."""
    config = run.config
    numbers = range(config.held_out, len(run.sentences))
    data: Sequences | None = None
    while run.iteration < config.iterations:
        if data is None or run.iteration % config.epoch == 0:
            data = composed(run, numbers, config.minutes, run.rng)
        starts = data.windows(config.window, 4)
        batch = _tensors(data, run.rng.choice(starts, config.batch), config.window)
        losses = train_step(run, batch)
        run.iteration += 1
        yield losses


def _tensors(data: Sequences, first: np.ndarray, window: int) -> dict[str, Tensor]:
    import torch

    batch = {name: torch.from_numpy(array) for name, array in data.batch(first, window).items()}
    batch["manner"], batch["energy"] = batch["manner"][:, 0], batch["energy"][:, 0]
    return batch


def train_step(run: Run, batch: dict[str, Tensor]) -> dict[str, float]:
    """One step of the discriminator and one of the generator on a batch of windows."""
    import torch

    from gesture_core.models import gesture_gan as gan

    config, generator = run.config, run.generator
    adversarial = run.iteration >= config.warm_up * config.iterations
    _set_rates(run)
    motion, text, plan = batch["motion"], batch["text"], batch["plan"]
    seed = motion[:, : run.model_config.seed]
    size = len(motion)

    style_mean, style_spread = generator.style(batch["manner"], batch["energy"])
    style = gan.sample(style_mean, style_spread)
    unit_mean, unit_spread = generator.unit(run.clips)
    latents = gan.sample(unit_mean, unit_spread)
    units = torch.cat([latents, latents.new_zeros(1, latents.shape[1])])[batch["part"]]
    noise = torch.randn(size, run.model_config.noise)

    few = max(size // 4, 1)  # the style loss compares a part of the batch with other styles
    other = torch.randint(run.model_config.manners, (few,))
    energy = batch["energy"][torch.randperm(size)[:few]]
    style_2 = gan.sample(*generator.style(other, energy))
    told = [text, plan, units, style, noise, seed]
    again = [text[:few], plan[:few], units[:few], style_2, noise[:few], seed[:few]]
    both = generator(*(torch.cat(pair) for pair in zip(told, again, strict=True)))
    fake, fake_2 = both[:size], both[size:]

    losses: dict[str, Tensor] = {}
    judged = None
    if adversarial:
        judged = _with_seed(fake, seed)
        losses["L_D"] = _train_discriminator(run, batch, judged.detach())
    delta = config.huber_delta
    losses["L_Huber"] = gan.huber_loss(_moving(fake), _moving(motion), delta)
    losses["L_style"] = gan.style_loss(
        fake[:few], fake_2, style[:few], style_2, config.style_limit, delta
    )
    losses["L_KLD"] = gan.kld_loss(style_mean, style_spread) + gan.kld_loss(unit_mean, unit_spread)
    total = (
        config.alpha * losses["L_Huber"]
        + config.gamma * losses["L_style"]
        + config.kld * losses["L_KLD"]
    )
    if judged is not None:
        verdict = run.discriminator(judged, text, plan, batch["manner"])
        losses["L_NSGAN"] = gan.generator_loss(verdict)
        total = total + config.beta * losses["L_NSGAN"]
    optimiser = run.optimisers[0]
    optimiser.zero_grad(set_to_none=True)
    total.backward()
    torch.nn.utils.clip_grad_norm_(generator.parameters(), 2.0)
    optimiser.step()
    _average(run)
    return {name: loss.item() for name, loss in {"L_G": total, **losses}.items()}


def _train_discriminator(run: Run, batch: dict[str, Tensor], fake: Tensor) -> Tensor:
    """One step on L_D: real against generated and against real under another text."""
    import torch

    from gesture_core.models.gesture_gan import discriminator_loss

    config, judge = run.config, run.discriminator
    text, plan, manner = batch["text"], batch["plan"], batch["manner"]
    blur = config.instance_noise
    real = batch["motion"] + blur * torch.randn_like(fake)
    fake = fake + blur * torch.randn_like(fake)
    shuffled = torch.roll(torch.arange(len(real)), 1)
    verdict = judge(real, text, plan, manner)
    loss = (1.0 - config.mismatch) * discriminator_loss(verdict, judge(fake, text, plan, manner))
    mismatched = judge(real, text[shuffled], plan[shuffled], manner)
    loss = loss + config.mismatch * discriminator_loss(verdict, mismatched)
    run.optimisers[1].zero_grad(set_to_none=True)
    loss.backward()
    run.optimisers[1].step()
    return loss.detach()


def _with_seed(fake: Tensor, seed: Tensor) -> Tensor:
    import torch

    return torch.cat([seed, fake[:, seed.shape[1] :]], dim=1)


def _moving(motion: Tensor) -> Tensor:
    """Poses and velocities (B, T − 1, 2K): what L_Huber compares."""
    import torch

    return torch.cat([motion[:, 1:], 2.0 * (motion[:, 1:] - motion[:, :-1])], dim=-1)


def _set_rates(run: Run) -> None:
    """Warm up over 100 iterations, hold, then fall to a tenth over the last 40 %."""
    done = run.iteration / run.config.iterations
    factor = min(1.0, (run.iteration + 1) / 100) * min(1.0, max(0.1, (1.0 - done) / 0.4))
    rates = (run.config.generator_rate, run.config.discriminator_rate)
    for optimiser, rate in zip(run.optimisers, rates, strict=True):
        for group in optimiser.param_groups:
            group["lr"] = rate * factor


def _average(run: Run) -> None:
    decay = min(run.config.ema, (1 + run.iteration) / (10 + run.iteration))
    new = run.generator.state_dict()
    for name, value in run.average.state_dict().items():
        value.lerp_(new[name], 1.0 - decay)


def _log(run: Run, losses: dict[str, float], progress: Progress) -> None:
    row = {"iteration": run.iteration, "time": round(time.time(), 1), **losses}
    run.log.append(row)
    with (run.config.output / "log.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(row) + "\n")
    shown = "  ".join(f"{name} {value:.4f}" for name, value in losses.items())
    done, iterations = run.iteration, run.config.iterations
    progress(done / iterations, f"training {done}/{iterations}  {shown}")
