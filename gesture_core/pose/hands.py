"""Rotations of hands and fingers from knuckles, finger joints and fingertips."""

from __future__ import annotations

import itertools

import numpy as np

from gesture_core.body.landmarks import LANDMARKS, landmark_positions
from gesture_core.kinematics import direction_angle, unit
from gesture_core.pose.attitude import fit_rotation, lean_vectors
from gesture_core.pose.seen import Seen
from gesture_core.rotation import (
    Array,
    quat_between,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints

_PALM = ("ThumbMetacarpal", "IndexProximal", "MiddleProximal", "RingProximal", "LittleProximal")
_TIPS = ("MiddleTip", "ThumbTip")
_BY_TIPS = 0.3
_HAND_SPREAD, _FINGER_SPREAD = 0.5, 0.15
"""Radians by which a hand differs from its forearm, and a finger's bone from its neighbours."""
_MOST_TWIST = np.radians(25.0)
_MOST_ASIDE = np.radians(25.0)
"""A knuckle turns no further about its bone, nor the joints after it sideways, than this."""
_FLEXION = np.radians([-10.0, 100.0])
_CURLED = np.radians([10.0, 40.0])
"""Bend of a finger from which its plane begins to show, and from which it is believed."""


def hand_seen(seen: Seen, side: str) -> Array:
    """Confidence `(T,)` in the orientation of a hand: that of its second-best seen point.

    Fingertips say less than knuckles.
    """
    names = _hand_points(seen, side)
    if len(names) < 2:
        return np.zeros(seen.frames)
    second = np.sort([seen.confidence_of(name, f"{side}Hand") for name in names], axis=0)[-2]
    return second * (_BY_TIPS if names[-1].endswith("Tip") else 1.0)


def solve_hand(seen: Seen, side: str, forearm: Array) -> Array:
    """World rotations `(T, 4)` of a hand by its knuckles; `forearm` `(T, 4)` where they say little.

    The knuckles are fixed to the hand: the one at the thumb's base and the four of the fingers
    give its direction and the palm's normal. Where fewer than two were ever seen, the tips of
    thumb and middle finger stand in for them.
    """
    points = _hand_points(seen, side)
    if not points:
        return forearm
    rest = _at_rest(points) - HUMANOID.rest_positions[HUMANOID.index(f"{side}Hand")]
    wrist = seen.positions[f"{side}Hand"]
    vectors = np.stack([seen.positions[name] - wrist for name in points], axis=1)
    noise = seen.hand_noise[side]
    weight = [seen.confidence_of(name, f"{side}Hand") / noise**2 for name in points]
    return fit_rotation(rest, vectors, np.stack(weight, 1), forearm, 1.0 / _HAND_SPREAD**2)


def _hand_points(seen: Seen, side: str) -> tuple[str, ...]:
    """The points, of those ever seen, that show how a hand is turned."""
    knuckles = [f"{side}{knuckle}" for knuckle in _PALM if seen.has(f"{side}Hand", side + knuckle)]
    if len(knuckles) > 1:
        return tuple(knuckles)
    tips = [f"{side}{tip}" for tip in _TIPS if seen.has(f"{side}Hand", side + tip)]
    return (*knuckles, *tips)


def _at_rest(points: tuple[str, ...]) -> Array:
    rest = HUMANOID.rest_positions
    return landmark_positions(points, rest, quat_identity((len(HUMANOID),)))


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
    offsets = np.stack([*HUMANOID.offsets[HUMANOID.indices(joints[1:])], LANDMARKS[points[3]][1]])
    along = unit(offsets[0])
    hinge = finger_hinge(side, finger)
    hinge = unit(hinge - (hinge @ along) * along)
    directions: list[Array] = []
    trusts: list[Array] = []  # by confidence and noise; the latter is spent on the vectors
    for offset, ends in zip(offsets, itertools.pairwise(points), strict=True):
        trust = seen.trust(float(np.linalg.norm(offset)), _FINGER_SPREAD, *ends, hand=side)
        inside = quat_rotate(quat_inverse(hand), _direction(seen, *ends))
        directions.append(unit(lean_vectors(inside, trust, seen.fps)))
        trusts.append(trust)
    turned = _knuckle(along, hinge, directions, trusts)
    local = [turned]
    for direction, trust in zip(directions[1:], trusts[1:], strict=True):
        inside = quat_rotate(quat_inverse(turned), direction)
        local.append(_hinged(along, hinge, inside, trust))
        turned = quat_multiply(turned, local[-1])
    seen_at_all = [seen.confidence_of(*ends) for ends in itertools.pairwise(points)]
    return np.stack(local, axis=1), np.stack(seen_at_all, axis=1)


def _direction(seen: Seen, start: str, end: str) -> Array:
    """Vectors `(T, 3)`, zero where one of the ends was never seen."""
    if not seen.has(start, end):
        return np.zeros((seen.frames, 3))
    return seen.positions[end] - seen.positions[start]


def _knuckle(along: Array, hinge: Array, inside: list[Array], trusts: list[Array]) -> Array:
    """Local rotation of a finger's first joint: swing onto the bone, twist into the curl."""
    swing = quat_between(along, inside[0])
    curl = trusts[1][:, None] * np.cross(inside[0], inside[1])
    curl = curl + (trusts[1] * trusts[2])[:, None] * np.cross(inside[1], inside[2])
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


def _hinged(along: Array, hinge: Array, direction: Array, trust: Array) -> Array:
    """Local rotation of a hinge onto a direction `(T, 3)`, rest where that is zero.

    The less a direction is to be trusted, the less it goes sideways or out of a finger's range.
    """
    unseen = ~np.any(direction, axis=-1, keepdims=True)
    direction = np.where(unseen, along, direction)
    forward = np.cross(hinge, along)
    aside = np.arcsin(np.clip(direction @ hinge, -1.0, 1.0))
    aside = trust * np.clip(aside, -_MOST_ASIDE, _MOST_ASIDE)
    flexion = direction_angle(direction @ forward, direction @ along)
    within = np.clip(flexion, *_FLEXION)
    flexion = within + trust * (flexion - within)
    kept = (
        (np.cos(aside) * np.cos(flexion))[:, None] * along
        + (np.cos(aside) * np.sin(flexion))[:, None] * forward
        + np.sin(aside)[:, None] * hinge
    )
    return quat_between(along, kept)
