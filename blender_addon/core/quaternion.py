"""Quaternions (wxyz, unit) and rotation matrices as arrays of any batch shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def normalize(vectors: Array) -> Array:
    """Vectors or quaternions `(..., N)` at length one; zero vectors stay zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 0.0, length, 1.0)


def multiply(left: Array, right: Array) -> Array:
    """Hamilton product `(..., 4)`: the rotation `right` followed by `left`."""
    w1, x1, y1, z1 = (left[..., k] for k in range(4))
    w2, x2, y2, z2 = (right[..., k] for k in range(4))
    product = np.empty(np.broadcast_shapes(left.shape, right.shape))
    product[..., 0] = w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2
    product[..., 1] = w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2
    product[..., 2] = w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2
    product[..., 3] = w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2
    return product


def inverse(rotations: Array) -> Array:
    """Conjugates `(..., 4)` of unit quaternions."""
    return rotations * np.array([1.0, -1.0, -1.0, -1.0])


def rotate(rotations: Array, vectors: Array) -> Array:
    """Vectors `(..., 3)` turned by quaternions `(..., 4)`."""
    w, x, y, z = (rotations[..., k] for k in range(4))
    a, b, c = (vectors[..., k] for k in range(3))
    u, v, t = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    turned = np.empty((*np.broadcast_shapes(w.shape, a.shape), 3))
    turned[..., 0] = a + w * u + y * t - z * v
    turned[..., 1] = b + w * v + z * u - x * t
    turned[..., 2] = c + w * t + x * v - y * u
    return turned


def between(start: Array, end: Array) -> Array:
    """Smallest rotations `(..., 4)` that turn the directions `start` onto `end`, each `(..., 3)`.

    Opposite directions turn about an arbitrary axis at right angles to them.
    """
    start, end = np.broadcast_arrays(normalize(start), normalize(end))
    real = 1.0 + np.sum(start * end, axis=-1, keepdims=True)
    least = np.eye(3)[np.argmin(np.abs(start), axis=-1)]
    opposite = np.concatenate([np.zeros_like(real), np.cross(start, least)], axis=-1)
    plain = np.concatenate([real, np.cross(start, end)], axis=-1)
    return normalize(np.where(real < 1e-9, opposite, plain))


def slerp(start: Array, end: Array, fraction: float) -> Array:
    """Rotations `(..., 4)` on the shortest way from `start` to `end`, at `fraction` 0–1 of it."""
    turn = multiply(inverse(start), end)
    turn = np.where(turn[..., :1] < 0.0, -turn, turn)
    sine = np.linalg.norm(turn[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, turn[..., :1])
    axis = turn[..., 1:] / np.where(sine > 0.0, sine, 1.0)
    return multiply(start, from_rotvec(fraction * angle * axis))


def from_rotvec(rotvec: Array) -> Array:
    """Quaternions `(..., 4)` of axis times angle `(..., 3)`, radians."""
    half: Array = 0.5 * np.linalg.norm(rotvec, axis=-1, keepdims=True)
    axis: Array = rotvec * (0.5 * np.sinc(half / np.pi))
    return np.concatenate([np.cos(half), axis], axis=-1)


def twist_angle(rotations: Array, axis: Array) -> Array:
    """Signed turn `(...)` about the unit `axis` `(..., 3)` within −π…π, radians."""
    along = np.sum(rotations[..., 1:] * axis, axis=-1)
    angle = 2.0 * np.arctan2(along, rotations[..., 0])
    return (angle + np.pi) % (2.0 * np.pi) - np.pi


def continuous(rotations: Array) -> Array:
    """The same rotations `(T, ..., 4)` with signs that never jump from one frame to the next."""
    if len(rotations) < 2:
        return rotations
    signs = np.ones(rotations.shape[:-1])
    signs[1:] = np.where(np.sum(rotations[1:] * rotations[:-1], axis=-1) >= 0.0, 1.0, -1.0)
    return rotations * signs.cumprod(axis=0)[..., None]


def from_matrix(matrices: Array) -> Array:
    """Quaternions `(..., 4)` with w ≥ 0 of rotation matrices `(..., 3, 3)`.

    Takes the best conditioned of the four forms (Shepperd 1978).
    """
    m = matrices
    diagonal = np.diagonal(m, axis1=-2, axis2=-1)
    trace = np.sum(diagonal, axis=-1, keepdims=True)
    squares = np.concatenate([1.0 + trace, 1.0 - trace + 2.0 * diagonal], axis=-1)
    d21, d02, d10 = (m[..., i, j] - m[..., j, i] for i, j in ((2, 1), (0, 2), (1, 0)))
    s10, s20, s21 = (m[..., i, j] + m[..., j, i] for i, j in ((1, 0), (2, 0), (2, 1)))
    w2, x2, y2, z2 = np.moveaxis(squares, -1, 0)
    rows = (
        np.stack([w2, d21, d02, d10], axis=-1),
        np.stack([d21, x2, s10, s20], axis=-1),
        np.stack([d02, s10, y2, s21], axis=-1),
        np.stack([d10, s20, s21, z2], axis=-1),
    )
    best = np.argmax(squares, axis=-1)[..., None]
    chosen = np.select([best == k for k in range(4)], list(rows))
    unit = normalize(chosen)
    return np.where(unit[..., :1] < 0.0, -unit, unit)


def to_matrix(rotations: Array) -> Array:
    """Rotation matrices `(..., 3, 3)` of unit quaternions `(..., 4)`."""
    columns = [rotate(rotations, np.eye(3)[k]) for k in range(3)]
    return np.stack(columns, axis=-1)


def frame(first: Array, second: Array) -> Array:
    """Matrices `(..., 3, 3)` whose columns are `first`, the part of `second` square to it, and
    their cross product."""
    x = normalize(first)
    y = normalize(second - np.sum(second * x, axis=-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)
