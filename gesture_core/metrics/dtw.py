"""How far a made sequence is from the true one when time may be stretched to fit.

    D(i, j) = C(i, j) + min(D(i−1, j−1), D(i−1, j), D(i, j−1)),  C(i, j) = Σ_d |made_id − true_jd|
    DTW     = D(n, m) / m             m: rows of C, one for each frame of the true sequence      (1)
    DTW/len = D(n, m) / (P · dims)    P: steps of the path; mean |error| of one value            (2)
    DTW-MJE = mean over the path of the mean distance of the joints of the two frames            (3)
    PCK     = share of the joints of those pairs within a share of a shoulder width              (4)

(1) is what Progressive Transformers report (Saunders et al., ECCV 2020): it grows with the number
of values and with the length that was made, so it compares rows of one corpus only. (3) is after
Huang et al., "Towards Fast and High-Quality Sign Language Production", MM 2021.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

Array = NDArray[np.float64]

NEAR = 0.2
"""Shoulder widths within which a point counts as correct."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """The cheapest pairing of two sequences from first frames to last.

    `cost`: D(n, m); `path` (P, 2): the paired frames, of the made and of the true sequence.
    """

    cost: float
    path: NDArray[np.intp]


def align_in_time(made: ArrayLike, true: ArrayLike) -> Alignment:
    """Dynamic time warping of sequences (n, D) and (m, D) by the L1 distance of their frames.

    Raises `ValueError` when one is empty, they differ in D, or a value is not finite.
    """
    made, true = np.asarray(made, dtype=float), np.asarray(true, dtype=float)
    if not (made.ndim == true.ndim == 2 and len(made) and len(true)):
        raise ValueError(f"sequences of shapes {made.shape} and {true.shape} cannot be aligned")
    if made.shape[1] != true.shape[1]:
        raise ValueError(f"frames of {made.shape[1]} and {true.shape[1]} values differ")
    if not (np.isfinite(made).all() and np.isfinite(true).all()):
        raise ValueError("sequences to align must be finite")
    total = _accumulated(cdist(made, true, "cityblock"))
    return Alignment(float(total[-1, -1]), _cheapest_path(total))


def _accumulated(cost: Array) -> Array:
    """D of (1), (n, m), found one antidiagonal after the other."""
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(rows + columns - 1):
        i = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        j = diagonal - i
        before = np.minimum(np.minimum(total[i, j + 1], total[i + 1, j]), total[i, j])
        total[i + 1, j + 1] = cost[i, j] + before
    return total[1:, 1:]


def _cheapest_path(total: Array) -> NDArray[np.intp]:
    i, j = total.shape[0] - 1, total.shape[1] - 1
    path = [(i, j)]
    while i or j:
        steps = [(i - 1, j - 1), (i - 1, j), (i, j - 1)]
        i, j = min((step for step in steps if min(step) >= 0), key=lambda step: total[step])
        path.append((i, j))
    return np.array(path[::-1], dtype=np.intp)


def dtw(made: ArrayLike, true: ArrayLike) -> float:
    """Formula (1) of sequences (n, D) and (m, D)."""
    return align_in_time(made, true).cost / len(np.asarray(true))


def dtw_by_length(made: ArrayLike, true: ArrayLike) -> float:
    """Formula (2) of sequences (n, D) and (m, D)."""
    found = align_in_time(made, true)
    return found.cost / (len(found.path) * np.asarray(true).shape[1])


def joint_distances(made: Array, true: Array, alignment: Alignment) -> Array:
    """Distances (P, J) of the joints (n, J, 2 or 3) and (m, J, 2 or 3) along a path."""
    return np.linalg.norm(made[alignment.path[:, 0]] - true[alignment.path[:, 1]], axis=-1)


def dtw_mje(made: Array, true: Array, alignment: Alignment | None = None) -> float:
    """Formula (3) of joints (n, J, C) and (m, J, C), in their unit.

    `alignment` is that of the joints' own coordinates unless given.
    """
    alignment = alignment or align_in_time(made.reshape(len(made), -1), true.reshape(len(true), -1))
    return float(joint_distances(made, true, alignment).mean())


def pck(
    made: Array, true: Array, width: float, alignment: Alignment | None = None, near: float = NEAR
) -> float:
    """Formula (4) of joints (n, J, C) and (m, J, C), `width` being a shoulder width in their unit.

    `alignment` is that of the joints' own coordinates unless given.
    """
    alignment = alignment or align_in_time(made.reshape(len(made), -1), true.reshape(len(true), -1))
    return float((joint_distances(made, true, alignment) <= near * width).mean())


def length_ratio(made: ArrayLike, true: ArrayLike) -> float:
    """Frames made for each true frame."""
    return len(np.asarray(made)) / len(np.asarray(true))
