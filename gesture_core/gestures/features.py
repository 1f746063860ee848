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
LONGEST = 2.0
"""Seconds; pauses and times to come are told no farther than this."""
_WORD, _PAUSE = 10, 2
TIMING = _WORD + len(TEXT_FLAGS) + _PAUSE
PLAN = len(FUNCTIONS) + len(HANDS) + 1 + 8


@dataclass(frozen=True, eq=False)
class TextFeatures:
    """W words and S sentences as numbers.

    `starts`, `ends` (W,) seconds; `vectors` (W, D) morpheme vectors pooled per eojeol; `sentence`
    (W,) the index of each word's sentence; `sentence_vectors` (S, E) sentence embeddings; `flags`
    (W, 3) 0 or 1 for `TEXT_FLAGS`; `cues` (S, C) speech acts and emotions of the sentences, 0–1;
    `prosody` (W, 2) energy and pitch of each word against the utterance, in deviations, or None
    where nobody has spoken yet.
    """

    starts: Array
    ends: Array
    vectors: NDArray[np.floating]
    sentence: NDArray[np.intp]
    sentence_vectors: NDArray[np.floating]
    flags: NDArray[np.floating]
    cues: NDArray[np.floating]
    prosody: NDArray[np.floating] | None = None

    def __post_init__(self) -> None:
        words = len(self.starts)
        lengths = {len(self.ends), len(self.vectors), len(self.sentence), len(self.flags)}
        if self.prosody is not None:
            lengths.add(len(self.prosody))
        if lengths != {words}:
            raise ValueError(f"arrays of {words} words have lengths {sorted(lengths)}")
        if words and self.sentence.max() >= len(self.sentence_vectors):
            raise ValueError(f"{len(self.sentence_vectors)} sentences, yet {self.sentence.max()=}")
        if len(self.cues) != len(self.sentence_vectors):
            raise ValueError(
                f"cues of {len(self.cues)}, not {len(self.sentence_vectors)} sentences"
            )

    @property
    def pauses(self) -> Array:
        """Seconds of silence after each word, (W,); `LONGEST` after the last."""
        return np.append(np.clip(self.starts[1:] - self.ends[:-1], 0.0, LONGEST), LONGEST)[
            : len(self.starts)
        ]


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
    """Text and time per frame (T, words + sentences + cues + TIMING).

    A word's meaning lies on every frame of its span; its time is told by how long it has gone on
    and will go on, the pause after it, its place and its prosody. Between the words only the
    pause is told: how long it has lasted, and how soon the next word comes.
    """
    times = np.arange(frames) / FPS
    said = np.concatenate(
        [words(text.vectors), sentences(text.sentence_vectors)[text.sentence]], axis=1
    )
    said = np.concatenate([said, np.asarray(text.cues)[text.sentence]], axis=1)
    out = np.zeros((frames, said.shape[1] + TIMING))
    if not len(text.starts):
        return out.astype(np.float32)
    word = np.searchsorted(text.starts, times, side="right") - 1
    on = (word >= 0) & (times < text.ends[word] + 0.05)
    told = _word_columns(text)
    since, left = times - text.starts[word], text.ends[word] - times
    length = np.maximum(text.ends - text.starts, 1e-3)[word]
    timing = np.column_stack(
        [np.clip(since / length, 0.0, 1.0), left, np.exp(-((since / 0.1) ** 2)), told[word]]
    )
    out[on] = np.column_stack([said[word], timing, np.zeros((frames, _PAUSE))])[on]
    coming = np.append(text.starts, np.inf)[word + 1] - times
    gone = np.where(word >= 0, times - text.ends[word], LONGEST)
    silence = np.clip(np.column_stack([gone, coming]), 0.0, LONGEST)
    out[~on, -_PAUSE:] = silence[~on]
    return out.astype(np.float32)


def _word_columns(text: TextFeatures) -> Array:
    """What is the same on all frames of a word, (W, ·)."""
    last = {int(s): i for i, s in enumerate(text.sentence)}
    first = {int(s): i for i, s in reversed([*enumerate(text.sentence)])}
    place = [
        (i - first[int(s)]) / max(last[int(s)] - first[int(s)], 1)
        for i, s in enumerate(text.sentence)
    ]
    heard = np.zeros((len(text.starts), 3))
    if text.prosody is not None:
        heard[:, 0], heard[:, 1:] = 1.0, text.prosody
    ones = np.ones(len(text.starts))
    return np.column_stack(
        [ones, text.ends - text.starts, text.pauses, place, heard, np.asarray(text.flags)]
    )


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
