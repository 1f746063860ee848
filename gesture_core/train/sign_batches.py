"""Batches of sentences for sign models, as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gesture_core.models.signed import Told
from gesture_core.motion import Span
from gesture_core.signing.keypoint_frames import Padding, Ranges, counter, one_hot, pad
from gesture_core.signing.learned import Tokens, token_numbers
from gesture_core.train.sign_corpus import SignSequence

Array = NDArray[np.float64]

BLUR = 2.0
"""Frames by which the border between two signs may lie elsewhere than its spans say."""


class SignBatch(NamedTuple):
    """B sentences: what is told, true `frames` (B, T, K) as shares of their ranges, `counter`
    (B, T), which frames `count` (B, T) in the loss, `real` (B, T) which are no padding, and
    `guide` (B, T, N): which token each frame belongs to.
    """

    told: Told
    frames: Tensor
    counter: Tensor
    count: Tensor
    real: Tensor
    guide: Tensor


class Lessons(NamedTuple):
    """Sentences ready to be batched: numbers of tokens, frames as shares, guides, signers."""

    tokens: tuple[tuple[str, ...], ...]
    frames: tuple[Array, ...]
    guides: tuple[Array, ...]
    signers: tuple[str, ...]


def to_lessons(
    sequences: Sequence[SignSequence], ranges: Ranges, told: Tokens, fps: float
) -> Lessons:
    """The lessons of sentences."""
    tokens = tuple(sequence.tokens(told) for sequence in sequences)
    guides = tuple(
        guide(len(one.frames), len(words), one.spans if told == "gloss" else (), fps)
        for one, words in zip(sequences, tokens, strict=True)
    )
    frames = tuple(ranges.normalise(one.frames) for one in sequences)
    return Lessons(tokens, frames, guides, tuple(one.signer for one in sequences))


def guide(frames: int, tokens: int, spans: Sequence[Span], fps: float) -> Array:
    """Which token each frame belongs to, (T, N), rows summing to 1.

    By the spans, the way between two signs belonging half to each; where spans are not known for
    every token, each is taken to have an equal share of the time and the borders are as wide as
    that (after Tachibana et al., "Efficiently Trainable Text-to-Speech System", ICASSP 2018).
    """
    if len(spans) == tokens:
        ordered = sorted(spans, key=lambda span: span.start)
        ends = np.array([span.end for span in ordered[:-1]])
        starts = np.array([span.start for span in ordered[1:]])
        borders, blur = (ends + starts) / 2 * fps, BLUR
    else:
        borders = np.arange(1, tokens) * frames / tokens
        blur = frames / tokens / 2
    passed = 1.0 / (1.0 + np.exp(-(np.arange(frames)[:, None] - borders) / blur))
    bounds = np.concatenate([np.ones((frames, 1)), passed, np.zeros((frames, 1))], axis=1)
    shares = np.maximum(-np.diff(bounds, axis=1), 0.0)
    return shares / shares.sum(axis=1, keepdims=True)


def make_batch(
    lessons: Lessons,
    rows: Sequence[int],
    vocabulary: Sequence[str],
    signers: Sequence[str],
    padding: Padding,
) -> SignBatch:
    """Some lessons as one batch."""
    frames, count = pad([lessons.frames[row] for row in rows], padding)
    lengths = np.array([len(lessons.frames[row]) for row in rows])
    longest = frames.shape[1]
    counters = np.ones(frames.shape[:2])
    tokens = token_numbers([lessons.tokens[row] for row in rows], vocabulary)
    guides = np.zeros((len(rows), longest, tokens.shape[1]))
    for place, row in enumerate(rows):
        counters[place, : lengths[place]] = counter(lengths[place])
        shape = lessons.guides[row].shape
        guides[place, : shape[0], : shape[1]] = lessons.guides[row]
    who = np.stack([one_hot(lessons.signers[row], signers) for row in rows])
    real = np.arange(longest) < lengths[:, None]
    floats = [torch.from_numpy(np.float32(array)) for array in (who, frames, counters, guides)]
    return SignBatch(
        Told(torch.from_numpy(tokens), floats[0]),
        floats[1],
        floats[2],
        torch.from_numpy(count),
        torch.from_numpy(real),
        floats[3],
    )


def shuffled_rows(
    lengths: Sequence[int], batch: int, rng: np.random.Generator
) -> list[NDArray[np.intp]]:
    """All lessons in batches of about the same length, in random order."""
    blurred = np.array(lengths) * rng.uniform(0.9, 1.1, len(lengths))
    order = np.argsort(blurred, kind="stable")
    parts = np.array_split(order, max(1, -(-len(order) // batch)))
    return [parts[number] for number in rng.permutation(len(parts))]
