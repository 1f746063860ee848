"""Training sign production: one loop for every network, over any corpus.

    L = mean |made − true|² / var + count · (log step − log 1/T)² + guide · CE(attention)     (1)

`var` is the variance of a number of the training frames, so that a model that always makes the
mean pose has 1. What is heard of the frames before is blurred by noise, for in use it is what the
model itself made; see Saunders et al. (ECCV 2020), whose other ways, foretelling later frames and
hearing the counter alone, are settings of the network.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from gesture_core.checkpoint import save_checkpoint
from gesture_core.config import config_to_dict, load_config
from gesture_core.errors import UserError
from gesture_core.models.sign_tacotron import SignTacotronConfig
from gesture_core.models.sign_transformer import SignTransformerConfig
from gesture_core.progress import Progress, silent
from gesture_core.signing.keypoint_frames import Padding, Ranges, ranges_of
from gesture_core.signing.learned import KIND, UNKNOWN, Representation, Tokens
from gesture_core.train.sign_corpus import SignCorpus, SignSequence, hold_out, read_corpus

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gesture_core.train.sign_batches import Lessons, SignBatch


@dataclass(frozen=True)
class SignTraining:
    """Everything that decides a training run of a sign model."""

    model: Literal["sign"] = "sign"
    corpus: Path = Path("runs/signs.npz")
    """AI Hub's folders, a `.skels` file, or a composed corpus (.npz)."""
    sentences: Path | None = None
    """Patterns of Korean sentences to compose the corpus from, where there is no such file yet."""
    composed: int = 1500
    """Sentences to compose."""
    output: Path = Path("runs/sign")
    """Folder for the checkpoint and the log."""
    source: str = ""
    """What the corpus is and under which licence: kept in the checkpoint."""
    transformer: SignTransformerConfig | None = None
    tacotron: SignTacotronConfig | None = None
    """Sizes of the network; one of the two is to be given."""
    told: Tokens = "gloss"
    """What the model is told: glosses, or the morphemes of the Korean text."""
    representation: Representation = "keypoints"
    """What it makes: keypoints, or frames of our own Motion."""
    fps: float = 30.0
    padding: Padding = "mask"
    rarest: int = 1
    """Tokens seen less often in training are unknown to the model."""
    held_out: float = 0.1
    """Share of the different sentences that are never trained on."""
    seed: int = 0
    threads: int = 1
    epochs: int = 100
    batch: int = 32
    rate: float = 1e-3
    schedule: Literal["plateau", "cosine"] = "plateau"
    """Lower the rate to 0.7 of it whenever held-out sentences get no better, or by a cosine."""
    patience: int = 5
    """Epochs that a plateau lasts."""
    noise: float = 0.05
    """Deviation of the noise on what is heard, in shares of a number's range."""
    count: float = 0.1
    """Weight of the counter in the loss."""
    guide: float = 0.1
    """Weight of the attention's being at the sign that is made, for as long as it takes."""


class Material(NamedTuple):
    """What a run trains on: sentences to learn and to judge by, and what their numbers mean."""

    learned: Lessons
    judged: Lessons
    ranges: Ranges
    vocabulary: tuple[str, ...]
    signers: tuple[str, ...]
    held_out: tuple[str, ...]
    variance: float


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter

    config = load_config(SignTraining, path, overrides)
    if resume:
        raise UserError("training a sign model cannot be resumed: start it again")
    with Reporter() as reporter:
        if config.sentences is not None and not config.corpus.exists():
            from gesture_core.train.sign_composed import compose_corpus

            compose_corpus(
                config.corpus, config.sentences, config.composed, config.fps, 0, reporter
            )
        return train_sign(config, reporter)


