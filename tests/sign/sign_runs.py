"""Made-up signed sentences and the tiny trainings on them that several tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from gesture_core.models.sign_tacotron import SignTacotronConfig
from gesture_core.models.sign_transformer import SignTransformerConfig
from gesture_core.motion import Span
from gesture_core.signing import keypoint_frames, motion_frames
from gesture_core.train.sign import SignTraining, train_sign
from gesture_core.train.sign_corpus import SignSequence, save_composed

FPS = 10.0
SIGNS = 6
TRANSFORMER = SignTransformerConfig(size=16, heads=2, layers=1, inner=24)
TACOTRON = SignTacotronConfig(size=16, bank=2)


def made_up_corpus(path: Path, count: int = 14, seed: int = 0) -> Path:
    """Sentences of two or three signs g0 … g5, each a pose of its own held for 3 to 5 frames."""
    rng = np.random.default_rng(seed)
    poses = rng.uniform(0.2, 0.8, (SIGNS, keypoint_frames.VALUES))
    turns = rng.normal(size=(SIGNS, motion_frames.VALUES))
    sequences: list[SignSequence] = []
    motion: list[np.ndarray] = []
    for number in range(count):
        signs = rng.choice(SIGNS, int(rng.integers(2, 4)), replace=False)
        held = np.repeat(signs, 3 + signs % 3)
        ends = np.cumsum(3 + signs % 3) / FPS
        starts = [0.0, *ends[:-1]]
        spans = tuple(
            Span("gloss", f"g{sign}", float(start), float(end))
            for sign, start, end in zip(signs, starts, ends, strict=True)
        )
        glosses = tuple(span.text for span in spans)
        name = f"made{number}"
        sequences.append(SignSequence(name, "집에 가요", glosses, "nobody", poses[held], spans))
        motion.append(turns[held])
    save_composed(path, sequences, motion, FPS, force=True)
    return path


def tiny_training(folder: Path, **settings: Any) -> SignTraining:
    """Two epochs on made-up sentences, of the smallest transformer unless told otherwise."""
    corpus = folder / "signs.npz"
    if not corpus.exists():
        made_up_corpus(corpus)
    defaults: dict[str, Any] = {
        "corpus": corpus,
        "output": folder / "run",
        "source": "made up",
        "fps": FPS,
        "held_out": 0.3,
        "epochs": 2,
        "batch": 4,
    }
    if "tacotron" not in settings:
        defaults["transformer"] = TRANSFORMER
    return SignTraining(**{**defaults, **settings})


def tiny_checkpoint(folder: Path, **settings: Any) -> Path:
    """The checkpoint of such a training."""
    return train_sign(tiny_training(folder, **settings))
