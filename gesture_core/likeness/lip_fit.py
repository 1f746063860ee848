"""The colour of the lips, measured in the pictures and given to the texture's lips.

A smile stretches lips to a rim that the texture catches badly; the outlines in the picture do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.canvas import Canvas
from gesture_core.likeness.colour import luminance, picture_to_linear
from gesture_core.likeness.face_regions import INNER_LIPS, OUTER_LIPS
from gesture_core.likeness.filters import fill, lowest
from gesture_core.likeness.fusion import Fused
from gesture_core.likeness.skin_regions import regions

if TYPE_CHECKING:
    from gesture_core.likeness.fit import Fit, FittedView
    from gesture_core.likeness.lighting import Light

Floats = NDArray[np.floating[Any]]

USUAL = (-0.25, -0.75, -0.60)  # log of linear colour over the skin's
FEWEST = 20  # pixels of lips that say anything
SHINE = 0.8  # share of the lips' pixels that do not shine
MOST = 0.6  # log colour by which the texture's lips are changed


def fit_lips(fit: Fit, lights: Sequence[Light]) -> Floats:
    """Log of the lips' linear colour over the skin's (3,), median over the fit's views."""
    colors = [
        color
        for seen, light in zip(fit.views, lights, strict=True)
        if (color := _color(seen, light)) is not None
    ]
    return np.median(colors, axis=0) if colors else np.array(USUAL)


def tint_lips(canvas: Canvas, whole: Fused, lips: Floats) -> Fused:
    """Move the colour of the texture's lips as a whole to the one that was measured."""
    place = regions(canvas.size)
    red = place.lips * (1 - place.mouth)
    sure = red > 0.6
    change = np.clip(lips - np.median(whole.relative[sure], axis=0), -MOST, MOST)
    return Fused(whole.relative + red[..., None] * change.astype(np.float32), whole.weight)


def _color(seen: FittedView, light: Light) -> Floats | None:
    rgb, points = seen.view.rgb, seen.view.landmarks[:, :2]
    outer = lowest(fill([points[list(OUTER_LIPS)]], len(rgb)), 2)
    inner = lowest(1 - fill([points[list(INNER_LIPS)]], len(rgb)), 2)
    lips = (outer * inner) > 0
    if lips.sum() < FEWEST:
        return None
    colors = picture_to_linear(rgb)[lips]
    bright = luminance(colors)
    colors = colors[bright <= np.quantile(bright, SHINE)]
    falling = light.at(-seen.camera.rotation[2]) * light.skin
    return np.log(np.maximum(np.median(colors, axis=0), 1e-3) / falling)
