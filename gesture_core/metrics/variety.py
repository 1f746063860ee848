"""How much motions differ: from text to text, and from seed to seed for one text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def diversity(latents: ArrayLike, groups: ArrayLike) -> float:
    """Mean Euclidean distance of the latents (N, D) of windows of different sequences.

    `groups` (N,) numbers the sequences. Raises `ValueError` when there is only one.
    """
    latents, groups = np.asarray(latents, dtype=np.float64), np.asarray(groups)
    squares = (latents**2).sum(axis=1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - 2.0 * latents @ latents.T, 0.0))
    apart = groups[:, None] != groups
    if not apart.any():
        raise ValueError("diversity compares at least two sequences")
    return float(distances[apart].mean())


def multimodality(latents: ArrayLike) -> float:
    """Mean Euclidean distance between V versions of the same N windows, latents (V, N, D)."""
    latents = _versions(latents)
    pairs = combinations(latents, 2)
    return float(np.mean([np.linalg.norm(a - b, axis=-1).mean() for a, b in pairs]))


def wrist_diversity(wrists: Sequence[Array]) -> float:
    """Mean distance in metres of the wrists (T, 2, 3) of different sequences.

    Two sequences are compared over the frames that both have.
    """
    if len(wrists) < 2:
        raise ValueError("diversity compares at least two sequences")
    distances = []
    for a, b in combinations(wrists, 2):
        frames = min(len(a), len(b))
        distances.append(np.linalg.norm(a[:frames] - b[:frames], axis=-1).mean())
    return float(np.mean(distances))


def wrist_multimodality(wrists: ArrayLike) -> float:
    """Mean distance in metres of the wrists of V versions of one sequence, (V, T, 2, 3)."""
    return multimodality(_versions(wrists).reshape(len(np.asarray(wrists)), -1, 3))


def _versions(values: ArrayLike) -> Array:
    values = np.asarray(values, dtype=np.float64)
    if len(values) < 2:
        raise ValueError("multimodality compares at least two versions")
    return values
