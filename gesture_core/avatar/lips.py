"""Lips that meet at rest: the base mesh leaves a slit of some tenths of a millimetre."""

from dataclasses import replace

import numpy as np
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.human import Human
from gesture_core.avatar.texture import smoothstep
from gesture_core.motion import EXPRESSIONS

REACH = 0.003
"""Metres from one lip to where the other one no longer feels it."""

OVERLAP = 0.0004
"""Metres a lip goes beyond the middle: the finer surface lies inside its control points."""

MOST = 0.001
"""Metres a lip moves at most: a mouth that is open at rest stays open."""


def close_lips(human: Human) -> Human:
    """The same human with both lips pressed together, so that no teeth gleam between them."""
    upper, lower = _lips(human)
    vertices = human.vertices.copy()
    for here, there, down in ((upper, lower, 1.0), (lower, upper, -1.0)):
        away, nearest = KDTree(human.vertices[there]).query(human.vertices[here])
        gap = down * (human.vertices[here, 1] - human.vertices[there[nearest], 1])
        near = smoothstep(away, REACH, REACH / 3)
        vertices[here, 1] -= down * near * np.clip(gap / 2 + OVERLAP, 0, MOST)
    return replace(human, vertices=vertices)


def _lips(human: Human) -> tuple[Ints, Ints]:
    """Skin around the mouth that stays and that goes when the jaw opens, with some air between."""
    skin = np.unique(human.base.faces["body"])
    drop: Floats = -human.expressions[EXPRESSIONS.index("jawOpen"), skin, 1]
    teeth = human.vertices[np.unique(human.base.faces["helper-upper-teeth"])]
    low, high = teeth.min(0) - [0.005, 0.02, 0.0], teeth.max(0) + [0.005, 0.02, 0.04]
    mouth = np.all((human.vertices[skin] > low) & (human.vertices[skin] < high), axis=1)
    share = drop / drop[mouth].max()
    return skin[mouth & (share < 0.45)], skin[mouth & (share > 0.45)]
