"""Training the judges of gestures on composed real motion; they are frozen before any use.

They learn from the training units and training sentences alone: no clip, sentence or performer
that anything is judged on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from gesture_core.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from gesture_core.config import config_to_dict, load_config
from gesture_core.dataset.compose import FPS, Repertoire
from gesture_core.dataset.unit_splits import split_units
from gesture_core.dataset.units import load_units
from gesture_core.errors import UserError
from gesture_core.gestures.appearance import APPEARANCE
from gesture_core.gestures.encode import SIZE
from gesture_core.gestures.features import Projection, TextFeatures, fit_projection
from gesture_core.gestures.styles import Style, list_styles
from gesture_core.models.gesture_judge import (
    WINDOW,
    FunctionClassifier,
    MotionAutoencoder,
    PairEncoder,
    StyleClassifier,
)
from gesture_core.plan import Plan
from gesture_core.progress import Progress, silent
from gesture_core.train.gesture_data import compose_many, text_of
from gesture_core.train.judge_examples import (
    ComposingPerformer,
    Performer,
    pairs,
    strokes,
    style_windows,
    vectors_of,
    window_owners,
    windows,
)
from gesture_core.train.judge_fitting import (
    Descent,
    fit_autoencoder,
    fit_functions,
    fit_pairs,
    fit_styles,
)
from gesture_core.train.sentences import Sentences, load_sentences

__all__ = [
    "GestureJudge",
    "JudgeTraining",
    "load_judge",
    "train_judge",
    "vectors_of",
    "window_owners",
]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
KIND = "gesture-judge"
NETWORKS = ("autoencoder", "classifier", "style_classifier", "pair_encoder")
PAIR_STRIDE = 15
"""Frames between two pairs to learn from; they overlap."""


@dataclass(frozen=True)
class JudgeTraining:
    """Everything that decides a training run of the judges."""

    model: Literal["judge"] = "judge"
    units: Path = Path("runs/units.lmdb")
    sentences: Path = Path("runs/sentences.npz")
    output: Path = Path("runs/judge/judge.safetensors")
    seed: int = 1
    threads: int = 1
    """CPU threads; more than one and the weights differ from run to run."""
    minutes: float = 100.0
    """Minutes of composed motion to learn from."""
    style_minutes: float = 6.0
    """Minutes of composed motion in every style."""
    balance: float = 0.5
    """Share of sentences drawn for their cues, so that rare gestures are learned too."""
    held_out: int = 400
    """Sentences left out, the first of the file."""
    word_components: int = 32
    sentence_components: int = 16
    latent_iterations: int = 1500
    function_iterations: int = 1000
    style_iterations: int = 700
    pair_iterations: int = 1000
    batch: int = 64
    pair_batch: int = 128
    rate: float = 1e-3
    weight_decay: float = 1e-2


@dataclass(frozen=True, eq=False)
class GestureJudge:
    """The frozen judges, and the hash of their file, without which their figures mean nothing."""

    autoencoder: MotionAutoencoder
    classifier: FunctionClassifier
    style_classifier: StyleClassifier
    pair_encoder: PairEncoder
    words: Projection
    sentences: Projection
    style_names: tuple[str, ...]
    sha256: str

    def latents(self, vectors: Sequence[Floats]) -> Array:
        """Latents (N, LATENT) of all windows of motions (T, SIZE) that do not overlap.

        `judge_examples.window_owners` tells which motion each comes from.
        """
        with torch.no_grad():
            cut = torch.from_numpy(windows(vectors, WINDOW))
            return self.autoencoder.encode(cut).double().numpy()

    def functions(self, vectors: Floats, plan: Plan) -> tuple[list[int], list[int]]:
        """Planned and recognised function of every stroke with enough motion around it."""
        clips, labels = strokes(vectors, plan)
        if not labels:
            return [], []
        with torch.no_grad():
            found = self.classifier(torch.from_numpy(np.stack(clips))).argmax(dim=1)
        return labels, [int(index) for index in found]

    def styles(self, rotations: Sequence[Array]) -> list[str]:
        """The style recognised in each motion (T, J, 4) of HUMANOID at 15 fps."""
        found: list[str] = []
        with torch.no_grad():
            for motion in rotations:
                odds = self.style_classifier(torch.from_numpy(style_windows(motion)))
                best = odds.log_softmax(dim=1).mean(dim=0).argmax()
                found.append(self.style_names[int(best)])
        return found

    def retrieval(
        self, vectors: Sequence[Floats], texts: Sequence[TextFeatures]
    ) -> tuple[Array, Array]:
        """Unit vectors (N, EMBEDDING) of motions (T, SIZE) and of their texts, window by window.

        Windows of PAIR_WINDOW frames that do not overlap; what is shorter has none.
        """
        motion, text = pairs(vectors, texts, self.words, self.sentences)
        with torch.no_grad():
            return (
                self.pair_encoder.motion(torch.from_numpy(motion)).double().numpy(),
                self.pair_encoder.text(torch.from_numpy(text)).double().numpy(),
            )


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter

    if resume:
        raise UserError("the judges train within minutes and are not resumed; leave --resume out")
    with Reporter() as reporter:
        return train_judge(load_config(JudgeTraining, path, overrides), progress=reporter)


def train_judge(
    config: JudgeTraining,
    styles: Sequence[Style] | None = None,
    performer: Performer | None = None,
    *,
    progress: Progress = silent,
) -> Path:
    """Train all judges; write one checkpoint and return its path.

    `performer` makes the motions from which the `styles`, by default all that are shipped, are
    learned; by default it composes them from the training units.
    """
    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    sentences = load_sentences(config.sentences)
    if len(sentences) <= config.held_out:
        raise UserError(f"{config.sentences} holds only {len(sentences)} sentences")
    numbers = range(config.held_out, len(sentences))
    repertoire = Repertoire(split_units(load_units(config.units)).train)
    styles = list_styles() if styles is None else styles
    if performer is None:
        _require_manners(styles, repertoire, config.units)
        performer = ComposingPerformer(sentences, numbers, repertoire)
    made = compose_many(sentences, numbers, repertoire, config.minutes, rng, config.balance)
    vectors = [vectors_of(composition, repertoire) for composition in made]
    words, embeddings = _projections(config, sentences)
    texts = [text_of(composition, sentences) for composition in made]
    descent = Descent(
        config.batch,
        config.rate,
        config.weight_decay,
        torch.Generator().manual_seed(config.seed),
        progress,
    )
    motion, text = pairs(vectors, texts, words, embeddings, stride=PAIR_STRIDE)
    networks: dict[str, nn.Module] = {
        "autoencoder": fit_autoencoder(vectors, config.latent_iterations, descent),
        "classifier": fit_functions(
            vectors, [c.plan for c in made], config.function_iterations, descent
        ),
        "style_classifier": fit_styles(
            styles, performer, config.style_minutes, rng, config.style_iterations, descent
        ),
        "pair_encoder": fit_pairs(
            motion, text, config.pair_iterations, replace(descent, batch=config.pair_batch)
        ),
    }
    details = {
        "training": config_to_dict(config),
        "units": repertoire.library.sha256,
        "styles": [style.name for style in styles],
        "text": text.shape[-1],
        "fps": FPS,
    }
    tensors = _tensors(networks, {"words": words, "sentences": embeddings})
    save_checkpoint(config.output, KIND, tensors, details, force=True)
    return config.output


def _tensors(
    networks: dict[str, nn.Module], projections: dict[str, Projection]
) -> dict[str, torch.Tensor]:
    tensors = {
        f"{name}.{key}": value
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    for name, projection in projections.items():
        tensors[f"{name}.mean"] = torch.from_numpy(np.float32(projection.mean))
        tensors[f"{name}.basis"] = torch.from_numpy(np.float32(projection.basis))
    return tensors


def _require_manners(styles: Sequence[Style], repertoire: Repertoire, units: Path) -> None:
    for style in styles:
        if style.manner not in repertoire.manners:
            known = ", ".join(repertoire.manners)
            raise UserError(
                f"style {style.name!r} has the manner {style.manner!r}, which {units} lacks; "
                f"it has {known}"
            )


def _projections(config: JudgeTraining, sentences: Sentences) -> tuple[Projection, Projection]:
    """Principal components of word vectors and sentence embeddings of training sentences."""
    first = sentences.offsets[config.held_out]
    words = sentences.vectors[first : first + 20_000].astype(np.float32)
    embeddings = sentences.sentence_vectors[config.held_out :][:4000].astype(np.float32)
    return (
        fit_projection(words, config.word_components),
        fit_projection(embeddings, config.sentence_components),
    )


def load_judge(path: Path) -> GestureJudge:
    """Load what `train_judge` wrote; `UserError` when the file is something else."""
    checkpoint = load_checkpoint(path, KIND)
    details = checkpoint.details
    try:
        styles = tuple(str(name) for name in details["styles"])
        judge = GestureJudge(
            MotionAutoencoder(SIZE),
            FunctionClassifier(SIZE),
            StyleClassifier(APPEARANCE, len(styles)),
            PairEncoder(SIZE, int(details["text"])),
            words=_projection(checkpoint, "words"),
            sentences=_projection(checkpoint, "sentences"),
            style_names=styles,
            sha256=checkpoint.sha256,
        )
        for name in NETWORKS:
            network: nn.Module = getattr(judge, name)
            network.load_state_dict(checkpoint.part(name))
            network.eval().requires_grad_(False)
    except (KeyError, RuntimeError, TypeError, ValueError) as error:
        raise UserError(f"{path} does not hold the judges of this version: {error}") from error
    return judge


def _projection(checkpoint: Checkpoint, name: str) -> Projection:
    arrays = (checkpoint.tensors[f"{name}.{part}"].double().numpy() for part in ("mean", "basis"))
    return Projection(*arrays)
