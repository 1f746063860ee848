"""Random believable adults: body, face, skin, hair and clothes that go together.

The figures are our own choice, looked at on sheets of renders; only statures follow surveys
(means and deviations of today's young adults in Korea and Europe, rounded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from gesture_core.avatar.beard import BEARD_NAMES, SHAVED, Beard
from gesture_core.avatar.body import with_height
from gesture_core.avatar.character import CharacterSpec
from gesture_core.avatar.hair import Hair
from gesture_core.avatar.hair_styles import StyleName
from gesture_core.avatar.library import load_bundled
from gesture_core.avatar.phenotype import local_targets
from gesture_core.avatar.wishes import (
    HAIR_COLOURS,
    Colour,
    age_slider,
    brows_of,
    tint_skin,
    to_colour,
    with_clothes,
)

T = TypeVar("T")

FACES = {
    "head": 0.10,
    "forehead": 0.12,
    "eyebrows": 0.12,
    "eyes": 0.12,
    "nose": 0.20,
    "mouth": 0.14,
    "ears": 0.15,
    "chin": 0.20,
    "cheek": 0.18,
}
"""Standard deviation of the local changes of each part of the head."""
_ODD = ("-out", "angle", "age-incr", "cleft", "triangle", "nubian", "greek", "prognathism")
_ORIGINS = {"asian": 0.45, "caucasian": 0.3, "african": 0.25}
_TONES: dict[str, tuple[Colour, Colour]] = {  # lightest and darkest, sRGB
    "asian": ((0.905, 0.735, 0.620), (0.760, 0.560, 0.425)),
    "caucasian": ((0.925, 0.765, 0.680), (0.790, 0.600, 0.480)),
    "african": ((0.580, 0.405, 0.305), (0.270, 0.180, 0.138)),
}
_IRISES: tuple[Colour, ...] = (
    (0.20, 0.11, 0.06),
    (0.14, 0.08, 0.05),
    (0.30, 0.20, 0.10),
    (0.27, 0.27, 0.14),
    (0.24, 0.34, 0.42),
    (0.33, 0.37, 0.38),
)
_CUTS: dict[str, dict[str, tuple[StyleName, ...]]] = {
    "man": {
        "asian": ("two_block", "side_part", "crop", "swept_back", "buzz"),
        "caucasian": ("side_part", "crop", "curly_short", "swept_back", "buzz"),
        "african": ("buzz", "afro", "crop", "curly_short", "bald"),
        "old": ("receding", "side_part", "crop", "bald"),
    },
    "woman": {
        "asian": ("bob", "bob_fringe", "chin", "long_straight", "shoulder_wavy", "ponytail", "bun"),
        "caucasian": ("long_wavy", "shoulder_wavy", "chin", "pixie", "long_straight", "bun"),
        "african": ("afro", "long_curly", "bun", "curly_short", "ponytail"),
        "old": ("pixie", "chin", "bob", "bun"),
    },
}
_TOPS = "#a88f7d #38506b #5d6b4f #7c3f45 #d8d2c6 #33363d #6f7f8c #8a9a8f #4b3a5a".split()
_TROUSERS = "#2b2e35 #3a4154 #4a4438 #1f2023 #5a5d63 #6b6152".split()


def random_adult(seed: int) -> CharacterSpec:
    """The description of the random adult of a number: the same number gives the same one."""
    rng = np.random.default_rng(seed)
    woman = bool(rng.random() < 0.5)
    years = float(rng.triangular(20, 32, 76))
    origins = _origins(rng)
    chief = max(origins, key=lambda name: origins[name])
    usual = load_bundled("mina" if woman else "jun")
    hair = _hair(woman, years, chief, rng)
    spec = replace(
        usual,
        name=f"adult {seed}",
        phenotype={**usual.phenotype, **origins, **_build(woman, years, rng)},
        changes={**usual.changes, **_features(usual.changes, rng)},
        skin=replace(
            tint_skin(usual.skin, _tone(origins, rng)),
            blush=float(rng.uniform(0.15, 0.4)),
            lip_strength=float(rng.uniform(0.45, 0.65) if woman else rng.uniform(0.3, 0.45)),
            stubble=0.0 if woman else float(rng.choice([0.0, 0.1, 0.3])),
        ),
        iris=_IRISES[int(rng.integers(len(_IRISES)))] if chief == "caucasian" else _IRISES[0],
        hair=hair,
        beard=SHAVED if woman else _beard(hair, rng),
        brows=replace(
            usual.brows,
            color=brows_of(hair.color),
            thickness=usual.brows.thickness * float(rng.uniform(0.85, 1.2)),
            arch=float(rng.uniform(0.0015, 0.0045)),
        ),
    )
    spec = with_clothes(spec, (to_colour(_pick(_TOPS, rng)), to_colour(_pick(_TROUSERS, rng))))
    tall = rng.normal(1.62, 0.06) if woman else rng.normal(1.75, 0.065)
    tall = float(np.clip(tall, 1.48, 1.95))
    spec, _ = with_height(spec, None, tall)
    who = "woman" if woman else "man"
    words = hair.style.replace("_", " ")
    return replace(spec, description=f"{who} of {years:.0f}, {tall:.2f} m, hair {words}")


def _origins(rng: np.random.Generator) -> dict[str, float]:
    names, shares = list(_ORIGINS), np.array(list(_ORIGINS.values()))
    first = int(rng.choice(len(names), p=shares))
    mixed = np.eye(len(names))[first]
    if rng.random() < 0.3:  # a second origin, never the larger part
        mixed = mixed + rng.uniform(0.2, 0.8) * np.eye(len(names))[rng.integers(len(names))]
    return dict(zip(names, map(float, mixed / mixed.sum()), strict=True))


def _build(woman: bool, years: float, rng: np.random.Generator) -> dict[str, float]:
    """The sliders of sex, age and build."""
    weight = rng.normal(0.46 + 0.0015 * (years - 30), 0.11)
    return {
        "gender": float(rng.uniform(0.88, 1.0) if woman else rng.uniform(0.0, 0.12)),
        "age": age_slider(years),
        "muscle": float(np.clip(rng.normal(0.45 if woman else 0.53, 0.08), 0.25, 0.75)),
        "weight": float(np.clip(weight, 0.25, 0.8)),
        "proportions": float(rng.uniform(0.15, 0.4)),
        "cupsize": float(rng.uniform(0.3, 0.55)),
        "firmness": float(rng.uniform(0.5, 0.65)),
    }


def _features(usual: dict[str, float], rng: np.random.Generator) -> dict[str, float]:
    """Local changes of the head around the usual ones, almost the same left and right."""
    changes: dict[str, float] = {}
    for name, (path, _) in sorted(local_targets().items()):
        deviation = FACES.get(path.parent.name)
        if deviation is None or any(word in name for word in _ODD):
            continue
        left = "l-" + name.removeprefix("r-")
        value = float(np.clip(rng.normal(0, deviation), -2 * deviation, 2 * deviation))
        if name.startswith("r-"):
            value = changes[left] - usual.get(left, 0.0) + 0.1 * value
        changes[name] = usual.get(name, 0.0) + value
    return changes


def _tone(origins: dict[str, float], rng: np.random.Generator) -> Colour:
    depth = rng.uniform(0, 1)
    tones = [
        share * ((1 - depth) * np.array(_TONES[name][0]) + depth * np.array(_TONES[name][1]))
        for name, share in origins.items()
    ]
    return tuple(map(float, np.sum(tones, axis=0)))


def _hair(woman: bool, years: float, origin: str, rng: np.random.Generator) -> Hair:
    cuts = _CUTS["woman" if woman else "man"]
    style = _pick(cuts["old" if years > 58 else origin], rng)
    dark = ("black", "dark_brown")
    names = ("dark_brown", "brown", "light_brown", "blond", "red")
    color = np.array(HAIR_COLOURS[_pick(names if origin == "caucasian" else dark, rng)])
    grey = float(np.clip((years - 45) / 30 + rng.normal(0, 0.15), 0, 1)) if years > 40 else 0.0
    light = HAIR_COLOURS["grey" if years < 65 else "white"]
    color = (1 - grey) * color + grey * np.array(light)
    return Hair(style, tuple(map(float, color)), seed=int(rng.integers(1000)))


def _beard(hair: Hair, rng: np.random.Generator) -> Beard:
    style = _pick(("none", "none", "none", *BEARD_NAMES[1:]), rng)
    return Beard(style, tuple(0.9 * value for value in hair.color))


def _pick(choices: Sequence[T], rng: np.random.Generator) -> T:
    return choices[int(rng.integers(len(choices)))]
