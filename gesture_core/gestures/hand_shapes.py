"""Hand shapes as rotations of the finger joints."""

from __future__ import annotations

import numpy as np

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.kinematics import unit
from gesture_core.planning.emblem_table import HandShape, Point
from gesture_core.pose.hands import finger_hinge
from gesture_core.rotation import Array, quat_multiply, quat_rotate, rotvec_to_quat
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints

_UP = np.array([0.0, 1.0, 0.0])
_THUMB = unit([0.70, -0.36, 0.62])
_PALM = np.array([0.075, -0.022, 0.0])
"""Middle of the left palm's skin in the frame of the hand, metres."""


def shape_rotations(shape: HandShape) -> Array:
    """Local rotations `(15, 4)` of the left hand's finger joints, thumb first, from the knuckles.

    The right hand is the mirror image: y and z of the quaternions negated.
    """
    rows = [_thumb(shape.thumb)]
    bends = (shape.index, shape.middle, shape.ring, shape.little)
    for finger, bend, spread in zip(FINGERS[1:], bends, shape.spread, strict=True):
        flexion = rotvec_to_quat(np.radians(bend)[:, None] * finger_hinge("left", finger))
        flexion[0] = quat_multiply(rotvec_to_quat(-np.radians(spread) * _UP), flexion[0])
        rows.append(flexion)
    return np.concatenate(rows)


def _thumb(degrees: tuple[float, ...]) -> Array:
    """Rotations `(3, 4)` of the thumb: its base swings under the palm and out of it."""
    opposition, abduction, first, second = np.radians(degrees)
    towards_palm = unit(np.cross(_THUMB, np.cross([0.0, -1.0, 0.0], _THUMB)))
    across = np.cross(_THUMB, towards_palm)  # axis of abduction
    swing = quat_multiply(
        rotvec_to_quat(opposition * _UP), rotvec_to_quat(abduction * np.asarray(across))
    )
    # the nail turns away from the palm as the thumb comes under it
    roll = rotvec_to_quat(-0.4 * opposition * _THUMB)
    hinge = finger_hinge("left", "Thumb")
    hinge = unit(hinge - (hinge @ _THUMB) * _THUMB)
    bends = rotvec_to_quat(np.array([first, second])[:, None] * hinge)
    return np.concatenate([quat_multiply(swing, roll)[None], bends])


def point_offset(shape: HandShape, point: Point) -> Array:
    """Where a point of the left hand `(3,)` lies from the wrist in the hand's frame, metres."""
    if point == "wrist":
        return np.zeros(3)
    if point == "palm":
        return _PALM
    if point == "knuckles":
        return HUMANOID.offsets[HUMANOID.index("leftMiddleProximal")]
    finger = point.capitalize()
    chain = finger_joints("left", finger)
    first = 3 * FINGERS.index(finger)
    place, turned = np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])
    for joint, local in zip(chain, shape_rotations(shape)[first : first + 3], strict=True):
        place = place + quat_rotate(turned, HUMANOID.offsets[HUMANOID.index(joint)])
        turned = quat_multiply(turned, local)
    return place + quat_rotate(turned, LANDMARKS[f"left{finger}Tip"][1])
