"""Laying a rig's resting limbs onto the source's: constant rotations between two rest poses."""

from __future__ import annotations

import numpy as np

from .humanoid import FINGERS, SIDES, segments
from .quaternion import Array, between, frame, from_matrix, from_rotvec, multiply, normalize, rotate

IDENTITY = np.array([1.0, 0.0, 0.0, 0.0])
CLEAR_BEND = np.sin(np.radians(8.0))
"""From this bend on, a rig's resting elbow tells where its hinge lies."""
OWN_SHOULDER = np.radians(25.0)
OWN_FOOT = np.radians(35.0)
"""How far a collar bone or a foot may rest from the source's and count as the rig's own build."""

Points = dict[str, Array]
Turns = dict[str, Array]


def rest_alignment(source: Points, target: Points, facing: Array) -> Turns:
    """For every joint of `target` the rotation A `(4,)` that lays it onto the source's.

    Trunk and head rest alike in all rigs and keep their own rest pose (identity), collar bones
    and feet within limits. Down a limb each segment takes over its parent's alignment and adds
    the smallest swing onto the source's direction, so bent elbows and fingers straighten about
    their own hinges.
    """
    alignment = {name: IDENTITY for name in target}
    for side in SIDES:
        arm = (f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand")
        _align_limb(alignment, source, target, arm, IDENTITY)
        _align_elbow(alignment, source, target, arm, facing)
        palm = _align_palm(source, target, side)
        if palm is not None:
            alignment[arm[2]] = palm
        for finger in FINGERS:
            chain = tuple(side + segment for segment in segments(finger))
            _align_limb(alignment, source, target, chain, alignment.get(arm[2], IDENTITY))
        leg = (f"{side}UpperLeg", f"{side}LowerLeg", f"{side}Foot")
        _align_limb(alignment, source, target, leg, IDENTITY)
        _align_within(alignment, source, target, (leg[2], f"{side}Toes"), OWN_FOOT)
        _align_within(alignment, source, target, (f"{side}Shoulder", arm[0]), OWN_SHOULDER)
        if f"{side}Toes" in alignment:
            alignment[f"{side}Toes"] = alignment[leg[2]]
    return alignment


def _align_limb(
    alignment: Turns, source: Points, target: Points, chain: tuple[str, ...], start: Array
) -> None:
    last = start
    for joint, following in zip(chain, (*chain[1:], ""), strict=True):
        if joint not in target:
            continue
        if following in target:
            aim = rotate(last, target[following] - target[joint])
            last = multiply(between(aim, source[following] - source[joint]), last)
        alignment[joint] = last


def _align_within(
    alignment: Turns, source: Points, target: Points, bone: tuple[str, str], limit: float
) -> None:
    """Swing a bone towards the source's only as far as it rests more than `limit` from it."""
    joint, end = bone
    if joint not in target:
        return
    alignment[joint] = IDENTITY
    if end in target:
        rests, goal = (normalize(points[end] - points[joint]) for points in (target, source))
        axis = np.cross(rests, goal)
        angle = float(np.arctan2(np.linalg.norm(axis), rests @ goal))
        alignment[joint] = from_rotvec(normalize(axis) * max(angle - limit, 0.0))


def _align_elbow(
    alignment: Turns, source: Points, target: Points, arm: tuple[str, ...], facing: Array
) -> None:
    """Turn the upper arm about itself until the rig's elbow hinge lies on the source's.

    A straight source elbow folds forwards; a rig's straight elbow does not tell its hinge.
    """
    if any(joint not in target for joint in arm):
        return
    upper, lower, _ = arm
    bend = _bend(target, arm)
    along = normalize(source[lower] - source[upper])
    hinge = _bend(source, arm)
    if np.linalg.norm(hinge) < CLEAR_BEND:
        hinge = np.cross(along, facing[:, 2])
    if np.linalg.norm(bend) < CLEAR_BEND:
        return
    turned = rotate(alignment[upper], bend)
    flat = [vector - (vector @ along) * along for vector in (turned, hinge)]
    twist = between(*flat)
    alignment[upper] = multiply(twist, alignment[upper])
    straight = rotate(alignment[upper], target[arm[2]] - target[lower])
    swing = between(straight, source[arm[2]] - source[lower])
    alignment[lower] = multiply(swing, alignment[upper])


def _bend(points: Points, arm: tuple[str, ...]) -> Array:
    """Hinge of the resting elbow, as long as the sine of its bend."""
    upper, lower, hand = (points[joint] for joint in arm)
    return np.cross(normalize(lower - upper), normalize(hand - lower))


def _align_palm(source: Points, target: Points, side: str) -> Array | None:
    """Palm plane onto palm plane, and in it the line from the wrist to the knuckles."""
    knuckles = [f"{side}{finger}Proximal" for finger in FINGERS[1:]]
    shared = [name for name in knuckles if name in target and name in source]
    wrist = f"{side}Hand"
    if len(shared) < 2 or wrist not in target:
        return None
    frames: list[Array] = []
    for points in (source, target):
        rays = np.array([points[name] - points[wrist] for name in shared])
        frames.append(frame(np.cross(rays[0], rays[-1]), rays.mean(axis=0)))
    return from_matrix(frames[0] @ frames[1].T)
