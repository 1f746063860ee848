"""What the generator hears at every frame: the words, the time, and the plan.

The text comes as arrays, so that nothing here depends on how it was analysed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.plan import FUNCTIONS, HANDS, Plan

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

FPS = 15.0
TEXT_FLAGS = ("clause_end", "question", "content")
TIMING = 5 + len(TEXT_FLAGS)
PLAN = len(FUNCTIONS) + len(HANDS) + 1 + 8


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """W words and S sentences as numbers.

    `starts`, `ends` (W,) seconds; `vectors` (W, D) morpheme vectors pooled per eojeol; `sentence`
    (W,) the index of each word's sentence; `sentence_vectors` (S, E) sentence embeddings; `flags`
    (W, 3) 0 or 1 for `TEXT_FLAGS`.
    """

    starts: Array
    ends: Array
    vectors: NDArray[np.floating]
    sentence: NDArray[np.intp]
    sentence_vectors: NDArray[np.floating]
    flags: NDArray[np.floating]

    def __post_init__(self) -> None:
        words = len(self.starts)
        lengths = {len(self.ends), len(self.vectors), len(self.sentence), len(self.flags)}
        if lengths != {words}:
            raise ValueError(f"arrays of {words} words have lengths {sorted(lengths)}")
        if words and self.sentence.max() >= len(self.sentence_vectors):
            raise ValueError(f"{len(self.sentence_vectors)} sentences, yet {self.sentence.max()=}")


@dataclass(frozen=True, eq=False)
class Projection:
    """A principal component projection of vectors (D,) to (K,): `mean` (D,), `basis` (D, K)."""

    mean: Array
    basis: Array

    def __call__(self, vectors: NDArray[np.floating]) -> Array:
        """Project vectors (..., D) to (..., K)."""
        return (np.asarray(vectors, dtype=np.float64) - self.mean) @ self.basis


def fit_projection(vectors: NDArray[np.floating], size: int) -> Projection:
    """Whitened projection to the `size` main components of vectors (N, D)."""
    mean = vectors.mean(axis=0, dtype=np.float64)
    _, values, basis = np.linalg.svd(vectors - mean, full_matrices=False)
    deviation = values[:size] / np.sqrt(len(vectors))
    return Projection(mean, basis[:size].T / deviation)


def text_frames(
    text: TextFeatures, frames: int, words: Projection, sentences: Projection
) -> Floats:
    """Text and time per frame (T, words + sentences + TIMING); zeros between the words."""
    times = np.arange(frames) / FPS
    word_codes, sentence_codes = words(text.vectors), sentences(text.sentence_vectors)
    out = np.zeros((frames, word_codes.shape[1] + sentence_codes.shape[1] + TIMING))
    last: dict[int, int] = {int(s): i for i, s in enumerate(text.sentence)}
    first: dict[int, int] = {int(s): i for i, s in reversed([*enumerate(text.sentence)])}
    for index, (start, end) in enumerate(zip(text.starts, text.ends, strict=True)):
        now = (times >= start) & (times < end + 0.05)
        sentence = int(text.sentence[index])
        span = max(last[sentence] - first[sentence], 1)
        since = times[now] - start
        timing = np.zeros((int(now.sum()), TIMING))
        timing[:, 0] = 1.0
        timing[:, 1] = np.clip(since / max(end - start, 1e-3), 0.0, 1.0)
        timing[:, 2] = end - start
        timing[:, 3] = (index - first[sentence]) / span
        timing[:, 4] = np.exp(-((since / 0.1) ** 2))
        timing[:, 5:] = text.flags[index]
        text_part = np.concatenate([word_codes[index], sentence_codes[sentence]])
        out[now] = np.concatenate([np.tile(text_part, (len(timing), 1)), timing], axis=1)
    return out.astype(np.float32)


def plan_frames(plan: Plan, frames: int) -> tuple[Floats, NDArray[np.int64]]:
    """The plan per frame (T, PLAN), and which gesture each frame belongs to (T,), −1 for none.

    From its start a gesture takes over from the one before. Its phase is told by the signed time
    to the stroke, the progress of preparation and retraction, and the ease with which it comes in.
    """
    times = np.arange(frames) / FPS
    owner = np.full(frames, -1, dtype=np.int64)
    for index, gesture in enumerate(plan):
        owner[(times >= gesture.start) & (times <= gesture.end)] = index
    out = np.zeros((frames, PLAN))
    for index, gesture in enumerate(plan):
        now = owner == index
        since = times[now] - gesture.stroke
        before = max(gesture.stroke - gesture.start, 1e-3)
        after = max(gesture.end - gesture.stroke, 1e-3)
        preparation = np.clip(1.0 + since / before, 0.0, 1.0)
        retraction = np.clip(since / after, 0.0, 1.0)
        ease = np.clip(preparation / 0.6, 0.0, 1.0) * np.clip((after - since) / 0.4, 0.0, 1.0)
        rows = np.zeros((int(now.sum()), PLAN))
        rows[:, FUNCTIONS.index(gesture.function)] = 1.0
        rows[:, len(FUNCTIONS) + HANDS.index(gesture.hand)] = 1.0
        phase = [
            np.full(len(since), gesture.amplitude),
            np.clip(since, -2.0, 2.0),
            preparation,
            retraction,
            np.exp(-((since / 0.15) ** 2)),
            ease,
            np.full(len(since), before),
            np.full(len(since), after),
            np.abs(np.clip(since, -2.0, 2.0)),
        ]
        rows[:, len(FUNCTIONS) + len(HANDS) :] = np.stack(phase, axis=1)
        out[now] = rows
    return out.astype(np.float32), owner
