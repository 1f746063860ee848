"""Fréchet Gesture Distance (Yoon et al., 2020) and its extrapolation to endless data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.metrics.interval import LEVEL, Interval

Array = NDArray[np.float64]
Groups = NDArray[np.integer]

FRACTIONS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Shares of the data from which the distance is extrapolated; below half the bias is no line."""
DRAWS, RESAMPLE_DRAWS = 20, 3
"""Subsets drawn of every share, from the data and from each resample."""


def frechet_distance(a: NDArray[np.floating], b: NDArray[np.floating]) -> float:
    """Fréchet distance of the normal distributions fitted to samples (N, D) and (M, D).

    ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) (Dowson & Landau, 1982). Raises `ValueError` with
    fewer samples than dimensions, where the covariance means nothing.
    """
    for samples in (a, b):
        if len(samples) <= samples.shape[1]:
            raise ValueError(
                f"{len(samples)} samples are too few for {samples.shape[1]} dimensions"
            )
    means = a.mean(axis=0), b.mean(axis=0)
    return float(normal_distance(means[0], np.cov(a.T), means[1], np.cov(b.T)))


def normal_distance(mean_a: Array, cov_a: Array, mean_b: Array, cov_b: Array) -> Array:
    """Fréchet distance (...) of normal distributions: means (..., D), covariances (..., D, D)."""
    # tr (Σ₁ Σ₂)^½ from the eigenvalues of the symmetric Σ₁^½ Σ₂ Σ₁^½, which are real and ≥ 0
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]) @ np.swapaxes(vectors, -1, -2)
    cross = np.sqrt(np.maximum(np.linalg.eigvalsh(root @ cov_b @ root), 0.0)).sum(axis=-1)
    apart = np.sum((mean_a - mean_b) ** 2, axis=-1)
    traces = np.trace(cov_a, axis1=-2, axis2=-1) + np.trace(cov_b, axis1=-2, axis2=-1)
    return apart + traces - 2.0 * cross


def fgd_infinity(
    ours: NDArray[np.floating],
    real: NDArray[np.floating],
    groups: Groups,
    real_groups: Groups,
    rng: np.random.Generator,
    *,
    resamples: int = 200,
) -> Interval:
    """FGD∞ of latents (N, D) against real ones (M, D), with a bootstrap over whole sequences.

    The bias of the distance is ∝ 1/N, so the distances of subsets are extrapolated to 1/N = 0 by
    a straight line (Chong & Forsyth, CVPR 2020). Windows of one sequence resemble each other:
    subsets and resamples therefore consist of whole groups. `groups` (N,) and `real_groups` (M,)
    number them; the same number on both sides, a sequence and its counterpart, is drawn as a
    pair. The bootstrap takes its sample for the whole world, in which there is a distance even
    where there is none; so only its spread about its own mean is used. `Interval.n` is N. Raises
    `ValueError` when half of the data is not four times as much as there are dimensions.
    """
    numbers = np.union1d(groups, real_groups)
    sides = _Sums.of(ours, groups, numbers), _Sums.of(real, real_groups, numbers)
    for side in sides:
        dimensions = len(side.centre)
        if side.counts.sum() < 8 * dimensions:
            raise ValueError(
                f"{side.counts.sum():.0f} windows are too few to extrapolate a distance in "
                f"{dimensions} dimensions; {8 * dimensions} are needed"
            )
    count = len(numbers)
    value = _extrapolate(sides, np.arange(count)[None], DRAWS, rng)[0]
    drawn = rng.integers(count, size=(resamples, count))
    again = _extrapolate(sides, drawn, RESAMPLE_DRAWS, rng)
    low, high = value + np.percentile(again - again.mean(), LEVEL)
    return Interval(float(value), float(low), float(high), len(ours))


@dataclass(frozen=True)
class _Sums:
    """What the normal distribution of any choice of G groups follows from.

    `counts` (G,) samples; `first` (G, D) sums of samples and `second` (G, D·D) of their outer
    products, both about `centre` (D,).
    """

    centre: Array
    counts: Array
    first: Array
    second: Array

    @classmethod
    def of(cls, samples: NDArray[np.floating], groups: Groups, numbers: Groups) -> _Sums:
        if len(groups) != len(samples):
            raise ValueError(f"{len(samples)} samples, but {len(groups)} numbers of their groups")
        centre = samples.mean(axis=0, dtype=np.float64)
        away = samples - centre
        size = away.shape[1]
        first, second = np.zeros((len(numbers), size)), np.zeros((len(numbers), size * size))
        place = np.searchsorted(numbers, groups)
        np.add.at(first, place, away)
        np.add.at(second, place, (away[:, :, None] * away[:, None]).reshape(-1, size * size))
        counts = np.bincount(place, minlength=len(numbers)).astype(np.float64)
        return cls(centre, counts, first, second)

    def normal(self, times: Array) -> tuple[Array, Array]:
        """Mean (S, D) and covariance (S, D, D) when each group is taken `times` (S, G)."""
        count = (times @ self.counts)[:, None]
        mean = times @ self.first / count
        size = len(self.centre)
        second = (times @ self.second).reshape(-1, size, size)
        scatter = second - count[..., None] * mean[:, :, None] * mean[:, None]
        return self.centre + mean, scatter / (count[..., None] - 1.0)


def _extrapolate(
    sides: tuple[_Sums, _Sums], chosen: NDArray[np.integer], draws: int, rng: np.random.Generator
) -> Array:
    """Distance at endless data (R,) for each choice (R, G) of groups, from `draws` subsets."""
    repeats, count = chosen.shape
    sizes = np.array([round(fraction * count) for fraction in FRACTIONS])
    distances = np.zeros((repeats, len(sizes)))
    for _ in range(draws):
        order = rng.permuted(chosen, axis=1)
        for column, size in enumerate(sizes):
            times = np.zeros((repeats, count))
            np.add.at(times, (np.arange(repeats)[:, None], order[:, :size]), 1.0)
            (mean_a, cov_a), (mean_b, cov_b) = (side.normal(times) for side in sides)
            distances[:, column] += normal_distance(mean_a, cov_a, mean_b, cov_b) / draws
    line = np.stack([np.ones(len(sizes)), count / sizes], axis=1)
    return distances @ np.linalg.pinv(line)[0]
