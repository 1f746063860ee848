"""A clip as it looks in a mirror."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from .clip_reader import Clip

PLACE = np.array([-1.0, 1.0, 1.0])
"""What a mirror between left and right (X) does to places…"""
TURN = np.array([1.0, 1.0, -1.0, -1.0])
"""…and to rotations wxyz: those about X stay, those about Y and Z turn round."""


def mirrored(clip: Clip) -> Clip:
    """The clip with left and right exchanged: joints, places, rotations and expressions.

    Joints keep their order and take each other's names, so a joint on one side only moves over.
    """
    return replace(
        clip,
        joints=other_sides(clip.joints),
        offsets=clip.offsets * PLACE,
        rotations=clip.rotations * TURN,
        root=clip.root * PLACE,
        expression_names=other_sides(clip.expression_names),
    )


def other_sides(names: Iterable[str]) -> tuple[str, ...]:
    """The names of the opposite side: leftHand, eyeBlinkLeft and jawLeft have one, head has not."""
    return tuple(_other_side(name) for name in names)


def _other_side(name: str) -> str:
    for one, other in (("left", "right"), ("right", "left")):
        if name.startswith(one):
            return other + name.removeprefix(one)
        if name.endswith(one.capitalize()):
            return name.removesuffix(one.capitalize()) + other.capitalize()
    return name
