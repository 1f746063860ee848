"""Lips that follow the phonemes: mouth poses blended by dominance, lips that truly meet.

Every sound pulls the mouth towards its pose with a strength that fades over time before and after
it; what is seen is the weighted mean of all pulls (Cohen & Massaro, 1993). Closing the lips is not
left to the mean: ㅁ, ㅂ, ㅍ must be seen shut, whatever their neighbours want.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.motion import EXPRESSIONS
from gesture_core.resources import data_path
from gesture_core.speech.phonemes import PHONEMES
from gesture_core.utterance import Phoneme

Array = NDArray[np.float64]

PAUSE = 0.2
"""Silence, in seconds, from which on the mouth goes to rest."""
_REST_STRENGTH = 1.5
_REST_MARGIN = 0.07  # the mouth is on its way for so long at either end of a pause
_SHUT = 0.03  # the lips stay together at least so long about the middle of the sound, each way
_MEET = 0.065  # and take so long to meet and to part
_OPENING = ("jawOpen", "mouthLowerDown", "mouthUpperUp")  # what a louder voice opens further
_LOUDNESS_WINDOW = 0.06  # seconds over which loudness is measured, about half a syllable
_SOFTEST, _LOUDEST = 0.75, 1.2  # share of their opening at silence and at the loudest
_JAW_WHEN_SHUT = 0.35  # share of its opening that the jaw keeps behind closed lips


@dataclass(frozen=True)
class Viseme:
    """A mouth pose and how it asserts itself; see `data/visemes.yaml`."""

    phonemes: tuple[str, ...]
    pose: dict[str, float]
    strength: float
    lead: float = 0.05
    lag: float = 0.045
    closes: bool = False


@dataclass(frozen=True, eq=False)
class _Pull:
    """One sound or pause: its `pose` (52,) between `start` and `end` seconds."""

    start: float
    end: float
    strength: float
    lead: float
    lag: float
    pose: Array = field(repr=False)

    def dominance(self, times: Array) -> Array:
        """Weight `(T,)`: full during the sound, a Gaussian fade before and after it."""
        before = np.maximum(self.start - times, 0.0) / self.lead
        after = np.maximum(times - self.end, 0.0) / self.lag
        return self.strength * np.exp(-0.5 * (before**2 + after**2))


@cache
def load_visemes() -> dict[str, Viseme]:
    """Every phoneme's viseme; `UserError` when the table misses one or names it twice."""
    path = data_path("visemes.yaml")
    table: dict[str, Viseme] = {}
    for name, values in read_yaml(path).items():
        viseme = config_from_dict(Viseme, values, f"{path}: {name}")
        for phoneme in viseme.phonemes:
            if phoneme in table:
                raise UserError(f"{path}: {name}: phoneme {phoneme!r} is in two visemes")
            table[phoneme] = viseme
    if table.keys() != PHONEMES:
        odd = ", ".join(sorted(table.keys() ^ PHONEMES))
        raise UserError(f"{path} does not fit the phoneme set: {odd}")
    return table


def lip_sync(
    phonemes: Sequence[Phoneme],
    duration: float,
    fps: float,
    samples: NDArray[np.float32] | None = None,
    rate: int = 0,
) -> Array:
    """Expressions `(T, 52)` within 0–1 of a mouth that says `phonemes`; frame t lies at t / fps.

    Where the sound `samples` `(N,)` at `rate` Hz is louder, the mouth opens wider. It rests in
    silence of at least `PAUSE` seconds, and at least one frame of every ㅁ, ㅂ and ㅍ has the lips
    together. The curves in time do not depend on `fps`.
    """
    times = np.arange(round(duration * fps)) / fps
    pulls = [*_sounds(phonemes), *_pauses(phonemes, duration)]
    total = np.full(len(times), 1e-9)
    curves = np.zeros((len(times), len(EXPRESSIONS)))
    for pull in pulls:
        reach = slice(
            *np.searchsorted(times, [pull.start - 5 * pull.lead, pull.end + 5 * pull.lag])
        )
        weight = pull.dominance(times[reach])
        total[reach] += weight
        curves[reach] += weight[:, None] * pull.pose
    curves /= total[:, None]
    if samples is not None:
        opening = [EXPRESSIONS.index(name) for name in EXPRESSIONS if name.startswith(_OPENING)]
        curves[:, opening] *= _effort(times, samples, rate)[:, None]
    return _close_lips(curves, _closure(phonemes, times, fps))


