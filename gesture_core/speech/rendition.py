"""What one engine made of one clause, and how clauses are joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.utterance import Phoneme


@dataclass(frozen=True)
class Rendition:
    """Sound with its times: `samples` (N,) float32 mono at `rate` Hz.

    `words` are the (start, end) seconds of every spoken eojeol and `phonemes` the segments, in
    the symbols of `phonemes.py`, both in order and within the sound. `estimated`: some of the
    times were found by alignment.
    """

    samples: NDArray[np.float32]
    rate: int
    words: tuple[tuple[float, float], ...]
    phonemes: tuple[Phoneme, ...]
    estimated: bool = False


def join(renditions: Sequence[Rendition], gaps: Sequence[float]) -> Rendition:
    """Play `renditions` one after another with `gaps[i]` seconds of silence after number i."""
    rate = renditions[0].rate
    pieces: list[NDArray[np.float32]] = []
    words: list[tuple[float, float]] = []
    phonemes: list[Phoneme] = []
    position = 0
    for part, gap in zip(renditions, gaps, strict=True):
        start = position / rate
        words += [(a + start, b + start) for a, b in part.words]
        phonemes += [Phoneme(p.symbol, p.start + start, p.end + start) for p in part.phonemes]
        silence = np.zeros(round(gap * rate), np.float32)
        pieces += [part.samples, silence]
        position += len(part.samples) + len(silence)
    estimated = any(part.estimated for part in renditions)
    return Rendition(np.concatenate(pieces), rate, tuple(words), tuple(phonemes), estimated)


def words_of(phonemes: Sequence[Phoneme], counts: Sequence[int]) -> tuple[tuple[float, float], ...]:
    """Return the (start, end) of consecutive words of `counts` phonemes each."""
    ends = np.cumsum(counts)
    return tuple(
        (phonemes[end - count].start, phonemes[end - 1].end)
        for count, end in zip(counts, ends, strict=True)
    )
