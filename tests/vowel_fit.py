"""How the weights of vowel shape keys in `blender_addon.core.face_names` were found.

A face with shapes for a few vowels has to show what the 52 expressions of a clip show. `VOWELS`
and the like say by how much of which shape a phoneme is seen; least squares find the weights of
the mouth's expressions that come nearest to it for every viseme and halfway between any two, soft
and loud, with open and with closed lips. Run as a program to print them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from gesture_core.motion import EXPRESSIONS
from gesture_core.speech.phonemes import PHONEMES
from gesture_core.speech.visemes import load_visemes

Array = NDArray[np.float64]

STEMS = (
    *("jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthPress", "mouthStretch"),
    *("mouthLowerDown", "mouthUpperUp"),
)
"""What a vowel is told from; a smile is none."""
EFFORTS = (0.75, 1.0, 1.2)
"""How wide softly and loudly spoken sounds open the mouth."""
CLOSURES = (0.0, 0.5, 1.0)
SHUT_COUNTS = 3.0
"""How much more an error with closed lips counts: lips that do not meet are seen first."""
RIDGE = 0.06
"""Keeps weights small, so that faces which speak no Korean do not come out as grimaces."""

VOWELS: dict[str, dict[str, float]] = {
    "a": {"aa": 0.9},
    "ʌ": {"aa": 0.35, "oh": 0.35},
    "o": {"oh": 0.8},
    "u": {"ou": 0.9},
    "ɯ": {"ih": 0.25, "ou": 0.15},
    "i": {"ih": 0.7},
    "ɛ": {"ee": 0.75},
    "w": {"ou": 0.85},
    "j": {"ih": 0.35},
    "n": {"aa": 0.12, "ih": 0.05},
    "s": {"ih": 0.3},
    "tɕ": {"ih": 0.15, "ou": 0.25},
    "k": {"aa": 0.18},
    "h": {"aa": 0.25},
    "m": {},
}
VISEMES: dict[str, dict[str, float]] = {
    "a": {"aa": 0.9},
    "ʌ": {"aa": 0.4, "O": 0.3},
    "o": {"O": 0.85},
    "u": {"U": 0.9},
    "ɯ": {"I": 0.3, "U": 0.1},
    "i": {"I": 0.75},
    "ɛ": {"E": 0.8},
    "w": {"U": 0.85},
    "j": {"I": 0.35},
    "n": {"aa": 0.12},
    "s": {"SS": 0.6},
    "tɕ": {"CH": 0.7},
    "k": {"aa": 0.18},
    "h": {"aa": 0.25},
    "m": {},
}
OPENING: dict[str, dict[str, float]] = {
    phoneme: {"open": value}
    for phoneme, value in {
        "a": 0.8, "ʌ": 0.6, "o": 0.4, "u": 0.15, "ɯ": 0.2, "i": 0.22, "ɛ": 0.5, "w": 0.12,
        "j": 0.15, "n": 0.15, "s": 0.12, "tɕ": 0.14, "k": 0.2, "h": 0.28, "m": 0.0,
    }.items()
}  # fmt: skip


def fit(targets: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Shape → expression → weight, for shapes that show phonemes as `targets` has them.

    A shape that should not show may be pulled below zero, since values end there.
    """
    shapes = sorted({shape for wanted in targets.values() for shape in wanted})
    mouths, wanted, counts = _examples(targets, shapes)
    return {
        shape: dict(zip(STEMS, _one_sided(mouths, wanted[:, k], counts).tolist(), strict=True))
        for k, shape in enumerate(shapes)
    }


def _examples(
    targets: Mapping[str, Mapping[str, float]], shapes: list[str]
) -> tuple[Array, Array, Array]:
    """Mouths `(N, STEMS)`, the values that `shapes` should have there, and what each counts."""
    mouths, wanted, counts = [], [], []
    for pose, seen in _sounds(targets):
        for effort in EFFORTS:
            for closure in CLOSURES:
                mouths.append(_closed(_louder(pose, effort), closure))
                share = effort * (1.0 - closure)
                wanted.append([share * seen.get(shape, 0.0) for shape in shapes])
                counts.append(SHUT_COUNTS if closure == 1.0 else 1.0)
    return np.array(mouths), np.array(wanted), np.array(counts)


def _sounds(
    targets: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[Array, dict[str, float]]]:
    """Every phoneme's pose with what is to be seen, and what lies halfway between any two."""
    poses = {
        phoneme: np.array([load_visemes()[phoneme].pose.get(stem, 0.0) for stem in STEMS])
        for phoneme in targets
    }
    for one, other in combinations_with_replacement(targets, 2):
        shapes = {*targets[one], *targets[other]}
        seen = {s: 0.5 * (targets[one].get(s, 0.0) + targets[other].get(s, 0.0)) for s in shapes}
        yield 0.5 * (poses[one] + poses[other]), seen


def _louder(pose: Array, effort: float) -> Array:
    opening = [stem in ("jawOpen", "mouthLowerDown", "mouthUpperUp") for stem in STEMS]
    return np.where(opening, pose * effort, pose)


def _closed(pose: Array, closure: float) -> Array:
    """The pose with the lips brought together, as `visemes.lip_sync` does it."""
    mouth = dict(zip(STEMS, pose.tolist(), strict=True))
    for stem in ("mouthLowerDown", "mouthUpperUp", "mouthFunnel", "mouthStretch"):
        mouth[stem] *= 1.0 - closure
    mouth["jawOpen"] *= 1.0 - 0.65 * closure
    mouth["mouthClose"] = mouth["jawOpen"] * closure
    mouth["mouthPress"] = 0.35 * closure
    return np.array([mouth[stem] for stem in STEMS])


def _one_sided(mouths: Array, wanted: Array, counts: Array) -> Array:
    """Weights that come nearest to `wanted`, where less than nothing is as good as nothing."""
    used = np.ones(len(wanted), dtype=bool)
    while True:
        rows, values = mouths[used] * counts[used, None], wanted[used] * counts[used]
        weights = np.linalg.solve(rows.T @ rows + RIDGE * np.eye(len(STEMS)), rows.T @ values)
        wrong = (wanted > 0.0) | (mouths @ weights > 0.0)
        if (wrong == used).all():
            return weights
        used = wrong


if __name__ == "__main__":
    assert {*VOWELS} <= PHONEMES
    assert {*EXPRESSIONS}
    for targets in (VOWELS, VISEMES, OPENING):
        for shape, weights in fit(targets).items():
            kept = {stem: round(weight, 2) for stem, weight in weights.items()}
            print(f'    "{shape}": {kept},'.replace("'", '"'))
