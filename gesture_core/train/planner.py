"""Training the planner: one loop over sentences that the rules planned; minutes on one core.

    L = BCE(gesture) + CE(function) + CE(hand | function) + NLL(size | function) + NLL(place)   (1)

The rules are told in about half of the utterances, so that the other half teaches what the words
mean; a word that no rule knows counts as a beat with a small weight only (`doubt`), because the
rules know few of the words that call for a gesture (positive and unlabelled examples; Elkan &
Noto, KDD 2008).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from gesture_core.checkpoint import save_checkpoint
from gesture_core.config import config_to_dict, load_config
from gesture_core.errors import UserError
from gesture_core.plan import FUNCTIONS
from gesture_core.planning.learned import KIND
from gesture_core.planning.word_context import CONTEXT
from gesture_core.progress import Progress, silent
from gesture_core.train.planner_data import (
    UNTAUGHT,
    Lesson,
    Taught,
    batches,
    draw_lessons,
    holds,
    rarity,
    teach,
)
from gesture_core.train.sentences import Sentences, load_sentences

if TYPE_CHECKING:
    from torch import Tensor

    from gesture_core.models.planner import Planner


@dataclass(frozen=True)
class PlannerTraining:
    """Everything that decides a training run of the planner."""

    model: Literal["planner"] = "planner"
    sentences: Path = Path("runs/sentences.npz")
    """Analysed sentences, as made when the gesture generator is trained."""
    output: Path = Path("runs/planner")
    """Folder for the checkpoint, the log and the report."""
    held_out: int = 400
    """Sentences never trained on, the first of the file."""
    hidden_cues: float = 0.0
    """Share of the rules' morphemes to hide: sentences with them are not trained on."""
    seed: int = 0
    threads: int = 1
    epochs: int = 11
    lessons: int = 4000
    """Utterances composed anew for every epoch."""
    batch: int = 64
    rate: float = 2e-3
    weight_decay: float = 0.01
    dropout: float = 0.3
    doubt: float = 0.2
    """Weight of a word being a mere beat because no rule knows it."""
    withheld: float = 0.5
    """How often the planner is not told what the rules say."""
    heard: float = 0.5
    """How often it is told the prosody."""
    hidden: int = 96
    word_code: int = 96
    sentence_code: int = 32


class Material(NamedTuple):
    """All sentences with what they teach, the numbers to train on, and the hidden morphemes."""

    sentences: Sentences
    taught: tuple[Taught, ...]
    numbers: np.ndarray
    hidden: frozenset[str]


class Told(NamedTuple):
    """Vectors of all words (M, D), embeddings (N, E) and cues (N, C) of all sentences."""

    words: Tensor
    sentences: Tensor
    cues: Tensor


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter

    config = load_config(PlannerTraining, path, overrides)
    if resume:
        raise UserError("training the planner takes a few minutes: start it again")
    with Reporter() as reporter:
        return train_planner(config, reporter)


def train_planner(config: PlannerTraining, progress: Progress = silent) -> Path:
    """Train the planner; return the path of the checkpoint.

    Writes `planner.safetensors` (float16), `log.jsonl` and `report.json` (see
    `planner_evaluation`) into `config.output`.
    """
    import torch

    from gesture_core.models.planner import Planner, PlannerConfig
    from gesture_core.train.planner_evaluation import assess

    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    material = prepare(config)
    shape = PlannerConfig(
        words=material.sentences.vectors.shape[1],
        sentences=material.sentences.sentence_vectors.shape[1],
        cues=material.sentences.cues.shape[1],
        context=CONTEXT,
        functions=len(FUNCTIONS),
        word_code=config.word_code,
        sentence_code=config.sentence_code,
        hidden=config.hidden,
    )
    planner = Planner(shape, config.dropout)
    log = list(descend(planner, material, config, rng, progress))
    config.output.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row) + "\n" for row in log)
    (config.output / "log.jsonl").write_text(lines, encoding="utf-8")
    path = config.output / "planner.safetensors"
    details = {
        "functions": FUNCTIONS,
        "model": config_to_dict(shape),
        "training": config_to_dict(config),
        "hidden": sorted(material.hidden),
    }
    halves = {name: tensor.half() for name, tensor in planner.state_dict().items()}
    save_checkpoint(path, KIND, halves, details, force=True)
    report = json.dumps(assess(path, material, config.held_out), indent=1, ensure_ascii=False)
    (config.output / "report.json").write_text(report + "\n", encoding="utf-8")
    return path