def train_sign(config: SignTraining, progress: Progress = silent) -> Path:
    """Train a sign model; return the path of the checkpoint.

    Writes `sign.safetensors` (float16) and `log.jsonl` into `config.output`.
    """
    import torch

    from gesture_core.models.sign_models import sign_model_to_details

    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    corpus = read_corpus(config.corpus, config.fps, config.representation, progress)
    material = prepare(corpus, config)
    network = build_network(config, material)
    config.output.mkdir(parents=True, exist_ok=True)
    with (config.output / "log.jsonl").open("w", encoding="utf-8") as file:
        for row in descend(network, material, config, progress):
            file.write(json.dumps(row) + "\n")
            file.flush()
    path = config.output / "sign.safetensors"
    tensors = {f"network.{name}": value.half() for name, value in network.state_dict().items()}
    for end in ("low", "high"):
        tensors[f"ranges.{end}"] = torch.from_numpy(np.float32(getattr(material.ranges, end)))
    details: dict[str, Any] = {
        "model": sign_model_to_details(network),  # type: ignore[arg-type]
        "vocabulary": material.vocabulary,
        "signers": material.signers,
        "told": config.told,
        "representation": config.representation,
        "fps": config.fps,
        "training": config_to_dict(config),
        "data": {"sha256": corpus.sha256, "source": config.source},
        "held_out": material.held_out,
    }
    save_checkpoint(path, KIND, tensors, details, force=True)
    return path


def prepare(corpus: SignCorpus, config: SignTraining) -> Material:
    """Hold sentences out, and find ranges, vocabulary and signers of the others."""
    from gesture_core.train.sign_batches import to_lessons

    kept, held = hold_out(corpus.sequences, config.held_out, config.seed)
    if not kept or not held:
        raise UserError(
            f"{config.corpus} holds {len(corpus.sequences)} sentences: "
            f"too few to hold {config.held_out:g} of them out"
        )
    ranges = ranges_of([sequence.frames for sequence in kept])
    learned = to_lessons(kept, ranges, config.told, config.fps)
    judged = to_lessons(held, ranges, config.told, config.fps)
    if not all(learned.tokens) or not all(judged.tokens):
        raise UserError(f"{config.corpus} holds sentences without {config.told}; set told=…")
    counts = Counter(token for tokens in learned.tokens for token in tokens)
    vocabulary = sorted(token for token, count in counts.items() if count >= config.rarest)
    variance = float(np.concatenate(learned.frames).var(axis=0).mean())
    return Material(
        learned,
        judged,
        ranges,
        tuple(vocabulary),
        tuple(sorted({sequence.signer for sequence in kept})),
        tuple(sequence.name for sequence in held),
        variance,
    )


def build_network(config: SignTraining, material: Material) -> nn.Module:
    """The network of a configuration, in the sizes that the corpus asks for."""
    from gesture_core.models.sign_tacotron import SignTacotron
    from gesture_core.models.sign_transformer import SignTransformer

    sizes = {
        "tokens": len(material.vocabulary) + UNKNOWN + 1,
        "values": len(material.ranges.low),
        "signers": len(material.signers),
    }
    if (config.transformer is None) == (config.tacotron is None):
        raise UserError("give the sizes of one network: transformer: or tacotron:")
    if config.transformer is not None:
        return SignTransformer(replace(config.transformer, **sizes))
    assert config.tacotron is not None
    return SignTacotron(replace(config.tacotron, **sizes))


