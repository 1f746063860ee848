"""Where hands touch or nearly touch, and what keeps them doing so on another body.

A contact is kept between corresponding spots of the two bodies' surfaces: the same finger on the
same part of the other hand, of the face, of the trunk. The gap beyond touching grows with the
hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body, Capsules
from .gaps import Gaps, gaps, nearest_of_each
from .humanoid import SIDES
from .quaternion import Array, normalize, rotate
from .rig_pose import Index
from .smooth import Mask, covered

RISE = 0.2
"""Seconds before and after a contact over which a hand takes up and leaves its place."""

LIFTED = 0.12
"""Metres above the hip joints from which on a wrist is lifted."""


@dataclass(frozen=True)
class Touchable:
    """What the hand of a side may touch.

    Within `touch` metres it does, beyond `near` metres it does not. `follow`: how far this moves
    with the other wrist; `weight` against contacts that pull elsewhere; `grip`: how much a place
    along the surface counts against the distance from it.
    """

    side: str
    group: str
    touch: float
    near: float
    follow: float
    weight: float
    grip: float
    lifted: bool = False


def _touchables() -> tuple[Touchable, ...]:
    found = [Touchable("left", "rightHand", 0.02, 0.08, 1.0, 16.0, 1.0)]
    for side, other in zip(SIDES, reversed(SIDES), strict=True):
        found += [
            Touchable(side, "head", 0.02, 0.06, 0.0, 16.0, 0.3),
            Touchable(side, "torso", 0.015, 0.04, 0.0, 2.0, 0.03, lifted=True),
            Touchable(side, f"{other}Forearm", 0.01, 0.03, 0.6, 1.0, 0.1),
            Touchable(side, f"{other}UpperArm", 0.01, 0.03, 0.0, 1.0, 0.1),
        ]
    return tuple(found)


TOUCHABLES = _touchables()


@dataclass(frozen=True)
class Contact:
    """A hand on something in K of a body's `frames`: `strength` `(K,)` from 0 to 1, `shift`
    `(K, 3)`, how far the hand has to move against the other side to be on it as in the clip, and
    `normal` `(K, 3)`, which points out of the other side."""

    what: Touchable
    frames: Index
    strength: Array
    shift: Array
    normal: Array


def near(source: Body) -> dict[Touchable, Mask]:
    """What a hand could be close enough to, with the frames `(T,)`: a quick look, without
    fingers."""
    found: dict[Touchable, Mask] = {}
    for side in SIDES:
        whats = [what for what in TOUCHABLES if what.side == side]
        groups = [_plain(source, what.group) for what in whats]
        for what, gap in zip(whats, nearest_of_each(source.ball(side), groups), strict=True):
            frames = gap < what.near * source.shape.sizes["hand"]
            if frames.any():
                found[what] = frames
    return found


def _plain(body: Body, group: str) -> Capsules:
    side = group.removesuffix("Hand")
    return body.ball(side) if side in SIDES else body.capsules(group)


def contact(source: Body, target: Body, what: Touchable, near: Mask, rise: int) -> Contact | None:
    """How `what` is touched in the clip and what the rig's hand lacks to do the same.

    `near`: frames `(T,)` in which it could be touched; None when it is not. `rise`: frames over
    which a contact begins.
    """
    name, frames = f"{what.side}Hand", np.flatnonzero(near)
    found = gaps(source.capsules(name).during(frames), source.capsules(what.group).during(frames))
    apart = found.nearest() / source.shape.sizes["hand"]
    closeness = np.clip((what.near - apart) / (what.near - what.touch), 0.0, 1.0)
    if what.lifted:
        closeness = closeness * _lifted(source, what.side)[frames]
    close = np.flatnonzero(closeness)
    if not len(close):
        return None
    strength = np.zeros(len(near))
    strength[frames] = closeness * closeness * (3.0 - 2.0 * closeness)
    strength = covered(strength, rise)
    felt = np.flatnonzero(strength)
    known = frames[close]
    hand, other = (target.capsules(group).during(known) for group in (name, what.group))
    scales = source.shape.sizes["hand"], target.shape.sizes["hand"]
    shift, normal = _lacking(found.during(close), hand, other, *scales)
    # before and after, a hand goes by what it lacks at the contact's edge: far off, the scaled
    # distance would pull it about
    shift, normal = (_spread(vectors, known, felt) for vectors in (shift, normal))
    return Contact(what, felt, strength[felt], shift, normalize(normal))


def _lifted(body: Body, side: str) -> Array:
    """How far `(T,)` a hand is above the hips, 0 to 1."""
    up = rotate(body.turn("pelvis"), np.array([0.0, 1.0, 0.0]))
    height = np.sum((body.place(f"{side}Hand") - body.place("pelvis")) * up, axis=-1)
    return np.clip(height / (LIFTED * body.shape.sizes["hand"]), 0.0, 1.0)


def _spread(vectors: Array, known: Index, wanted: Index) -> Array:
    """Vectors `(K, 3)` of the frames `known` at the frames `wanted`, straight in between."""
    spread = np.empty((len(wanted), 3))
    for axis in range(3):
        spread[:, axis] = np.interp(wanted, known, vectors[:, axis])
    return spread


def _lacking(
    theirs: Gaps, hand: Capsules, other: Capsules, size: float, own_size: float
) -> tuple[Array, Array]:
    """How far `(K, 3)` the rig's `hand` has to move to be on `other` as in the clip, and which
    way is out; `size` and `own_size` of the clip's hand and the rig's."""
    scale = own_size / size
    weights = theirs.weights(size)
    wanted = np.maximum(hand.radius[:, None] + other.radius + scale * theirs.gap, 0.0)
    shares = weights * wanted / np.maximum(theirs.distance, 1e-9)
    shift = theirs.between(shares, theirs.first, theirs.second)
    shift -= theirs.between(weights, hand, other)
    ours = gaps(hand.moved(shift), other)  # other parts may have come nearest
    lacking = scale * theirs.nearest() - ours.nearest()
    shift += ours.direction(ours.weights(own_size)) * lacking[:, None]
    return shift, normalize(theirs.direction(weights))


def solved(contacts: list[Contact], wished: dict[str, Array]) -> dict[str, Array]:
    """Shifts `(T, 3)` of both wrists that serve all contacts, each as far as it is strong, and
    are as `wished` else.

    Least squares over both wrists together: a single contact of strength s leads s of the way
    from the wish to what it wants.
    """
    pull = np.concatenate([wished[side] for side in SIDES], axis=1)[..., None]
    stiffness = np.tile(np.eye(6), (len(pull), 1, 1))
    for one in contacts:
        share = {one.what.side: 1.0}
        if one.what.follow:
            share[next(side for side in SIDES if side != one.what.side)] = -one.what.follow
        rows = np.kron([share.get(side, 0.0) for side in SIDES], np.eye(3))
        across = one.normal[:, :, None] * one.normal[:, None, :]
        firm = across + one.what.grip * (np.eye(3) - across)
        firm *= (one.what.weight * one.strength / (1.01 - one.strength))[:, None, None]
        stiffness[one.frames] += rows.T @ firm @ rows
        pull[one.frames] += rows.T @ firm @ one.shift[..., None]
    moved = np.linalg.solve(stiffness, pull)[..., 0]
    return {side: moved[:, 3 * k : 3 * k + 3] for k, side in enumerate(SIDES)}
