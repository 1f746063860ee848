"""Rotations of arms and legs: two bones and a hinge whose axis only shows while it is bent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gesture_core.kinematics import direction_angle, unit
from gesture_core.pose.attitude import over_time
from gesture_core.rotation import (
    Array,
    quat_between,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import SIDES

_PLAUSIBLE = np.radians([110.0, 150.0])
"""Twist of the upper bone from where it hangs by itself: believed up to the first angle and not at
all from the second, while the hinge is little bent. A limb bent back beyond straight shows its
hinge the wrong way round, half a turn off."""
_BENT = np.radians([4.0, 12.0])
_TWIST_SPREAD = 0.15
"""Radians by which the twist usually differs from its neighbours in time."""
_LITTLE_BENT = np.radians([35.0, 60.0])
_FLEXION = np.radians([-8.0, 155.0])
_FROM_END, _FROM_REST = 0.1, 0.03
"""Weights, against one bent neighbour in time, of the twist that suits hand or foot best and of
no twist at all."""


@dataclass(frozen=True)
class Limb:
    """Two bones of one side. `along` `(3,)`: their direction at rest; `hinge` `(3,)`: the axis of
    positive flexion at rest; `middle` `(3,)`: a direction in the middle of what the upper one
    reaches, whose opposite it never takes; `upper`, `lower`, `end`: the joints."""

    upper: str
    lower: str
    end: str
    along: Array
    hinge: Array
    middle: Array


def _limb(side: str, bones: tuple[str, str, str], *axes: tuple[float, float, float]) -> Limb:
    upper, lower, end = (side + bone for bone in bones)
    mirror: Array = np.array([1.0, 1.0, 1.0] if side == "left" else [-1.0, 1.0, 1.0])
    along, hinge, middle = (np.array(axis, dtype=np.float64) for axis in axes)
    # an axis of rotation is mirrored the other way round than a direction
    return Limb(upper, lower, end, along * mirror, hinge * mirror * mirror[0], middle * mirror)


ARMS: dict[str, Limb] = {
    side: _limb(
        side,
        ("UpperArm", "LowerArm", "Hand"),
        (1.0, 0.0, 0.0),
        (0.0, -1.0, 0.0),
        (0.8, -0.12, 0.59),
    )
    for side in SIDES
}
LEGS: dict[str, Limb] = {
    side: _limb(
        side,
        ("UpperLeg", "LowerLeg", "Foot"),
        (0.0, -1.0, 0.0),
        (1.0, 0.0, 0.0),
        (0.0, -0.8, 0.6),
    )
    for side in SIDES
}


def solve_upper(
    limb: Limb,
    above: Array,
    upper: Array,
    lower: Array,
    hint: Array,
    certainty: tuple[Array, Array],
    noise_angle: float,
    fps: float,
) -> Array:
    """World rotations `(T, 4)` of the upper bone.

    `above` `(T, 4)`: world rotation of its parent; `upper`, `lower` `(T, 3)`: where the two bones
    point; `hint` `(T, 3)`: where the hinge axis would point to suit hand or foot, zero if unknown;
    `certainty`: confidence `(T,)` in the bend and in the hint; `noise_angle`: error of a
    direction, radians. The twist follows the plane of the bend. As the limb straightens it goes
    over to what its neighbours in time say, without any lag, and where there are none to `hint`
    and rest.
    """
    upper, lower = unit(upper), unit(lower)
    reference = _reference(limb, above, upper)
    axis = quat_rotate(reference, limb.hinge)
    normal = np.cross(upper, lower)
    sine = np.linalg.norm(normal, axis=-1)
    bend = direction_angle(sine, np.sum(upper * lower, axis=-1))
    blur = np.sqrt(2.0) * noise_angle / _TWIST_SPREAD
    shown = (
        _ramp(np.minimum(bend, np.pi - bend), *_BENT)
        * sine**2
        / np.maximum(sine**2 + blur**2, 1e-12)
    )
    rest = _angle_about(upper, axis, quat_rotate(_hanging(limb, above, upper), limb.hinge))
    seen = _angle_about(upper, axis, normal)
    off = np.abs(_wrapped(seen - rest))
    believable = np.maximum(1.0 - _ramp(off, *_PLAUSIBLE), _ramp(bend, *_LITTLE_BENT))
    weight = shown * believable * certainty[0]
    suits = _angle_about(upper, axis, hint)
    suited = certainty[1] * (np.linalg.norm(hint, axis=-1) > 0.0)
    around = over_time(weight * np.exp(1j * seen), fps) + 0.02 * (
        _FROM_END * suited * np.exp(1j * suits) + _FROM_REST * np.exp(1j * rest)
    )
    around = around / np.maximum(np.abs(around), 1e-12)
    twist = np.angle(weight * np.exp(1j * seen) + (1.0 - weight) * around)
    return quat_multiply(rotvec_to_quat(upper * twist[:, None]), reference)


def solve_lower(limb: Limb, upper_rotation: Array, lower: Array) -> Array:
    """Local rotations `(T, 4)` of the lower bone: bent without twist, hardly ever backwards.

    `upper_rotation` `(T, 4)`: world rotation of the upper bone; `lower` `(T, 3)`: where the lower
    one points.
    """
    direction = quat_rotate(quat_inverse(upper_rotation), unit(lower))
    forward = np.cross(limb.hinge, limb.along)
    aside = direction @ limb.hinge
    flexion = direction_angle(direction @ forward, direction @ limb.along)
    flexion = np.where(flexion < -0.5 * np.pi, flexion + 2.0 * np.pi, flexion)
    flexion = np.clip(flexion, *_FLEXION)
    level = np.sqrt(np.maximum(1.0 - aside**2, 0.0))
    kept = (
        (level * np.cos(flexion))[:, None] * limb.along
        + (level * np.sin(flexion))[:, None] * forward
        + aside[:, None] * limb.hinge
    )
    return quat_between(limb.along, kept)


def _hanging(limb: Limb, above: Array, upper: Array) -> Array:
    """The upper bone swung from rest onto its direction, without twist, in the world."""
    return quat_multiply(above, quat_between(limb.along, quat_rotate(quat_inverse(above), upper)))


def _reference(limb: Limb, above: Array, upper: Array) -> Array:
    """A world rotation onto `upper` that turns smoothly wherever the limb can go.

    The swing goes by way of `limb.middle`, so its one singular direction is out of reach.
    """
    local = quat_rotate(quat_inverse(above), upper)
    middle = unit(limb.middle)
    swing = quat_multiply(quat_between(middle, local), quat_between(limb.along, middle))
    return quat_multiply(above, swing)


def _angle_about(axis: Array, start: Array, end: Array) -> Array:
    """Angle `(T,)` about the unit `axis` from direction `start` to `end`, each `(T, 3)`."""
    return direction_angle(
        np.sum(axis * np.cross(start, end), axis=-1),
        np.sum(start * end, axis=-1) - np.sum(axis * start, axis=-1) * np.sum(axis * end, axis=-1),
    )


def _ramp(value: Array, start: float, end: float) -> Array:
    """0 up to `start`, 1 from `end`, smooth in between."""
    share = np.clip((value - start) / (end - start), 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)


def _wrapped(angle: Array) -> Array:
    return (angle + np.pi) % (2.0 * np.pi) - np.pi
