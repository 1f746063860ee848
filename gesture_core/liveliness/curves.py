"""Random and shaped curves over time in seconds, the same at every frame rate."""

from __future__ import annotations

import zlib

import numpy as np

from gesture_core.rotation import Array

_SPLINE_DEVIATION = 0.692
"""Standard deviation of a uniform cubic B-spline whose knots have deviation 1."""


def stream(seed: int, part: str) -> np.random.Generator:
    """Random numbers of one part of the body, independent of those of the others."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def drift(times: Array, rng: np.random.Generator, channels: int, interval: float) -> Array:
    """Smooth random curves `(T, channels)` of about unit deviation that never repeat.

    A uniform cubic B-spline through the clouds of normal knots, one every `interval` seconds: its
    second derivative is continuous and little moves faster than 1/(2·interval) Hz. Knots are drawn
    in order of time, so a longer motion begins like a shorter one.
    """
    place = np.asarray(times) / interval
    first = np.floor(place).astype(int)
    knots = rng.standard_normal((int(first.max(initial=0)) + 4, channels)) / _SPLINE_DEVIATION
    t = (place - first)[:, None]
    weights = (
        (1.0 - t) ** 3,
        3.0 * t**3 - 6.0 * t**2 + 4.0,
        -3.0 * t**3 + 3.0 * t**2 + 3.0 * t + 1.0,
        t**3,
    )
    return np.sum([w / 6.0 * knots[first + k] for k, w in enumerate(weights)], axis=0)


def soft_clip(values: Array, bound: float) -> Array:
    """Keep values within ±`bound`, nearly unchanged up to half of it."""
    return bound * np.tanh(values / bound)


def ramp(times: Array, start: float, duration: float) -> Array:
    """From 0 before `start` to 1 after `duration` seconds, with zero speed and acceleration at
    both ends (the minimum-jerk curve of Flash & Hogan, 1985)."""
    t = np.clip((times - start) / max(duration, 1e-6), 0.0, 1.0)
    return t**3 * (10.0 - 15.0 * t + 6.0 * t**2)


def bump(times: Array, start: float, rise: float, hold: float, fall: float) -> Array:
    """From 0 up to 1 in `rise`, there for `hold` and back in `fall` seconds."""
    return ramp(times, start, rise) - ramp(times, start + rise + hold, fall)
