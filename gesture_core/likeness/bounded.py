"""Quadratic functions inside a box: the inner step of the fit of a face."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Floats = NDArray[np.floating[Any]]


def minimise_in_box(matrix: Floats, slope: Floats, low: Floats, high: Floats) -> Floats:
    """The x (N,) within low … high that minimises ½ xᵀ A x − bᵀ x.

    matrix (N, N) symmetric and positive definite. Active sets after Hintermüller, Ito and Kunisch,
    "The primal-dual active set strategy as a semismooth Newton method" (2002): whatever leaves the
    box is fixed to its border, whatever pulls inwards is freed, until neither happens.
    """
    x = np.clip(linalg.solve(matrix, slope, assume_a="pos"), low, high)
    at_low, at_high = x <= low, x >= high
    for _ in range(50):
        free = ~(at_low | at_high)
        x = np.where(at_low, low, np.where(at_high, high, 0.0))
        if free.any():
            rest = slope[free] - matrix[np.ix_(free, ~free)] @ x[~free]
            x[free] = linalg.solve(matrix[np.ix_(free, free)], rest, assume_a="pos")
        pull = slope - matrix @ x
        now_low = (x < low) | (at_low & (pull < 0))
        now_high = (x > high) | (at_high & (pull > 0))
        if np.array_equal(now_low, at_low) and np.array_equal(now_high, at_high):
            return x
        at_low, at_high = now_low, now_high
    return np.clip(x, low, high)
