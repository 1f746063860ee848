"""The state of a training run of the gesture generator: made, saved, and continued."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from gesture_core.checkpoint import Checkpoint, save_checkpoint
from gesture_core.config import config_to_dict
from gesture_core.dataset.compose import Repertoire
from gesture_core.dataset.units import load_units
from gesture_core.errors import UserError
from gesture_core.gestures.encode import MotionCode, fit_motion_code, rotations_to_vector
from gesture_core.gestures.features import PLAN, TIMING, Projection, fit_projection
from gesture_core.train.gesture_data import Sequences, compose_many, to_sequences, unit_clips
from gesture_core.train.sentences import Sentences, load_sentences

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from gesture_core.models.gesture_gan import (
        GestureDiscriminator,
        GestureGenerator,
        GestureModelConfig,
    )

KIND = "gesture"
STATE_KIND = "gesture-state"


@dataclass(frozen=True)
class GestureTraining:
    """Everything that decides a training run of the gesture generator."""

    model: Literal["gesture"] = "gesture"
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
        "training": config_to_dict(run.config),
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
        "training": config_to_dict(run.config),
        "iteration": run.iteration,
        "rng": run.rng.bit_generator.state,
        "log": run.log,
    }
    save_checkpoint(path, STATE_KIND, tensors, details, force=True)


def load_state(run: Run, state: Checkpoint) -> None:
    """Continue from `save_state`; the configuration must be the same, but for its length."""
    import torch

    ours = config_to_dict(run.config)
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
