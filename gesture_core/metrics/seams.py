"""Whether the places where pieces of motion were joined can be told from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

PERCENTILE = 99.0


@dataclass(frozen=True, eq=False)
class Seams:
    """Changes of velocity in m/s: `jumps` (B,) at the borders, 99 % of the others ≤ `elsewhere`."""

    jumps: NDArray[np.float64]
    elsewhere: float

    @property
    def seamless(self) -> bool:
        """Whether no border stands out."""
        return bool(np.all(self.jumps <= self.elsewhere))


def seams(points: ArrayLike, borders: Sequence[int], fps: float) -> Seams:
    """Compare velocity changes of points (T, P, 3) at borders with those everywhere else.

    A border is the first frame of a new piece; the change is that of the fastest-changing point,
    the larger of those before and in that frame. Raises `ValueError` for borders without two
    frames before and one after them, and when nothing lies elsewhere.
    """
    points = np.asarray(points, dtype=np.float64)
    # changes[t] is the change of velocity in frame t + 1
    changes = np.linalg.norm(np.diff(points, 2, axis=0), axis=-1).max(axis=-1) * fps
    wrong = [border for border in borders if not 2 <= border <= len(points) - 2]
    if wrong:
        raise ValueError(f"borders {wrong} are too near the ends of {len(points)} frames")
    at = np.asarray(borders, dtype=np.intp)
    free = np.ones(len(changes), dtype=bool)
    free[at - 2] = free[at - 1] = False
    if not free.any():
        raise ValueError("no frame lies away from the borders")
    jumps = np.maximum(changes[at - 2], changes[at - 1])
    return Seams(jumps, float(np.percentile(changes[free], PERCENTILE)))
