"""Quaternions as the angles and axes in which a bone may be animated, and back."""

from __future__ import annotations

import numpy as np

from .quaternion import Array, continuous, multiply, normalize

AXES = "XYZ"


def euler_to_quat(angles: Array, order: str) -> Array:
    """Quaternions `(..., 4)` of angles about X, Y and Z `(..., 3)`, turned in this order, such
    as `XYZ`: first about X."""
    whole = None
    for axis in order:
        number = AXES.index(axis)
        single = np.zeros((*angles.shape[:-1], 4))
        single[..., 0] = np.cos(angles[..., number] / 2.0)
        single[..., 1 + number] = np.sin(angles[..., number] / 2.0)
        whole = single if whole is None else multiply(single, whole)
    assert whole is not None
    return whole


def quat_to_euler(rotations: Array, order: str) -> Array:
    """Angles about X, Y and Z `(T, ..., 3)` of quaternions `(T, ..., 4)`, turned in this order.

    Of the two ways to turn, and of whole turns more or less, each frame takes what is nearest to
    the frame before it.
    """
    i, j, k = (AXES.index(axis) for axis in order)
    # Axes in another cyclic order make a left-handed frame; turned round, it is a right-handed one.
    hand = 1.0 if order in ("XYZ", "YZX", "ZXY") else -1.0
    w, x, y, z = rotations[..., 0], *(hand * rotations[..., 1 + axis] for axis in (i, j, k))
    angles = np.empty((*rotations.shape[:-1], 3))
    angles[..., i] = hand * np.arctan2(2.0 * (w * x + y * z), 1.0 - 2.0 * (x * x + y * y))
    angles[..., j] = hand * np.arcsin(np.clip(2.0 * (w * y - z * x), -1.0, 1.0))
    angles[..., k] = hand * np.arctan2(2.0 * (w * z + x * y), 1.0 - 2.0 * (y * y + z * z))
    other = angles + np.pi
    other[..., j] = np.pi - angles[..., j]
    last: Array = np.zeros(angles.shape[1:])
    for frame in range(len(angles)):
        one, two = (_near(way[frame], last) for way in (angles, other))
        closer = np.abs(one - last).sum(axis=-1) <= np.abs(two - last).sum(axis=-1)
        last = np.where(closer[..., None], one, two)
        angles[frame] = last
    return angles


def _near(angles: Array, last: Array) -> Array:
    """The angles with as many whole turns more or less as bring them next to `last`."""
    return angles + np.round((last - angles) / (2.0 * np.pi)) * (2.0 * np.pi)


def quat_to_axis_angle(rotations: Array) -> Array:
    """Angle and unit axis `(T, ..., 4)`, in Blender's order, of quaternions `(T, ..., 4)`; without
    jumps as long as the quaternions have none."""
    steady = continuous(rotations)
    length = np.linalg.norm(steady[..., 1:], axis=-1, keepdims=True)
    axis = np.where(length > 1e-9, normalize(steady[..., 1:]), [0.0, 1.0, 0.0])
    return np.concatenate([2.0 * np.arctan2(length, steady[..., :1]), axis], axis=-1)


def axis_angle_to_quat(values: Array) -> Array:
    """Quaternions `(..., 4)` of angle and axis `(..., 4)`; the axis may have any length."""
    half = values[..., :1] / 2.0
    return np.concatenate([np.cos(half), np.sin(half) * normalize(values[..., 1:])], axis=-1)
