"""Arms that carry the hands of a track: two-bone inverse kinematics with a chosen elbow.

Everything is worked out for the left arm of the body standing at rest; the right arm is its
mirror image. The elbow lies on a circle about the line from shoulder to wrist. Its place there is
the `swivel`: 0 where the reference puts it, positive lifted outwards. The reference is a fixed
elbow of an arm held forward, carried along by the smallest turn onto the line: it hangs when the
hand is before the body, lies behind when the arm hangs and in front when the hand is up, and the
one direction in which it is undefined is out of reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.correction.joints import limit_joints
from gesture_core.kinematics import unit
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import (
    Array,
    cross,
    quat_between,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_swing_twist,
    quat_to_rotvec,
    rotmat_to_quat,
    rotvec_to_quat,
)
from gesture_core.signing.track import HandTrack, Track
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints, forward_kinematics

MIRROR_PLACE = np.array([-1.0, 1.0, 1.0])
MIRROR_TURN = np.array([1.0, 1.0, -1.0, -1.0])
SHOULDER, UPPER, LOWER, HAND = HUMANOID.indices(
    ("leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand")
)
FINGER_ROWS: NDArray[np.intp] = HUMANOID.indices(
    tuple(joint for finger in FINGERS for joint in finger_joints("left", finger))
)
ARM_ROWS: NDArray[np.intp] = np.array([SHOULDER, UPPER, LOWER, HAND])

_X = np.array([1.0, 0.0, 0.0])
_LENGTHS = (
    float(np.linalg.norm(HUMANOID.offsets[LOWER])),
    float(np.linalg.norm(HUMANOID.offsets[HAND])),
)
_REACH = 0.997 * sum(_LENGTHS)
"""A signing arm is never quite straight."""
_NEAREST = 0.13
"""Metres from the shoulder to the wrist of an elbow folded as far as it goes (150 degrees)."""
_FORWARD = unit([0.15, -0.35, 0.92])
_ELBOW = unit(np.array([0.25, -1.0, 0.0]) - (np.array([0.25, -1.0, 0.0]) @ _FORWARD) * _FORWARD)
"""The line and the elbow of the reference."""
_RAISE, _RAISED = np.radians(16.0), (0.0, 0.40)
_PROTRACT, _PROTRACTED = np.radians(12.0), (0.86, 1.05)
"""How far the shoulder girdle lifts for a wrist that many metres above the shoulder, and comes
forward for a wrist at that share of the arm's length (Inman's rhythm, kept to small turns)."""
_HEAD_SHARE = {"neck": 0.4, "head": 0.6}


@dataclass(frozen=True)
class ArmPose:
    """World rotations `(..., 4)` of shoulder girdle, upper arm and forearm (not pronated)."""

    girdle: Array
    upper: Array
    lower: Array
    elbow: Array
    wrist: Array


def carry(wrist: Array, swivel: Array) -> ArmPose:
    """The left arm whose wrist is at `wrist` `(..., 3)`, drawn in to what the arm reaches."""
    girdle = _girdle(wrist)
    base = HUMANOID.rest_positions[SHOULDER]
    shoulder = base + quat_rotate(girdle, HUMANOID.offsets[UPPER])
    line = wrist - shoulder
    distance = np.linalg.norm(line, axis=-1, keepdims=True)
    along = line / np.maximum(distance, 1e-9)
    distance = np.clip(distance, _NEAREST, _REACH)
    first, second = _LENGTHS
    near = (first**2 - second**2 + distance**2) / (2.0 * distance)
    radius = np.sqrt(np.maximum(first**2 - near**2, 0.0))
    down = quat_rotate(quat_between(_FORWARD, along), _ELBOW)
    side = cross(along, down)
    angle = np.asarray(swivel)[..., None]
    elbow = shoulder + near * along + radius * (np.cos(angle) * down + np.sin(angle) * side)
    reached = shoulder + distance * along
    upper_along, lower_along = unit(elbow - shoulder), unit(reached - elbow)
    bones = np.stack([upper_along, lower_along])
    fold = np.broadcast_to(unit(cross(lower_along, upper_along)), bones.shape)
    upper, lower = rotmat_to_quat(np.stack([bones, fold, cross(bones, fold)], axis=-1))
    return ArmPose(girdle, upper, lower, elbow, reached)


def _girdle(wrist: Array) -> Array:
    """Rotation `(..., 4)` of the left shoulder girdle for a wrist."""
    line = wrist - HUMANOID.rest_positions[UPPER]
    distance = np.linalg.norm(line, axis=-1)
    lift = _RAISE * _ramp(line[..., 1], *_RAISED)
    forward = _PROTRACT * _ramp(distance / sum(_LENGTHS), *_PROTRACTED)
    forward = forward * np.maximum(line[..., 2], 0.0) / np.maximum(distance, 1e-9)
    zero = np.zeros_like(lift)
    return rotvec_to_quat(np.stack([zero, -forward, lift], axis=-1))


def _ramp(value: Array, start: float, end: float) -> Array:
    share = np.clip((value - start) / (end - start), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def wrist_angles(arm: ArmPose, turn: Array) -> Array:
    """How forearm and wrist turn the hand to `turn` `(..., 4)`: pronation (about the forearm),
    deviation and flexion of the wrist `(..., 3)`, radians."""
    bend, twist = quat_swing_twist(quat_multiply(quat_inverse(arm.lower), turn), _X)
    local = quat_multiply(quat_multiply(quat_inverse(twist), bend), twist)
    return np.concatenate([quat_to_rotvec(twist)[..., :1], quat_to_rotvec(local)[..., 1:]], axis=-1)


def hand_turn(arm: ArmPose, angles: Array) -> Array:
    """The rotation `(..., 4)` of the hand whose `wrist_angles` are `angles`."""
    pronated = quat_multiply(arm.lower, rotvec_to_quat(angles[..., :1] * _X))
    return quat_multiply(pronated, _bend(angles))


def _bend(angles: Array) -> Array:
    return rotvec_to_quat(np.concatenate([np.zeros_like(angles[..., :1]), angles[..., 1:]], -1))


def local_rotations(arm: ArmPose, angles: Array) -> Array:
    """Local rotations `(..., 4, 4)` of girdle, upper arm, forearm and hand (`ARM_ROWS`)."""
    pronation = rotvec_to_quat(angles[..., :1] * _X)
    fold = quat_multiply(quat_inverse(arm.upper), arm.lower)
    return np.stack(
        [
            arm.girdle,
            quat_multiply(quat_inverse(arm.girdle), arm.upper),
            quat_multiply(fold, pronation),
            _bend(angles),
        ],
        axis=-2,
    )


def mirrored(hand: HandTrack) -> HandTrack:
    """The hand in a mirror: the other one of the body."""
    return HandTrack(
        hand.wrist * MIRROR_PLACE,
        hand.turn * MIRROR_TURN,
        hand.fingers * MIRROR_TURN,
        hand.swivel,
        hand.active,
    )


def track_to_rotations(track: Track) -> Array:
    """Local rotations `(T, J, 4)` of `HUMANOID` that bring hands, arms and head to the track."""
    rotations = np.array(rest_motion(track.frames, track.fps).rotations)
    for hand, right in ((track.weak, False), (track.strong, True)):
        left = mirrored(hand) if right else hand
        arm = carry(left.wrist, left.swivel)
        local = local_rotations(arm, wrist_angles(arm, left.turn))
        rows = np.concatenate([ARM_ROWS, FINGER_ROWS])
        values = np.concatenate([local, left.fingers], axis=1)
        if right:
            rows, values = HUMANOID.mirror[rows], values * MIRROR_TURN
        rotations[:, rows] = values
    nod, turn, tilt = track.head.T
    for joint, share in _HEAD_SHARE.items():
        rotations[:, HUMANOID.index(joint)] = rotvec_to_quat(
            share * np.stack([nod, turn, -tilt], axis=-1)
        )
    return rotations


def track_to_motion(track: Track) -> Motion:
    """The track as a motion of `HUMANOID`, standing at rest, within the limits of every joint."""
    motion = rest_motion(track.frames, track.fps)
    rotations = limit_joints(track_to_rotations(track), track.fps)
    return replace(motion, rotations=rotations, expressions=track.face)


def motion_hand(motion: Motion, side: str) -> HandTrack:
    """What a hand of a motion of `HUMANOID` does, in the frame of its upper chest at rest."""
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    chest = HUMANOID.index("upperChest")
    back = quat_inverse(turned[:, chest])
    hand, lower = HUMANOID.indices((f"{side}Hand", f"{side}LowerArm"))
    upper = HUMANOID.index(f"{side}UpperArm")
    at_rest = HUMANOID.rest_positions[chest]

    def place(joint: np.intp | int) -> Array:
        there = at_rest + quat_rotate(back, positions[:, joint] - positions[:, chest])
        return there if side == "left" else there * MIRROR_PLACE

    wrist, elbow, shoulder = place(hand), place(lower), place(upper)
    along = unit(wrist - shoulder)
    down = quat_rotate(quat_between(_FORWARD, along), _ELBOW)
    out = elbow - shoulder
    swivel = np.arctan2(np.sum(out * cross(along, down), axis=-1), np.sum(out * down, axis=-1))
    rows = FINGER_ROWS if side == "left" else HUMANOID.mirror[FINGER_ROWS]
    return HandTrack(
        wrist if side == "left" else wrist * MIRROR_PLACE,
        quat_multiply(back, turned[:, hand]),
        np.asarray(motion.rotations[:, rows]),
        swivel,
        np.ones(motion.frames, dtype=bool),
    )
