"""How fast points move, and how far two distributions of such numbers are apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

TAIL = 99.5
"""Percentile of all values above which everything falls into the last bin."""


def speeds(points: ArrayLike, fps: float) -> Array:
    """Speed (T − 1, P) in m/s of points (T, P, 3) from each frame to the next."""
    return np.linalg.norm(np.diff(np.asarray(points), axis=0), axis=-1) * fps


def accelerations(points: ArrayLike, fps: float) -> Array:
    """Size (T − 2, P) in m/s² of the acceleration of points (T, P, 3), by finite differences."""
    return np.linalg.norm(np.diff(np.asarray(points), 2, axis=0), axis=-1) * fps**2


def hellinger_distance(a: ArrayLike, b: ArrayLike, *, bins: int = 50) -> float:
    """Hellinger distance √(1 − Σ √(pᵢ qᵢ)) of the histograms of values ≥ 0, (N,) and (M,).

    0 for equal histograms, 1 for histograms that share no bin (Hellinger, 1909; for gesture speeds
    Kucherenko et al., IVA 2019). The bins are equally wide from 0 to the 99.5th percentile of all
    values; the last one takes what lies beyond. Raises `ValueError` for no values, negative ones
    and ones that are not finite.
    """
    a, b = np.ravel(np.asarray(a, dtype=np.float64)), np.ravel(np.asarray(b, dtype=np.float64))
    for values in (a, b):
        if not values.size or not np.all(np.isfinite(values)) or values.min() < 0.0:
            raise ValueError("a histogram needs finite values that are not negative")
    top = float(np.percentile(np.concatenate([a, b]), TAIL)) or 1.0
    p, q = (_histogram(values, top, bins) for values in (a, b))
    return float(np.sqrt(max(0.0, 1.0 - np.sqrt(p * q).sum())))


def _histogram(values: Array, top: float, bins: int) -> Array:
    place = np.minimum((values / top * bins).astype(np.int64), bins - 1)
    return np.bincount(place, minlength=bins) / len(values)
