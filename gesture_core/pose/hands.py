"""Rotations of hands and fingers from knuckles, finger joints and fingertips."""

from __future__ import annotations

import numpy as np

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.kinematics import direction_angle, unit
from gesture_core.pose.attitude import fit_rotation
from gesture_core.pose.seen import Seen
from gesture_core.rotation import (
    Array,
    quat_between,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints

_PALM = ("ThumbMetacarpal", "IndexProximal", "MiddleProximal", "RingProximal", "LittleProximal")
_HAND_SPREAD, _FINGER_SPREAD = 0.5, 0.6
"""Radians by which a hand differs from its forearm, and a finger's bone from its neighbours."""
_MOST_TWIST = np.radians(25.0)
_MOST_ASIDE = np.radians(25.0)
"""A knuckle turns no further about its bone, nor the joints after it sideways, than this."""
_CURLED = np.radians([10.0, 40.0])
"""Bend of a finger from which its plane begins to show, and from which it is believed."""


def hand_seen(seen: Seen, side: str) -> Array:
    """Confidence `(T,)` in the orientation of a hand: that of its second-best seen knuckle."""
    knuckles = [seen.confidence_of(f"{side}{knuckle}", f"{side}Hand") for knuckle in _PALM]
    return np.sort(knuckles, axis=0)[-2]


def solve_hand(seen: Seen, side: str, forearm: Array) -> Array:
    """World rotations `(T, 4)` of a hand by its knuckles; `forearm` `(T, 4)` where they say little.

    The knuckles are fixed to the hand: the one at the thumb's base and the four of the fingers
    give its direction and the palm's normal.
    """
    knuckles = [f"{side}{knuckle}" for knuckle in _PALM]
    knuckles = [name for name in knuckles if seen.has(name, f"{side}Hand")]
    if not knuckles:
        return forearm
    rest = HUMANOID.offsets[HUMANOID.indices(tuple(knuckles))]
    wrist = seen.positions[f"{side}Hand"]
    vectors = np.stack([seen.positions[name] - wrist for name in knuckles], axis=1)
    weight = [seen.confidence_of(name, f"{side}Hand") / seen.noise**2 for name in knuckles]
    return fit_rotation(rest, vectors, np.stack(weight, 1), forearm, 1.0 / _HAND_SPREAD**2)


def solve_fingers(seen: Seen, side: str, hand: Array) -> tuple[Array, Array]:
    """Local rotations `(T, 15, 4)` of a hand's finger joints, and the trust `(T, 15)` in each.

    `hand` `(T, 4)`: its world rotation. The first joint of a finger follows its bone in any
    direction and turns about it, within bounds, so that the finger curls in its plane; the other
    two are hinges that give way sideways within bounds.
    """
    solved = [_solve_finger(seen, side, finger, hand) for finger in FINGERS]
    rotations, trusts = zip(*solved, strict=True)
    return np.concatenate(rotations, axis=1), np.concatenate(trusts, axis=1)


def finger_hinge(side: str, finger: str) -> Array:
    """World axis `(3,)` of a finger's positive flexion at rest."""
    axis = np.array([0.0, 1.0, 0.0]) if finger == "Thumb" else np.array([0.0, 0.0, -1.0])
    return axis if side == "left" else -axis


def _solve_finger(seen: Seen, side: str, finger: str, hand: Array) -> tuple[Array, Array]:
    joints = finger_joints(side, finger)
    points = (*joints, f"{side}{finger}Tip")
    offsets = np.stack(
        [*HUMANOID.offsets[HUMANOID.indices(joints[1:])], LANDMARKS[points[3]][1]]
    )
    along = unit(offsets[0])
    hinge = finger_hinge(side, finger)
    hinge = unit(hinge - (hinge @ along) * along)
    directions = [_direction(seen, *ends) for ends in zip(points, points[1:], strict=False)]
    trusts = [
        seen.trust(float(np.linalg.norm(offset)), _FINGER_SPREAD, *ends)
        for offset, ends in zip(offsets, zip(points, points[1:], strict=False), strict=True)
    ]
    first = _knuckle(along, hinge, hand, directions, trusts)
    world = quat_multiply(hand, first)
    local = [first]
    for direction in directions[1:]:
        turn = _hinged(along, hinge, quat_rotate(quat_inverse(world), direction))
        local.append(turn)
        world = quat_multiply(world, turn)
    return np.stack(local, axis=1), np.stack(trusts, axis=1)


def _direction(seen: Seen, start: str, end: str) -> Array:
    """Unit vectors `(T, 3)`, zero where one of the ends was never seen."""
    if not seen.has(start, end):
        return np.zeros((seen.frames, 3))
    return unit(seen.positions[end] - seen.positions[start])


def _knuckle(
    along: Array, hinge: Array, hand: Array, directions: list[Array], trusts: list[Array]
) -> Array:
    """Local rotation of a finger's first joint: swing onto the bone, twist into the curl."""
    inside = [quat_rotate(quat_inverse(hand), direction) for direction in directions]
    swing = quat_between(along, inside[0])
    trusted = [trust[:, None] for trust in trusts]
    curl = trusted[1] * np.cross(inside[0], inside[1])
    curl = curl + trusted[1] * trusted[2] * np.cross(inside[1], inside[2])
    axis = quat_rotate(swing, hinge)
    twist = direction_angle(
        np.sum(inside[0] * np.cross(axis, curl), axis=-1), np.sum(axis * curl, axis=-1)
    )
    bend = np.linalg.norm(curl, axis=-1)
    share = np.clip((bend - _CURLED[0]) / (_CURLED[1] - _CURLED[0]), 0.0, 1.0)
    # a finger bent backwards shows its hinge the wrong way round
    share = share * np.clip(2.0 * np.cos(twist), 0.0, 1.0)
    twist = share * _MOST_TWIST * np.tanh(twist / _MOST_TWIST)
    return quat_multiply(rotvec_to_quat(inside[0] * twist[:, None]), swing)


def _hinged(along: Array, hinge: Array, direction: Array) -> Array:
    """Local rotation of a hinge onto a direction `(T, 3)`, not far sideways; rest where zero."""
    unseen = ~np.any(direction, axis=-1, keepdims=True)
    direction = np.where(unseen, along, direction)
    forward = np.cross(hinge, along)
    aside = np.arcsin(np.clip(direction @ hinge, -1.0, 1.0))
    aside = np.clip(aside, -_MOST_ASIDE, _MOST_ASIDE)
    flexion = direction_angle(direction @ forward, direction @ along)
    kept = (
        (np.cos(aside) * np.cos(flexion))[:, None] * along
        + (np.cos(aside) * np.sin(flexion))[:, None] * forward
        + np.sin(aside)[:, None] * hinge
    )
    return quat_between(along, kept)
