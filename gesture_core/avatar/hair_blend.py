"""Strands between two haircuts: each strand of one turns into a strand of the other.

Nothing is faded: hair half way between has strands as whole as any other.
"""

import numpy as np
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.head import Head

NEAR = 0.012
"""Metres within which the roots of two strands are one place of the scalp."""
_ROOM = 0.03  # metres from the head up to which strands between keep their distance


def blend_strands(one: Floats, other: Floats, share: float, head: Head) -> tuple[Floats, Floats]:
    """Lines (K, S, 3) `share` of the way from a haircut `one` (N, S₁, 3) to the `other`
    (M, S₂, 3) on the same head, and the outward normals along them; S is the larger of S₁, S₂.

    Every strand goes to the one that is rooted nearest in the other haircut, and shrinks into
    the scalp where none is `NEAR`. K, at most N + M, does not depend on the share.
    """
    points = max(one.shape[1], other.shape[1])
    start, end = _pairs(resample(one, points), resample(other, points))
    lines = start + share * (end - start)
    # Straight ways from one haircut to the other lead through the head.
    off = [head.surface.query(ends.reshape(-1, 3))[0] for ends in (start, end)]
    room = np.clip(off[0] + share * (off[1] - off[0]), 0.0, _ROOM)
    lines = head.surface.push_out(lines.reshape(-1, 3), room).reshape(lines.shape)
    _, normals = head.surface.query(lines.reshape(-1, 3))
    return lines, normals.reshape(lines.shape)


def resample(lines: Floats, points: int) -> Floats:
    """Lines (N, S, 3) as `points` points each, evenly by their numbering."""
    place = np.linspace(0, lines.shape[1] - 1, points)
    before = np.minimum(place.astype(int), lines.shape[1] - 2)
    share = (place - before)[:, None]
    return lines[:, before] + share * (lines[:, before + 1] - lines[:, before])


def _pairs(one: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Where each of K strands begins and ends its way (K, S, 3), so that none is left out."""
    toward = _nearest(one, other)
    left = other[np.setdiff1d(np.arange(len(other)), toward)]
    start = np.concatenate([one, _partners(left, one, _nearest(left, one))])
    end = np.concatenate([_partners(one, other, toward), left])
    return start, end


def _nearest(lines: Floats, others: Floats) -> Ints:
    """Number (N,) of the other line rooted nearest to each line, -1 where none is `NEAR`."""
    if not len(lines) or not len(others):
        return np.full(len(lines), -1)
    away, nearest = KDTree(others[:, 0]).query(lines[:, 0])
    return np.where(away < NEAR, nearest, -1)


def _partners(lines: Floats, others: Floats, numbers: Ints) -> Floats:
    """The lines with those numbers, and for -1 a line that has shrunk to its root."""
    partners = np.repeat(lines[:, :1], lines.shape[1], axis=1)
    partners[numbers >= 0] = others[numbers[numbers >= 0]]
    return partners
