"""Moving arms out of the body and of each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.volume import Arm, Volume, arms_of, humanoid_volume
from gesture_core.correction.cover import cover, hann_mean
from gesture_core.kinematics import nearest_on_segment, two_bone_ik, unit
from gesture_core.rotation import Array, quat_inverse, quat_multiply, quat_rotate
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics

ALLOWED = 0.010
"""Metres of overlap that count as touching: skin and cloth give way."""

SMOOTHING = 0.2
"""Seconds before and after a contact over which the arm moves away and back."""

_AIM = 0.004
_WINDOW = 3
_PASSES = 8
_SOLVES = 3


def push_out(rotations: Array, root: Array, fps: float) -> Array:
    """Local rotations `(T, J, 4)` of `HUMANOID` with hands and forearms outside the body.

    Where an arm is deeper than `ALLOWED` in torso, head, thigh or the other arm, its wrist is
    moved along a smooth curve and the arm follows by two-bone IK; the hand keeps its orientation
    in the world. Motion without such a contact is returned as it is.
    """
    volume = humanoid_volume()
    radius = max(1, round(SMOOTHING * fps))
    for _ in range(_SOLVES):
        positions, turned = forward_kinematics(HUMANOID, rotations, root)
        shifts = _wrist_shifts(volume, positions, turned, radius)
        if shifts is None:
            break
        for side, shift in zip(SIDES, shifts, strict=True):
            rotations = _move_wrist(rotations, positions, turned, side, shift)
    return rotations


def _wrist_shifts(
    volume: Volume, positions: Array, turned: Array, radius: int
) -> tuple[Array, Array] | None:
    """Smooth displacement `(T, 3)` of the left and right wrist that takes both arms out.

    None when no arm is deeper than allowed.
    """
    arms = arms_of(volume, positions, turned)
    deepest = np.max([arm.overlap().max(axis=(1, 2)) for arm in arms], axis=0)
    if deepest.max() <= ALLOWED:
        return None
    near = _around(deepest > ALLOWED, _WINDOW * radius)
    left, right = (arm.during(near) for arm in arms)
    shifts = np.zeros((len(positions), 3)), np.zeros((len(positions), 3))
    limit = ALLOWED
    for _ in range(_PASSES):
        by_left, by_right = (shift[near] for shift in shifts)
        pushes = (
            _push(left.moved(by_left, by_right), limit),
            _push(right.moved(by_right, by_left), limit),
        )
        if not any(push.any() for push in pushes):
            break
        for shift, push in zip(shifts, pushes, strict=True):
            whole = np.zeros_like(shift)
            whole[near] = push
            shift += _smooth_push(whole, radius)
        limit = _AIM
    return shifts


def _around(contact: NDArray[np.bool_], reach: int) -> NDArray[np.intp]:
    """Indices of the frames within `reach` frames of a contact `(T,)`."""
    frames = np.flatnonzero(contact)
    return np.unique(np.clip(frames[:, None] + np.arange(-reach, reach + 1), 0, len(contact) - 1))


def _push(arm: Arm, limit: float) -> Array:
    """Displacement `(T, 3)` that takes this arm's wrist as far as its deepest sphere needs.

    Between two arms each goes half of the way. Frames no deeper than `limit` need none.
    """
    depths = arm.overlap()
    share = 1.0 - 0.5 * arm.carried
    excess = np.maximum(depths - _AIM, 0.0) / np.maximum(arm.follow, 0.4)[:, None]
    needed = np.max(excess * share, axis=(1, 2))
    needed[np.max(depths, axis=(1, 2)) <= limit] = 0.0
    return _way_out(arm, depths) * needed[:, None]


def _way_out(arm: Arm, depths: Array) -> Array:
    """Unit direction `(T, 3)` away from what the arm is deep in, deeper overlaps counting more.

    A sphere centred on a capsule's own line is sent forwards, along +Z.
    """
    frame, sphere, capsule = np.nonzero(depths > _AIM)
    point = arm.centres[frame, sphere]
    away = point - nearest_on_segment(point, arm.start[frame, capsule], arm.end[frame, capsule])
    central = np.linalg.norm(away, axis=-1, keepdims=True) < 1e-6
    away = np.where(central, [0.0, 0.0, 1.0], unit(away))
    weight = (depths[frame, sphere, capsule] - _AIM) ** 2
    total = np.zeros((len(depths), 3))
    np.add.at(total, frame, away * weight[:, None])
    return unit(total)


def _smooth_push(push: Array, radius: int) -> Array:
    """The push as a curve that rises before and falls after each contact, never below it."""
    size = cover(np.linalg.norm(push, axis=-1), radius)
    return unit(hann_mean(push, 2 * radius)) * size[:, None]


def _move_wrist(
    rotations: Array, positions: Array, turned: Array, side: str, shift: Array
) -> Array:
    """Bring the wrist to its new place, keeping the hand's orientation, where it moves at all."""
    frames = np.flatnonzero(np.any(shift != 0.0, axis=-1))
    shoulder, upper, lower, hand = (
        HUMANOID.index(side + bone) for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")
    )
    place, facing = positions[frames], turned[frames]
    fold = np.array([0.0, -1.0, 0.0] if side == "left" else [0.0, 1.0, 0.0])
    turn_upper, turn_lower = two_bone_ik(
        place[:, upper],
        place[:, lower],
        place[:, hand],
        place[:, hand] + shift[frames],
        quat_rotate(facing[:, upper], fold),
    )
    new_upper = quat_multiply(turn_upper, facing[:, upper])
    new_lower = quat_multiply(turn_lower, facing[:, lower])
    moved = np.array(rotations)
    moved[frames, upper] = quat_multiply(quat_inverse(facing[:, shoulder]), new_upper)
    moved[frames, lower] = quat_multiply(quat_inverse(new_upper), new_lower)
    moved[frames, hand] = quat_multiply(quat_inverse(new_lower), facing[:, hand])
    return moved
