"""The build of a body: how tall it is, and another body under the same head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

import numpy as np

from gesture_core.avatar.basemesh import BODY, Floats
from gesture_core.avatar.character import CharacterSpec
from gesture_core.avatar.looks import Looks
from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.avatar.rig import humanoid_bones, skin_weights
from gesture_core.errors import UserError

BUILD = ("height", "weight", "muscle", "proportions")
"""The sliders that shape a body without saying whose it is."""
HEIGHTS = (1.3, 2.2)
"""Shortest and tallest adult, metres."""


def stature(spec: CharacterSpec, looks: Looks | None = None) -> float:
    """Barefoot height in metres from the soles to the crown, measured on the body."""
    vertices = shape_vertices(spec.phenotype, spec.changes)
    return float(np.ptp((vertices if looks is None else vertices + looks.offsets)[BODY, 1]))


def with_build(
    spec: CharacterSpec,
    looks: Looks | None,
    sliders: Mapping[str, float],
    changes: Mapping[str, float] | None = None,
) -> tuple[CharacterSpec, Looks | None]:
    """The same person with other sliders of `BUILD` and, below the neck, other local changes.

    A head that looks were fitted to keeps its shape; it may only grow or shrink with the body.
    """
    built = replace(
        spec,
        phenotype={**spec.phenotype, **sliders},
        changes={**spec.changes, **(changes or {})},
    )
    if looks is None:
        return built, None
    before = shape_vertices(spec.phenotype, spec.changes)
    after = shape_vertices(built.phenotype, built.changes)
    share = _head_share()
    skull = share > 0.99
    middle = before[skull].mean(0)
    larger = np.linalg.norm(np.std(after[skull], 0)) / np.linalg.norm(np.std(before[skull], 0))
    head = larger * (before + looks.offsets - middle) + after[skull].mean(0)
    offsets = looks.offsets + share[:, None] * (head - after - looks.offsets)
    return built, replace(looks, offsets=offsets)


def with_height(
    spec: CharacterSpec, looks: Looks | None, metres: float
) -> tuple[CharacterSpec, Looks | None]:
    """The same person, `metres` tall; `UserError` where no body of this build is."""
    if not HEIGHTS[0] <= metres <= HEIGHTS[1]:
        low, high = HEIGHTS
        raise UserError(f"adults are {low} to {high} m tall, not {metres:g} m")
    for _ in range(3):  # a head that grows with the body bends the line a little
        tall = stature(spec, looks)
        if abs(tall - metres) < 5e-4:
            break
        slider = spec.phenotype.get("height", 0.5)
        step = -0.1 if slider > 0.5 else 0.1
        other = stature(*with_build(spec, looks, {"height": slider + step}))
        slider += step * (metres - tall) / (other - tall)
        if not 0.0 <= slider <= 1.0:
            raise UserError(f"a body of this age and build cannot be {metres:g} m tall")
        spec, looks = with_build(spec, looks, {"height": slider})
    return spec, looks


@lru_cache(maxsize=1)
def _head_share() -> Floats:
    """How much each vertex (19158,) belongs to the head, 0 below the neck."""
    names = list(humanoid_bones())
    moved = [names.index(name) for name in ("head", "jaw", "leftEye", "rightEye")]
    return skin_weights()[:, moved].sum(1)
