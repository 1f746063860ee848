"""Smooth corrections: curves that lie above what is needed and are zero where nothing is."""

from __future__ import annotations

import numpy as np

from gesture_core.rotation import Array


def cover(need: Array, radius: int) -> Array:
    """A smooth curve that is never below `need` and differs from 0 only near where it does.

    `need`: `(T, ...)`, not negative. The largest value within `radius` frames is averaged over a
    Hann window of `radius` frames to both sides: each averaged value covers the frame itself,
    so the average does too.
    """
    if radius < 1 or not need.any():
        return need
    from scipy.ndimage import maximum_filter1d

    return hann_mean(maximum_filter1d(need, 2 * radius + 1, axis=0, mode="nearest"), radius)


def cover_signed(need: Array, radius: int) -> Array:
    """`cover` for curves of both signs `(T, ...)`, positive and negative parts apart."""
    return cover(np.maximum(need, 0.0), radius) - cover(np.maximum(-need, 0.0), radius)


def hann_mean(values: Array, radius: int) -> Array:
    """Average `(T, ...)` over a Hann window of `radius` frames to both sides."""
    from scipy.ndimage import convolve1d

    window = np.hanning(2 * radius + 3)[1:-1]
    return convolve1d(values, window / window.sum(), axis=0, mode="nearest")
