"""A spoken sentence: its text, its sound and when every word and phoneme is said."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Word:
    """One eojeol (어절) as the user wrote it, spoken from `start` to `end` seconds."""

    text: str
    start: float
    end: float
    index: int


@dataclass(frozen=True)
class Phoneme:
    """One sound, in the symbols of `speech.phonemes`, from `start` to `end` seconds."""

    symbol: str
    start: float
    end: float


@dataclass(frozen=True)
class Utterance:
    """What is said, how it sounds and when.

    `text`: as the user wrote it; `reading`: Hangul only; `samples`: `(N,)` float32 mono within
    −1–1 at `rate` Hz, on whose clock all times lie; `voice`: engine and voice; `estimated`: True
    when the times were aligned to a recording and not told by the engine that spoke; `confidences`:
    then, how well each word fits its sound: 1 exactly, 0 no better than any other word.
    """

    text: str
    reading: str
    words: tuple[Word, ...]
    phonemes: tuple[Phoneme, ...]
    samples: NDArray[np.float32]
    rate: int
    voice: str
    estimated: bool = False
    confidences: tuple[float, ...] = ()

    @property
    def duration(self) -> float:
        """Length of the sound in seconds."""
        return len(self.samples) / self.rate


def padded(utterance: Utterance, lead: float, tail: float) -> Utterance:
    """The same utterance with `lead` and `tail` seconds of silence; all times move along."""
    before, after = round(lead * utterance.rate), round(tail * utterance.rate)
    shift = before / utterance.rate

    return replace(
        utterance,
        words=tuple(
            replace(word, start=word.start + shift, end=word.end + shift)
            for word in utterance.words
        ),
        phonemes=tuple(
            replace(phoneme, start=phoneme.start + shift, end=phoneme.end + shift)
            for phoneme in utterance.phonemes
        ),
        samples=np.pad(utterance.samples, (before, after)),
    )
