"""Strands between two haircuts: they turn into one another, or are cut while others grow.

Nothing is faded: hair half way between has strands as whole as any other.
"""

import numpy as np
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.head import Head

NEAR = 0.012
"""Metres within which the roots of two strands are one place of the scalp."""
ALIKE = 0.05
"""Metres within which their tips have to be, or one would sweep over the face on its way."""
_ROOM = 0.03  # metres from the head up to which strands between keep their distance


def blend_strands(one: Floats, other: Floats, share: float, head: Head) -> tuple[Floats, Floats]:
    """Lines (K, S, 3) `share` of the way from a haircut `one` (N, S₁, 3) to the `other`
    (M, S₂, 3) on the same head, and the outward normals along them; S is the larger of S₁, S₂.

    A strand moves to the one that is rooted `NEAR` it in the other haircut and is `ALIKE`; where
    there is none, it is cut shorter and shorter, as those of the other grow. K, at most N + M,
    does not depend on the share.
    """
    points = max(one.shape[1], other.shape[1])
    one, other = resample(one, points), resample(other, points)
    toward = _partners(one, other)
    start, end = one[toward >= 0], other[toward[toward >= 0]]
    lines = start + share * (end - start)
    # Straight ways from one haircut to the other lead through the head.
    off = [head.surface.query(ends.reshape(-1, 3))[0] for ends in (start, end)]
    room = np.clip(off[0] + share * (off[1] - off[0]), 0.0, _ROOM)
    lines = head.surface.push_out(lines.reshape(-1, 3), room).reshape(lines.shape)
    shrinking = resample(one[toward < 0], points, 1 - share)
    left = np.setdiff1d(np.arange(len(other)), toward)
    growing = resample(other[left], points, share)
    lines = np.concatenate([lines, shrinking, growing])
    _, normals = head.surface.query(lines.reshape(-1, 3))
    return lines, normals.reshape(lines.shape)


def resample(lines: Floats, points: int, length: float = 1.0) -> Floats:
    """The first `length` (0–1) of lines (N, S, 3) as `points` points each, evenly by numbers."""
    place = length * np.linspace(0, lines.shape[1] - 1, points)
    before = np.minimum(place.astype(int), lines.shape[1] - 2)
    share = (place - before)[:, None]
    return lines[:, before] + share * (lines[:, before + 1] - lines[:, before])


def _partners(lines: Floats, others: Floats) -> Ints:
    """Number (N,) of the other line that each line turns into, -1 where none is like it."""
    if not len(lines) or not len(others):
        return np.full(len(lines), -1)
    away, nearest = KDTree(others[:, 0]).query(lines[:, 0])
    apart = np.linalg.norm(others[nearest, -1] - lines[:, -1], axis=1)
    return np.where((away < NEAR) & (apart < ALIKE), nearest, -1)
