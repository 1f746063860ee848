"""Bringing every joint back into its range without a jump."""

from __future__ import annotations

import numpy as np

from gesture_core.body.limits import LATERAL, TWIST, draw_in, half_range, humanoid_limits, limit_use
from gesture_core.correction.cover import cover, cover_signed
from gesture_core.kinematics import direction_angle
from gesture_core.rotation import (
    Array,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_swing_twist,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, SIDES

SMOOTHING = 0.12
"""Seconds before and after a violation over which its correction comes and goes."""

_ROUNDING = 1e-9
_AXIS = np.array([1.0, 0.0, 0.0])


def limit_joints(rotations: Array, fps: float) -> Array:
    """Local rotations `(T, J, 4)` of `HUMANOID` within their limits; valid ones stay untouched.

    A coordinate beyond its limit is drawn in to the limit, and its neighbours in time by a share
    that fades out smoothly, so the joint neither pops nor stops dead. First, what a wrist twists
    or an elbow bends sideways is handed on to the joint that can do it, which leaves the hand
    where it is.
    """
    radius = max(1, round(SMOOTHING * fps))
    rotations = np.array(rotations)
    for side in SIDES:
        _hand_on_wrist_twist(rotations, side, radius)
        _hand_on_elbow_deviation(rotations, side, radius)
    limits = humanoid_limits()
    use = limit_use(limits, rotations)
    need = np.where(use > 1.0 + _ROUNDING, 1.0 - 1.0 / np.maximum(use, 1.0), 0.0)
    joints = np.flatnonzero(np.any(need > 0.0, axis=(0, 2)))
    if not len(joints):
        return rotations
    pull = np.zeros_like(need)
    pull[:, joints] = cover(need[:, joints], radius)
    return draw_in(limits, rotations, pull)


def _hand_on_wrist_twist(rotations: Array, side: str, radius: int) -> None:
    """Let the forearm do what the hand turns about it beyond the tolerance, in place."""
    hand, forearm = HUMANOID.index(f"{side}Hand"), HUMANOID.index(f"{side}LowerArm")
    twist = quat_swing_twist(rotations[:, hand], _AXIS)[1]
    angle = _wrapped(2.0 * direction_angle(twist[:, 1], twist[:, 0]))
    allowed = half_range(humanoid_limits(), hand, TWIST)
    excess = angle - np.clip(angle, -allowed, allowed)
    _hand_on(rotations, forearm, hand, cover_signed(_significant(excess), radius))


def _hand_on_elbow_deviation(rotations: Array, side: str, radius: int) -> None:
    """Let the upper arm turn where a folded elbow leaves its hinge plane, in place."""
    forearm, upper = HUMANOID.index(f"{side}LowerArm"), HUMANOID.index(f"{side}UpperArm")
    direction = quat_rotate(rotations[:, forearm], _AXIS if side == "left" else -_AXIS)
    up, forward = direction[:, 1], direction[:, 2]
    angle = direction_angle(up, forward)
    sideways = np.sin(half_range(humanoid_limits(), forearm, LATERAL))
    allowed = np.arcsin(np.minimum(sideways / np.maximum(np.hypot(up, forward), 1e-9), 1.0))
    excess = np.where(forward > 0.0, np.clip(angle, -allowed, allowed) - angle, 0.0)
    _hand_on(rotations, upper, forearm, cover_signed(_significant(excess), radius))


def _hand_on(rotations: Array, parent: int, child: int, angle: Array) -> None:
    """Turn `parent` by `angle` `(T,)` about its bone and `child` back, where there is any."""
    frames = np.flatnonzero(angle)
    turn = rotvec_to_quat(_AXIS * angle[frames, None])
    rotations[frames, parent] = quat_multiply(rotations[frames, parent], turn)
    rotations[frames, child] = quat_multiply(quat_inverse(turn), rotations[frames, child])


def _significant(angle: Array) -> Array:
    return np.where(np.abs(angle) > _ROUNDING, angle, 0.0)


def _wrapped(angle: Array) -> Array:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi
