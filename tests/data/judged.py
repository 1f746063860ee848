"""Small material for evaluations: units kept apart, enough sentences, a quick judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.units import UnitLibrary
from gesture_core.gestures.encode import SIZE
from gesture_core.gestures.features import TextFeatures
from gesture_core.plan import Plan
from gesture_core.train.judge_examples import strokes, window_owners, windows
from gesture_core.train.sentences import Sentences

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
WINDOW, PAIR = 32, 30


def library_to_judge(library: UnitLibrary) -> UnitLibrary:
    """Three of every unit, and a stranger `perception` who only says no and I."""
    units = [
        replace(unit, name=f"{unit.name}-{n}", size=unit.size * (1.0 + 0.1 * n))
        for unit in library.units
        for n in range(3)
    ]
    stranger = [
        replace(unit, performer="perception", manner="perception", name=f"perception/{n}")
        for n, unit in enumerate(units)
        if unit.function in ("negate", "me") or (unit.function, unit.manner) == ("idle", "stand")
    ]
    return UnitLibrary((*units, *stranger))


def more_sentences(sentences: Sentences, times: int) -> Sentences:
    """The same sentences several times over, as if they were others."""
    counts = np.tile(np.diff(sentences.offsets), times)
    return Sentences(
        texts=sentences.texts * times,
        lines=sentences.lines * times,
        vectors=np.tile(sentences.vectors, (times, 1)),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        sentence_vectors=np.tile(sentences.sentence_vectors, (times, 1)),
        cues=np.tile(sentences.cues, (times, 1)),
    )


@dataclass(frozen=True, eq=False)
class SmallJudge:
    """A judge of random projections: few dimensions need little motion.

    It recognises a stroke as planned when the pose there is away from rest.
    """

    sha256: str = "small"
    style_names: tuple[str, ...] = ("neutral", "calm")
    _sight: Array = field(default_factory=lambda: np.random.default_rng(4).normal(size=(SIZE, 2)))

    def latents(self, vectors: Sequence[Floats]) -> Array:
        cut = windows(vectors, WINDOW) @ self._sight
        return np.concatenate([cut.mean(axis=1), cut.std(axis=1)], axis=1)

    def functions(self, vectors: Floats, plan: Plan) -> tuple[list[int], list[int]]:
        clips, labels = strokes(vectors, plan)
        found = [
            label if np.abs(clip).max() > 0.3 else -1
            for clip, label in zip(clips, labels, strict=True)
        ]
        return labels, found

    def styles(self, rotations: Sequence[Array]) -> list[str]:
        return ["neutral"] * len(rotations)

    def retrieval(
        self, vectors: Sequence[Floats], texts: Sequence[TextFeatures]
    ) -> tuple[Array, Array]:
        motion = windows(vectors, PAIR).mean(axis=1) @ self._sight
        owners = window_owners(vectors, PAIR)
        text = np.array([texts[owner].vectors.mean(axis=0)[:2] for owner in owners])
        return motion, text
