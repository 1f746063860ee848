"""The space a body fills: capsules of hands, arms, trunk, head and thighs.

The table is the body of the clips, measured on the meshes of two adults. A rig has the same
capsules at its own sizes, so every spot of one body has its counterpart on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .humanoid import FINGERS, SIDES, segments
from .quaternion import Array

Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Part:
    """A capsule of `radius` metres from `a` at the landmark `start` to `b` at `end`.

    `a` and `b` are metres in the landmarks' axes; `measure` names the length of the body that the
    capsule grows with; `group`: what is touched as one thing.
    """

    group: str
    start: str
    end: str
    a: Vector
    b: Vector
    radius: float
    measure: str

    def mirrored(self) -> Part:
        """The same part of the other side."""
        (x, y, z), (u, v, w) = self.a, self.b
        group, start, end = (_other(name) for name in (self.group, self.start, self.end))
        return Part(group, start, end, (-x, y, z), (-u, v, w), self.radius, self.measure)


def _other(name: str) -> str:
    if name.startswith("left"):
        return "right" + name.removeprefix("left")
    return name


ORIGIN = (0.0, 0.0, 0.0)
MIDDLE = (
    Part("torso", "shoulders", "shoulders", (0, -0.084, 0), (0, 0.055, -0.013), 0.085, "shoulders"),
    Part("torso", "leftUpperArm", "rightUpperArm", ORIGIN, ORIGIN, 0.058, "shoulders"),
    Part("head", "shoulders", "face", (0, 0.095, -0.013), ORIGIN, 0.0505, "head"),
    Part("head", "face", "face", (0, 0.0415, -0.009), (0, 0.075, 0.027), 0.0815, "head"),
    Part("head", "face", "face", (0, 0.0235, 0.022), (0, -0.009, 0.041), 0.0643, "head"),
    Part("head", "face", "face", (0, -0.0485, 0.1), (0, -0.07, 0.09), 0.006, "head"),
    Part("head", "face", "face", (0, 0.023, 0.104), (0, 0.005, 0.112), 0.0096, "head"),
)  # fmt: skip
LEFT = (
    Part("torso", "pelvis", "waist", (0.044, -0.016, 0.035), (0.047, 0, 0.027), 0.107, "hips"),
    Part("torso", "waist", "shoulders", (0.047, 0, 0.027), (0.05, -0.084, 0), 0.106, "shoulders"),
    Part("head", "face", "face", (0.034, 0.012, 0.059), (-0.0035, -0.018, 0.0335), 0.0337, "head"),
    Part("head", "face", "face", (0.013, 0.0134, 0.042), (0.006, -0.044, 0.0686), 0.0307, "head"),
    Part("leftThigh", "leftUpperLeg", "leftLowerLeg", ORIGIN, ORIGIN, 0.085, "thigh"),
    Part("leftUpperArm", "leftUpperArm", "leftLowerArm", ORIGIN, ORIGIN, 0.043, "forearm"),
    Part("leftForearm", "leftLowerArm", "leftHand", ORIGIN, ORIGIN, 0.036, "forearm"),
    Part("leftHand", "leftHand", "leftIndexProximal", ORIGIN, ORIGIN, 0.018, "hand"),
    Part("leftHand", "leftHand", "leftMiddleProximal", ORIGIN, ORIGIN, 0.020, "hand"),
    Part("leftHand", "leftHand", "leftLittleProximal", ORIGIN, ORIGIN, 0.017, "hand"),
)  # fmt: skip
FINGER_RADII = {
    "Thumb": (0.014, 0.011, 0.009), "Index": (0.0095, 0.0085, 0.0075),
    "Middle": (0.0095, 0.0085, 0.0075), "Ring": (0.009, 0.008, 0.0075),
    "Little": (0.008, 0.007, 0.0065),
}  # fmt: skip
TIPS: dict[str, Vector] = {
    "Thumb": (0.0135, -0.007, 0.012), "Index": (0.0197, 0, 0), "Middle": (0.0196, 0, 0),
    "Ring": (0.0194, 0, 0), "Little": (0.0136, 0, 0),
}  # fmt: skip


def _finger_parts(finger: str) -> tuple[Part, ...]:
    joints = [f"left{name}" for name in segments(finger)]
    ends = [*joints[1:], joints[-1]]
    tips: list[Vector] = [ORIGIN, ORIGIN, TIPS[finger]]
    rows = zip(joints, ends, tips, FINGER_RADII[finger], strict=True)
    return tuple(Part("leftHand", *row[:2], ORIGIN, *row[2:], "hand") for row in rows)


_LEFT = LEFT + tuple(part for finger in FINGERS for part in _finger_parts(finger))
PARTS = (*MIDDLE, *_LEFT, *(part.mirrored() for part in _LEFT))

_MITTEN = Part("leftHand", "leftHand", "leftHand", (0.025, 0, 0), (0.14, -0.01, 0), 0.025, "hand")
MITTENS = {mitten.group: mitten for mitten in (_MITTEN, _MITTEN.mirrored())}
"""The hands of a body that has no finger joints, by group."""

STANDARD = {
    "hips": 0.2072, "shoulders": 0.358, "trunk": 0.4395, "head": 0.0866, "thigh": 0.3839,
    "forearm": 0.2273, "hand": 0.1039,
}  # fmt: skip
"""The lengths that `lengths` measures, on the body of the table."""


def lengths(points: Mapping[str, Array]) -> dict[str, float]:
    """What the parts grow with, from resting joints `(3,)`.

    Without knuckles the hand is taken to be as large as the forearm promises, without eyes the
    head as large as the trunk does.
    """

    def span(start: str, end: str) -> float:
        return float(np.linalg.norm(points[start] - points[end]))

    def limb(start: str, end: str) -> float:
        return 0.5 * sum(span(side + start, side + end) for side in SIDES)

    found = {
        "hips": span("leftUpperLeg", "rightUpperLeg"),
        "shoulders": span("leftUpperArm", "rightUpperArm"),
        "trunk": float(np.linalg.norm(middle(points, "UpperArm") - middle(points, "UpperLeg"))),
        "thigh": limb("UpperLeg", "LowerLeg"),
        "forearm": limb("LowerArm", "Hand"),
    }
    found["hand"] = _share("hand", "forearm", found)
    found["head"] = _share("head", "trunk", found)
    if all(f"{side}MiddleProximal" in points for side in SIDES):
        found["hand"] = limb("Hand", "MiddleProximal")
    if all(f"{side}Eye" in points for side in SIDES):
        found["head"] = float(np.linalg.norm(middle(points, "Eye") - points["head"]))
    return found


def middle(points: Mapping[str, Array], joint: str) -> Array:
    """Halfway between the left and the right one of a joint."""
    return 0.5 * (points[f"left{joint}"] + points[f"right{joint}"])


def _share(name: str, neighbour: str, found: Mapping[str, float]) -> float:
    return found[neighbour] * STANDARD[name] / STANDARD[neighbour]
