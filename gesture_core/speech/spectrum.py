"""What two voices saying the same words have in common: mel cepstra, and where speech is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

HOP = 0.01  # seconds from frame to frame
_WINDOW = 0.025
_BANDS = 40
_LOWEST_HZ = 80.0
HIGHEST_HZ = 7600.0
_CEPSTRA = 12
_WIDEST_RANGE = np.log(10**5.0)  # 50 dB of power

Samples = NDArray[np.float32]
Frames = NDArray[np.float64]


def log_mel(samples: Samples, rate: int, highest_hz: float) -> Frames:
    """Return log mel band energies (T, 40), frame t being centred on `(t + ½) · HOP` seconds."""
    window = round(_WINDOW * rate)
    count = max(1, int(len(samples) / rate / HOP))
    starts = np.round((np.arange(count) + 0.5) * HOP * rate - window / 2).astype(int)
    emphasised = np.append(samples[:1], samples[1:] - 0.97 * samples[:-1])
    padded = np.pad(emphasised, (window, 2 * window))
    frames = padded[starts[:, None] + window + np.arange(window)] * np.hamming(window)
    size = 1 << (window - 1).bit_length()
    power = np.abs(np.fft.rfft(frames, size)) ** 2 / window
    return np.log(power @ _mel_bank(size, rate, highest_hz).T + 1e-9)


def _mel_bank(size: int, rate: int, highest_hz: float) -> Frames:
    """Return triangular filters (40, size // 2 + 1), equally spaced on the mel scale."""
    low, high = 2595 * np.log10(1 + np.array([_LOWEST_HZ, highest_hz]) / 700)
    corners = 700 * (10 ** (np.linspace(low, high, _BANDS + 2) / 2595) - 1)
    frequency = np.arange(size // 2 + 1) * rate / size
    rise = (frequency - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    fall = (corners[2:, None] - frequency) / (corners[2:] - corners[1:-1])[:, None]
    return np.maximum(0, np.minimum(rise, fall))


def cepstra(bands: Frames) -> Frames:
    """Return speaker-normalised features (T, 25): cepstra 1–12, their slopes, loudness."""
    n = np.arange(_BANDS) + 0.5
    basis = np.cos(np.pi / _BANDS * np.arange(1, _CEPSTRA + 1)[:, None] * n)
    coefficients = bands @ basis.T
    loudness = bands.mean(axis=1)
    centred = (coefficients - coefficients.mean(axis=0)) / (coefficients.std(axis=0) + 1e-6)
    relative = (loudness - np.percentile(loudness, 95)) / (loudness.std() + 1e-6)
    slopes = np.gradient(centred, axis=0) if len(centred) > 1 else np.zeros_like(centred)
    return np.hstack([centred, 0.5 * slopes, 1.5 * relative[:, None]])


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
