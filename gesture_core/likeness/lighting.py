"""The light of a picture as a smooth function of the surface's direction.

Irradiance of distant light on a matt surface is, to within a few per cent, a spherical harmonic
of second order in its normal (Ramamoorthi and Hanrahan 2001): nine numbers a colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.colour import luminance

Floats = NDArray[np.floating[Any]]

RIDGE = np.repeat([0.0, 0.004, 0.03], [1, 3, 5])  # per order: sharper light is less likely
COLOURED = 0.08  # ridge against light whose colour varies with direction
SPREAD = 0.15  # of log colour about the model; beyond it a texel counts less and less
DARKEST = 0.3  # least light, as a share of the usual: a deep shadow holds no colour to recover
USUAL = 0.6  # share of a face that receives less light than what is called 1
ROUNDS = 8


@dataclass(frozen=True, eq=False)
class Light:
    """coefficients (9, 3): light of each colour, scaled so that the lit side of a face receives 1.

    skin (3,): linear colour of the skin under it.
    """

    coefficients: Floats
    skin: Floats

    def at(self, normals: Floats) -> Floats:
        """Light (…, 3) that falls on surfaces with these unit normals (…, 3)."""
        falling = harmonics(normals) @ self.coefficients.astype(np.float32)
        return np.maximum(falling, DARKEST)


def harmonics(normals: Floats) -> Floats:
    """Real spherical harmonics to second order (…, 9), scaled to simple polynomials."""
    x, y, z = np.moveaxis(normals, -1, 0)
    one = np.ones_like(x)
    rows = [one, x, y, z, x * y, y * z, z * x, x * x - y * y, 3 * z * z - 1]
    return np.stack(rows, axis=-1)


def fit_light(colors: Floats, normals: Floats, weights: Floats) -> Light:
    """Light that explains linear colours (N, 3) of even skin with unit normals (N, 3).

    weights (N,) ≥ 0. Found by reweighted least squares, in which what fits badly (hair, shadows
    of one part on another, shine) counts little, first alike for all colours, then with small
    differences between them.
    """
    skin = np.array([_weighted_median(colors[:, k], weights) for k in range(3)])
    relative = colors / np.maximum(skin, 1e-4)
    basis = harmonics(normals).astype(np.float64)
    grey = luminance(relative)
    common, trusted = _robust_fit(basis, grey, weights)
    residual = relative - (basis @ common)[:, None]
    tints = [_ridge_fit(basis, residual[:, k], trusted, COLOURED + RIDGE) for k in range(3)]
    coefficients = common[:, None] + np.stack(tints, axis=1)
    falling = np.maximum(basis @ coefficients, 1e-3)
    usual = np.array([_weighted_quantile(falling[:, k], trusted, USUAL) for k in range(3)])
    return Light(coefficients / usual, np.multiply(skin, usual))


def _robust_fit(basis: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Coefficients (9,) and the weights that the values keep."""
    trusted = weights.astype(np.float64)
    coefficients = np.zeros(basis.shape[1])
    for _ in range(ROUNDS):
        coefficients = _ridge_fit(basis, values, trusted, RIDGE)
        predicted = np.maximum(basis @ coefficients, 0.05)
        error = np.log(np.maximum(values, 1e-3) / predicted)
        trusted = weights / (1 + (error / SPREAD) ** 2)
    return coefficients, trusted


def _ridge_fit(basis: Floats, values: Floats, weights: Floats, ridge: Floats) -> Floats:
    total = max(float(weights.sum()), 1e-9)
    moments = basis.T @ (basis * weights[:, None]) / total
    return np.linalg.solve(moments + np.diag(ridge), basis.T @ (weights * values) / total)


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    place = np.searchsorted(reached, share * reached[-1])
    return float(values[order[min(int(place), len(order) - 1)]])


def _weighted_median(values: Floats, weights: Floats) -> float:
    return _weighted_quantile(values, weights, 0.5)