def prepare(config: PlannerTraining) -> Material:
    """Load the sentences and let the rules say what they teach."""
    sentences = load_sentences(config.sentences)
    if len(sentences) <= config.held_out:
        raise UserError(f"{config.sentences} holds only {len(sentences)} sentences")
    hidden = hide_cues(config.hidden_cues, config.seed)
    taught = tuple(
        teach(line, cues, hidden)
        for line, cues in zip(sentences.lines, sentences.cues, strict=True)
    )
    numbers = [
        number
        for number in range(config.held_out, len(sentences))
        if not holds(taught[number], hidden)
    ]
    return Material(sentences, taught, np.array(numbers), hidden)


def hide_cues(share: float, seed: int) -> frozenset[str]:
    """A share of the morphemes that the rules know, `form/TAG`."""
    from gesture_core.planning.cues import CUE_MORPHEMES

    rng = np.random.default_rng(seed)
    count = round(share * len(CUE_MORPHEMES))
    return frozenset(rng.choice(CUE_MORPHEMES, count, replace=False).tolist())


def descend(
    planner: Planner,
    material: Material,
    config: PlannerTraining,
    rng: np.random.Generator,
    progress: Progress = silent,
) -> Iterator[dict[str, float]]:
    """Train epoch by epoch; yields the mean losses of each."""
    import torch

    optimiser = torch.optim.AdamW(
        planner.parameters(), config.rate, weight_decay=config.weight_decay
    )
    steps = config.epochs * (config.lessons // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.rate, max(steps, 1), pct_start=0.1
    )
    told = told_of(material.sentences)
    taught = [material.taught[n] for n in material.numbers]
    odds = rarity(taught)
    planner.train()
    for epoch in range(config.epochs):
        lessons = draw_lessons(
            material.sentences,
            taught,
            material.numbers,
            odds,
            config.lessons,
            rng,
            config.doubt,
            config.withheld,
            config.heard,
        )
        sums: dict[str, float] = {}
        for batch in batches(lessons, config.batch, rng):
            losses = planner_losses(planner, batch, told)
            optimiser.zero_grad()
            torch.stack(list(losses.values())).sum().backward()
            torch.nn.utils.clip_grad_norm_(planner.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            for name, loss in losses.items():
                sums[name] = sums.get(name, 0.0) + loss.item() * config.batch / config.lessons
        row = {name: round(value, 4) for name, value in sums.items()}
        shown = ", ".join(f"{name} {value:.3f}" for name, value in row.items())
        progress((epoch + 1) / config.epochs, shown)
        yield {"epoch": epoch, **row}
    planner.eval()


def told_of(sentences: Sentences) -> Told:
    """The vectors of all sentences as float32 tensors."""
    import torch

    arrays = (sentences.vectors, sentences.sentence_vectors, sentences.cues)
    return Told(*(torch.from_numpy(np.float32(array)) for array in arrays))


def planner_losses(planner: Planner, lessons: Sequence[Lesson], told: Told) -> dict[str, Tensor]:
    """The terms of (1) over a batch of lessons."""
    import torch
    from torch.nn import functional
    from torch.nn.utils.rnn import pad_sequence

    def padded(name: str, value: float = 0.0) -> Tensor:
        arrays = [torch.from_numpy(getattr(lesson, name)) for lesson in lessons]
        return pad_sequence(arrays, batch_first=True, padding_value=value)

    lengths = torch.tensor([len(lesson.rows) for lesson in lessons])
    numbers, sentence = padded("sentence").unique(return_inverse=True)
    odds = planner(
        told.words[padded("rows")],
        sentence,
        told.sentences[numbers],
        told.cues[numbers],
        padded("context"),
        lengths,
    )
    real = torch.arange(int(lengths.max())) < lengths[:, None]
    function, weight = padded("function", UNTAUGHT), padded("weight")
    made = padded("gesture") > 0
    kind = function[made].clamp(min=0)
    rows = torch.arange(len(kind))
    taught = function != UNTAUGHT
    function_loss = functional.cross_entropy(
        odds.function[taught], function[taught], reduction="none"
    )
    return {
        "gesture": functional.binary_cross_entropy_with_logits(
            odds.gesture[real], padded("gesture")[real]
        ),
        "function": (function_loss * weight[taught]).sum() / weight[taught].sum(),
        "hand": 0.3 * functional.cross_entropy(odds.hand[made][rows, kind], padded("hand")[made]),
        "size": 0.1
        * _likelihood(
            odds.size[made][rows, kind], odds.size_spread[made][rows, kind], padded("size")[made]
        ),
        "place": 0.1
        * _likelihood(odds.place[made], odds.place_spread[made], padded("place")[made]),
    }


def _likelihood(mean: Tensor, spread: Tensor, value: Tensor) -> Tensor:
    """Mean negative log likelihood under normal distributions of log deviation ≥ −4."""
    spread = spread.clamp(min=-4.0)
    return (spread + 0.5 * ((value - mean) / spread.exp()) ** 2).mean()