def descend(
    network: nn.Module, material: Material, config: SignTraining, progress: Progress = silent
) -> Iterator[dict[str, float]]:
    """Train epoch by epoch; yields the mean losses of each, and those of held-out sentences."""
    import torch

    from gesture_core.train.sign_batches import shuffled_rows

    rng = np.random.default_rng(config.seed)
    optimiser = torch.optim.Adam(network.parameters(), config.rate)
    lengths = [len(frames) for frames in material.learned.frames]
    steps = config.epochs * len(shuffled_rows(lengths, config.batch, np.random.default_rng(0)))
    falling = torch.optim.lr_scheduler
    cosine = plateau = None
    if config.schedule == "cosine":
        cosine = falling.OneCycleLR(optimiser, config.rate, steps, pct_start=0.1)
    else:
        plateau = falling.ReduceLROnPlateau(optimiser, factor=0.7, patience=config.patience)
    for epoch in range(config.epochs):
        network.train()
        rows: list[dict[str, float]] = []
        for chosen in shuffled_rows(lengths, config.batch, rng):
            batch = _batch(material.learned, chosen.tolist(), material, config.padding)
            losses = sign_losses(network, batch, material.variance, config)
            optimiser.zero_grad()
            torch.stack(list(losses.values())).sum().backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            if cosine is not None:
                cosine.step()
            rows.append({name: loss.item() for name, loss in losses.items()})
        held = judge(network, material, config)
        if plateau is not None:
            plateau.step(held["frames"])
        means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
        shown = ", ".join(f"{name} {value:.3f}" for name, value in means.items())
        progress((epoch + 1) / config.epochs, f"{shown}; held out {held['frames']:.3f}")
        yield {"epoch": epoch, **means, **{f"held out {name}": v for name, v in held.items()}}
    network.eval()


def judge(network: nn.Module, material: Material, config: SignTraining) -> dict[str, float]:
    """The losses of the held-out sentences, nothing blurred."""
    import torch

    network.eval()
    clear = replace(config, noise=0.0)
    rows = range(len(material.judged.frames))
    sums: Counter[str] = Counter()
    with torch.no_grad():
        for start in range(0, len(rows), config.batch):
            chosen = rows[start : start + config.batch]
            batch = _batch(material.judged, chosen, material, config.padding)
            for name, loss in sign_losses(network, batch, material.variance, clear).items():
                sums[name] += loss.item() * len(chosen) / len(rows)  # type: ignore[assignment]
    return dict(sums)


def sign_losses(
    network: nn.Module, batch: SignBatch, variance: float, config: SignTraining
) -> dict[str, Tensor]:
    """The terms of (1) for a batch."""
    import torch

    from gesture_core.models.signed import USUAL

    heard = batch.frames + config.noise * torch.randn_like(batch.frames)
    made = network(batch.told, heard, batch.counter)
    losses = [_error(made.frames, batch, 0)]
    losses += [_error(draft, batch, later) for later, draft in made.drafts]
    true = torch.log(USUAL / batch.real.sum(dim=1).float())
    counted = ((made.rate - true[:, None]) ** 2)[batch.real].mean()
    looked = -(batch.guide * made.attention.clamp_min(1e-6).log()).sum(dim=-1)[batch.real].mean()
    if made.shares is not None:
        taken = batch.guide.sum(dim=1) / batch.real.sum(dim=1, keepdim=True)
        looked = looked - (taken * made.shares.clamp_min(1e-6).log()).sum(dim=-1).mean()
    return {
        "frames": torch.stack(losses).mean() / variance,
        "count": config.count * counted,
        "guide": config.guide * looked,
    }


def _error(made: Tensor, batch: SignBatch, later: int) -> Tensor:
    """Mean squared error of what is to be like the frames that come `later` frames later."""
    end = made.shape[1] - later
    squares = (made[:, :end] - batch.frames[:, later:]) ** 2
    return squares[batch.count[:, later:]].mean() if end > 0 else made.sum() * 0.0


def _batch(lessons: Lessons, rows: Sequence[int], material: Material, padding: Padding) -> Any:
    from gesture_core.train.sign_batches import make_batch

    return make_batch(lessons, rows, material.vocabulary, material.signers, padding)


def held_out_sequences(corpus: SignCorpus, names: Sequence[str]) -> tuple[SignSequence, ...]:
    """The sentences of a corpus that a checkpoint names as held out; `UserError` when none is."""
    chosen = set(names)
    held = tuple(sequence for sequence in corpus.sequences if sequence.name in chosen)
    if not held:
        raise UserError("none of the corpus's sentences was held out when the model was trained")
    return held
