"""A figure with its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

LEVEL = (2.5, 97.5)
"""Percentiles of the bootstrap between which a figure is taken to lie."""


@dataclass(frozen=True)
class Interval:
    """A figure measured on `n` samples, and the interval in which it lies with 95 % confidence."""

    value: float
    low: float
    high: float
    n: int


def mean_interval(
    values: ArrayLike, rng: np.random.Generator, *, resamples: int = 1000
) -> Interval:
    """Mean of values (S,), one per sequence, with its percentile bootstrap (Efron, 1979).

    Raises `ValueError` when there is nothing to average or a value is not finite.
    """
    values = np.asarray(values, dtype=np.float64)
    if not values.size:
        raise ValueError("no values to average")
    if not np.all(np.isfinite(values)):
        raise ValueError("a mean needs finite values")
    drawn = rng.integers(len(values), size=(resamples, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), LEVEL)
    return Interval(float(values.mean()), float(low), float(high), len(values))
