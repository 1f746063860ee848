"""Blinks, brows and a resting smile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gesture_core.liveliness.curves import bump, drift, stream
from gesture_core.liveliness.phrases import Phrase
from gesture_core.rotation import Array

CLOSE, SHUT, OPEN = 0.10, 0.04, 0.15
"""Seconds in which the lids close, stay shut and open."""

_MEDIAN_INTERVAL = 3.4
_INTERVAL_SPREAD = 0.55
_SHORTEST_INTERVAL = 0.7
_AT_PHRASE_END = 0.35

_RESTING_BROW = 0.22
_RESTING_SMILE = 0.20


def blink_times(duration: float, spoken: Sequence[Phrase], seed: int) -> Array:
    """When the lids begin to close, seconds: log-normal intervals, about 17 a minute.

    Blinks near the end of a phrase move there, and some phrase ends bring one of their own
    (Nakano & Kitazawa 2010: blinks fall into the pauses of speech).
    """
    rng = stream(seed, "blink")
    ends = np.array([phrase.end for phrase in spoken])
    times = [rng.uniform(0.4, 2.0)]
    while times[-1] < duration:
        times.append(times[-1] + _MEDIAN_INTERVAL * np.exp(rng.normal(0.0, _INTERVAL_SPREAD)))
    moved = [_to_phrase_end(time, ends, rng.uniform(0.0, 0.15)) for time in times]
    moved += [end + 0.05 for end in ends if rng.random() < _AT_PHRASE_END]
    kept: list[float] = []
    for time in sorted(moved):
        if time < duration and (not kept or time - kept[-1] >= _SHORTEST_INTERVAL):
            kept.append(float(time))
    return np.array(kept)


def _to_phrase_end(time: float, ends: Array, delay: float) -> float:
    near = ends[np.abs(ends - time) < 0.6]
    return float(near[0] + delay) if len(near) else time


def blinks(times: Array, starts: Array, seed: int) -> dict[str, Array]:
    """Curves `(T,)` of both lids; the right one lags and closes a little less, as lids do."""
    rng = stream(seed, "lids")
    left, right = np.zeros_like(times), np.zeros_like(times)
    for start in starts:
        left += bump(times, start, CLOSE, SHUT, OPEN)
        lag, share = rng.uniform(0.0, 0.008), rng.uniform(0.95, 1.0)
        right += share * bump(times, start + lag, CLOSE, SHUT, OPEN)
    return {"eyeBlinkLeft": left, "eyeBlinkRight": right}


def brows(times: Array, spoken: Sequence[Phrase], seed: int) -> dict[str, Array]:
    """Curves `(T,)` of the brows: raised to the end of a question, flashed on stressed words."""
    rng = stream(seed, "brows")
    wander = 0.04 * drift(times, rng, 3, 1.1)
    raised, wide = np.zeros_like(times), np.zeros_like(times)
    for phrase in spoken:
        stressed = max(phrase.words, key=lambda word: word.end - word.start)
        strength, flashed = rng.uniform(0.18, 0.34), rng.random() < 0.5
        if phrase.asks:
            last = phrase.words[-1]
            raised += 0.45 * bump(times, last.start - 0.1, 0.25, last.end - last.start + 0.2, 0.5)
        elif phrase.exclaims:
            raised += 0.35 * bump(times, stressed.start - 0.1, 0.2, 0.3, 0.5)
            wide += 0.18 * bump(times, stressed.start - 0.1, 0.2, 0.3, 0.5)
        elif flashed:
            raised += strength * bump(times, stressed.start - 0.1, 0.18, 0.15, 0.4)
    return {
        "browInnerUp": _RESTING_BROW + wander[:, 0] + 0.8 * raised,
        "browOuterUpLeft": 0.05 + wander[:, 1] + raised,
        "browOuterUpRight": 0.04 + wander[:, 2] + 0.9 * raised,
        "eyeWideLeft": wide,
        "eyeWideRight": 0.95 * wide,
    }


def smile(times: Array, spoken: Sequence[Phrase], seed: int) -> dict[str, Array]:
    """Curves `(T,)` of a resting smile that is never quite even and grows when all is said."""
    rng = stream(seed, "smile")
    wander = 0.025 * drift(times, rng, 2, 1.7)
    lean = rng.uniform(-0.03, 0.03)
    after = 0.10 * sum(
        (bump(times, phrase.end, 0.5, 1.2, 1.0) for phrase in spoken[-1:]), np.zeros_like(times)
    )
    left = _RESTING_SMILE + lean + wander[:, 0] + after
    right = _RESTING_SMILE - lean + wander[:, 1] + 0.9 * after
    return {
        "mouthSmileLeft": left,
        "mouthSmileRight": right,
        "cheekSquintLeft": 0.4 * left,
        "cheekSquintRight": 0.4 * right,
    }
