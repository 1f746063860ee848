"""Places of the notation as points of the body: on the skin, before it, and on the hands.

Points and directions are given for the left hand on the body standing at rest, +X being the
hand's own side; a right hand is its mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.kinematics import unit
from gesture_core.rotation import Array, quat_multiply, quat_rotate
from gesture_core.signing.notation import Hand, Point
from gesture_core.signing.skin import on_skin
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Spot:
    """A point `(3,)` and the direction `(3,)` in which its skin faces."""

    point: Array
    facing: Array


_NEUTRAL: Vector = (0.20, 1.20, 0.30)
"""Before the own shoulder, upper arm down and forearm forward, metres in the world."""

_BODY: dict[str, tuple[str, Vector, Vector]] = {
    "head_top": ("head", (0.0, 0.10, 0.01), (0.0, 1.0, 0.0)),
    "forehead": ("head", (0.0, 0.085, 0.06), (0.0, 0.2, 1.0)),
    "temple": ("head", (0.05, 0.048, 0.05), (0.9, 0.1, 0.45)),
    "brow": ("head", (0.03, 0.055, 0.09), (0.25, 0.2, 1.0)),
    "eye": ("head", (0.0298, 0.0394, 0.09), (0.2, 0.0, 1.0)),
    "under_eye": ("head", (0.034, 0.014, 0.09), (0.35, 0.0, 1.0)),
    "ear": ("head", (0.06, 0.022, 0.007), (1.0, 0.0, 0.0)),
    "cheek": ("head", (0.045, -0.018, 0.07), (0.75, -0.1, 0.65)),
    "nose": ("head", (0.0, 0.003, 0.11), (0.0, 0.0, 1.0)),
    "nose_side": ("head", (0.01, 0.006, 0.10), (0.8, 0.0, 0.6)),
    "under_nose": ("head", (0.0, -0.014, 0.09), (0.0, -0.2, 1.0)),
    "mouth": ("head", (0.0, -0.033, 0.09), (0.0, 0.0, 1.0)),
    "chin": ("head", (0.0, -0.064, 0.09), (0.0, -0.3, 1.0)),
    "under_chin": ("head", (0.0, -0.06, 0.07), (0.0, -1.0, 0.15)),
    "throat": ("neck", (0.0, -0.01, 0.05), (0.0, -0.4, 1.0)),
    "neck_side": ("neck", (0.03, 0.04, 0.02), (1.0, 0.0, 0.3)),
    "shoulder": ("leftUpperArm", (0.0, 0.03, 0.0), (0.15, 0.85, 0.5)),
    "back_shoulder": ("leftUpperArm", (-0.06, 0.03, 0.0), (0.0, 0.8, -0.6)),
    "upper_chest": ("upperChest", (0.0, 0.09, 0.06), (0.0, 0.2, 1.0)),
    "chest": ("upperChest", (0.0, 0.02, 0.06), (0.0, 0.0, 1.0)),
    "heart": ("upperChest", (0.07, 0.03, 0.06), (0.2, 0.0, 1.0)),
    "belly": ("spine", (0.0, 0.09, 0.06), (0.0, 0.0, 1.0)),
    "waist": ("spine", (0.0, 0.01, 0.06), (0.0, 0.0, 1.0)),
    "hip": ("leftUpperLeg", (0.03, 0.05, 0.0), (1.0, 0.0, 0.3)),
}
"""Bone, place from it at rest in metres, and direction outwards: the skin is where they meet."""

_HAND: dict[str, tuple[Vector, Vector]] = {
    "palm": ((0.075, -0.020, 0.0), (0.0, -1.0, 0.0)),
    "back": ((0.070, 0.020, 0.0), (0.0, 1.0, 0.0)),
    "wrist": ((0.0, 0.022, 0.0), (0.0, 1.0, 0.0)),
    "inner_wrist": ((0.0, -0.022, 0.0), (0.0, -1.0, 0.0)),
    "heel": ((0.018, -0.020, 0.0), (-0.3, -1.0, 0.0)),
    "index_side": ((0.085, -0.004, 0.041), (0.0, 0.0, 1.0)),
    "edge": ((0.050, -0.006, -0.036), (0.0, 0.0, -1.0)),
    "fork": ((0.075, -0.006, 0.042), (0.6, 0.0, 0.8)),
    "forearm": ((-0.10, 0.036, 0.0), (0.0, 1.0, 0.0)),
    "inner_forearm": ((-0.10, -0.036, 0.0), (0.0, -1.0, 0.0)),
    "elbow": ((-0.2273, 0.036, 0.0), (0.0, 1.0, 0.0)),
}
"""Place from the wrist in the frame of the left hand, metres, and where its skin faces. Those of
the forearm hold where the wrist is straight."""

_TIP_PAD = 0.006
"""Metres from the middle of the fingertip's bone to its pad."""
TIPS: dict[str, tuple[str, ...]] = {
    "fingertips": ("Index", "Middle", "Ring", "Little"),
    "pinch": ("Thumb", "Index"),
    "two": ("Index", "Middle"),
} | {finger.lower(): (finger,) for finger in FINGERS}
"""The fingers whose tips a point of the hand is the middle of."""


