"""Gaps between capsules, frame by frame, and the spots between which they are measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .body import Capsules
from .quaternion import Array
from .rig_pose import Index

BLUR = 0.01
"""Metres: pairs that are this much further apart than the nearest count a third as much."""

CACHED = 40_000
"""Pairs that are measured at a time: their arrays stay in the processor's cache."""

_TINY = 1e-12


@dataclass(frozen=True)
class Gaps:
    """All pairs of N capsules `first` and M capsules `second` over T frames.

    `along`, `across` `(T, N, M)`: how far along each axis, 0 to 1, the two are nearest;
    `distance` between those spots of the axes; `gap`: between the surfaces, negative inside.
    """

    first: Capsules
    second: Capsules
    along: Array
    across: Array
    distance: Array
    gap: Array

    def nearest(self) -> Array:
        """The smallest gap `(T,)`."""
        return self.gap.reshape(len(self.gap), -1).min(axis=1)

    def during(self, frames: Index) -> Gaps:
        """The same pairs in some frames only."""
        first, second = self.first.during(frames), self.second.during(frames)
        pairs = (self.along, self.across, self.distance, self.gap)
        return Gaps(first, second, *(values[frames] for values in pairs))

    def weights(self, scale: float = 1.0) -> Array:
        """Shares `(T, N, M)` of the pairs in being nearest, smooth in time; their sum is 1."""
        excess = self.gap - self.nearest()[:, None, None]
        weights = np.exp(excess / -(BLUR * scale))
        return weights / weights.reshape(len(weights), -1).sum(axis=1)[:, None, None]

    def between(self, weights: Array, first: Capsules, second: Capsules) -> Array:
        """Weighted sum `(T, 3)` of the vectors from `second` to `first`, between the same spots
        of two other sets of capsules."""
        near = _spots(first, weights.sum(axis=2), (weights * self.along).sum(axis=2))
        far = _spots(second, weights.sum(axis=1), (weights * self.across).sum(axis=1))
        return near - far

    def direction(self, weights: Array) -> Array:
        """Weighted mean `(T, 3)` of the directions out of `second` into `first`, length ≤ 1."""
        shares = weights / np.maximum(self.distance, _TINY)
        return self.between(shares, self.first, self.second)


def _spots(capsules: Capsules, whole: Array, shares: Array) -> Array:
    """Sum over capsules of spots on their axes, times weights `whole` `(T, N)`."""
    start = (whole - shares)[:, None] @ capsules.start
    return (start + shares[:, None] @ capsules.end)[:, 0]


def gaps(first: Capsules, second: Capsules) -> Gaps:
    """Where the axes of each pair of capsules come nearest."""
    block = max(1, CACHED // (len(first.radius) * len(second.radius)))
    blocks = [slice(start, start + block) for start in range(0, len(first.start), block)]
    measured = [_nearest(first.during(part), second.during(part)) for part in blocks]
    along, across, distance = (np.concatenate(rows) for rows in zip(*measured, strict=True))
    reach = first.radius[:, None] + second.radius
    return Gaps(first, second, along, across, distance, distance - reach)


def _nearest(first: Capsules, second: Capsules) -> tuple[Array, Array, Array]:
    """Shares along both axes and the distance there (closed form of two segments)."""
    u, v = first.end - first.start, second.end - second.start
    uu = np.maximum(_dot(u, u), _TINY)[..., None]
    vv = np.maximum(_dot(v, v), _TINY)[:, None]
    vt, second_start = np.swapaxes(v, 1, 2), np.swapaxes(second.start, 1, 2)
    uv = u @ vt
    ur = _dot(u, first.start)[..., None] - u @ second_start
    vr = first.start @ vt - _dot(v, second.start)[:, None]
    square = uu * vv - uv * uv
    skew = square > 1e-6 * uu * vv
    along = np.where(skew, (uv * vr - vv * ur) / np.where(skew, square, 1.0), 0.5)
    across = _clamped((uv * _clamped(along) + vr) / vv)
    along = _clamped((uv * across - ur) / uu)
    squared = _dot(first.start, first.start)[..., None] + _dot(second.start, second.start)[:, None]
    squared = squared - 2.0 * (first.start @ second_start)
    squared += along * (along * uu + 2.0 * ur - 2.0 * across * uv)
    squared += across * (across * vv - 2.0 * vr)
    return along, across, np.sqrt(np.maximum(squared, 0.0))


def nearest_of_each(first: Capsules, groups: Sequence[Capsules]) -> list[Array]:
    """The smallest gap `(T,)` between `first` and each of several groups, measured at once."""
    gap = gaps(first, Capsules.joined(groups)).gap
    ends = np.cumsum([len(group.radius) for group in groups])[:-1]
    return [part.reshape(len(gap), -1).min(axis=1) for part in np.split(gap, ends, axis=2)]


def _dot(first: Array, second: Array) -> Array:
    """Dot products of `(..., 3)`, faster than a sum over so short an axis."""
    products = first * second
    return products[..., 0] + products[..., 1] + products[..., 2]


def _clamped(values: Array) -> Array:
    return np.minimum(np.maximum(values, 0.0), 1.0)
