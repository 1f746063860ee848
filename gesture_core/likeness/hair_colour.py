"""The colour of the hair itself, out of views under the light that was found on the face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.colour import luminance, picture_to_linear, to_linear, to_srgb

if TYPE_CHECKING:
    from gesture_core.likeness.hair_mask import HairMask
    from gesture_core.likeness.lighting import Light

Floats = NDArray[np.floating[Any]]
Colour = tuple[float, float, float]

RIM = 5  # pixels across a mask's rim, where hair and what is behind it mix
LIT = (0.45, 0.85)  # shares of the hair by brightness: the rest is shadow and gloss
GLOSS = 0.015  # of white light that hair of any colour throws back even there
EXTRAPOLATED = 0.5  # power of the light that falls on the hair: it was fitted to the face alone
DARKEST = 0.005  # share of a person's pixels that are black but for haze
LEAST, MOST = 0.004, 0.75  # linear: no hair reflects less, or more

NATURAL = np.array(
    [
        *((0.07, 0.06, 0.055), (0.13, 0.10, 0.085), (0.20, 0.145, 0.11), (0.29, 0.20, 0.14)),
        *((0.40, 0.29, 0.20), (0.51, 0.39, 0.27), (0.63, 0.50, 0.35), (0.75, 0.63, 0.47)),
        *((0.85, 0.76, 0.62), (0.36, 0.18, 0.11), (0.52, 0.27, 0.15), (0.66, 0.38, 0.21)),
        *((0.45, 0.44, 0.43), (0.62, 0.61, 0.60), (0.75, 0.745, 0.735), (0.87, 0.865, 0.85)),
    ]
)
"""Colours of hair, sRGB: black to blond, auburn to ginger, greys to white."""
COMMON = np.array([*[1.0] * 9, *[0.3] * 3, 0.03, 0.1, 0.3, 0.5])  # dark hair is seldom grey
BRIGHTNESS, HUE = 0.30, 0.28  # deviation of what is found from what is so, natural logarithm
AS_SEEN = 0.65  # how far the brightness that is seen counts against the likely one
DYED = 0.0005  # likelihood at which hair is believed to have a colour of its own


@dataclass(frozen=True, eq=False)
class LitHair:
    """Hair of one view, the light that was fitted to the face in it, and the directions
    (SIDE, SIDE, 3) in which the hair is turned, unit vectors."""

    mask: HairMask
    light: Light
    normals: Floats


def fit_colour(views: Sequence[LitHair], tone: Sequence[float]) -> Colour | None:
    """sRGB 0–1 of the hair under the light in which the skin has its `tone`; None without hair."""
    skin = to_linear(np.asarray(tone, dtype=float))
    found = [_reflected(view, skin) for view in views if view.mask.hair.any()]
    if not found:
        return None
    r, g, b = natural_colour(np.median(found, axis=0))
    return round(float(r), 3), round(float(g), 3), round(float(b), 3)


def natural_colour(linear: Floats) -> Floats:
    """What sRGB colour hair probably has that seems to reflect `linear` (3,) of the light.

    The mean of natural colours by their likelihood; a dyed colour is like none and stays.
    """
    seen = np.log(np.clip(linear, LEAST, MOST))
    known = np.log(to_linear(NATURAL))
    away = seen - known
    bright = luminance(away)
    hue = np.linalg.norm(away - bright[:, None], axis=1)
    likely = COMMON * np.exp(-0.5 * ((bright / BRIGHTNESS) ** 2 + (hue / HUE) ** 2))
    mean = (likely @ known + DYED * seen) / (likely.sum() + DYED)
    # pale hues are those of light hair, so a haze must not make hair lighter through its hue
    return to_srgb(np.exp(mean + AS_SEEN * float(luminance(seen - mean))))


def _reflected(view: LitHair, skin: Floats) -> Floats:
    """Share (3,) of the light that the hair of one view throws back where it is lit."""
    import cv2

    hair = view.mask.hair
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (RIM, RIM))
    inner = cv2.erode(hair.astype(np.uint8), disc) > 0
    inner = inner if inner.any() else hair
    colors = picture_to_linear(view.mask.rgb)[inner]
    bright = luminance(colors)
    low, high = np.quantile(bright, LIT)
    color = colors[(bright >= low) & (bright <= high)].mean(axis=0)
    falling = np.median(view.light.at(view.normals[inner]), axis=0) ** EXTRAPOLATED
    veil = _veil(view.mask)
    under = np.maximum(view.light.skin - veil, 0.3 * view.light.skin)
    share = np.maximum(color - veil, 0.3 * color) * skin / (under * falling)
    level = float(luminance(share))
    return share * max(level - GLOSS, 0.3 * level) / max(level, 1e-6)


def _veil(mask: HairMask) -> Floats:
    """Light (3,) that a hazy lens spreads from the whole view over a person's darkest parts."""
    view = picture_to_linear(mask.rgb)
    mean = view.mean(axis=(0, 1))
    darkest = np.quantile(view[mask.person], DARKEST, axis=0)
    return mean * float((darkest / np.maximum(mean, 1e-3)).min())
