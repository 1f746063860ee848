"""Closed-form geometry of limbs: two-bone inverse kinematics and distances to segments."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gesture_core.rotation import (
    Array,
    length,
    quat_between,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)

_REACH = 1.0 - 1e-6
"""A limb is never stretched quite straight, so that its bend plane stays defined."""


def unit(vector: ArrayLike) -> Array:
    """Scale vectors `(..., 3)` to length 1; a zero vector stays zero."""
    vector = np.asarray(vector, dtype=float)
    return vector / np.maximum(length(vector)[..., None], 1e-12)


def direction_angle(y: ArrayLike, x: ArrayLike) -> Array:
    """`np.arctan2`, the same to the last bit on every run.

    On strided views numpy chooses between two implementations by where the arrays happen to lie
    in memory; contiguous copies always take the same one.
    """
    return np.arctan2(np.ascontiguousarray(y, dtype=float), np.ascontiguousarray(x, dtype=float))


def two_bone_ik(
    base: ArrayLike,
    middle: ArrayLike,
    end: ArrayLike,
    target: ArrayLike,
    bend_axis: ArrayLike,
    swivel: ArrayLike | float = 0.0,
) -> tuple[Array, Array]:
    """Turn a limb of two bones so that its end reaches `target` by the smallest swing.

    `base`, `middle`, `end`, `target`: world positions `(..., 3)` such as shoulder, elbow, wrist
    and the wanted wrist, metres. `bend_axis` `(..., 3)`: world axis about which the lower bone
    folds; it is used where the limb is straight. `swivel` `(...)`: further turn of the middle
    about the line from base to target, radians. A target out of reach is moved onto the sphere of
    what the limb can reach.

    Returns the world rotations `(upper, lower)`, both `(..., 4)`, by which the global rotations of
    the two bones are to be multiplied from the left.
    """
    base, middle, end, target = (np.asarray(p, dtype=float) for p in (base, middle, end, target))
    upper_length = np.linalg.norm(middle - base, axis=-1)
    lower_length = np.linalg.norm(end - middle, axis=-1)
    reach = np.clip(
        np.linalg.norm(target - base, axis=-1),
        np.abs(upper_length - lower_length) / _REACH + 1e-9,
        (upper_length + lower_length) * _REACH,
    )
    axis = _fold_axis(middle - base, end - middle, np.asarray(bend_axis, dtype=float))
    before = np.linalg.norm(end - base, axis=-1)
    upper_fold = _corner(upper_length, before, lower_length) - _corner(
        upper_length, reach, lower_length
    )
    lower_fold = _corner(upper_length, lower_length, before) - _corner(
        upper_length, lower_length, reach
    )
    fold_upper = rotvec_to_quat(axis * upper_fold[..., None])
    fold_lower = rotvec_to_quat(axis * (upper_fold + lower_fold)[..., None])
    folded = quat_rotate(fold_upper, middle - base) + quat_rotate(fold_lower, end - middle)
    line = unit(target - base)
    swing = quat_multiply(
        rotvec_to_quat(line * np.asarray(swivel, dtype=float)[..., None]),
        quat_between(folded, line),
    )
    return quat_multiply(swing, fold_upper), quat_multiply(swing, fold_lower)


def nearest_on_segment(point: ArrayLike, start: ArrayLike, end: ArrayLike) -> Array:
    """Point of the segment from `start` to `end` that lies nearest to `point`, all `(..., 3)`."""
    point, start, end = (np.asarray(p, dtype=float) for p in (point, start, end))
    along = end - start
    square = np.sum(along * along, axis=-1)
    share = np.sum((point - start) * along, axis=-1) / np.maximum(square, 1e-12)
    return start + np.clip(share, 0.0, 1.0)[..., None] * along


def _fold_axis(upper: Array, lower: Array, hint: Array) -> Array:
    """Unit normal of the limb's plane, or `hint` made perpendicular to a straight limb."""
    normal = np.cross(upper, lower)
    size = np.linalg.norm(normal, axis=-1, keepdims=True)
    scale = np.linalg.norm(upper, axis=-1, keepdims=True) * np.linalg.norm(
        lower, axis=-1, keepdims=True
    )
    along = unit(upper + lower)
    fallback = unit(hint - np.sum(hint * along, axis=-1, keepdims=True) * along)
    return np.where(size > 1e-5 * scale, unit(normal), fallback)


def _corner(a: Array, b: Array, opposite: Array) -> Array:
    """Angle between the sides `a` and `b` of a triangle, by the law of cosines."""
    cosine = (a * a + b * b - opposite * opposite) / np.maximum(2.0 * a * b, 1e-12)
    return np.arccos(np.clip(cosine, -1.0, 1.0))
