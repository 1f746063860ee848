"""Breathing: a chest that fills before phrases and now and then in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gesture_core.liveliness.curves import ramp, stream
from gesture_core.liveliness.phrases import Phrase
from gesture_core.rotation import Array

_RATE = (12.0, 16.0)
"""Breaths a minute of a resting adult."""

_QUIET_INHALE = 1.5
_SPOKEN_INHALE = 0.55
_SHORTEST = 2.2

# Degrees that each joint turns at a full breath: x tips forwards, z lifts the left shoulder.
TURNS: dict[str, tuple[float, float, float]] = {
    "spine": (-0.3, 0.0, 0.0),
    "chest": (-0.9, 0.0, 0.0),
    "upperChest": (-1.3, 0.0, 0.0),
    "neck": (1.7, 0.0, 0.0),
    "head": (0.6, 0.0, 0.0),
    "leftShoulder": (0.0, 0.0, 1.6),
    "rightShoulder": (0.0, 0.0, -1.5),
}


@dataclass(frozen=True)
class Breath:
    """One breath: starts to fill at `start`, for `inhale` seconds, up to `depth` (1 at rest)."""

    start: float
    inhale: float
    depth: float


def breaths(duration: float, spoken: Sequence[Phrase], seed: int) -> list[Breath]:
    """When breath is taken in `duration` seconds: before phrases, deeper before longer ones."""
    rng = stream(seed, "breath")
    period = 60.0 / rng.uniform(*_RATE)
    taken = [Breath(-rng.uniform(0.5, 1.0) * period, _QUIET_INHALE, 1.0)]
    before_speech = [
        Breath(
            phrase.start - _SPOKEN_INHALE - 0.05,
            _SPOKEN_INHALE,
            1.2 + 0.12 * min(phrase.end - phrase.start, 5.0),
        )
        for phrase in spoken
    ]
    while taken[-1].start < duration:
        last = taken[-1]
        due = last.start + period * float(np.exp(rng.normal(0.0, 0.1)))
        speech = next((b for b in before_speech if b.start >= last.start + _SHORTEST), None)
        if speech and speech.start < due + 0.5 * period:
            taken.append(speech)
            continue
        talking = next((p for p in spoken if p.start - 0.7 <= due < p.end + 0.2), None)
        start = talking.end + 0.2 if talking else due
        taken.append(Breath(start, _QUIET_INHALE, float(rng.uniform(0.8, 1.1))))
    return taken


def fullness(times: Array, taken: Sequence[Breath]) -> Array:
    """How full the chest is `(T,)`: 0 empty, 1 after a breath at rest."""
    full = np.zeros_like(times)
    for breath, after in zip(taken, [*taken[1:], None], strict=True):
        until = after.start if after else breath.start + breath.inhale + 3.0
        exhale = max(until - breath.start - breath.inhale, 0.3)
        inhaled = ramp(times, breath.start, breath.inhale)
        exhaled = ramp(times, breath.start + breath.inhale, exhale)
        full += breath.depth * (inhaled - exhaled)
    return full
