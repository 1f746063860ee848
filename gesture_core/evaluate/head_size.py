"""How large skulls, ears and necks are, and whether that is within a population of adults.

What no picture shows must not be invented: a fitted head has to stay among the heads that the
body model gives to believable people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import BODY, Floats, load_base_mesh, load_target
from gesture_core.avatar.phenotype import ORIGINS, local_targets, target_weights
from gesture_core.avatar.rig import fit_rig, skin_weights

Indices = NDArray[np.integer]

ADULTS = 200
"""People in the population; its ends hold one in 200 at each side."""
_SPREAD = 0.15
"""Standard deviation of the local changes of head and neck, of their whole way."""
_EAR_SHIFT = 0.001
"""What stands off where the ears do, farther than this, metres, is ear."""
_NECK = (0.605, 0.625)
"""Heights between which the neck is measured, metres of the base mesh."""


@dataclass(frozen=True, eq=False)
class Extent:
    """One size: how far the `vertices` of the base mesh reach along an `axis` (x, y, z: 0–2)."""

    vertices: Indices
    axis: int

    def of(self, body: Floats) -> float:
        """The size of a body (19158, 3), metres."""
        return float(np.ptp(body[self.vertices, self.axis]))


@dataclass(frozen=True)
class Population:
    """Mean, standard deviation and ends of each size among adults, metres."""

    mean: dict[str, float]
    deviation: dict[str, float]
    least: dict[str, float]
    most: dict[str, float]

    def scores(self, sizes: Mapping[str, float]) -> dict[str, float]:
        """How many standard deviations each size is away from the mean."""
        return {name: (sizes[name] - self.mean[name]) / self.deviation[name] for name in sizes}

    def outside(self, sizes: Mapping[str, float]) -> list[str]:
        """The sizes that nobody in the population has."""
        return [n for n, size in sizes.items() if not self.least[n] <= size <= self.most[n]]


@lru_cache(maxsize=1)
def extents() -> dict[str, Extent]:
    """The sizes that are measured, by name."""
    base = load_base_mesh()
    points = base.vertices[BODY]
    bones = fit_rig(base.vertices, base).names
    weights = skin_weights()[BODY]
    ears = _ears(len(points))
    eyes = base.vertices[np.unique(base.faces["helper-l-eye"]), 1].mean()
    hidden = ears["l"] | ears["r"] | (points[:, 1] < eyes)
    skull = (weights[:, bones.index("head")] > 0.5) & ~hidden
    low, high = _NECK
    neck = (weights[:, bones.index("neck")] > 0.3) & (points[:, 1] > low) & (points[:, 1] < high)
    parts = {"skull": (skull, "xyz"), "ear": (ears["l"], "xyz"), "neck": (neck, "xz")}
    words = {"x": "width", "y": "height", "z": "depth"}
    return {
        f"{part} {words[axis]}": Extent(np.flatnonzero(chosen), "xyz".index(axis))
        for part, (chosen, axes) in parts.items()
        for axis in axes
    }


def head_sizes(body: Floats) -> dict[str, float]:
    """Every size of a body (19158, 3) in its bind pose, metres."""
    return {name: extent.of(body) for name, extent in extents().items()}


@lru_cache(maxsize=1)
def adult_population(count: int = ADULTS) -> Population:
    """The sizes of random adults, always the same ones; takes some ten seconds."""
    rng = np.random.default_rng(7)
    target = cache(load_target)
    rest = load_base_mesh().vertices
    rows = []
    for _ in range(count):
        body = rest.copy()
        for path, weight in target_weights(*_random_adult(rng)):
            moved, offsets = target(path)
            body[moved] += weight * offsets
        rows.append(list(head_sizes(body).values()))
    table = np.array(rows)
    columns = [table.mean(0), table.std(0), table.min(0), table.max(0)]
    return Population(*(dict(zip(extents(), map(float, c), strict=True)) for c in columns))


def _random_adult(rng: np.random.Generator) -> tuple[dict[str, float], dict[str, float]]:
    """A phenotype and the local changes of head and neck, the same at the left and the right."""
    phenotype = {
        "gender": float(rng.uniform()),
        "age": float(rng.uniform(0.6, 0.95)),
        **{name: float(rng.uniform(0.2, 0.8)) for name in ("muscle", "weight", "height")},
        "proportions": float(rng.uniform(0.1, 0.6)),
        **dict(zip(ORIGINS, map(float, rng.dirichlet(np.ones(3))), strict=True)),
    }
    changes: dict[str, float] = {}
    for name in local_targets():
        words = name.split("-")
        if {"head", "neck", "ear", "forehead"} & set(words) and not {"trans", "angle"} & set(words):
            other = name.replace("r-", "l-", 1) if words[0] == "r" else name
            value = float(np.clip(rng.normal(0.0, _SPREAD), -1.0, 1.0))
            changes[name] = changes.get(other, value)
    return phenotype, changes


def _ears(count: int) -> dict[str, NDArray[np.bool_]]:
    """Which of the first `count` vertices belong to the ear of a side, l or r."""
    ears = {side: np.zeros(count, bool) for side in "lr"}
    for side, ear in ears.items():
        moved, offsets = load_target(local_targets()[f"{side}-ear-wing-incr"][0])
        ear[moved[np.linalg.norm(offsets, axis=1) > _EAR_SHIFT]] = True
    return ears
