"""What two voices saying the same words have in common: mel bands, voicing, where speech is."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

import numpy as np
from numpy.typing import NDArray

HOP = 0.01  # seconds from frame to frame
HIGHEST_HZ = 7600.0
FASTEST_RATE = 16_000  # a higher rate tells nothing more below HIGHEST_HZ
_LOWEST_HZ = 80.0
_BANDS = 40
_WINDOW = 0.025
_FAINTEST = 1e-9
_WIDEST_RANGE = np.log(10**5.0)  # 50 dB of power
_BLOCK = 4096  # frames worked on at a time, so that ten minutes need little memory

_PITCH_WINDOW = 0.04
_PITCH_HZ = (70.0, 500.0)
_HARMONICS_HZ = (60.0, 1500.0)

Samples = NDArray[np.float32]
Frames = NDArray[np.float64]


def slow_down(samples: Samples, rate: int) -> tuple[Samples, int]:
    """Return the sound at no more than `FASTEST_RATE`."""
    from scipy.signal import resample_poly

    if rate <= FASTEST_RATE:
        return samples, rate
    common = gcd(rate, FASTEST_RATE)
    slower = resample_poly(samples, FASTEST_RATE // common, rate // common)
    return slower.astype(np.float32), FASTEST_RATE


def log_mel(samples: Samples, rate: int, highest_hz: float) -> Frames:
    """Return log mel band energies (T, 40), frame t being centred on `(t + ½) · HOP` seconds."""
    emphasised = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])
    window = round(_WINDOW * rate)
    size = 1 << (window - 1).bit_length()
    bank = _mel_bank(size, rate, highest_hz).T
    blocks = [
        np.abs(np.fft.rfft(block * np.hamming(window), size)) ** 2 / window @ bank
        for block in _frames(emphasised, rate, window)
    ]
    return np.log(np.concatenate(blocks) + _FAINTEST)


def voicing(samples: Samples, rate: int) -> Frames:
    """Return how periodic each frame is (T,), 0–1: the peak of its normalised autocorrelation."""
    window = round(_PITCH_WINDOW * rate)
    size = 1 << (2 * window - 1).bit_length()
    taper = np.hanning(window)
    own = np.fft.irfft(np.abs(np.fft.rfft(taper, size)) ** 2, size)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    heard = (hertz >= _HARMONICS_HZ[0]) & (hertz <= _HARMONICS_HZ[1])
    first, last = (int(rate / limit) for limit in reversed(_PITCH_HZ))
    strengths = []
    for block in _frames(samples, rate, window):
        power = np.abs(np.fft.rfft(block * taper, size)) ** 2 * heard
        similarity = np.fft.irfft(power, size)
        peaks = (similarity[:, first:last] * (own[0] / own[first:last])).max(axis=1)
        strengths.append(peaks / (similarity[:, 0] + 1e-7))
    return np.clip(np.concatenate(strengths), 0, 1)


def _frames(samples: Samples, rate: int, window: int) -> Iterator[Samples]:
    """Yield all frames (≤ 4096, window) of a sound, the sound being silent beyond its ends."""
    count = max(1, int(len(samples) / rate / HOP))
    padded = np.pad(samples, (window, 2 * window))
    starts = np.round((np.arange(count) + 0.5) * HOP * rate + window / 2).astype(int)
    for begin in range(0, count, _BLOCK):
        yield padded[starts[begin : begin + _BLOCK, None] + np.arange(window)]


def _mel_bank(size: int, rate: int, highest_hz: float) -> Frames:
    """Return triangular filters (40, size // 2 + 1), equally spaced on the mel scale."""
    low, high = 2595 * np.log10(1 + np.array([_LOWEST_HZ, highest_hz]) / 700)
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    frequency = np.arange(size // 2 + 1) * rate / size
    rise = (frequency - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - frequency) / (corners[2:] - corners[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall))


def cepstra(bands: Frames, count: int) -> Frames:
    """Return the mel cepstra 1–`count` of log mel `bands` (T, 40) as (T, count)."""
    n = np.arange(_BANDS) + 0.5
    basis = np.cos(np.pi / _BANDS * np.arange(1, count + 1)[:, None] * n)
    return bands @ basis.T


def speech_frames(bands: Frames, longest_gap: float) -> NDArray[np.bool_]:
    """Return which frames (T,) are speech: loud ones, and gaps up to `longest_gap` seconds.

    The threshold lies between the noise floor and the loud parts of this very recording; it is
    power that counts, since room tone is spread over the bands and speech is not.
    """
    loudness = np.log(np.exp(bands).mean(axis=1))
    floor, loud = np.percentile(loudness, [2, 95])
    floor = max(floor, loud - _WIDEST_RANGE)  # digital silence is no measure of the room
    active = _smooth(loudness > floor + 0.4 * (loud - floor))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], active, [False]]).astype(int)))
    speech = active.copy()
    for end, start in zip(edges[1:-1:2], edges[2:-1:2], strict=True):
        if (start - end) * HOP <= longest_gap:
            speech[end:start] = True
    return speech


def _smooth(active: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Drop bursts of up to 30 ms (clicks) and widen the rest by 30 ms for soft edges."""
    ones = np.ones(7)
    kept = np.convolve(active, np.ones(5), "same") >= 4
    return np.convolve(kept, ones, "same") >= 1
