"""What a user says of a character in everyday terms, worked into its description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from gesture_core.avatar.beard import BEARD_NAMES
from gesture_core.avatar.body import BUILD, with_build, with_height
from gesture_core.avatar.character import CharacterSpec
from gesture_core.avatar.hair_styles import STYLE_NAMES
from gesture_core.avatar.looks import Looks
from gesture_core.avatar.phenotype import ORIGINS
from gesture_core.avatar.skin import Skin
from gesture_core.errors import UserError

Colour = tuple[float, ...]

YEARS = (1.0, 10.0, 25.0, 90.0)
"""Ages of MakeHuman's baby, child, young and old body."""
ADULT = (18.0, 90.0)
SKIN_TONES: dict[str, Colour] = {
    "porcelain": (0.925, 0.775, 0.690),
    "light": (0.875, 0.690, 0.575),
    "beige": (0.825, 0.630, 0.500),
    "tan": (0.730, 0.530, 0.400),
    "brown": (0.560, 0.385, 0.285),
    "deep": (0.400, 0.265, 0.195),
    "ebony": (0.280, 0.185, 0.140),
}
HAIR_COLOURS: dict[str, Colour] = {
    "black": (0.080, 0.064, 0.058),
    "dark_brown": (0.140, 0.095, 0.070),
    "brown": (0.240, 0.155, 0.105),
    "light_brown": (0.380, 0.265, 0.175),
    "blond": (0.620, 0.490, 0.320),
    "red": (0.420, 0.170, 0.085),
    "grey": (0.470, 0.455, 0.440),
    "white": (0.780, 0.770, 0.755),
}
_GENDERS = {"man": 0.0, "woman": 1.0}


@dataclass(frozen=True)
class Wishes:
    """What shall change; None, or empty, leaves it as it is.

    age in years; gender: man, woman, or a number between 0 and 1; origin: shares of MakeHuman's
    types, such as asian or asian:0.7,caucasian:0.3; height in metres; weight, muscle,
    proportions 0–1; skin: one of `SKIN_TONES` or a colour; hair and beard: STYLE, STYLE:COLOUR or
    :COLOUR; clothes: colours of top, trousers and shoes; changes: MakeHuman's local changes.
    """

    age: float | None = None
    gender: str | None = None
    origin: str | None = None
    height: float | None = None
    weight: float | None = None
    muscle: float | None = None
    proportions: float | None = None
    skin: str | None = None
    hair: str | None = None
    beard: str | None = None
    clothes: tuple[str, ...] = ()
    changes: Mapping[str, float] = field(default_factory=dict[str, float])


def fulfil(
    wishes: Wishes, spec: CharacterSpec, looks: Looks | None = None
) -> tuple[CharacterSpec, Looks | None]:
    """The character as wished; `UserError` names a wish that cannot be."""
    spec = replace(spec, phenotype={**spec.phenotype, **nature(wishes)})
    spec = replace(spec, changes={**spec.changes, **wishes.changes})
    if wishes.skin is not None:
        if looks is not None:
            raise UserError("the skin of a likeness is the person's own and cannot be chosen")
        tone = to_colour(wishes.skin, SKIN_TONES)
        spec = replace(spec, skin=tint_skin(spec.skin, tone))
    if wishes.hair is not None:
        spec = _with_hair(spec, wishes.hair, keep_brows=looks is not None)
    if wishes.beard is not None:
        spec = _with_beard(spec, wishes.beard)
    if wishes.clothes:
        spec = with_clothes(spec, tuple(to_colour(colour) for colour in wishes.clothes))
    sliders = {name: value for name in BUILD[1:] if (value := getattr(wishes, name)) is not None}
    for name, value in sliders.items():
        _check_share(name, value)
    spec, looks = with_build(spec, looks, sliders)
    return (spec, looks) if wishes.height is None else with_height(spec, looks, wishes.height)


def age_slider(years: float) -> float:
    """MakeHuman's slider for an age in years; `UserError` for who is no adult."""
    if not ADULT[0] <= years <= ADULT[1]:
        raise UserError(f"characters are {ADULT[0]:g} to {ADULT[1]:g} years old, not {years:g}")
    return float(np.interp(years, YEARS, np.linspace(0, 1, len(YEARS))))


