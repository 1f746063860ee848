"""Alignment of a whole talk: first roughly, then passage by passage between its pauses.

Dynamic time warping against another voice drifts by a second within a long recording. Speakers
rest where the text has a stop, so stops and pauses are paired by length, as Gale and Church (1993)
pair the sentences of a translation, and every passage between two pairs is aligned by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.speech.align import align
from gesture_core.speech.eojeol import Eojeol
from gesture_core.speech.spectrum import HIGHEST_HZ, HOP, log_mel, speech_frames
from gesture_core.utterance import Word

_SHORTEST_PAUSE = 0.16  # seconds; up to this a silence may belong to a consonant
_WINDOW = 2.5  # seconds by which the rough alignment may err
_SPREAD = 0.05  # seconds; variance of a passage's length per second of it
_ODDEST_PACE = 2.0  # a passage said so many times faster or slower than the talk is none
_PASSED_STOP = {"comma": 0.5, "sentence": 1.5}
_PASSED_PAUSE = 3.0  # cost per second of a pause within a passage
_LONGEST_COUNTED = 0.8  # seconds; a longer pause is as sure a sign as this
_LOOK_BACK = 200  # pairs


class _Pause(NamedTuple):
    """A silence: its middle and length in seconds, and the seconds of speech before it."""

    middle: float
    length: float
    spoken: float


class _Stop(NamedTuple):
    """The end of a clause: how many eojeols and syllables lie before it, when it is roughly."""

    eojeols: int
    syllables: int
    time: float
    cost: float


def align_passages(
    samples: NDArray[np.float32], rate: int, eojeols: Sequence[Eojeol]
) -> tuple[Word, ...]:
    """Return when each of `eojeols` is said in the recording `samples` (N,) at `rate` Hz.

    Raises `UserError` as `align` does, for a recording that is too long or says something else.
    """
    rough = align(samples, rate, eojeols).words
    pairs = _pair(_stops(eojeols, rough), _pauses(samples, rate))
    words: list[Word] = []
    for (first, begin), (last, end) in zip(pairs, pairs[1:], strict=False):
        piece = samples[round(begin * rate) : round(end * rate)]
        for word in align(piece, rate, eojeols[first:last]).words:
            words.append(
                replace(word, start=begin + word.start, end=begin + word.end, index=len(words))
            )
    return tuple(words)


def _pauses(samples: NDArray[np.float32], rate: int) -> list[_Pause]:
    """The beginning, every silence between words that may be a rest, and the end."""
    speech = speech_frames(log_mel(samples, rate, min(HIGHEST_HZ, rate / 2)), _SHORTEST_PAUSE)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], speech, [0]])))
    spoken = np.concatenate([[0], np.cumsum(speech)])
    inner = [
        _Pause((end + start) / 2 * HOP, (start - end) * HOP, float(spoken[end]) * HOP)
        for end, start in zip(edges[1:-1:2], edges[2:-1:2], strict=True)
    ]
    return [
        _Pause(0.0, 0.0, 0.0),
        *inner,
        _Pause(len(samples) / rate, 0.0, float(spoken[-1]) * HOP),
    ]


def _stops(eojeols: Sequence[Eojeol], rough: Sequence[Word]) -> list[_Stop]:
    """The beginning, the end of every clause that has something to say, and the end."""
    stops = [_Stop(0, 0, 0.0, 0.0)]
    syllables = 0
    for index, eojeol in enumerate(eojeols[:-1]):
        syllables += eojeol.syllables
        if eojeol.pause != "none" and syllables > stops[-1].syllables:
            time = (rough[index].end + rough[index + 1].start) / 2
            stops.append(_Stop(index + 1, syllables, time, _PASSED_STOP[eojeol.pause]))
    total = syllables + eojeols[-1].syllables
    return [*(s for s in stops if s.syllables < total), _Stop(len(eojeols), total, np.inf, 0.0)]


def _pair(stops: Sequence[_Stop], pauses: Sequence[_Pause]) -> list[tuple[int, float]]:
    """The cheapest pairing of stops and pauses, as (eojeols before, seconds), both ends included.

    A passage costs what its length differs from what its syllables take, and the stops and pauses
    that it passes over. Where no pairing is plausible, the whole talk is one passage.
    """
    pairs = [(0, 0), *_near(stops, pauses), (len(stops) - 1, len(pauses) - 1)]
    pace = pauses[-1].spoken / stops[-1].syllables
    passed_stops = np.cumsum([stop.cost for stop in stops])
    passed_pauses = np.cumsum([_PASSED_PAUSE * min(p.length, _LONGEST_COUNTED) for p in pauses])

    def cost(before: tuple[int, int], after: tuple[int, int]) -> float:
        (p, q), (k, j) = before, after
        if p >= k or q >= j:
            return np.inf
        expected = pace * (stops[k].syllables - stops[p].syllables)
        spoken = pauses[j].spoken - pauses[q].spoken
        if not expected / _ODDEST_PACE <= spoken <= expected * _ODDEST_PACE:
            return np.inf
        passed = passed_stops[k - 1] - passed_stops[p] + passed_pauses[j - 1] - passed_pauses[q]
        return float((spoken - expected) ** 2 / (2 * _SPREAD * expected) + passed)

    costs, origins = [0.0], [0]
    for i, pair in enumerate(pairs[1:], start=1):
        earlier = (0, *range(max(1, i - _LOOK_BACK), i))
        totals = [costs[h] + cost(pairs[h], pair) for h in earlier]
        best = int(np.argmin(totals))
        costs.append(totals[best])
        origins.append(earlier[best])
    chosen = [len(pairs) - 1]
    while chosen[-1]:
        chosen.append(origins[chosen[-1]])
    return [(stops[k].eojeols, pauses[j].middle) for k, j in (pairs[i] for i in reversed(chosen))]


def _near(stops: Sequence[_Stop], pauses: Sequence[_Pause]) -> list[tuple[int, int]]:
    """Every inner stop with every inner pause that may be its own."""
    return [
        (k, j)
        for k, stop in enumerate(stops[1:-1], start=1)
        for j, pause in enumerate(pauses[1:-1], start=1)
        if abs(pause.middle - stop.time) <= _WINDOW
    ]