def _effort(times: Array, samples: NDArray[np.float32], rate: int) -> Array:
    """How far the mouth opens for the loudness at `times` `(T,)`, relative to the whole sound's."""
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=float))])
    half = 0.5 * _LOUDNESS_WINDOW
    first, last = (
        np.clip(((times + shift) * rate).astype(int), 0, len(samples)) for shift in (-half, half)
    )
    loudness = np.sqrt((energy[last] - energy[first]) / (_LOUDNESS_WINDOW * rate))
    loud = float(np.percentile(loudness, 95)) if len(loudness) else 0.0
    share = np.clip(loudness / max(loud, 1e-6), 0.0, 1.0)
    return _SOFTEST + (_LOUDEST - _SOFTEST) * share


def _sounds(phonemes: Sequence[Phoneme]) -> list[_Pull]:
    table = load_visemes()
    pulls = []
    for phoneme in phonemes:
        viseme = table[phoneme.symbol]
        pulls.append(
            _Pull(
                phoneme.start,
                phoneme.end,
                viseme.strength,
                viseme.lead,
                viseme.lag,
                _pose(viseme.pose),
            )
        )
    return pulls


def _pauses(phonemes: Sequence[Phoneme], duration: float) -> list[_Pull]:
    """A pull to rest in every silence, before the first sound and after the last."""
    starts = [0.0, *(phoneme.end for phoneme in phonemes)]
    ends = [*(phoneme.start for phoneme in phonemes), duration]
    rest = np.zeros(len(EXPRESSIONS))
    pulls = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        outermost = number in (0, len(phonemes))
        if end - start < PAUSE and not outermost:
            continue
        margin = min(_REST_MARGIN, (end - start) / 3)
        pulls.append(_Pull(start + margin, end - margin, _REST_STRENGTH, 0.06, 0.06, rest))
    return pulls


def _pose(values: dict[str, float]) -> Array:
    """A pose `(52,)`; a name without its own expression means its left and right ones."""
    pose = np.zeros(len(EXPRESSIONS))
    for name, value in values.items():
        names = (name,) if name in EXPRESSIONS else (f"{name}Left", f"{name}Right")
        for expression in names:
            pose[EXPRESSIONS.index(expression)] = value
    return pose


def _closure(phonemes: Sequence[Phoneme], times: Array, fps: float) -> Array:
    """How closed the lips must be `(T,)`, 0–1: 1 about the middle of every closing sound."""
    table = load_visemes()
    half = max(_SHUT, 0.5 / fps)
    closure = np.zeros(len(times))
    for phoneme in phonemes:
        if not table[phoneme.symbol].closes:
            continue
        middle = 0.5 * (phoneme.start + phoneme.end)
        away = np.abs(times - middle) - max(half, 0.35 * (phoneme.end - phoneme.start))
        x = np.clip(1.0 - away / _MEET, 0.0, 1.0)
        closure = np.maximum(closure, x * x * (3.0 - 2.0 * x))
    return closure


def _close_lips(curves: Array, closure: Array) -> Array:
    """Bring the lips together where `closure` asks: jaw nearly up, `mouthClose` takes the rest."""
    column = {name: EXPRESSIONS.index(name) for name in ("jawOpen", "mouthClose")}
    jaw = curves[:, column["jawOpen"]] * (1.0 - (1.0 - _JAW_WHEN_SHUT) * closure)
    for name in EXPRESSIONS:
        if name.startswith(("mouthLowerDown", "mouthUpperUp", "mouthFunnel", "mouthStretch")):
            curves[:, EXPRESSIONS.index(name)] *= 1.0 - closure
        if name.startswith("mouthPress"):
            curves[:, EXPRESSIONS.index(name)] = 0.35 * closure
    curves[:, column["jawOpen"]] = jaw
    curves[:, column["mouthClose"]] = jaw * closure
    return np.clip(curves, 0.0, 1.0)
