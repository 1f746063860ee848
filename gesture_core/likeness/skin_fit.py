"""A person's skin, brows and eyes out of the fitted views of their face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.face import Brows, paint_eye
from gesture_core.likeness.albedo import Albedo, remove_light
from gesture_core.likeness.brow_fit import fit_brows
from gesture_core.likeness.canvas import Canvas, head_canvas
from gesture_core.likeness.colour import to_srgb
from gesture_core.likeness.eye_fit import fit_iris, fit_iris_angle
from gesture_core.likeness.fusion import Fused, complete, fuse
from gesture_core.likeness.lip_fit import fit_lips, tint_lips
from gesture_core.likeness.tone import fit_tone
from gesture_core.likeness.view_texture import spread_view
from gesture_core.progress import Progress, silent

if TYPE_CHECKING:
    from gesture_core.likeness.fit import Fit, FittedView
    from gesture_core.likeness.lighting import Light

Floats = NDArray[np.floating[Any]]
Colour = tuple[float, float, float]

SIZE = 2048
WORN = 1.5  # sum of expression weights that halves the trust in a view's detail


@dataclass(frozen=True, eq=False)
class SkinFit:
    """What the pictures show of a person's surface; colours are sRGB 0–1.

    skin (S, S, 3) bytes without light in the body's texture layout, known (S, S) bytes its weight
    over painted skin, both for `Looks`; tone: of the skin of the whole body; lips; iris: colour,
    None where no view shows it; eye (E, E, 3) bytes, for `Looks`, None with it; brows; lights:
    what was taken off the views, in their order.
    """

    skin: NDArray[np.uint8]
    known: NDArray[np.uint8]
    tone: Colour
    lips: Colour
    iris: Colour | None
    eye: NDArray[np.uint8] | None
    brows: Brows
    lights: tuple[Light, ...]


def fit_skin(fit: Fit, *, size: int = SIZE, progress: Progress = silent) -> SkinFit:
    """Fuse the views of a fitted face into the skin of its body.

    size: of the texture in pixels.
    """
    canvas = head_canvas(size)
    views: list[Albedo] = []
    for number, seen in enumerate(fit.views):
        progress(number / (len(fit.views) + 1), "skin: taking the light off")
        texture = spread_view(canvas, seen.view, seen.camera, fit.vertices(seen.expression))
        views.append(remove_light(canvas, texture))
    progress(len(views) / (len(views) + 1), "skin: fusing the views")
    merits = [_merit(seen, fit.views) for seen in fit.views]
    seen_skin = fuse(canvas, views, merits)
    lights = tuple(view.light for view in views)
    lips, iris = fit_lips(fit, lights), fit_iris(fit, lights)
    tone = fit_tone(fit, lights, merits)
    vertices = fit.vertices()
    whole = tint_lips(canvas, complete(canvas, seen_skin, vertices), lips)
    skin, known = _paint(canvas, whole, tone)
    return SkinFit(
        skin,
        known,
        _colour(tone),
        _colour(tone * np.exp(lips)),
        iris,
        None if iris is None else _bytes(paint_eye(iris, fit_iris_angle(fit))),
        fit_brows(canvas, seen_skin, tone, vertices),
        lights,
    )


def _merit(seen: FittedView, views: Sequence[FittedView]) -> float:
    """Trust in a view: sharp, well fitted, with a face at rest."""
    sharpest = max(view.view.sharpness for view in views)
    sharp = 0.2 + 0.8 * seen.view.sharpness / sharpest if sharpest > 0 else 1.0
    best = min(view.error for view in views)
    fitted = (best + 0.005) / (seen.error + 0.005)
    return float(sharp * fitted / (1 + np.sum(seen.expression) / WORN))


def _paint(
    canvas: Canvas, whole: Fused, tone: Floats
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The head's part of the body's texture, and how much of it counts."""
    skin = np.zeros((canvas.size, canvas.size, 3), np.uint8)
    known = np.zeros((canvas.size, canvas.size), np.uint8)
    window = (canvas.rows, canvas.columns)
    skin[window] = _bytes(to_srgb(np.exp(whole.relative) * tone))
    known[window] = _bytes(whole.weight)
    return skin, known


def _bytes(values: Floats) -> NDArray[np.uint8]:
    return (np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8)


def _colour(linear: Floats) -> Colour:
    r, g, b = (float(value) for value in to_srgb(linear))
    return r, g, b
