"""Speech with known word times, recorded badly: noise, rooms, rests and breaths."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.utterance import Utterance

Sound = NDArray[np.float64]

_REVERBERATION, _DIRECT_DB = 0.5, 3.0  # seconds to −60 dB; direct sound above the room's
_ROOM_TONE_DB = 50.0  # the voice above it, where there is no other noise
_BREATH_SECONDS, _BREATH_PEAK = 0.3, 0.12  # of the voice's peak


class Recording(NamedTuple):
    """A sound (N,) at `rate` Hz and the seconds at which each word starts and ends, (W, 2)."""

    samples: NDArray[np.float32]
    rate: int
    spans: NDArray[np.float64]


def record(spoken: Utterance, condition: str, seed: int) -> Recording:
    """`spoken` after and before silences of 0.2–1.5 s, under one of `CONDITIONS`."""
    rng = np.random.default_rng(seed)
    rests, breathing, distort = CONDITIONS[condition]
    samples, rate = spoken.samples.astype(np.float64), spoken.rate
    loud = samples[np.abs(samples) > 0.02 * np.abs(samples).max()]
    power = float(np.mean(loud**2))
    before = dict.fromkeys(range(len(spoken.words)), 0.0)
    count = min(rests, len(before) - 1)
    before |= {int(word): rng.uniform(0.4, 1.3) for word in rng.permutation(len(before))[:count]}
    before[0] = rng.uniform(0.2, 1.5) + 0.3 * breathing
    parts: list[Sound] = []
    spans: list[tuple[float, float]] = []
    position, shift = 0, 0.0
    for word in spoken.words:
        if before[word.index]:
            start = round(word.start * rate)
            rest = np.zeros(round(before[word.index] * rate))
            if breathing:
                breath = np.abs(samples).max() * _breath(rate, rng)
                rest[: len(breath)] += breath[: len(rest)]
            parts += [samples[position:start], rest]
            position = start
            shift += before[word.index]
        spans.append((word.start + shift, word.end + shift))
    tail = np.zeros(round(rng.uniform(0.2, 1.5) * rate))
    sound = distort(np.concatenate([*parts, samples[position:], tail]), rate, power, rng)
    sound /= max(1.0, np.abs(sound).max())
    return Recording(sound.astype(np.float32), rate, np.array(spans))


Distortion = Callable[[Sound, int, float, np.random.Generator], Sound]


def _noisy(decibels: float) -> Distortion:
    """Noise falling by 3 dB an octave, so many decibels below the voice."""

    def distort(sound: Sound, rate: int, power: float, rng: np.random.Generator) -> Sound:
        spectrum = np.fft.rfft(rng.normal(size=len(sound)))
        spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(len(sound), 1 / rate), 50.0))
        noise = np.fft.irfft(spectrum, len(sound))
        return sound + noise / noise.std() * np.sqrt(power * 10 ** (-decibels / 10))

    return distort


def _reverberant(sound: Sound, rate: int, power: float, rng: np.random.Generator) -> Sound:
    """A hard room: noise that dies away exponentially after the direct sound."""
    count = round(_REVERBERATION * rate)
    room = rng.normal(size=count) * 10 ** (-3 * np.arange(count) / count)
    room[: round(0.003 * rate)] = 0
    room *= np.sqrt(10 ** (-_DIRECT_DB / 10) / np.sum(room**2))
    room[0] = 1
    size = 1 << (len(sound) + count).bit_length()
    wet = np.fft.irfft(np.fft.rfft(sound, size) * np.fft.rfft(room, size), size)[: len(sound)]
    return _noisy(_ROOM_TONE_DB)(wet, rate, power, rng)


def _breath(rate: int, rng: np.random.Generator) -> Sound:
    """Air through the mouth: noise about 1.8 kHz that swells and fades."""
    count = round(_BREATH_SECONDS * rate)
    spectrum = np.fft.rfft(rng.normal(size=count))
    spectrum *= np.exp(-(((np.fft.rfftfreq(count, 1 / rate) - 1800) / 1500) ** 2))
    air = np.fft.irfft(spectrum, count) * np.sin(np.pi * np.arange(count) / count)
    return _BREATH_PEAK * air / np.abs(air).max()


CONDITIONS: dict[str, tuple[int, bool, Distortion]] = {
    "quiet": (0, False, _noisy(_ROOM_TONE_DB)),
    "noise, SNR 20 dB": (0, False, _noisy(20.0)),
    "noise, SNR 10 dB": (0, False, _noisy(10.0)),
    "reverberation": (0, False, _reverberant),
    "two long rests": (2, False, _noisy(_ROOM_TONE_DB)),
    "rests and breaths": (2, True, _noisy(_ROOM_TONE_DB)),
}
"""Name → rests within the sentence, whether there is a breath in each, what else happens."""
