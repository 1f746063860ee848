"""Where hands touch or nearly touch, and what keeps them doing so on another body.

A contact is kept between corresponding spots of the two bodies' surfaces: the same finger on the
same part of the other hand, of the face, of the trunk. The gap beyond touching grows with the
hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body
from .gaps import gaps
from .humanoid import SIDES
from .quaternion import Array, normalize
from .smooth import Mask, covered

RISE = 0.2
"""Seconds before and after a contact over which a hand takes up and leaves its place."""

CORRECTIONS = 2
"""How often the gap on the new body is measured anew, where other parts may have come nearest."""


@dataclass(frozen=True)
class Touchable:
    """What the hand of a side may touch: within `touch` metres it does, beyond `near` metres it
    does not. `follow`: how far this moves with the other wrist; `grip`: how much a place along
    the surface counts against the distance from it."""

    side: str
    group: str
    touch: float
    near: float
    follow: float
    grip: float


def _touchables() -> tuple[Touchable, ...]:
    found = [Touchable("left", "rightHand", 0.015, 0.06, 1.0, 1.0)]
    for side, other in zip(SIDES, reversed(SIDES), strict=True):
        found += [
            Touchable(side, "head", 0.015, 0.05, 0.0, 0.3),
            Touchable(side, "torso", 0.01, 0.04, 0.0, 0.1),
            Touchable(side, f"{other}Forearm", 0.01, 0.03, 0.6, 0.1),
            Touchable(side, f"{other}UpperArm", 0.01, 0.03, 0.0, 0.1),
        ]
    return tuple(found)


TOUCHABLES = _touchables()


@dataclass(frozen=True)
class Contact:
    """A hand on something over T frames: `strength` `(T,)` from 0 to 1, `shift` `(T, 3)`, how far
    the hand has to move against the other side to be on it as in the clip, and `normal` `(T, 3)`,
    which points out of the other side."""

    what: Touchable
    strength: Array
    shift: Array
    normal: Array


def near(source: Body, what: Touchable) -> Mask:
    """Frames `(T,)` in which a hand could be close enough to count: a quick look, without its
    fingers."""
    ball = source.ball(what.side)
    other = what.group.removesuffix("Hand")
    side = source.ball(other) if other in SIDES else source.capsules(what.group)
    return gaps(ball, side).nearest() < what.near * source.shape.sizes["hand"]


def contact(source: Body, target: Body, what: Touchable, rise: int) -> Contact | None:
    """How `what` is touched in the clip and what the rig's hand lacks to do the same.

    None when nothing is touched. `rise`: frames over which a contact begins.
    """
    size = source.shape.sizes["hand"]
    theirs = gaps(source.capsules(f"{what.side}Hand"), source.capsules(what.group))
    apart = theirs.nearest() / size
    closeness = np.clip((what.near - apart) / (what.near - what.touch), 0.0, 1.0)
    if not closeness.any():
        return None
    scale = target.shape.sizes["hand"] / size
    hand, other = target.capsules(f"{what.side}Hand"), target.capsules(what.group)
    weights = theirs.weights(size)
    wanted = np.maximum(hand.radius[:, None] + other.radius + scale * theirs.gap, 0.0)
    shares = weights * wanted / np.maximum(theirs.distance, 1e-9)
    shift = theirs.between(shares, theirs.first, theirs.second)
    shift -= theirs.between(weights, hand, other)
    normal = normalize(theirs.direction(weights))
    for _ in range(CORRECTIONS):
        ours = gaps(hand.moved(shift), other)
        lacking = scale * size * apart - ours.nearest()
        shift = shift + ours.direction(ours.weights(scale * size)) * lacking[:, None]
    smooth = closeness * closeness * (3.0 - 2.0 * closeness)
    return Contact(what, covered(smooth, rise), shift, normal)
