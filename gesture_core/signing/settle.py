"""Settling postures on the skin: what is to touch touches, and nothing goes deeper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.kinematics import unit
from gesture_core.motion import EXPRESSIONS
from gesture_core.rotation import Array, quat_multiply, quat_rotate, rotvec_to_quat
from gesture_core.signing.arms import MIRROR_PLACE, carry, hand_turn, mirrored, wrist_angles
from gesture_core.signing.contact import AIM, ALLOWED, ASIDE, FOREARM, Overlap, overlaps
from gesture_core.signing.notation import HANDS, Hand
from gesture_core.signing.places import TIPS, hand_spot
from gesture_core.signing.postures import Key, eased, within_range
from gesture_core.signing.track import FPS, HandTrack, Track
from gesture_core.skeleton import FINGERS

_ROUNDS, _STRAIGHT = 8, 2
"""Rounds in which hands are brought to touch and out of each other, and those in which they do not
yet go aside."""
_LEANS, _LEAN, _AHEAD = 6, np.radians(8.0), 0.003
"""Times and radians that a hand leans in, for its tip to be the first on the skin by metres."""
_PALM_PARTS = 3
_NEAR = 0.05
"""Metres of a gap that a touch closes."""

Keys = dict[Hand, list[Key | None]]
_SIDES: tuple[tuple[Hand, Hand, str, Array, Array], ...] = (
    ("strong", "weak", "right", MIRROR_PLACE, -ASIDE),
    ("weak", "strong", "left", np.ones(3), ASIDE),
)


def settle(keys: Keys) -> Keys:
    """The keys with wrists moved along the direction in which the touched skin faces until the
    touch is `AIM` deep, and out of whatever else they are deeper in than `ALLOWED`.

    A hand at a place on the other one goes where that one goes.
    """
    if not any(key for name in HANDS for key in keys[name]):
        return keys
    keys = _lean_in(keys)
    for number in range(_ROUNDS):
        found = overlaps(_as_track(keys))
        straight = number < _STRAIGHT
        shifts: dict[Hand, list[Array]] = {
            name: [
                _shift(key, other, found[side], k, mirror, np.zeros(3) if straight else aside)
                for k, (key, other) in enumerate(zip(keys[name], keys[partner], strict=True))
            ]
            for name, partner, side, mirror, aside in _SIDES
        }
        if not any(np.any(shifts[name]) for name in HANDS):
            break
        keys = _moved(keys, shifts)
    return {name: [key and _carried(key) for key in keys[name]] for name in HANDS}


def _lean_in(keys: Keys) -> Keys:
    """The keys with hands leant in about the fingertips that are to touch, as far as the wrist
    allows, where some other part of the hand would be on the skin before them."""
    pointed = [k for name in HANDS for k in keys[name] if k and k.touch and k.by in TIPS]
    for _ in range(_LEANS if pointed else 0):
        found = overlaps(_as_track(keys))
        leant: Keys = {
            name: [key and _leant(key, found[side], k) for k, key in enumerate(keys[name])]
            for name, _, side, *_ in _SIDES
        }
        if all(a is b for name in HANDS for a, b in zip(leant[name], keys[name], strict=True)):
            break
        keys = leant
    return keys


def _leant(key: Key, overlap: Overlap, k: int) -> Key:
    """The key, or one that points its tips further into what they touch."""
    if not key.touch or key.in_space or key.by not in TIPS:
        return key
    target = ~overlap.body if key.on_other else overlap.body
    depth = overlap.depth[k][FOREARM:, target].max(axis=-1)
    first = [_PALM_PARTS + 3 * FINGERS.index(finger) for finger in TIPS[key.by]]
    tips = np.isin(np.arange(len(depth)), [number + bone for number in first for bone in (1, 2)])
    if depth[~tips].max() < depth[tips].max() + _AHEAD or depth[~tips].max() < -_NEAR:
        return key
    spot = hand_spot(key.by, key.fingers)
    tip = key.wrist + quat_rotate(key.turn, spot.point)
    axis = unit(np.cross(quat_rotate(key.turn, spot.facing), -key.facing))
    turn = quat_multiply(rotvec_to_quat(_LEAN * axis), key.turn)
    arm = carry(tip - quat_rotate(turn, spot.point), np.array(key.swivel))
    angles = eased(wrist_angles(arm, turn))
    turn = hand_turn(arm, angles)
    wrist = tip - quat_rotate(turn, spot.point)
    return replace(key, wrist=wrist, turn=turn, angles=angles)


def _carried(key: Key) -> Key:
    """The key with the joint angles that turn the hand as before where its wrist is now."""
    arm = carry(key.wrist, np.array(key.swivel))
    angles = within_range(wrist_angles(arm, key.turn))
    return replace(key, wrist=arm.wrist, turn=hand_turn(arm, angles), angles=angles)


def _shift(
    key: Key | None, other: Key | None, overlap: Overlap, k: int, mirror: Array, aside: Array
) -> Array:
    """Displacement `(3,)` of a key's wrist, for the left hand, against what it touches.

    Of two hands that are in each other the one whose place is on the other gives way; otherwise
    each goes half of the way, and `aside` besides.
    """
    if key is None:
        return np.zeros(3)
    depth = overlap.depth[k]
    if key.touch and key.in_space:
        return _towards_other(overlap, k) * mirror
    if key.touch:
        target = depth[FOREARM:, ~overlap.body if key.on_other else overlap.body]
        deepest = float(target.max())
        near = deepest > -_NEAR and abs(deepest - AIM) > AIM
        return (deepest - AIM) * key.facing if near else np.zeros(3)
    between = 1.0 if key.on_other else 0.0 if other is not None and other.on_other else 0.5
    share = np.where(overlap.body, 1.0, between)
    if float(np.max(depth * (share > 0.0))) <= ALLOWED:
        return np.zeros(3)
    excess = np.maximum(depth - AIM, 0.0) * share
    way = np.einsum("pn,pnx->x", excess**2, overlap.away[k])
    way += np.sum(excess**2 * ~overlap.body) * aside
    return unit(way) * float(excess.max()) * mirror


def _towards_other(overlap: Overlap, k: int) -> Array:
    """Half of the way `(3,)` to or out of the other arm where the two are nearest, in the world."""
    depth = np.where(overlap.body, -np.inf, overlap.depth[k])
    part, other = np.unravel_index(int(np.argmax(depth)), depth.shape)
    deepest = float(depth[part, other])
    if deepest < -_NEAR or abs(deepest - AIM) < AIM:
        return np.zeros(3)
    return 0.5 * (deepest - AIM) * overlap.away[k, part, other]


def _moved(keys: Keys, shifts: dict[Hand, list[Array]]) -> Keys:
    """Keys with their wrists displaced; a hand on the other one goes along."""
    made: Keys = {"strong": [], "weak": []}
    for name, other in (HANDS, HANDS[::-1]):
        for k, key in enumerate(keys[name]):
            along = np.zeros(3)
            if key is not None and key.on_other:
                along = shifts[other][k] * MIRROR_PLACE
            made[name].append(key and replace(key, wrist=key.wrist + shifts[name][k] + along))
    return made


def _as_track(keys: Keys) -> Track:
    """The keys as frames; a hand without a key is out of the way, far to its side."""
    strong, weak = (_as_hand(keys[name]) for name in HANDS)
    count = weak.frames
    return Track(
        FPS, mirrored(strong), weak, np.zeros((count, 3)), np.zeros((count, len(EXPRESSIONS)))
    )


def _as_hand(keys: list[Key | None]) -> HandTrack:
    spare = next((key for key in keys if key is not None), None)
    away = np.array([0.62, 1.2, 0.1])
    straight = np.tile([1.0, 0.0, 0.0, 0.0], (15, 1))
    return HandTrack(
        np.stack([key.wrist if key else away for key in keys]),
        np.stack([key.turn if key else straight[0] for key in keys]),
        np.stack([key.fingers if key else spare.fingers if spare else straight for key in keys]),
        np.array([key.swivel if key else 0.0 for key in keys]),
        np.array([key is not None for key in keys]),
    )
