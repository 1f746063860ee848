"""The eyebrows' line, thickness and colour, read off the fused skin."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.face import Brows
from gesture_core.avatar.head import EYES
from gesture_core.avatar.texture import smoothstep
from gesture_core.likeness.canvas import Canvas
from gesture_core.likeness.colour import luminance, to_srgb
from gesture_core.likeness.face_regions import BROWS
from gesture_core.likeness.fusion import Fused
from gesture_core.likeness.landmarks import load_landmarks

Floats = NDArray[np.floating[Any]]

BAND = (-0.008, 0.007)  # metres about the landmarks' line between which brows are looked for
ENDS = (-0.0155, 0.034)  # metres from an eye's centre away from the nose
DARKER = (0.2, 0.6)  # log brightness under the skin's: no hair at all, all hair
STEP = 0.002  # metres between the places along a brow where it is measured
FULLEST = 0.8  # mean darkness across the brow that the most hairs stand for
HAIRS = (20, 90)  # a side; the skin's picture keeps the brow, hairs give it relief
MIXED = 1.35  # log colour of a hair over that of the darkest pixels of its brow
THICKNESS = (0.0012, 0.0040)


def fit_brows(canvas: Canvas, fused: Fused, skin: Floats, vertices: Floats) -> Brows:
    """Brows of a person whose body is `vertices` (19158, 3); skin (3,): linear colour.

    They stay on the skin's picture too, so nothing is painted under the hairs.
    """
    aside, height, dark, color = _brow_texels(canvas, fused, vertices)
    edges = np.arange(ENDS[0], ENDS[1] + STEP, STEP)
    column = np.digitize(aside, edges) - 1
    amount, line, spread = _across(column, height, dark, len(edges))
    seen = amount > 0.2 * max(float(amount.max()), 1e-9)
    if not dark.any() or seen.sum() < 4:
        return Brows(hairs=HAIRS[0], shade=0.0)
    length = float(np.clip(edges[seen].max() + STEP - ENDS[0], 0.028, 0.046))
    along = (edges + STEP / 2 - ENDS[0]) / length
    level, arch = _fit_line(along[seen], line[seen], amount[seen])
    mean = float(np.sum(dark**2) / np.sum(dark))
    darkest = dark >= np.quantile(dark[dark > 0], 0.7)
    # pixels of a brow are hair and skin mixed, so hairs are darker than the darkest of them
    tint = to_srgb(skin * np.exp(MIXED * np.median(color[darkest], axis=0)))
    return Brows(
        hairs=int(np.interp(mean, [0.0, FULLEST], HAIRS)),
        color=tuple(float(value) for value in tint),
        shade=0.0,
        height=level,
        thickness=float(np.clip(1.0 * np.median(spread[seen]), *THICKNESS)),
        length=length,
        arch=arch,
    )


def _brow_texels(
    canvas: Canvas, fused: Fused, vertices: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Texels around both brows: metres away from the nose and above the eye (N,), how much they
    are hair (N,) 0–1, and log colour over the skin's (N, 3)."""
    place = canvas.spread(canvas.surface(vertices))
    marks = load_landmarks().on(vertices)
    texels = []
    for side in (1, -1):
        eyes = vertices[EYES]
        centre = eyes[eyes[:, 0] * side > 0].mean(axis=0)
        points = marks[list(BROWS["left" if side > 0 else "right"])] - centre
        slope, level = np.polyfit(points[:, 0], points[:, 1], 1)
        aside, height, front = np.moveaxis(place - centre, -1, 0)
        above = height - (slope * aside + level)
        aside = aside * side
        near = (aside > ENDS[0]) & (aside < ENDS[1]) & (front > -0.025) & (fused.weight > 0.3)
        near &= (above > BAND[0]) & (above < BAND[1]) & (place[..., 0] * side > 0)
        texels.append(np.column_stack([aside[near], height[near], fused.relative[near]]))
    table = np.concatenate(texels)
    relative = table[:, 2:]
    dark = smoothstep(-luminance(relative.astype(np.float32)), *DARKER)
    return table[:, 0], table[:, 1], dark, relative


def _across(
    column: NDArray[np.integer[Any]], height: Floats, dark: Floats, count: int
) -> tuple[Floats, NDArray[Any], NDArray[Any]]:
    """Amount of hair, its mean height and the spread about it, in each column (count,)."""
    amount = np.bincount(column, dark, count).astype(np.float64)
    safe = np.maximum(amount, 1e-9)
    line = np.bincount(column, dark * height, count) / safe
    spread = np.bincount(column, dark * (height - line[column]) ** 2, count) / safe
    return amount, line, np.sqrt(spread)


def _fit_line(along: Floats, line: Floats, amount: Floats) -> tuple[float, float]:
    """Height and arch of the curve that `avatar.face` draws brows along."""
    bow = np.sin(1.35 * np.minimum(1, along / 0.68))
    drop = 0.0036 * np.clip((along - 0.68) / 0.32, 0, 1) ** 1.4
    system = np.stack([np.ones_like(along), bow], axis=1) * np.sqrt(amount)[:, None]
    level, arch = np.linalg.lstsq(system, (line + drop) * np.sqrt(amount), rcond=None)[0]
    arch = float(np.clip(arch, 0.0, 0.008))
    level = float(np.average(line + drop - arch * bow, weights=amount))
    return float(np.clip(level, 0.010, 0.030)), arch
