"""Whether the right text is found for a motion, among others."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

POOL = 32
"""Texts from which the right one is to be found, as is usual for text and motion."""


def ranks(
    motion: ArrayLike, text: ArrayLike, rng: np.random.Generator, *, pool: int = POOL
) -> NDArray[np.int64]:
    """Place of each motion's own text, 1 the first, among the texts of a pool of `pool` pairs.

    `motion`, `text` (N, D): unit vectors of pairs, compared by their dot product. The pairs are
    shuffled into N // pool pools; the rest is left out. Another text with the same similarity
    comes first, so that equal vectors gain nothing. Protocol: Guo et al., "Generating Diverse and
    Natural 3D Human Motions from Text", CVPR 2022. Raises `ValueError` with fewer pairs than one
    pool has.
    """
    motion, text = np.asarray(motion, dtype=np.float64), np.asarray(text, dtype=np.float64)
    if motion.shape != text.shape:
        raise ValueError(f"motion {motion.shape} and text {text.shape} are not pairs")
    pools = len(motion) // pool
    if not pools:
        raise ValueError(f"{len(motion)} pairs do not fill one pool of {pool}")
    order = rng.permutation(len(motion))[: pools * pool].reshape(pools, pool)
    likeness = motion[order] @ np.swapaxes(text[order], 1, 2)
    own = np.diagonal(likeness, axis1=1, axis2=2)[..., None]
    return (likeness >= own).sum(axis=-1).ravel()


def recall(found: NDArray[np.integer], k: int = 1) -> float:
    """R@k: share of the ranks (M,) that are among the first `k`."""
    return float(np.mean(found <= k))


def median_rank(found: NDArray[np.integer]) -> float:
    """Median of the ranks (M,)."""
    return float(np.median(found))
