"""Training the heads that tell speech acts and emotions: one loop, minutes on one core."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gesture_core.checkpoint import save_checkpoint
from gesture_core.config import config_to_dict, load_config
from gesture_core.errors import UserError
from gesture_core.progress import Progress, silent
from gesture_core.text.sentence_cues import ACTS, CUES, EMOTIONS, KIND, ending_buckets
from gesture_core.train.cue_data import (
    CORPORA,
    TEST,
    TRAIN,
    CueData,
    load_cue_data,
    read_cue_data,
    save_cue_data,
)


@dataclass(frozen=True)
class CueTraining:
    """Everything that decides a training run of the cue heads."""

    model: Literal["cues"] = "cues"
    archives: Path = Path("archives")
    """Folder with the unpacked archive text_ko (see data/README.md)."""
    data: Path = Path("runs/cue_data.npz")
    """Labelled, embedded sentences; made from the archive when the file is not there."""
    output: Path = Path("runs/cues")
    """Folder for the checkpoint and the report."""
    per_act: int = 6000
    """Sentences of each speech act, at most."""
    emotional: int = 14000
    """Sentences of each corpus of emotions, at most."""
    held_out: int = 400
    """Test sentences of the gesture model, which are left out."""
    seed: int = 0
    threads: int = 1
    iterations: int = 3000
    batch: int = 256
    rate: float = 1e-3
    weight_decay: float = 0.05
    dropout: float = 0.1
    hidden: int = 96


def train_from_file(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train as a YAML file and `key=value` overrides say, with progress on stderr."""
    from gesture_core.console import Reporter

    config = load_config(CueTraining, path, overrides)
    if resume:
        raise UserError("training the cue heads takes a minute or two: start it again")
    with Reporter() as reporter:
        return train_cues(config, reporter)


def train_cues(config: CueTraining, progress: Progress = silent) -> Path:
    """Train the heads; return the path of the checkpoint.

    Writes `cues.safetensors` (float16) and `report.json` (see `assess`) into `config.output`.
    """
    import torch
    from torch.nn import functional

    from gesture_core.models.cue_heads import CueHeads, CueHeadsConfig

    torch.set_num_threads(config.threads)
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    if not config.data.exists():
        folder = config.archives / "text_ko"
        found = read_cue_data(
            folder, config.per_act, config.emotional, config.held_out, rng, progress
        )
        save_cue_data(config.data, found)
    data = load_cue_data(config.data)
    shape = CueHeadsConfig(
        embedding=data.vectors.shape[1], acts=len(ACTS), emotions=len(EMOTIONS),
        hidden=config.hidden,
    )  # fmt: skip
    heads = CueHeads(shape, config.dropout).train()
    optimiser = torch.optim.AdamW(heads.parameters(), config.rate, weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, config.iterations)
    vectors, endings, acts, emotions = _tensors(data, shape.endings)
    rows = np.flatnonzero(data.part == TRAIN)
    for iteration in range(config.iterations):
        batch = torch.from_numpy(rng.choice(rows, config.batch))
        act_logits, emotion_logits = heads(vectors[batch], endings[batch])
        act_loss = functional.cross_entropy(act_logits, acts[batch], ignore_index=-1)
        known = emotions[batch] >= 0
        emotion_loss = functional.binary_cross_entropy_with_logits(
            emotion_logits[known], emotions[batch][known].float()
        )
        optimiser.zero_grad()
        (act_loss + emotion_loss).backward()
        optimiser.step()
        schedule.step()
        if iteration % 100 == 0:
            told = f"acts {act_loss.item():.3f}, emotions {emotion_loss.item():.3f}"
            progress(iteration / config.iterations, told)
    heads.half().float().eval()
    config.output.mkdir(parents=True, exist_ok=True)
    path = config.output / "cues.safetensors"
    details = {
        "cues": CUES,
        "model": config_to_dict(shape),
        "training": config_to_dict(config),
        "data": {name: int((data.corpus == i).sum()) for i, name in enumerate(CORPORA)},
    }
    halves = {name: tensor.half() for name, tensor in heads.state_dict().items()}
    save_checkpoint(path, KIND, halves, details, force=True)
    with torch.no_grad():
        told = [part.numpy() for part in heads(vectors, endings)]
    report = assess(data, told[0], told[1])
    (config.output / "report.json").write_text(json.dumps(report, indent=1, ensure_ascii=False))
    return path


def _tensors(data: CueData, buckets: int) -> tuple[Any, Any, Any, Any]:
    import torch

    return (
        torch.from_numpy(np.float32(data.vectors)),
        torch.from_numpy(ending_buckets(data.texts, buckets)),
        torch.from_numpy(data.acts),
        torch.from_numpy(data.emotions),
    )


def assess(data: CueData, acts: np.ndarray, emotions: np.ndarray) -> dict[str, Any]:
    """How well logits of acts (N, A) and emotions (N, M) tell the test sentences.

    Acts: accuracy beside that of the commonest act, and recall by act. Emotions: area under the
    ROC curve by corpus, with the share of sentences that show the emotion.
    """
    tested = (data.part == TEST) & (data.acts >= 0)
    marked = np.array([text[-1:] in ".?!" for text in data.texts])
    hit = acts.argmax(axis=1) == data.acts
    report: dict[str, Any] = {
        "acts": {
            "n": int(tested.sum()),
            "accuracy": _mean(hit[tested]),
            "accuracy_without_marks": _mean(hit[tested & ~marked]),
            "commonest": float(np.bincount(data.acts[tested]).max() / tested.sum()),
            "recall": {name: _mean(hit[tested & (data.acts == i)]) for i, name in enumerate(ACTS)},
        }
    }
    for number, corpus in enumerate(CORPORA[1:], 1):
        rows = (data.part == TEST) & (data.corpus == number)
        report[corpus] = {"n": int(rows.sum())} | {
            name: {
                "auc": roc_area(emotions[rows, i], data.emotions[rows, i] == 1),
                "share": _mean(data.emotions[rows, i] == 1),
            }
            for i, name in enumerate(EMOTIONS)
        }
    return report


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None


def roc_area(scores: np.ndarray, positive: np.ndarray) -> float | None:
    """Area under the ROC curve (Mann–Whitney, ties count half); None without both classes."""
    from scipy.stats import rankdata

    count = int(positive.sum())
    if count in (0, len(positive)):
        return None
    ranks = rankdata(scores)
    area = (ranks[positive].sum() - count * (count + 1) / 2) / (count * (len(positive) - count))
    return round(float(area), 4)
