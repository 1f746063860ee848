"""What adults' faces are like: how far sliders, displacements and expressions stray.

Normal distributions, stated as a quadratic form: the prior of the fit. Where a picture shows
nothing (the back of the skull, ears under hair) the fitted head stays in the middle of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.face_model import SLIDERS, FaceModel
from gesture_core.motion import EXPRESSIONS

Floats = NDArray[np.floating[Any]]

# slider → mean, standard deviation, lowest, highest
POPULATION = {
    "gender": (0.5, 0.35, 0.0, 1.0),
    "age": (0.74, 0.10, 0.6, 1.0),
    "weight": (0.5, 0.13, 0.15, 0.9),
    "african": (0.33, 0.35, 0.0, 1.0),
    "asian": (0.33, 0.35, 0.0, 1.0),
    "caucasian": (0.33, 0.35, 0.0, 1.0),
}

# beginning of a change's name (without its side) → standard deviation; the longest one counts
CHANGES = {
    "": 0.22,
    "head": 0.10,
    "head-fat": 0.25,
    "head-age": 0.15,
    "ear": 0.12,
    "forehead": 0.18,
    "nose": 0.30,
    "nose-trans-out": 0.06,
    "nose-septumangle": 0.10,
    "mouth": 0.25,
    "mouth-trans-out": 0.06,
    "mouth-laugh-lines": 0.15,
    "eye": 0.28,
    "eye-bag": 0.10,
    "chin": 0.28,
    "cheek": 0.28,
}
LOPSIDED = 0.25  # how far left and right differ, as a share of how far both stray
LOPSIDED_MODE = 0.35

# beginning of an expression's name → standard deviation: people in pictures smile, speak and
# blink, and seldom pout
EXPRESSION = {
    "": 0.25,
    "mouthSmile": 0.60,
    "mouthUpperUp": 0.45,
    "mouthLowerDown": 0.45,
    "mouthPucker": 0.12,
    "mouthFunnel": 0.15,
    "mouthRoll": 0.15,
    "mouthPress": 0.15,
    "mouthShrug": 0.15,
    "jawOpen": 0.50,
    "jawForward": 0.10,
    "cheekSquint": 0.45,
    "cheekPuff": 0.10,
    "eyeBlink": 0.50,
    "eyeSquint": 0.40,
    "eyeLook": 0.40,
    "brow": 0.35,
    "tongueOut": 0.02,
}
SPARSE = 0.35  # pull of an expression towards none at all, over its standard deviation
LOPSIDED_EXPRESSION = 0.20  # standard deviation of left minus right

LIPS = ((191, 95), (80, 88), (81, 178), (82, 87), (13, 14))
LIPS += ((312, 317), (311, 402), (310, 318), (415, 324))
"""Landmarks on the upper and the lower lip that meet where the mouth is closed."""
LIP_GAP = 0.0004  # metres by which a face at rest may open or overlap them
WIDTHS = {(61, 291): 0.0020, (172, 397): 0.0035}
"""Standard deviations, metres, of the mouth's width at rest and of the jaw's; a smile widens
both, and whoever smiles in every picture would else have a broad mouth and jaw at rest."""


def slider_prior(known: Mapping[str, float]) -> tuple[Floats, Floats, Floats, Floats]:
    """Means, standard deviations, lowest and highest values (6,) of SLIDERS; a known value is
    held fast."""
    mean, spread, low, high = np.array([POPULATION[name] for name in SLIDERS]).T
    for index, name in enumerate(SLIDERS):
        if name in known:
            mean[index] = low[index] = high[index] = known[name]
    return mean, spread, low, high


def change_precision(names: tuple[str, ...]) -> Floats:
    """Precision matrix (K, K) of the local changes; the sides of a pair go together."""
    spread = np.array([_spread(name) for name in names])
    return _paired(spread, _pairs(names, "l-", "r-"), spread * LOPSIDED)


def mode_precision(model: FaceModel) -> Floats:
    """Precisions (M, 3) of the smooth displacements' coefficients.

    A symmetric face has even modes upwards and forwards, odd ones sideways.
    """
    symmetric = np.ones((len(model.modes), 3), dtype=bool)
    symmetric[: model.even, 0] = False
    symmetric[model.even :, 1:] = False
    return np.where(symmetric, 1.0, 1 / LOPSIDED_MODE**2)


def expression_precision() -> Floats:
    """Precision matrix (52, 52) of the expressions of one picture, around a face at rest."""
    pairs = [
        (left, EXPRESSIONS.index(name.removesuffix("Left") + "Right"))
        for left, name in enumerate(EXPRESSIONS)
        if name.endswith("Left") and name not in ("mouthLeft", "jawLeft")
        if not name.startswith("eyeLook")  # a gaze is no pair of equal values
    ]
    spread = expression_spread()
    return _paired(spread, pairs, np.full(len(spread), LOPSIDED_EXPRESSION))


def expression_spread() -> Floats:
    """Standard deviations (52,) of the expressions in pictures."""
    return np.array([_longest(EXPRESSION, name) for name in EXPRESSIONS])


def rest_precision(model: FaceModel) -> Floats:
    """Precision matrix (P, P) of sliders, changes and modes that tells a face at rest from one
    that smiles or speaks: its lips meet, its mouth and jaw are no wider than people's."""
    mean = np.array([POPULATION[name][0] for name in SLIDERS])
    slopes = model.slopes(mean, np.zeros(len(model.names)))
    upper, lower = np.array(LIPS).T
    gap = (slopes[upper, 1:] - slopes[lower, 1:]).reshape(-1, slopes.shape[2]) / LIP_GAP
    wide = [(slopes[a, 0] - slopes[b, 0]) / spread for (a, b), spread in WIDTHS.items()]
    rows = np.concatenate([gap, np.array(wide)])
    return rows.T @ rows


def _spread(name: str) -> float:
    stem = name.removeprefix("l-").removeprefix("r-")
    return _longest(CHANGES, stem)


def _longest(table: Mapping[str, float], name: str) -> float:
    """The entry whose key is the longest beginning of a name."""
    return table[max((start for start in table if name.startswith(start)), key=len)]


def _pairs(names: tuple[str, ...], left: str, right: str) -> list[tuple[int, int]]:
    return [
        (index, names.index(right + name.removeprefix(left)))
        for index, name in enumerate(names)
        if name.startswith(left)
    ]


def _paired(spread: Floats, pairs: list[tuple[int, int]], gap: Floats) -> Floats:
    """Independent precisions, and for each pair one of its difference."""
    precision = np.diag(1 / spread**2)
    for left, right in pairs:
        strength = 1 / gap[left] ** 2
        precision[left, left] += strength
        precision[right, right] += strength
        precision[left, right] -= strength
        precision[right, left] -= strength
    return precision
