"""Training the gesture generator: one loop, from real units to committed weights.

    L_G = α·L_Huber + β·L_NSGAN + γ·L_style + λ·L_KLD                                        (1)

L_Huber (2), L_NSGAN (3), L_style (4), L_D (5) and L_KLD are defined in `models.gesture_gan`. The
motion d holds poses and their velocities. L_D also sees real motion under another sentence's text
and plan as fake (Reed et al., ICML 2016), which forces D to read them.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gesture_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from gesture_core.config import config_to_dict, load_config
from gesture_core.dataset.compose import Repertoire
from gesture_core.dataset.units import (
    load_units,
    mesh2motion_units,
    save_units,
    smartbody_units,
)
from gesture_core.errors import UserError
from gesture_core.gestures.encode import MotionCode, fit_motion_code, rotations_to_vector
from gesture_core.gestures.features import PLAN, TIMING, Projection, fit_projection
from gesture_core.progress import Progress, silent
from gesture_core.train.gesture_data import (
    Sequences,
    compose_many,
    to_sequences,
    unit_clips,
)
from gesture_core.train.sentences import (
    Sentences,
    analyse_sentences,
    choose_texts,
    load_sentences,
    read_texts,
    save_sentences,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gesture_core.models.gesture_gan import (
        GestureDiscriminator,
        GestureGenerator,
        GestureModelConfig,
    )

KIND = "gesture"


@dataclass(frozen=True)
class GestureTraining:
    """Everything that decides a training run of the gesture generator."""

    archives: Path = Path("archives")
    """Folder with the unpacked archives smartbody, mesh2motion and text_ko (see data/README.md)."""
    units: Path = Path("runs/units.lmdb")
    """Gesture units; cut from the archives when the file is not there."""
    sentences: Path = Path("runs/sentences.npz")
    """Analysed sentences; made from the archives when the file is not there."""
    texts: int = 24000
    """How many sentences to analyse."""
    output: Path = Path("runs/gesture")
    """Folder for the checkpoint, the log and the curves."""
    seed: int = 0
    threads: int = 1
    """CPU threads; more than the free cores slows training down."""
    iterations: int = 4000
    batch: int = 48
    window: int = 48
    """Frames of a training window, a multiple of 8."""
    minutes: float = 30.0
    """Minutes of motion composed anew for every epoch."""
    balance: float = 0.5
    """Share of sentences drawn for their cues, so that rare gestures are learned too."""
    epoch: int = 400
    """Iterations between two compositions."""
    held_out: int = 400
    """Sentences never trained on, the first of the file."""
    components: int = 80
    """Principal components of the motion code."""
    word_components: int = 32
    sentence_components: int = 16
    hidden: int = 144
    """Hidden size of each direction of the generator's GRU."""
    layers: int = 2
    generator_rate: float = 8e-4
    discriminator_rate: float = 4e-4
    weight_decay: float = 1e-3
    ema: float = 0.995
    """Decay of the averaged generator, which is the one that is used."""
    warm_up: float = 0.1
    """Share of the iterations before the discriminator joins."""
    alpha: float = 10.0
    """Weight of L_Huber."""
    beta: float = 0.05
    """Weight of L_NSGAN."""
    gamma: float = 0.05
    """Weight of L_style."""
    kld: float = 5e-4
    """Weight λ of L_KLD of the style, and of the unit posterior."""
    huber_delta: float = 0.5
    style_limit: float = 0.05
    """τ of L_style."""
    mismatch: float = 0.5
    """Share of the fakes of L_D that are real motions under another text."""
    instance_noise: float = 0.03
    """Noise on what the discriminator sees."""

    def __post_init__(self) -> None:
        if self.window % 8 or self.window < 16:
            raise UserError(f"window must be a multiple of 8 of at least 16, not {self.window}")


