"""Fewer keys: a smooth curve that keeps within a chosen error of one that is keyed every frame.

All channels of a kind are worked on at once. Between two keys runs a cubic with the slopes that
the movement has at them, which is a Bézier curve whose handles lie a third of the way apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .quaternion import Array, normalize

Flags = NDArray[np.bool_]
Distance = Callable[[Array, Array], Array]
"""How far `(...)` two values `(..., C)` are apart, in the unit of the tolerance."""


@dataclass(frozen=True)
class Tolerance:
    """How far a reduced curve may be from the full one: radians a bone turns amiss, metres it is
    out of place, and units of a shape key."""

    rotation: float
    location: float
    shape: float


def rotation_distance(one: Array, other: Array) -> Array:
    """Angle, radians, between quaternions `(..., 4)` of the same sign and any length."""
    chord = np.linalg.norm(normalize(one) - normalize(other), axis=-1)
    return 4.0 * np.arcsin(np.minimum(chord / 2.0, 1.0))


def place_distance(one: Array, other: Array) -> Array:
    """Distance between values `(..., C)`."""
    return np.linalg.norm(one - other, axis=-1)


def slopes(values: Array) -> Array:
    """Change a frame `(T, ...)` at every frame of `values` `(T, ...)`."""
    return np.gradient(values, axis=0) if len(values) > 1 else np.zeros_like(values)


def fewest_keys(values: Array, distance: Distance, tolerance: float) -> Flags:
    """The frames to key `(T, N)` of N channels `values` `(T, N, C)`; the ends always are.

    Where a curve strays, it gets a key at its worst frame, until none does; then every key goes
    that can, one neighbour at a time. The components of a channel share their keys.
    """
    keys = np.zeros(values.shape[:2], dtype=bool)
    keys[[0, -1]] = True
    slope = slopes(values)
    busy = np.arange(values.shape[1])
    while busy.size:
        error = _error(values[:, busy], slope[:, busy], keys[:, busy], distance)
        worst = _worst(error, keys[:, busy], tolerance)
        keys[:, busy] |= worst
        busy = busy[worst.any(axis=0)]
    busy = np.arange(values.shape[1])
    while busy.size:
        kept = keys[:, busy]
        spared = kept.copy()
        for parity in (1, 0):
            spared = _spared(values[:, busy], slope[:, busy], spared, distance, tolerance, parity)
        keys[:, busy] = spared
        busy = busy[(spared != kept).any(axis=0)]
    return keys


def _spared(
    values: Array, slope: Array, keys: Flags, distance: Distance, tolerance: float, parity: int
) -> Flags:
    """The keys without every second one, except where the curve would then stray."""
    order = np.cumsum(keys, axis=0)
    spare = keys & (order % 2 == parity)
    spare[[0, -1]] = False
    fewer = keys & ~spare
    error = _error(values, slope, fewer, distance)
    bad = _segment_maximum(error, fewer) > tolerance
    return fewer | (spare & bad)


def curve(values: Array, slope: Array, keys: Flags) -> Array:
    """The smooth curves `(T, N, C)` through the `keys` `(T, N)` of `values`, at every frame."""
    before, after = _neighbours(keys)
    span = np.maximum(after - before, 1)[..., None]
    share = (np.arange(len(keys))[:, None] - before)[..., None] / span
    start, end = (np.take_along_axis(values, near[..., None], 0) for near in (before, after))
    leave, arrive = (
        np.take_along_axis(slope, near[..., None], 0) * span for near in (before, after)
    )
    square, cube = share**2, share**3
    rise = 3.0 * square - 2.0 * cube
    return (
        start + rise * (end - start) + (cube - 2.0 * square + share) * leave
        + (cube - square) * arrive
    )  # fmt: skip


def _error(values: Array, slope: Array, keys: Flags, distance: Distance) -> Array:
    return distance(curve(values, slope, keys), values)


def _neighbours(keys: Flags) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For every frame `(T, N)` the last key up to it and the first key after it."""
    frames = np.arange(len(keys))[:, None]
    before = np.maximum.accumulate(np.where(keys, frames, 0), axis=0)
    last = len(keys) - 1
    following = np.where(keys, frames, last)[::-1]
    at_or_after = np.minimum.accumulate(following, axis=0)[::-1]
    after = np.concatenate([at_or_after[1:], at_or_after[-1:]])
    return before, after


def _segment_maximum(error: Array, keys: Flags) -> Array:
    """For every frame `(T, N)` the largest error between the two keys around it."""
    flat, starts = error.T.ravel(), np.flatnonzero(keys.T.ravel())
    largest = np.maximum.reduceat(flat, starts)
    segment = np.cumsum(keys.T.ravel()) - 1
    return largest[segment].reshape(error.shape[::-1]).T


def _worst(error: Array, keys: Flags, tolerance: float) -> Flags:
    """Of every stretch between keys that strays too far, its worst frame."""
    largest = _segment_maximum(error, keys)
    return (error > tolerance) & (error == largest)