@cache
def body_spot(place: str, hand: Hand) -> Spot:
    """A place of the notation on or before the body, for one hand as if it were the left one."""
    if place == "neutral":
        return Spot(np.array(_NEUTRAL), np.array([0.0, 0.0, 1.0]))
    name = place.removeprefix("other_")
    bone, offset, outwards = _BODY[name]
    middle = HUMANOID.rest_positions[HUMANOID.index(bone)]
    facing = unit(outwards)
    point = on_skin(middle + offset, facing)
    # the heart is on the weak hand's side, whichever hand goes there
    other_side = place != name or (name == "heart" and hand == "strong")
    mirror = np.array([-1.0, 1.0, 1.0]) if other_side else np.ones(3)
    return Spot(point * mirror, facing * mirror)


def hand_spot(point: Point | str, fingers: Array) -> Spot:
    """A point of the left hand in its own frame, from the wrist; `fingers` `(15, 4)` local."""
    if point in _HAND:
        place, facing = _HAND[point]
        return Spot(np.array(place), unit(facing))
    if point == "knuckles":
        along = quat_rotate(fingers[6], [1.0, 0.0, 0.0])
        knuckle = HUMANOID.offsets[HUMANOID.index("leftMiddleProximal")]
        bent = unit(np.array([0.5, 0.9, 0.0]) - 0.5 * along)
        return Spot(knuckle + 0.012 * bent, bent)
    if point == "thumb_side":
        place, turn = _chain("Thumb", fingers, 2)
        return Spot(place + quat_rotate(turn, [0.0, 0.011, 0.0]), quat_rotate(turn, [0, 1.0, 0]))
    spots = [_tip(finger, fingers) for finger in TIPS[point]]
    return Spot(
        np.mean([spot.point for spot in spots], axis=0),
        unit(np.sum([spot.facing for spot in spots], axis=0)),
    )


def _tip(finger: str, fingers: Array) -> Spot:
    """The tip of a finger, between its end and its pad."""
    place, turn = _chain(finger, fingers, 3)
    along = unit(LANDMARKS[f"left{finger}Tip"][1])
    pad = np.array([0.0, -1.0, 0.0]) if finger != "Thumb" else unit([-0.5, 0.1, -0.6])
    end = LANDMARKS[f"left{finger}Tip"][1] - 0.4 * _TIP_PAD * along + _TIP_PAD * 0.5 * pad
    return Spot(place + quat_rotate(turn, end), quat_rotate(turn, unit(along + 0.5 * pad)))


def _chain(finger: str, fingers: Array, joints: int) -> tuple[Array, Array]:
    """Place `(3,)` and turn `(4,)` of a finger's joint number `joints` from the wrist."""
    first = 3 * FINGERS.index(finger)
    place, turn = np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])
    names = finger_joints("left", finger)
    for joint in range(joints):
        place = place + quat_rotate(turn, HUMANOID.offsets[HUMANOID.index(names[joint])])
        turn = quat_multiply(turn, fingers[first + joint])
    return place, turn
