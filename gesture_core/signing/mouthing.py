"""The Korean word on the lips, silently, while the hands sign it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gesture_core.rotation import Array
from gesture_core.speech.phonemes import hangul_to_syllables, is_hangul_syllable
from gesture_core.speech.visemes import lip_sync
from gesture_core.text.pronounce import pronounce
from gesture_core.utterance import Phoneme

SYLLABLE = (0.13, 0.30)
"""Shortest and longest seconds of a mouthed syllable."""
SIZE = 0.85
"""Opening of the mouth as a share of that of somebody who speaks aloud."""

_SHARES = (0.25, 0.15, 0.40, 0.20)
"""Parts of a syllable's time for onset, glide, vowel and coda, where there is one."""


@dataclass(frozen=True)
class MouthedWord:
    """A Korean word on the lips from `start` to at most `end` seconds."""

    text: str
    start: float
    end: float


def mouthed_phonemes(word: MouthedWord) -> tuple[Phoneme, ...]:
    """The sounds of a word in its time.

    A word that is too long for its sign loses its last syllables, as signers reduce it; one that
    is too short is not drawn out. Characters that are not Hangul are not mouthed.
    """
    hangul = "".join(char for char in word.text if is_hangul_syllable(char))
    syllables = hangul_to_syllables(pronounce(hangul))
    shortest, longest = SYLLABLE
    syllables = syllables[: max(1, int((word.end - word.start) / shortest))]
    if not syllables:
        return ()
    each = min(longest, (word.end - word.start) / len(syllables))
    phonemes: list[Phoneme] = []
    for number, syllable in enumerate(syllables):
        time = word.start + number * each
        there = [(symbol, share) for symbol, share in zip(syllable, _SHARES, strict=True) if symbol]
        unit = each / sum(share for _, share in there)
        for symbol, share in there:
            phonemes.append(Phoneme(symbol, time, time + share * unit))
            time += share * unit
    return tuple(phonemes)


def mouthing(words: Iterable[MouthedWord], duration: float, fps: float) -> Array:
    """Expressions `(T, 52)` of lips that shape the words, which follow each other in time."""
    phonemes = [phoneme for word in words for phoneme in mouthed_phonemes(word)]
    return SIZE * lip_sync(phonemes, duration, fps)
