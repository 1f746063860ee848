"""The colour and the size of the irises, from the views that show them open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.head import EYES
from gesture_core.likeness.colour import luminance, picture_to_linear, to_srgb
from gesture_core.likeness.face_regions import EYES as LIDS
from gesture_core.likeness.face_regions import IRISES
from gesture_core.likeness.filters import fill, lowest

if TYPE_CHECKING:
    from gesture_core.likeness.fit import Fit, FittedView
    from gesture_core.likeness.lighting import Light

Floats = NDArray[np.floating[Any]]

RING = (0.42, 0.82)  # of the iris's radius: outside the pupil, inside the dark rim
FEWEST = 12  # pixels of a ring that say anything
SHADE = 0.8  # light in the eye's socket under brow and lashes, as a share of the face's
WHITE_FROM = 1.2  # radii of the iris from its middle where the white of the eye begins
WHITE = 0.6  # linear brightness of that white itself
GLINT = 0.75  # share of a ring's pixels that are not reflections of lamps and windows
PAINTED = 1.2  # how much lighter the painted iris is in the ring than the colour it is given
DARKEST = 0.012  # linear: a black iris is a dark brown one in the shade
USUAL_ANGLE = 25.0  # degrees that half an iris covers on the characters' eyeballs


def fit_iris(fit: Fit, lights: Sequence[Light]) -> tuple[float, float, float] | None:
    """Colour of the irises, sRGB 0–1, for `avatar.face.eye_picture`; None where none is seen.

    `lights` are those of the fit's views, in their order.
    """
    rings = [
        ring
        for seen, light in zip(fit.views, lights, strict=True)
        for side in LIDS
        if (ring := _ring_color(seen, light, side)) is not None
    ]
    if not rings:
        return None
    color = to_srgb(np.maximum(np.median(rings, axis=0), DARKEST)) / PAINTED
    r, g, b = (float(value) for value in color)
    return r, g, b


def fit_iris_angle(fit: Fit) -> float:
    """Half the angle (degrees) that an iris covers as seen from its eyeball's centre."""
    vertices = fit.vertices()[EYES].reshape(2, -1, 3)
    ball = float(np.median(np.ptp(vertices, axis=1)[:, :2])) / 2
    centre = vertices.mean(axis=(0, 1))
    angles = []
    for seen in fit.views:
        depth = seen.camera.project(centre)[2]
        for side in LIDS:
            radius = _iris(seen.view.landmarks, side)[1] * depth / seen.camera.focal
            angles.append(np.degrees(np.arcsin(min(radius / ball, 0.9))))
    return float(np.clip(np.median(angles), USUAL_ANGLE - 4, USUAL_ANGLE + 3))


def _iris(landmarks: Floats, side: str) -> tuple[Floats, float]:
    """Centre (2,) and radius in pixels; foreshortening only narrows, so the widest counts."""
    centre, *rim = (landmarks[index, :2] for index in IRISES[side])
    across = [np.linalg.norm(rim[0] - rim[2]), np.linalg.norm(rim[1] - rim[3])]
    return centre, float(max(across)) / 2


def _ring_color(seen: FittedView, light: Light, side: str) -> Floats | None:
    """Median linear colour (3,) of one iris without its glints, light taken off."""
    rgb, landmarks = seen.view.rgb, seen.view.landmarks
    centre, radius = _iris(landmarks, side)
    y, x = np.mgrid[: rgb.shape[0], : rgb.shape[1]] + 0.5
    away = np.hypot(x - centre[0], y - centre[1]) / max(radius, 1e-6)
    opening = lowest(fill([landmarks[list(LIDS[side]), :2]], len(rgb)), 2)
    linear = picture_to_linear(rgb)
    ring = (opening > 0) & (away > RING[0]) & (away < RING[1])
    if ring.sum() < FEWEST:
        return None
    colors = linear[ring]
    bright = luminance(colors)
    colors = colors[bright <= np.quantile(bright, GLINT)]
    falling = light.at(-seen.camera.rotation[2]) * SHADE
    white = linear[(opening > 0) & (away > WHITE_FROM)]
    return np.median(colors, axis=0) / (falling * _shade_of(white, falling))


def _shade_of(white: Floats, falling: Floats) -> float:
    """How much less light than `falling` (3,) reaches an eye, by the white of it (N, 3)."""
    if len(white) < FEWEST:
        return 1.0
    bright = luminance(white)
    seen = float(np.median(bright[bright >= np.quantile(bright, 0.6)]))
    return float(np.clip(seen / (WHITE * luminance(falling)), 0.2, 1.0))