@dataclass(eq=False)
class Run:
    """The state of one training run: data, networks, optimisers."""

    config: GestureTraining
    model_config: GestureModelConfig
    sentences: Sentences
    repertoire: Repertoire
    code: MotionCode
    words: Projection
    embeddings: Projection
    clips: Tensor
    generator: GestureGenerator
    discriminator: GestureDiscriminator
    average: GestureGenerator
    optimisers: tuple[torch.optim.Optimizer, torch.optim.Optimizer]
    rng: np.random.Generator
    iteration: int = 0
    log: list[dict[str, float]] = field(default_factory=list)


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
        load_state(run, load_checkpoint(state, KIND + "-state"))
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


def start_run(config: GestureTraining) -> Run:
    """Load the data, fit the code and the projections on a first composition, build networks."""
    import torch

    from gesture_core.models.gesture_gan import (
        GestureDiscriminator,
        GestureGenerator,
        GestureModelConfig,
    )

    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    sentences = load_sentences(config.sentences)
    if len(sentences) <= config.held_out:
        raise UserError(f"{config.sentences} holds only {len(sentences)} sentences")
    repertoire = Repertoire(load_units(config.units))
    code, words, embeddings = fit_codes(config, sentences, repertoire, rng)
    model_config = GestureModelConfig(
        motion=code.size,
        text=words.basis.shape[1] + embeddings.basis.shape[1] + TIMING,
        plan=PLAN,
        manners=len(repertoire.manners),
        hidden=config.hidden,
        layers=config.layers,
    )
    generator, discriminator = GestureGenerator(model_config), GestureDiscriminator(model_config)
    average = GestureGenerator(model_config).requires_grad_(False)
    average.load_state_dict(generator.state_dict())
    betas = (0.5, 0.98)
    optimisers = (
        torch.optim.AdamW(
            generator.parameters(), config.generator_rate, betas, weight_decay=config.weight_decay
        ),
        torch.optim.AdamW(discriminator.parameters(), config.discriminator_rate, betas),
    )
    return Run(
        config=config,
        model_config=model_config,
        sentences=sentences,
        repertoire=repertoire,
        code=code,
        words=words,
        embeddings=embeddings,
        clips=torch.from_numpy(unit_clips(repertoire, code, model_config.unit_points)),
        generator=generator,
        discriminator=discriminator,
        average=average,
        optimisers=optimisers,
        rng=rng,
    )


def fit_codes(
    config: GestureTraining, sentences: Sentences, repertoire: Repertoire, rng: np.random.Generator
) -> tuple[MotionCode, Projection, Projection]:
    """Principal components of motion, word vectors and sentence embeddings of training data."""
    numbers = range(config.held_out, len(sentences))
    minutes = min(config.minutes, 10.0)
    compositions = compose_many(sentences, numbers, repertoire, minutes, rng, config.balance)
    vectors = np.concatenate(
        [rotations_to_vector(c.rotations, repertoire.rests[c.manner]) for c in compositions]
    )
    first = sentences.offsets[config.held_out]
    words = sentences.vectors[first : first + 20_000].astype(np.float32)
    embeddings = sentences.sentence_vectors[config.held_out :][:4000].astype(np.float32)
    return (
        fit_motion_code(vectors, config.components),
        fit_projection(words, config.word_components),
        fit_projection(embeddings, config.sentence_components),
    )


def composed(run: Run, numbers: range, minutes: float, rng: np.random.Generator) -> Sequences:
    """Freshly composed sequences of the numbered sentences, encoded for the model."""
    return to_sequences(
        compose_many(run.sentences, numbers, run.repertoire, minutes, rng, run.config.balance),
        run.sentences,
        run.repertoire,
        run.code,
        run.words,
        run.embeddings,
    )


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


# ── saving ────────────────────────────────────────────────────────────────────────────────────


