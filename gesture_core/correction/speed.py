"""Holding every joint below the fastest speed that real gesture reaches."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gesture_core.rotation import Array, quat_angle, quat_inverse, quat_multiply, quat_slerp

_ROUNDING = 1e-6

Blend = Callable[[Array, Array, Array], Array]
Distance = Callable[[Array, Array], Array]


def limit_rotation_speed(rotations: Array, bound: Array) -> Array:
    """Local rotations `(T, J, 4)` with at most `bound` `(J,)` radians from frame to frame."""
    steps = _angle_between(rotations[:-1], rotations[1:])
    joints = np.flatnonzero(np.any(steps > bound * (1.0 + _ROUNDING), axis=0))
    if not len(joints):
        return rotations
    limited = np.array(rotations)
    limited[:, joints] = _limit(rotations[:, joints], bound[joints], _angle_between, quat_slerp)
    return limited


def limit_root_speed(root: Array, bound: float) -> Array:
    """Root positions `(T, 3)` with at most `bound` metres from frame to frame."""
    return _limit(root[:, None], np.array([bound]), _length_between, _lerp)[:, 0]


def _limit(values: Array, bound: Array, distance: Distance, blend: Blend) -> Array:
    """Spread every too fast step over the frames before and after it.

    Chasing forwards in time is late after a jump and chasing backwards is early; half way between
    the two the jump becomes a ramp about the same moment, so a stroke keeps its time. A last chase
    removes what is left of rounding and of the curvature of rotations.
    """
    late = _chase(values, bound, distance, blend)
    early = _chase(values[::-1], bound, distance, blend)[::-1]
    middle = blend(late, early, np.full(values.shape[:2], 0.5))
    return _chase(middle, bound, distance, blend)


def _chase(values: Array, bound: Array, distance: Distance, blend: Blend) -> Array:
    """Follow `values` `(T, N, ...)` with steps of at most `bound` `(N,)`."""
    chased = np.array(values)
    fast = distance(values[:-1], values[1:]) > bound * (1.0 + _ROUNDING)
    pending = np.flatnonzero(np.any(fast, axis=1)) + 1
    frame = pending[0] if len(pending) else len(values)
    while frame < len(values):
        step = distance(chased[frame - 1], values[frame])
        share = np.minimum(1.0, bound / np.maximum(step, 1e-12))
        behind = share < 1.0
        chased[frame][behind] = blend(chased[frame - 1], values[frame], share)[behind]
        if behind.any():
            frame += 1
        else:
            later = pending[pending > frame]
            frame = later[0] if len(later) else len(values)
    return chased


def _angle_between(a: Array, b: Array) -> Array:
    return quat_angle(quat_multiply(quat_inverse(a), b))


def _length_between(a: Array, b: Array) -> Array:
    return np.linalg.norm(b - a, axis=-1)


def _lerp(a: Array, b: Array, share: Array) -> Array:
    return a + share[..., None] * (b - a)
