"""Gaps between capsules, frame by frame, and the spots between which they are measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Capsules
from .quaternion import Array
from .rig_pose import Index

BLUR = 0.01
"""Metres: pairs that are this much further apart than the nearest count a third as much."""

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
        return self.gap.min(axis=(1, 2))

    def during(self, frames: Index) -> Gaps:
        """The same pairs in some frames only."""
        first, second = self.first.during(frames), self.second.during(frames)
        pairs = (self.along, self.across, self.distance, self.gap)
        return Gaps(first, second, *(values[frames] for values in pairs))

    def weights(self, scale: float = 1.0) -> Array:
        """Shares `(T, N, M)` of the pairs in being nearest, smooth in time; their sum is 1."""
        excess = self.gap - self.nearest()[:, None, None]
        weights = np.exp(excess / -(BLUR * scale))
        return weights / weights.sum(axis=(1, 2), keepdims=True)

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
    """Where the axes of each pair of capsules come nearest (closed form of two segments)."""
    u, v = first.end - first.start, second.end - second.start
    uu = np.maximum(np.sum(u * u, axis=-1), _TINY)[..., None]
    vv = np.maximum(np.sum(v * v, axis=-1), _TINY)[:, None]
    vt, second_start = np.swapaxes(v, 1, 2), np.swapaxes(second.start, 1, 2)
    uv = u @ vt
    ur = np.sum(u * first.start, axis=-1)[..., None] - u @ second_start
    vr = first.start @ vt - np.sum(v * second.start, axis=-1)[:, None]
    square = uu * vv - uv * uv
    skew = square > 1e-6 * uu * vv
    along = np.where(skew, (uv * vr - vv * ur) / np.where(skew, square, 1.0), 0.5)
    along = np.clip(along, 0.0, 1.0)
    across = np.clip((uv * along + vr) / vv, 0.0, 1.0)
    along = np.clip((uv * across - ur) / uu, 0.0, 1.0)
    start = np.sum(first.start**2, axis=-1)[..., None] + np.sum(second.start**2, axis=-1)[:, None]
    start = start - 2.0 * (first.start @ second_start)
    squared = start + along * (along * uu + 2.0 * ur) + across * (across * vv - 2.0 * vr)
    distance = np.sqrt(np.maximum(squared - 2.0 * along * across * uv, 0.0))
    reach = first.radius[:, None] + second.radius
    return Gaps(first, second, along, across, distance, distance - reach)
