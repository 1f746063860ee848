"""Fréchet Gesture Distance (Yoon et al., 2020) and its extrapolation to endless data."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def frechet_distance(a: Array, b: Array) -> float:
    """Fréchet distance of the normal distributions fitted to samples (N, D) and (M, D).

    ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) (Dowson & Landau, 1982). Raises `ValueError` with
    fewer samples than dimensions, where the covariance means nothing.
    """
    for samples in (a, b):
        if len(samples) <= samples.shape[1]:
            raise ValueError(
                f"{len(samples)} samples are too few for {samples.shape[1]} dimensions"
            )
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    # tr (Σ₁ Σ₂)^½ from the eigenvalues of the symmetric Σ₁^½ Σ₂ Σ₁^½, which are real and ≥ 0
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0.0)).sum()
    apart = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    return float(apart + np.trace(cov_a) + np.trace(cov_b) - 2.0 * cross)


def extrapolated_distance(a: Array, b: Array, rng: np.random.Generator, steps: int = 8) -> float:
    """FGD∞: the distance of subsets of N samples, extrapolated to 1/N = 0 by a straight line.

    The bias of the plain distance is ∝ 1/N (Chong & Forsyth, CVPR 2020).
    """
    most = min(len(a), len(b))
    sizes = np.linspace(max(most // 3, a.shape[1] + 1), most, steps).astype(int)
    distances = [
        frechet_distance(
            a[rng.choice(len(a), size, replace=False)], b[rng.choice(len(b), size, replace=False)]
        )
        for size in sizes
    ]
    return float(np.polyfit(1.0 / sizes, distances, 1)[1])
