"""From a posture of the notation to the place, turn and elbow of a hand that a body can take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gesture_core.body.limits import FLEXION, TWIST, Limits, humanoid_limits, limit_use, of_joints
from gesture_core.kinematics import unit
from gesture_core.rotation import (
    Array,
    cross,
    quat_identity,
    quat_multiply,
    quat_rotate,
    rotmat_to_quat,
    rotvec_to_quat,
)
from gesture_core.signing.arms import (
    ARM_ROWS,
    MIRROR_PLACE,
    ArmPose,
    carry,
    hand_turn,
    local_rotations,
    wrist_angles,
)
from gesture_core.signing.notation import Hand, HandPosture, Point
from gesture_core.signing.places import Spot, body_spot, hand_spot
from gesture_core.signing.skin import skin_depth

_SWIVELS = np.radians(np.arange(-50.0, 121.0, 5.0))
_NATURAL = np.radians(12.0)
"""How far outwards of the reference an elbow is by itself."""
_LIFTED = np.radians(35.0)
"""How far it is lifted without effort."""
_INWARDS = np.radians(-20.0)
"""How far it is drawn in before the chest without effort."""
_USE, _TURN, _DEPTH, _FALL, _LIFT, _FAR = 1.0, 6.0, 60.0, 2.0, 8.0, 0.5
"""Weights of joints near their limits, of a hand not turned as asked, of metres of overlap, of an
elbow away from where it falls, of one lifted with effort and of one away from where it was."""
_COMFORT, _MOST = 0.6, 0.92
"""Shares of a wrist's range: up to the first it goes as asked, beyond it gives in, up to the
second at most."""
_ROUNDS, _CLOSE = 12, 5e-4
"""Rounds in which wrist and place are brought together, and metres from which they are."""
_ON_FOREARM = ("wrist", "inner_wrist", "forearm", "inner_forearm", "elbow")


@dataclass(frozen=True)
class Key:
    """A posture as a body takes it, for the left hand, +X being the hand's own side.

    `wrist` `(3,)`, `turn` `(4,)` in the world; `fingers` `(15, 4)` local; `swivel` of the elbow;
    `angles` `(3,)` of forearm and wrist. `facing` `(3,)`: where the skin of its place looks;
    `touch`: whether skin is to touch; `on_other`: whether the place is on the other hand;
    `in_space`: whether it is away from any skin, so that only the other hand can be touched there;
    `by`: the point of the hand that touches.
    """

    wrist: Array
    turn: Array
    fingers: Array
    swivel: float
    angles: Array
    facing: Array
    touch: bool
    on_other: bool
    in_space: bool
    by: Point


def take(
    posture: HandPosture, hand: Hand, fingers: Array, other: Key | None, before: Key | None
) -> Key:
    """The key of one hand's posture; `other`: that of the other hand, `before`: its own last one.

    Of all places of the elbow that one is taken which keeps joints far from their limits and the
    forearm out of the body, hangs naturally and is near the last one. Where the wrist would leave
    its comfortable range, fingers and palm turn as little away from what is asked as needed, and
    the point of the hand stays at its place.
    """
    place = body_spot(posture.at, hand) if posture.other_hand is None else _on(posture, other)
    target = place.point + np.array(posture.off)
    spot = hand_spot(posture.by, fingers).point
    turn = _asked_turn(posture)
    wrist = target - quat_rotate(turn, spot)
    swivel = _best_swivel(wrist, turn, np.radians(posture.elbow), before)
    asked, angles = turn, np.zeros(3)
    for _ in range(_ROUNDS):
        arm = carry(wrist, np.array(swivel))
        wanted = wrist_angles(arm, asked)
        angles = eased(wanted)
        turn = hand_turn(arm, angles)
        before_wrist, wrist = wrist, target - quat_rotate(turn, spot)
        if np.abs(wrist - before_wrist).max() < _CLOSE:
            break
    arm = carry(wrist, np.array(swivel))
    return Key(
        arm.wrist,
        hand_turn(arm, angles),
        fingers,
        swivel,
        angles,
        place.facing,
        posture.touch,
        posture.other_hand is not None,
        posture.in_space,
        posture.by,
    )


def _asked_turn(posture: HandPosture) -> Array:
    """The turn `(4,)` of a left hand whose fingers and palm look as asked."""
    fingers = unit(posture.fingers)
    palm = np.asarray(posture.palm)
    palm = unit(palm - (palm @ fingers) * fingers)
    return rotmat_to_quat(np.stack([fingers, -palm, cross(fingers, -palm)], axis=-1))


def _on(posture: HandPosture, other: Key | None) -> Spot:
    """A place on the other hand, seen as the left hand sees it."""
    if other is None:
        raise ValueError(f"{posture.at} needs the posture of the other hand")
    name = posture.at.partition(".")[2]
    spot = hand_spot(name, other.fingers)
    turn = other.turn
    if name in _ON_FOREARM:
        arm = carry(other.wrist, np.array(other.swivel))
        turn = quat_multiply(arm.lower, rotvec_to_quat(np.array([other.angles[0], 0.0, 0.0])))
    return Spot(
        (other.wrist + quat_rotate(turn, spot.point)) * MIRROR_PLACE,
        quat_rotate(turn, spot.facing) * MIRROR_PLACE,
    )


def _best_swivel(wrist: Array, turn: Array, lifted: float, before: Key | None) -> float:
    arm = carry(np.broadcast_to(wrist, (len(_SWIVELS), 3)), _SWIVELS)
    angles = wrist_angles(arm, turn)
    given_in = eased(angles)
    use = _joint_use(arm, given_in)[..., 1:, :].max(axis=-1)
    cost = _USE * np.sum(use**2 + 20.0 * np.maximum(use - 0.92, 0.0), axis=-1)
    cost += _TURN * np.sum((angles - given_in) ** 2, axis=-1)
    away = _SWIVELS - _NATURAL - lifted
    cost += _FALL * (1.0 - np.cos(away)) + _LIFT * np.maximum(away - _LIFTED, 0.0) ** 2
    cost += _LIFT * np.maximum(_INWARDS - _SWIVELS, 0.0) ** 2
    along = np.linspace(0.0, 0.9, 5)[:, None, None]
    forearm = arm.elbow + along * (arm.wrist - arm.elbow)
    cost += _DEPTH * np.maximum(skin_depth(forearm) + 0.035, 0.0).max(axis=0)
    if before is not None:
        cost += _FAR * (1.0 - np.cos(_SWIVELS - before.swivel))
    return float(_SWIVELS[int(np.argmin(cost))])


def eased(angles: Array) -> Array:
    """Angles of forearm and wrist `(..., 3)` as a body takes them: the comfortable ones stay."""
    return _scaled(angles, lambda use: np.where(use > _COMFORT, _given_in(use), use))


def within_range(angles: Array) -> Array:
    """Angles of forearm and wrist `(..., 3)` within what joints can do."""
    return _scaled(angles, lambda use: np.minimum(use, 0.97))


def _scaled(angles: Array, kept: Callable[[Array], Array]) -> Array:
    """Pronation and bend of the wrist drawn in so that the share of the range becomes `kept`."""
    none = quat_identity(angles.shape[:-1])
    nowhere = np.zeros((*angles.shape[:-1], 3))
    use = _joint_use(ArmPose(none, none, none, nowhere, nowhere), angles)
    pronation = np.maximum(use[..., 2, TWIST], 1e-9)
    bend = np.maximum(use[..., 3, FLEXION], 1e-9)
    factor = np.stack([kept(pronation) / pronation, *[kept(bend) / bend] * 2], axis=-1)
    return angles * factor


def _given_in(use: Array) -> Array:
    room = _MOST - _COMFORT
    return _COMFORT + room * np.tanh((use - _COMFORT) / room)


def _joint_use(arm: ArmPose, angles: Array) -> Array:
    """Share of its range `(..., 4, 3)` that each coordinate of the joints `ARM_ROWS` uses."""
    return limit_use(_arm_limits(), local_rotations(arm, angles))


@lru_cache(maxsize=1)
def _arm_limits() -> Limits:
    """The ranges of the left arm's joints alone, numbered as `ARM_ROWS`."""
    return of_joints(humanoid_limits(), ARM_ROWS)
