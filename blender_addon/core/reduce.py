"""Fewer keys: a smooth curve that keeps within a chosen error of one that is keyed every frame.

All channels of a kind are worked on at once. Between two keys runs a cubic with the slopes that
the movement has at them, which is a Bézier curve whose handles lie a third of the way apart.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .quaternion import Array, normalize

Flags = NDArray[np.bool_]
Indices = NDArray[np.int_]
Distance = Callable[[Array, Array], Array]
"""How far `(...)` two values `(..., C)` are apart, in the unit of the tolerance."""


@dataclass(frozen=True)
class Tolerance:
    """How far a reduced curve may be from the full one: radians a bone turns amiss, metres it is
    out of place, and units of a shape key."""

    rotation: float = math.radians(0.5)
    location: float = 0.002
    shape: float = 0.01


def rotation_distance(one: Array, other: Array) -> Array:
    """Angle, radians, between quaternions `(..., 4)` of the same sign and any length."""
    chord = np.linalg.norm(normalize(one) - normalize(other), axis=-1)
    return 4.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))


def place_distance(one: Array, other: Array) -> Array:
    """Distance between values `(..., C)`."""
    return np.linalg.norm(one - other, axis=-1)


def slopes(values: Array) -> Array:
    """Change a frame `(T, ...)` at every frame of `values` `(T, ...)`."""
    if len(values) < 2:
        return np.zeros_like(values)
    return np.gradient(values, axis=0, edge_order=2 if len(values) > 2 else 1)


def fewest_keys(values: Array, distance: Distance, tolerance: float) -> Flags:
    """The frames to key `(T, N)` of N channels `values` `(T, N, C)`; the ends always are.

    From every key on, the next one lies as far away as the curve between them allows: looked for
    at twice the distance until it strays, then by halves. The components of a channel share
    their keys.
    """
    frames, channels = values.shape[:2]
    rates = slopes(values)
    keys = np.zeros((frames, channels), dtype=bool)
    keys[[0, -1]] = True
    last = frames - 1
    start, reach = np.zeros(channels, dtype=int), np.ones(channels, dtype=int)
    near, far = np.minimum(start + 1, last), np.full(channels, frames)  # it can reach, it cannot
    trial = near.copy()
    busy = np.flatnonzero(near < last)
    while busy.size:
        strays = _error(values, rates, busy, start[busy], trial[busy], distance)
        stays = strays <= tolerance
        near[busy[stays]], far[busy[~stays]] = trial[busy[stays]], trial[busy[~stays]]
        found = busy[(near[busy] == last) | (far[busy] - near[busy] <= 1)]
        keys[near[found], found] = True
        reach[found] = near[found] - start[found]
        start[found], far[found] = near[found], frames
        near[found] = np.minimum(start[found] + 1, last)
        wider = np.minimum(start + 2 * np.maximum(near - start, reach // 2), last)
        trial = np.where(far < frames, (near + far) // 2, np.maximum(wider, near))
        busy = busy[start[busy] < last]
    return keys


def _error(
    values: Array,
    rates: Array,
    columns: Indices,
    start: Indices,
    end: Indices,
    distance: Distance,
) -> Array:
    """The largest distance `(M,)` of M channels from their curves between two frames `(M,)`."""
    frames = np.arange(int(np.max(end - start)) + 1)[:, None]
    at = np.minimum(start + frames, end)
    drawn = cubic(
        values[start, columns],
        values[end, columns],
        rates[start, columns],
        rates[end, columns],
        (at - start)[..., None].astype(float),
        (end - start)[:, None].astype(float),
    )
    return distance(drawn, values[at, columns]).max(axis=0)


def cubic(start: Array, end: Array, leave: Array, arrive: Array, at: Array, span: Array) -> Array:
    """The curve, `at` frames after the key of value `start`, to the key of value `end` that comes
    after `span` frames; its slopes there are `leave` and `arrive`, units a frame."""
    share = at / span
    square, cube = share**2, share**3
    rise = 3.0 * square - 2.0 * cube
    bend = (cube - 2.0 * square + share) * leave + (cube - square) * arrive
    return start + rise * (end - start) + span * bend
