"""Two-bone inverse kinematics: bringing a wrist or an ankle to a place, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .quaternion import Array, between, from_rotvec, multiply, normalize, rotate

FULLEST = 0.9995
"""Share of its length to which a limb may be straightened: the bend plane stays defined."""

SOFTNESS = 0.04
"""Share of the limb's length over which it slows down before it is straight."""

YIELDING = 0.01
"""The same before it is fully bent, where nothing can snap."""

UNCLEAR = 0.06
"""Height of the middle above the line from base to end, as a share of the upper bone, up to which
a limb counts as straight: which way it bends is noise then."""

TIGHTEST = np.radians(20.0)
"""Smallest angle between the two bones of a fully bent limb."""

_TINY = 1e-9


@dataclass(frozen=True)
class Chain:
    """A limb of two bones: places `(..., 3)` of its base, middle and end."""

    base: Array
    middle: Array
    end: Array

    def reach(self) -> tuple[Array, Array]:
        """Least and greatest distance `(...)` of the end from the base."""
        upper = np.linalg.norm(self.middle - self.base, axis=-1)
        lower = np.linalg.norm(self.end - self.middle, axis=-1)
        bent = np.sqrt(upper**2 + lower**2 - 2.0 * upper * lower * np.cos(TIGHTEST))
        return bent, FULLEST * (upper + lower)


def within_reach(chain: Chain, target: Array) -> Array:
    """`target` `(..., 3)` moved towards the base where the limb could not reach it.

    The last stretch is approached softly, so that a limb never snaps straight; a distance that
    the limb has already stays possible.
    """
    line = target - chain.base
    wanted = np.linalg.norm(line, axis=-1)
    now = np.linalg.norm(chain.end - chain.base, axis=-1)
    least, most = chain.reach()
    most, least = np.maximum(most, now), np.minimum(least, now)
    eased = most - _eased(most - wanted, np.minimum(SOFTNESS * most, most - now))
    distance = least + _eased(eased - least, np.minimum(YIELDING * most, now - least))
    return chain.base + normalize(line) * distance[..., None]


def _eased(room: Array, soft: Array) -> Array:
    """`room` `(...)` that shrinks to 0 ever more slowly from `soft` on, and never below."""
    width = np.maximum(soft, _TINY)
    return np.where(room < width, width * np.exp(np.minimum(room / width, 1.0) - 1.0), room)


def bend_to(chain: Chain, target: Array, fold: Array) -> tuple[Array, Array]:
    """Rotations `(..., 4)` of the upper and the lower bone that bring the end to `target`.

    The limb has to be able to reach `target` `(..., 3)`. It bends about its own hinge and then
    swings by the smallest angle, so the middle keeps its swivel; a straight limb that has to bend
    moves its middle towards `fold` `(..., 3)`.
    """
    upper, lower = chain.middle - chain.base, chain.end - chain.middle
    before, after = chain.end - chain.base, target - chain.base
    lengths = np.linalg.norm(upper, axis=-1), np.linalg.norm(lower, axis=-1)
    along, out = _triangle(np.linalg.norm(before, axis=-1), *lengths)
    new_along, new_out = _triangle(np.linalg.norm(after, axis=-1), *lengths)
    unclear: Array = np.exp(-((out / (UNCLEAR * lengths[0])) ** 2))
    rise = (unclear * np.maximum(new_out - out, 0.0))[..., None]
    pole = _square(upper, before) + normalize(_square(fold, before)) * rise
    hinge = normalize(np.cross(before, pole))
    span, new_span = (np.linalg.norm(line, axis=-1) for line in (before, after))
    upper_fold = np.arctan2(new_out, new_along) - np.arctan2(out, along)
    lower_fold = np.arctan2(out, span - along) - np.arctan2(new_out, new_span - new_along)
    swing = between(before, after)
    aside = rotate(swing, normalize(pole))
    middle = normalize(after) * new_along[..., None] + aside * new_out[..., None]
    turns: list[Array] = []
    for bone, fold_angle, aim in ((upper, upper_fold, middle), (lower, lower_fold, after - middle)):
        turn = multiply(swing, from_rotvec(hinge * fold_angle[..., None]))
        turns.append(multiply(between(rotate(turn, bone), aim), turn))
    return turns[0], turns[1]


def _triangle(span: Array, upper: Array, lower: Array) -> tuple[Array, Array]:
    """Where the middle lies: how far along the line from base to end, and how far beside it."""
    along = (span**2 + upper**2 - lower**2) / (2.0 * np.maximum(span, _TINY))
    return along, np.sqrt(np.maximum(upper**2 - along**2, 0.0))


def _square(vector: Array, line: Array) -> Array:
    """The part of `vector` at right angles to `line`."""
    unit = normalize(line)
    return vector - np.sum(vector * unit, axis=-1, keepdims=True) * unit
