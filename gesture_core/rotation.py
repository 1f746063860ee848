"""Rotations as arrays: unit quaternions in wxyz order, any batch shape, radians.

Every function broadcasts over leading axes; conversions are named `a_to_b`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_TINY = 1e-12


def length(vector: ArrayLike) -> Array:
    """Euclidean length `(...)` of vectors `(..., N)`."""
    vector = np.asarray(vector, dtype=float)
    return np.sqrt(np.add.reduce(vector * vector, axis=-1))


def cross(a: ArrayLike, b: ArrayLike) -> Array:
    """Vector product `(..., 3)`, to the bit that of `np.cross`, which is several times slower."""
    (ax, ay, az), (bx, by, bz) = _components(a), _components(b)
    return _stacked(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)


def quat_identity(shape: tuple[int, ...] = ()) -> Array:
    """Identity quaternions of shape `(*shape, 4)`."""
    quat = np.zeros((*shape, 4))
    quat[..., 0] = 1.0
    return quat


def quat_normalize(quat: ArrayLike) -> Array:
    """Scale quaternions `(..., 4)` to unit length; a zero quaternion becomes the identity."""
    quat = np.asarray(quat, dtype=float)
    norm = length(quat)[..., None]
    unit = quat / np.maximum(norm, _TINY)
    return np.where(norm > _TINY, unit, quat_identity())


def quat_multiply(a: ArrayLike, b: ArrayLike) -> Array:
    """Hamilton product `(..., 4)`: applies `b` first, then `a`."""
    aw, ax, ay, az = _components(a)
    bw, bx, by, bz = _components(b)
    return _stacked(
        aw * bw - ax * bx - ay * by - az * bz,
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
    )


def quat_inverse(quat: ArrayLike) -> Array:
    """Inverse of unit quaternions `(..., 4)`."""
    return np.multiply(quat, [1.0, -1.0, -1.0, -1.0])


def quat_rotate(quat: ArrayLike, vector: ArrayLike) -> Array:
    """Rotate vectors `(..., 3)` by unit quaternions `(..., 4)`."""
    w, x, y, z = _components(quat)
    a, b, c = _components(vector)
    # v + 2 w (u × v) + 2 u × (u × v), written out: np.cross is several times slower
    tx, ty, tz = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    return _stacked(
        a + w * tx + y * tz - z * ty,
        b + w * ty + z * tx - x * tz,
        c + w * tz + x * ty - y * tx,
    )


def quat_angle(quat: ArrayLike) -> Array:
    """Rotation angle of unit quaternions `(..., 4)`, in radians within 0–π."""
    quat = np.asarray(quat, dtype=float)
    return 2.0 * np.arctan2(np.linalg.norm(quat[..., 1:], axis=-1), np.abs(quat[..., 0]))


def quat_between(a: ArrayLike, b: ArrayLike) -> Array:
    """Smallest rotation (swing) `(..., 4)` that turns direction `a` onto direction `b`, `(..., 3)`.

    Opposite directions have no unique smallest rotation; any half turn about a perpendicular
    axis is returned.
    """
    a = _unit(np.asarray(a, dtype=float))
    b = _unit(np.asarray(b, dtype=float))
    a, b = np.broadcast_arrays(a, b)
    dot = np.sum(a * b, axis=-1, keepdims=True)
    quat = np.concatenate([1.0 + dot, cross(a, b)], axis=-1)
    helper = np.where(np.abs(a[..., :1]) < 0.9, [1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    half_turn = np.concatenate([np.zeros_like(dot), _unit(cross(a, helper))], axis=-1)
    return quat_normalize(np.where(dot < -1.0 + 1e-9, half_turn, quat))


def quat_slerp(a: ArrayLike, b: ArrayLike, t: ArrayLike) -> Array:
    """Spherical interpolation from `a` to `b` `(..., 4)` along the shorter arc; `t` broadcasts."""
    a = np.asarray(a, dtype=float)
    b = np.asarray(b, dtype=float)
    t = np.asarray(t, dtype=float)[..., None]
    dot = np.sum(a * b, axis=-1, keepdims=True)
    b = np.where(dot < 0.0, -b, b)
    angle = np.arccos(np.clip(np.abs(dot), 0.0, 1.0))
    sine = np.sin(angle)
    close = sine < 1e-6
    safe = np.where(close, 1.0, sine)
    weight_a = np.where(close, 1.0 - t, np.sin((1.0 - t) * angle) / safe)
    weight_b = np.where(close, t, np.sin(t * angle) / safe)
    return quat_normalize(weight_a * a + weight_b * b)


def quat_continuous(quat: ArrayLike, axis: int = 0) -> Array:
    """Flip signs along `axis` so that neighbouring quaternions lie in the same hemisphere."""
    quat = np.moveaxis(np.array(quat, dtype=float), axis, 0)
    if len(quat) > 1:
        dots = np.sum(quat[1:] * quat[:-1], axis=-1)
        signs = np.cumprod(np.where(dots < 0.0, -1.0, 1.0), axis=0)
        quat[1:] *= signs[..., None]
    return np.moveaxis(quat, 0, axis)


def quat_swing_twist(quat: ArrayLike, axis: ArrayLike) -> tuple[Array, Array]:
    """Split unit quaternions into `(swing, twist)`, both `(..., 4)`, with `quat = swing · twist`.

    `twist` turns about the unit vector `axis` `(..., 3)`; `swing` turns about an axis
    perpendicular to it. A half turn of swing leaves the twist undefined; it is then identity.
    """
    quat = np.asarray(quat, dtype=float)
    axis = np.asarray(axis, dtype=float)
    along = np.sum(quat[..., 1:] * axis, axis=-1, keepdims=True)
    twist = quat_normalize(np.concatenate([quat[..., :1], along * axis], axis=-1))
    return quat_multiply(quat, quat_inverse(twist)), twist


def quat_mean(quat: ArrayLike, axis: int = 0) -> Array:
    """Mean rotation along `axis`: the main eigenvector of Σ q·qᵀ (Markley et al., 2007)."""
    quat = np.moveaxis(np.asarray(quat, dtype=float), axis, 0)
    moment = np.sum(quat[..., :, None] * quat[..., None, :], axis=0)
    mean = np.linalg.eigh(moment)[1][..., -1]
    return np.where(mean[..., :1] < 0.0, -mean, mean)


def rotvec_to_quat(rotvec: ArrayLike) -> Array:
    """Rotation vectors `(..., 3)`, axis times angle in radians, to quaternions."""
    rotvec = np.asarray(rotvec, dtype=float)
    angle = length(rotvec)[..., None]
    scale = np.sin(0.5 * angle) / np.maximum(angle, np.finfo(float).tiny)
    return np.concatenate([np.cos(0.5 * angle), scale * rotvec], axis=-1)


def quat_to_rotvec(quat: ArrayLike) -> Array:
    """Quaternions to rotation vectors `(..., 3)` with angles in 0–π radians."""
    quat = np.asarray(quat, dtype=float)
    quat = np.where(quat[..., :1] < 0.0, -quat, quat)
    sine = np.linalg.norm(quat[..., 1:], axis=-1, keepdims=True)
    angle = 2.0 * np.arctan2(sine, quat[..., :1])
    return quat[..., 1:] * (angle / np.maximum(sine, np.finfo(float).tiny))


def quat_to_rotmat(quat: ArrayLike) -> Array:
    """Unit quaternions to rotation matrices `(..., 3, 3)`."""
    w, x, y, z = np.moveaxis(np.asarray(quat, dtype=float), -1, 0)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)


def rotmat_to_quat(rotmat: ArrayLike) -> Array:
    """Rotation matrices `(..., 3, 3)` to quaternions with w ≥ 0.

    Uses the largest of the four components as pivot, so that no case loses precision.
    """
    m = np.asarray(rotmat, dtype=float)
    m00, m11, m22 = m[..., 0, 0], m[..., 1, 1], m[..., 2, 2]
    squares = _stacked(
        1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22
    )
    wx, wy, wz = (
        m[..., 2, 1] - m[..., 1, 2],
        m[..., 0, 2] - m[..., 2, 0],
        m[..., 1, 0] - m[..., 0, 1],
    )
    xy, xz, yz = (
        m[..., 0, 1] + m[..., 1, 0],
        m[..., 0, 2] + m[..., 2, 0],
        m[..., 1, 2] + m[..., 2, 1],
    )
    products = np.empty((*m00.shape, 4, 4))
    products[..., 0, :] = _stacked(squares[..., 0], wx, wy, wz)
    products[..., 1, :] = _stacked(wx, squares[..., 1], xy, xz)
    products[..., 2, :] = _stacked(wy, xy, squares[..., 2], yz)
    products[..., 3, :] = _stacked(wz, xz, yz, squares[..., 3])
    pivot = np.argmax(squares, axis=-1)
    quat = np.take_along_axis(products, pivot[..., None, None], axis=-2)[..., 0, :]
    quat = quat_normalize(quat)
    return np.where(quat[..., :1] < 0.0, -quat, quat)


def rotmat_to_rot6d(rotmat: ArrayLike) -> Array:
    """First two columns of `(..., 3, 3)` as `(..., 6)` (Zhou et al., CVPR 2019)."""
    rotmat = np.asarray(rotmat, dtype=float)
    return np.concatenate([rotmat[..., :, 0], rotmat[..., :, 1]], axis=-1)


def rot6d_to_rotmat(rot6d: ArrayLike) -> Array:
    """Gram–Schmidt from `(..., 6)` to rotation matrices `(..., 3, 3)` (Zhou et al., CVPR 2019)."""
    rot6d = np.asarray(rot6d, dtype=float)
    x = _unit(rot6d[..., :3])
    y = _unit(rot6d[..., 3:] - np.sum(x * rot6d[..., 3:], axis=-1, keepdims=True) * x)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def euler_to_quat(angles: ArrayLike, order: str) -> Array:
    """Intrinsic Euler angles `(..., 3)`, radians, in `order` such as "ZXY", to quaternions."""
    angles = np.asarray(angles, dtype=float)
    quat = quat_identity()
    for position, axis in enumerate(_axes(order)):
        half = 0.5 * angles[..., position]
        turn = np.zeros((*half.shape, 4))
        turn[..., 0], turn[..., 1 + axis] = np.cos(half), np.sin(half)
        quat = quat_multiply(quat, turn)
    return quat


def quat_to_euler(quat: ArrayLike, order: str) -> Array:
    """Quaternions to intrinsic Euler angles `(..., 3)` in radians, for three different axes.

    At gimbal lock (middle angle ±π/2) the last angle is 0 and the first carries the whole turn.
    """
    i, j, k = _axes(order)
    parity = 1.0 if (j - i) % 3 == 1 else -1.0
    # Entry by entry in memory of its own: on strided views the last bit of numpy's functions may
    # depend on where the array lies, and the same motion must give the same file.
    matrix = np.moveaxis(quat_to_rotmat(quat), (-2, -1), (0, 1)).copy()
    sine = np.clip(parity * matrix[i, k], -1.0, 1.0)
    locked = np.abs(sine) > 1.0 - 1e-12
    first = np.where(
        locked,
        np.arctan2(parity * matrix[k, j], matrix[j, j]),
        np.arctan2(-parity * matrix[j, k], matrix[k, k]),
    )
    last = np.where(locked, 0.0, np.arctan2(-parity * matrix[i, j], matrix[i, i]))
    middle = np.arcsin(sine)
    return np.stack([first, middle, last], axis=-1)


def _axes(order: str) -> tuple[int, int, int]:
    if sorted(order) != ["X", "Y", "Z"]:
        raise ValueError(f"Euler order must be a permutation of 'XYZ', not {order!r}")
    first, second, third = ("XYZ".index(letter) for letter in order)
    return first, second, third


def _unit(vector: Array) -> Array:
    return vector / np.maximum(length(vector)[..., None], _TINY)


def _components(vector: ArrayLike) -> tuple[Array, ...]:
    """Its last axis taken apart: half of the time of small products is numpy's own moveaxis."""
    vector = np.asarray(vector, dtype=float)
    return tuple(vector[..., number] for number in range(vector.shape[-1]))


def _stacked(*components: NDArray[Any]) -> Array:
    """Components of one shape along a new last axis, as `np.stack` in a third of its time."""
    whole = np.empty((*components[0].shape, len(components)))
    for number, component in enumerate(components):
        whole[..., number] = component
    return whole
