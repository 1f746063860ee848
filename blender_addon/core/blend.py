"""Mixing a movement with the one that it is laid over."""

from __future__ import annotations

import numpy as np

from .quaternion import Array


def eased(frames: int, strength: float, ease_in: float = 0.0, ease_out: float = 0.0) -> Array:
    """Weights `(frames,)` that rise to `strength` within `ease_in` frames and fall within
    `ease_out`, both smoothly; where they meet, in half of the clip each at most."""
    weights = np.full(frames, strength)
    at = np.arange(frames)
    for distance, ease in ((at, ease_in), (at[::-1], ease_out)):
        length = min(ease, (frames - 1) / 2.0)
        if length > 0.0:
            part = np.clip(distance / length, 0.0, 1.0)
            weights *= part * part * (3.0 - 2.0 * part)
    return weights


def mix(below: Array, above: Array, weights: Array) -> Array:
    """Values `(T, ...)` on the straight way from `below` (0) to `above` (1)."""
    shape = (-1,) + (1,) * (above.ndim - 1)
    return below + weights.reshape(shape) * (above - below)


def turn(below: Array, above: Array, weights: Array) -> Array:
    """Unit quaternions `(T, ..., 4)` on the shorter arc from `below` (0) to `above` (1)."""
    cosine = np.sum(below * above, axis=-1, keepdims=True)
    near = np.where(cosine < 0.0, -below, below)
    angle = np.arccos(np.clip(np.abs(cosine), 0.0, 1.0))
    share = weights.reshape((-1,) + (1,) * (above.ndim - 1))
    whole = np.maximum(np.sin(angle), 1e-12)
    close = angle < 1e-6
    first = np.where(close, 1.0 - share, np.sin((1.0 - share) * angle) / whole)
    second = np.where(close, share, np.sin(share * angle) / whole)
    return first * near + second * above