def save_generator(run: Run, path: Path) -> None:
    """Write all that generating needs: averaged weights, codes, rest poses, unit latents."""
    import torch

    average = run.average.eval()
    with torch.no_grad():
        means, spreads = average.unit(run.clips)
    tensors = {f"generator.{name}": value for name, value in average.state_dict().items()}
    arrays = {
        "code.mean": run.code.mean,
        "code.basis": run.code.basis,
        "code.scale": run.code.scale,
        "words.mean": run.words.mean,
        "words.basis": run.words.basis,
        "sentences.mean": run.embeddings.mean,
        "sentences.basis": run.embeddings.basis,
        "rests": np.stack([run.repertoire.rests[manner] for manner in run.repertoire.manners]),
    }
    tensors |= {name: torch.from_numpy(np.float32(array)) for name, array in arrays.items()}
    tensors |= {"units.mean": means, "units.log_variance": spreads}
    details = {
        "model": config_to_dict(run.model_config),
        "training": _plain(config_to_dict(run.config)),
        "iterations": run.iteration,
        "manners": run.repertoire.manners,
        "parts": [dataclasses.asdict(part) for part in run.repertoire.parts],
        "data": {"units": run.repertoire.library.sha256, "sentences": len(run.sentences)},
    }
    save_checkpoint(path, KIND, tensors, details, force=True)


def save_state(run: Run, path: Path) -> None:
    """Write all that resuming needs."""
    import torch

    networks = {"generator": run.generator, "discriminator": run.discriminator}
    networks["average"] = run.average
    tensors: dict[str, Tensor] = {}
    for name, network in networks.items():
        tensors |= {f"{name}.{key}": value for key, value in network.state_dict().items()}
    for number, optimiser in enumerate(run.optimisers):
        for index, state in optimiser.state_dict()["state"].items():
            tensors |= {f"optimiser{number}.{index}.{key}": v for key, v in state.items()}
    tensors["torch_rng"] = torch.get_rng_state()
    details = {
        "training": _plain(config_to_dict(run.config)),
        "iteration": run.iteration,
        "rng": run.rng.bit_generator.state,
        "log": run.log,
    }
    save_checkpoint(path, KIND + "-state", tensors, details, force=True)


def load_state(run: Run, state: Checkpoint) -> None:
    """Continue from `save_state`; the configuration must be the same, but for its length."""
    import torch

    ours = _plain(config_to_dict(run.config))
    for name, value in state.details["training"].items():
        if name not in ("iterations", "threads", "output") and ours.get(name) != value:
            raise UserError(f"cannot resume: {name} was {value!r}, now it is {ours.get(name)!r}")
    run.generator.load_state_dict(state.part("generator"))
    run.discriminator.load_state_dict(state.part("discriminator"))
    run.average.load_state_dict(state.part("average"))
    for number, optimiser in enumerate(run.optimisers):
        moments: dict[int, dict[str, Tensor]] = {}
        for name, value in state.part(f"optimiser{number}").items():
            index, _, key = name.partition(".")
            moments.setdefault(int(index), {})[key] = value
        optimiser.load_state_dict({**optimiser.state_dict(), "state": moments})
    torch.set_rng_state(state.tensors["torch_rng"])
    run.rng.bit_generator.state = state.details["rng"]
    run.iteration = state.details["iteration"]
    run.log = state.details["log"]


def plot_curves(log: list[dict[str, float]], path: Path) -> None:
    """Draw every loss over the iterations."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("curves need matplotlib: pip install 'momjit[train]'") from error
    names = sorted({name for row in log for name in row} - {"iteration", "time"})
    figure = Figure(figsize=(10, 2.2 * len(names)))
    for number, name in enumerate(names, 1):
        axes = figure.add_subplot(len(names), 1, number)
        rows = [row for row in log if name in row]
        axes.plot([row["iteration"] for row in rows], [row[name] for row in rows])
        axes.set_ylabel(name)
    figure.savefig(path)


def _plain(config: dict[str, Any]) -> dict[str, Any]:
    return {name: str(v) if isinstance(v, Path) else v for name, v in config.items()}
