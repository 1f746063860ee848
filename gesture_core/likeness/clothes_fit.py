"""The colours of a person's clothes in a photo, without the light that falls on them.

Light is known from the face: what it makes of the skin, whose colour has been fitted, it makes of
the clothes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.body_view import EYES, HIPS, KNEES, MOUTH, SHOULDERS, BodyView
from gesture_core.likeness.colour import to_linear, to_srgb

Floats = NDArray[np.floating[Any]]
Colour = tuple[float, ...]

FEWEST_PIXELS = 200
GAINS = (0.5, 2.0)  # what light between dim and glaring does to a photo
ALBEDOS = (0.008, 0.85)  # of black and of white cloth
SEEN = 0.5


def fit_clothes(body: BodyView, tone: Colour) -> tuple[Colour | None, Colour | None]:
    """Colours (sRGB 0–1) of the top and the trousers; None for what does not show.

    tone: the person's skin without light, sRGB.
    """
    face = _colour_in(body, _face(body))
    if face is None:
        return None, None
    gain = np.clip(to_linear(np.array(tone)) / np.maximum(to_linear(face), 1e-3), *GAINS)
    top, trousers = (_colour_in(body, outline) for outline in (_top(body), _trousers(body)))
    return _without_light(top, gain), _without_light(trousers, gain)


def _face(body: BodyView) -> Floats:
    """Outline (4, 2) between the outer eye corners and the corners of the mouth."""
    return body.points[[EYES[0], EYES[1], MOUTH[1], MOUTH[0]]]


def _top(body: BodyView) -> Floats:
    """Outline (4, 2) of the chest and belly, clear of neck, arms and waist."""
    shoulders, hips = body.points[list(SHOULDERS)], body.points[list(HIPS)]
    down = hips.mean(0) - shoulders.mean(0)
    inner = shoulders.mean(0) + 0.75 * (shoulders - shoulders.mean(0)) + 0.18 * down
    waist = hips.mean(0) + 0.8 * (hips - hips.mean(0)) - 0.2 * down
    return np.stack([inner[0], inner[1], waist[1], waist[0]])


def _trousers(body: BodyView) -> Floats | None:
    """Outline (4, 2) of the thighs, None where even the hips do not show."""
    if body.seen[list(HIPS)].min() < SEEN:
        return None
    hips, knees = body.points[list(HIPS)], body.points[list(KNEES)]
    high = hips + 0.36 * (knees - hips)  # below a long top
    return np.stack([high[0], high[1], knees[1], knees[0]])


def _colour_in(body: BodyView, outline: Floats | None) -> Floats | None:
    """The commonest colour (3,) sRGB 0–1 of the person inside an outline, None for too few pixels.

    Of three clusters the largest, so that hands, hair and prints do not mix in.
    """
    import cv2

    if outline is None:
        return None
    inside = np.zeros(body.person.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(outline).astype(np.int32)], (1,))
    pixels = body.photo.rgb[(inside > 0) & (body.person > 0.8)].astype(np.float32)
    if len(pixels) < FEWEST_PIXELS:
        return None
    pixels = pixels[:: max(1, len(pixels) // 20_000)]
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    start = np.argsort(np.argsort(pixels.sum(1))) * 3 // len(pixels)  # dark, middle, light
    _, label, _ = cv2.kmeans(
        pixels,
        3,
        start.astype(np.int32)[:, None],
        criteria,
        1,
        cv2.KMEANS_USE_INITIAL_LABELS,
    )
    largest = np.bincount(label.ravel(), minlength=3).argmax()
    return np.median(pixels[label.ravel() == largest], axis=0) / 255


def _without_light(color: Floats | None, gain: Floats) -> Colour | None:
    if color is None:
        return None
    return tuple(map(float, to_srgb(np.clip(to_linear(color) * gain, *ALBEDOS))))
