"""From stretches of speech, each known by its beginning, to words with a start and an end."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import inf, isfinite
from typing import NamedTuple

from gesture_core.formats.cue_text import count_syllables
from gesture_core.utterance import Word

SLOWEST = 0.5
"""Seconds of the longest syllable, drawled at the end of a phrase: a cue that is shown for longer
is shown while nobody speaks."""
FASTEST = 0.1
"""Seconds of the shortest syllable: who would have to speak faster is not yet silent when the next
cue begins, but spoken over."""


class Stretch(NamedTuple):
    """`words` said between `start` and at most `end` seconds; the first one begins at `start`.

    An infinite `end` is one that nobody told. `heard`: the end is that of the speech, and not of
    the time for which it is shown.
    """

    words: tuple[str, ...]
    start: float
    end: float
    heard: bool = False


def spread(stretches: Iterable[Stretch]) -> tuple[Word, ...]:
    """Return all words of `stretches` in the order of their starts.

    A stretch ends where the next one begins, unless that asks for faster speech than there is, and
    what is only shown is said no longer than its syllables can be. Within a stretch time is shared
    out by syllables. Every stretch must end after it starts.
    """
    ordered = sorted(stretches, key=lambda stretch: stretch.start)
    starts = [stretch.start for stretch in ordered]
    words: list[tuple[float, float, str]] = []
    for stretch in ordered:
        if stretch.end <= stretch.start:
            raise ValueError(f"{stretch} has no length")
        following = bisect.bisect_right(starts, stretch.start)
        limit = starts[following] if following < len(starts) else inf
        words += _spread_one(stretch, limit)
    words.sort(key=lambda word: word[0])
    return tuple(Word(text, start, end, i) for i, (start, end, text) in enumerate(words))


def count_timed(stretches: Sequence[Stretch]) -> tuple[int, int]:
    """How many words of `stretches` have a time of their own, and how many there are."""
    return sum(bool(stretch.words) for stretch in stretches), sum(
        len(stretch.words) for stretch in stretches
    )


def _spread_one(stretch: Stretch, limit: float) -> list[tuple[float, float, str]]:
    shares = [count_syllables(word) for word in stretch.words]
    end = stretch.end
    if not stretch.heard or not isfinite(end):
        end = min(end, stretch.start + SLOWEST * sum(shares))
    spoken_over = stretch.start + FASTEST * sum(shares) > limit and isfinite(stretch.end)
    if not spoken_over:
        end = min(end, limit)
    pace = (end - stretch.start) / max(1, sum(shares))
    edges = [stretch.start + pace * share for share in accumulate(shares, initial=0)]
    edges[-1] = end
    return list(zip(edges, edges[1:], stretch.words, strict=False))
