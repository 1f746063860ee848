"""The colour of the skin itself: a picture shows only its product with an unknown light."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.texture import smoothstep
from gesture_core.likeness.colour import luminance, picture_to_linear

if TYPE_CHECKING:
    from gesture_core.likeness.fit import Fit
    from gesture_core.likeness.lighting import Light

Floats = NDArray[np.floating[Any]]

# skins from dark to light, linear: brightness, green over red, blue over green
BRIGHTNESS = np.array([0.03, 0.08, 0.20, 0.45])
GREEN = np.array([0.50, 0.49, 0.52, 0.59])
BLUE = np.array([0.68, 0.63, 0.63, 0.68])
PULL = 0.65  # towards these hues: white balance errs more than skins of one brightness differ
USUAL = 0.42  # brightness that is assumed the more
EXPOSURE = 0.50  # share of that assumption, for skin that is not dark
DARK = (0.05, 0.16)  # brightness below which a skin is believed to be as dark as it looks
WHITE = 0.85  # brightness that the brightest part of a well-exposed picture has
MOST_GAIN = 1.3
LIMITS = (0.02, 0.60)


def fit_tone(fit: Fit, lights: Sequence[Light], merits: Sequence[float]) -> Floats:
    """Linear colour (3,) of the skin in all views; `lights` and `merits` are theirs, in order."""
    seen = [
        light.skin * _gain(view.view.photo.rgb)
        for view, light in zip(fit.views, lights, strict=True)
    ]
    return believable_tone(np.average(seen, axis=0, weights=merits))


def believable_tone(linear: Floats) -> Floats:
    """A colour (3,) that skin is likely to have where it looks like `linear` (3,)."""
    color = np.maximum(linear, 1e-4)
    looks = float(luminance(np.asarray(color)))
    share = EXPOSURE * float(smoothstep(np.array(looks), *DARK))
    bright = float(np.clip(looks ** (1 - share) * USUAL**share, *LIMITS))
    red, green, blue = np.log(color)
    place = np.log(bright)
    usual = [np.interp(place, np.log(BRIGHTNESS), np.log(row)) for row in (GREEN, BLUE)]
    over_red = (1 - PULL) * np.clip(green - red, -1.0, -0.2) + PULL * usual[0]
    over_green = (1 - PULL) * np.clip(blue - green, -0.9, -0.05) + PULL * usual[1]
    hue = np.exp([0.0, over_red, over_red + over_green])
    return hue * bright / luminance(hue)


def _gain(rgb: NDArray[np.uint8]) -> float:
    """How much darker a picture is than one whose brightest part is nearly white."""
    bright = luminance(picture_to_linear(rgb[::4, ::4]))
    return float(np.clip(WHITE / max(np.quantile(bright, 0.99), 1e-3), 1.0, MOST_GAIN))
