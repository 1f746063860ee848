"""Which gesture units are learned from, and which are kept for judging.

Three parts that share no clip: units to train on; test units of the same performers; and
everything of performers that nobody trains on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gesture_core.dataset.units import IDLE, Unit, UnitLibrary

UNKNOWN_PERFORMERS = ("perception",)
TEST_SHARE = 0.25
"""Share of the clips of every function that is kept for judging."""
FEWEST = 3
"""Clips of a function of which one is kept; of fewer all are trained on."""


@dataclass(frozen=True)
class UnitSplits:
    """The three parts of a unit library; `test` has the rest poses of `train`."""

    train: UnitLibrary
    test: UnitLibrary
    unknown: UnitLibrary


def split_units(
    library: UnitLibrary,
    test_share: float = TEST_SHARE,
    unknown: Sequence[str] = UNKNOWN_PERFORMERS,
    fewest: int = FEWEST,
) -> UnitSplits:
    """Split a library, the same way every time.

    Of every function the clips are ordered by size, and of equal stretches of that order the
    middle one is kept, so that both parts hold small and large gestures alike. Of a function with
    fewer than `fewest` clips none is kept.
    Clips of quiet standing are cut in time instead, since there are so few: the last
    `test_share` of each is kept for judging.
    """
    known = [unit for unit in library.units if unit.performer not in unknown]
    groups: dict[str, list[Unit]] = defaultdict(list)
    for unit in known:
        if unit.function != IDLE:
            groups[unit.function].append(unit)
    kept: set[str] = set()
    for units in groups.values():
        count = max(1, round(test_share * len(units))) if len(units) >= fewest else 0
        ordered = sorted(units, key=lambda unit: (unit.size, unit.name))
        kept |= {ordered[int((n + 0.5) * len(units) / count)].name for n in range(count)}
    idles = [unit for unit in known if unit.function == IDLE]
    share = 1.0 - test_share
    train = UnitLibrary(
        (
            *(unit for unit in known if unit.function != IDLE and unit.name not in kept),
            *(_cut(unit, 0.0, share) for unit in idles),
        )
    )
    test = (
        *(unit for unit in known if unit.name in kept),
        *(_cut(unit, share, 1.0) for unit in idles),
    )
    return UnitSplits(
        train=train,
        test=UnitLibrary(test, train.rests),
        unknown=UnitLibrary(tuple(u for u in library.units if u.performer in unknown)),
    )


def _cut(idle: Unit, start: float, end: float) -> Unit:
    """Part of a clip of quiet standing, from a share of its length to another."""
    first, last = (round(share * (len(idle.rotations) - 1)) for share in (start, end))
    rotations = np.ascontiguousarray(idle.rotations[first : last + 1])
    seconds = (len(rotations) - 1) / idle.fps
    return replace(idle, rotations=rotations, start=0.0, stroke=seconds / 2, end=seconds)
