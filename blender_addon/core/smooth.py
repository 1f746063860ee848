"""Curves over time that begin before something happens and end after it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .quaternion import Array

Mask = NDArray[np.bool_]


def covered(curve: Array, radius: int) -> Array:
    """A smooth curve `(T,)` that is nowhere below `curve` `(T,)` and never above its peaks.

    It rises within 2·`radius` frames before the curve does and falls as long after it.
    """
    return hann_mean(_highest(curve, radius), radius)


def around(frames: Mask, reach: int) -> Mask:
    """Which frames `(T,)` are at most `reach` away from one that counts."""
    return _highest(frames, reach)


def hann_mean(curve: Array, radius: int) -> Array:
    """Mean of `curve` `(T, ...)` over a bell of 2·`radius` + 1 frames; the ends are held."""
    bell = np.hanning(2 * radius + 3)[1:-1]
    padded = np.pad(curve, [(radius, radius)] + [(0, 0)] * (curve.ndim - 1), mode="edge")
    smoothed = np.zeros(curve.shape)
    for shift, share in enumerate(bell / bell.sum()):
        smoothed += share * padded[shift : shift + len(curve)]
    return smoothed


def _highest(curve: NDArray[Any], reach: int) -> NDArray[Any]:
    padded = np.pad(curve, reach, mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=-1)
