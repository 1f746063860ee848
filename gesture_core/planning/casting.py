"""Casting: which recorded unit performs each planned gesture.

Composing training sequences and generating new ones draw from the same odds, so that what the
generator meets at use is what it was trained on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gesture_core.plan import Hand, Plan, PlannedGesture

OWN_MANNER = 0.75
"""How often a gesture comes from the speaker's own manner when that knows the function."""
SIZE_PULL = 1.5
"""Log-odds of the largest unit over the smallest at energy 1; they grow with energy."""


@dataclass(frozen=True)
class Part:
    """A unit as the casting sees it: a role it can play, with its natural times in seconds."""

    unit: str
    mirrored: bool
    function: str
    hand: Hand
    manner: str
    size: float
    preparation: float
    retraction: float
    portable: bool = True
    """Whether other manners may use it: it starts and ends with hanging arms."""


def cast(
    plan: Plan,
    repertoire: Sequence[Part],
    manner: str,
    energy: float,
    rng: np.random.Generator,
    chosen: Sequence[int | None] = (),
) -> tuple[Plan, tuple[int, ...]]:
    """Choose a part for every gesture; return the plan fitted to them, and their indices.

    The function is kept (a beat stands in for one that nobody recorded); the hand is kept where
    a unit with that hand exists, else the plan takes the hand of the unit. `chosen` gives, gesture
    by gesture, the part where it is not to be chosen anew.
    """
    gestures: list[PlannedGesture] = []
    cast_as: list[int] = []
    for number, gesture in enumerate(plan):
        index = _choose(gesture, repertoire, manner, energy, cast_as, rng)
        if number < len(chosen) and (told := chosen[number]) is not None:
            index = told
        part = repertoire[index]
        fitted = gesture.fitted(part.preparation, part.retraction)
        fitted = replace(fitted, function=part.function, hand=part.hand)
        gestures.append(fitted)
        cast_as.append(index)
    return Plan(tuple(gestures), plan.duration), tuple(cast_as)


def _choose(
    gesture: PlannedGesture,
    repertoire: Sequence[Part],
    manner: str,
    energy: float,
    earlier: Sequence[int],
    rng: np.random.Generator,
) -> int:
    usable = [i for i, part in enumerate(repertoire) if part.portable or part.manner == manner]
    pool = [i for i in usable if repertoire[i].function == gesture.function]
    pool = pool or [i for i in usable if repertoire[i].function == "beat"]
    pool = [i for i in pool if repertoire[i].hand == gesture.hand] or pool
    own = [i for i in pool if repertoire[i].manner == manner]
    if own and rng.random() < OWN_MANNER:
        pool = own
    fresh = [i for i in pool if i not in earlier[-2:]]
    pool = fresh or pool
    sizes = np.array([repertoire[i].size for i in pool])
    rank = (sizes - sizes.min()) / max(float(np.ptp(sizes)), 1e-6) - 0.5
    odds = np.exp(SIZE_PULL * (2.0 * energy - 1.0) * rank)
    return pool[int(rng.choice(len(pool), p=odds / odds.sum()))]