def tint_skin(skin: Skin, tone: Colour) -> Skin:
    """Skin of another tone, with lips that go with it; both sRGB."""
    lips = tuple(float(c * share) for c, share in zip(tone, (0.86, 0.57, 0.62), strict=True))
    return replace(skin, tone=tone, lips=lips)


def brows_of(hair: Colour) -> Colour:
    """The colour of brows that go with hair (sRGB): fair hair has darker ones, black softer."""
    middle = (0.20, 0.145, 0.11)
    return tuple(0.6 * h + 0.4 * m for h, m in zip(hair, middle, strict=True))


def with_clothes(spec: CharacterSpec, colours: tuple[Colour, ...]) -> CharacterSpec:
    """The same character in other colours: of the top, the trousers and the shoes, in sRGB."""
    if len(colours) > 3:
        raise UserError("clothes have three colours at most: top, trousers and shoes")
    worn = dict(zip(("top", "trousers"), colours, strict=False))
    clothes = tuple(replace(one, color=worn.get(one.kind, one.color)) for one in spec.clothes)
    shoes = replace(spec.shoes, color=colours[2]) if len(colours) == 3 else spec.shoes
    return replace(spec, clothes=clothes, shoes=shoes)


def to_colour(text: str, names: Mapping[str, Colour] | None = None) -> Colour:
    """sRGB 0–1 of one of `names`, of #RRGGBB or of a CSS colour's name."""
    from PIL import ImageColor

    names = names or {}
    if text in names:
        return names[text]
    try:
        return tuple(value / 255 for value in ImageColor.getrgb(text.strip())[:3])
    except ValueError as error:
        known = ", ".join(names) or "navy"
        raise UserError(f"colour {text!r:.40} is neither #RRGGBB nor a name ({known})") from error


def nature(wishes: Wishes) -> dict[str, float]:
    """The sliders of age, gender and origin."""
    sliders: dict[str, float] = {}
    if wishes.age is not None:
        sliders["age"] = age_slider(wishes.age)
    if wishes.gender is not None:
        sliders["gender"] = _to_share("gender", wishes.gender, _GENDERS)
    if wishes.origin is not None:
        sliders |= dict.fromkeys(ORIGINS, 0.0)
        for part in wishes.origin.split(","):
            name, _, share = part.strip().partition(":")
            if name not in ORIGINS:
                raise UserError(f"unknown origin {name!r:.40}: choose {', '.join(ORIGINS)}")
            sliders[name] = _to_share(name, share or "1", {})
    return sliders


def _to_share(name: str, text: str, words: Mapping[str, float]) -> float:
    if text in words:
        return words[text]
    try:
        value = float(text)
    except ValueError as error:
        choices = "".join(f"{word}, " for word in words)
        raise UserError(f"{name} is {choices}or a number 0–1, not {text!r:.40}") from error
    _check_share(name, value)
    return value


def _check_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise UserError(f"{name} lies between 0 and 1, not at {value:g}")


def _with_hair(spec: CharacterSpec, wish: str, *, keep_brows: bool) -> CharacterSpec:
    style, _, color = wish.partition(":")
    hair, brows = spec.hair, spec.brows
    if style and style not in STYLE_NAMES:
        raise UserError(f"unknown hair {style!r:.40}: choose {', '.join(STYLE_NAMES)}")
    if style:
        hair = replace(hair, style=style, strands=0)
    if color:
        hair = replace(hair, color=to_colour(color, HAIR_COLOURS))
        if not keep_brows:
            brows = replace(brows, color=brows_of(hair.color))
    return replace(spec, hair=hair, brows=brows)


def _with_beard(spec: CharacterSpec, wish: str) -> CharacterSpec:
    """A beard in the colour of the hair unless another is wished."""
    style, _, color = wish.partition(":")
    if style and style not in BEARD_NAMES:
        raise UserError(f"unknown beard {style!r:.40}: choose {', '.join(BEARD_NAMES)}")
    chosen = to_colour(color, HAIR_COLOURS) if color else spec.hair.color
    return replace(spec, beard=replace(spec.beard, style=style or spec.beard.style, color=chosen))
