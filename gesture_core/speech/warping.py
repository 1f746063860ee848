"""Dynamic time warping (Sakoe and Chiba, 1978) of two feature sequences, also very long ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float64]

_LARGEST_FULL = 4_000_000  # cells; beyond, a coarse pass restricts the fine one
_POOLED = 8
_RADIUS = 12 * _POOLED


def warping_path(a: Frames, b: Frames) -> NDArray[np.int64]:
    """Return the cheapest monotone path (L, 2) of frame pairs from (0, 0) to the two ends.

    `a` (N, D) and `b` (M, D) are compared by Euclidean distance. When N·M is large, a pass over
    pooled frames first finds the neighbourhood of the path.
    """
    n, m = len(a), len(b)
    low, high = np.zeros(n, np.int64), np.full(n, m, np.int64)
    if n * m > _LARGEST_FULL:
        coarse = warping_path(_pool(a), _pool(b)) * _POOLED
        centre = np.interp(np.arange(n), coarse[:, 0], coarse[:, 1])
        low = np.clip(centre - _RADIUS, 0, m - 1).astype(np.int64)
        high = np.clip(centre + _RADIUS, 1, m).astype(np.int64)
        low[0], high[-1] = 0, m
    return _backtrack(_accumulate(a, b, low, high), low)


def _pool(frames: Frames) -> Frames:
    edges = np.arange(0, len(frames), _POOLED)
    counts = np.diff(np.append(edges, len(frames)))
    return np.add.reduceat(frames, edges) / counts[:, None]


def _accumulate(
    a: Frames, b: Frames, low: NDArray[np.int64], high: NDArray[np.int64]
) -> list[Frames]:
    """Return, row by row, the cost of the cheapest path to each cell of [low, high)."""
    squares = (b**2).sum(axis=1)
    rows: list[Frames] = []
    for i, (start, end) in enumerate(zip(low, high, strict=True)):
        dot = b[start:end] @ a[i]
        cost = np.sqrt(np.maximum(squares[start:end] + a[i] @ a[i] - 2 * dot, 0))
        entry = np.full(end - start + 1, np.inf)  # cells start − 1 … end − 1 of the row before
        if i == 0:
            entry[0] = 0.0
        else:
            first, last = max(start - 1, low[i - 1]), min(end, high[i - 1])
            before = rows[-1][first - low[i - 1] : last - low[i - 1]]
            entry[first - start + 1 : last - start + 1] = before
        arrive = np.minimum(entry[1:], entry[:-1])
        # total[j] = cost[j] + min(arrive[j], total[j − 1]), without a loop over j.
        walked: Frames = np.cumsum(cost)
        best: Frames = np.minimum.accumulate(arrive - (walked - cost))
        rows.append(walked + best)
    return rows


def _backtrack(rows: list[Frames], low: NDArray[np.int64]) -> NDArray[np.int64]:
    i, j = len(rows) - 1, int(low[-1]) + len(rows[-1]) - 1

    def total(i: int, j: int) -> float:
        column = j - int(low[i]) if i >= 0 else -1
        return float(rows[i][column]) if 0 <= column < len(rows[i]) else np.inf

    path = [(i, j)]
    while i > 0 or j > 0:
        steps = ((i - 1, j - 1), (i - 1, j), (i, j - 1))
        i, j = min(steps, key=lambda step: total(*step))
        path.append((i, j))
    return np.array(path[::-1])
