"""Places on the head's canvas that are the same for everybody: lips, lids, mouth and nostrils."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import load_base_mesh
from gesture_core.avatar.head import EYES
from gesture_core.avatar.texture import mask, smoothstep
from gesture_core.likeness.camera import look_at
from gesture_core.likeness.canvas import Canvas, head_canvas
from gesture_core.likeness.filters import blur, sample
from gesture_core.likeness.raster import rasterise

Floats = NDArray[np.floating[Any]]

LOOKS_AT_NOSE = ((0.0, 0.0, 1.0), (0.6, -0.1, 0.8), (-0.6, -0.1, 0.8), (0.0, -0.6, 0.8))
AROUND_NOSE = (0.022, 0.020, 0.030)  # metres from its tip: aside, up and down, back
TIP = (0.0, -0.035, 0.035)  # metres from the middle between the eyes of the base mesh


@dataclass(frozen=True, eq=False)
class Regions:
    """Shares 0–1 of each texel (H, W); brow: from the eyes up; texel: metres that one is wide on
    the face."""

    brow: Floats
    lips: Floats
    lids: Floats
    mouth: Floats
    nostrils: Floats
    texel: float


@lru_cache(maxsize=2)
def regions(size: int) -> Regions:
    """The regions on the canvas of a texture of `size` pixels."""
    canvas = head_canvas(size)
    vertices = load_base_mesh().vertices
    surface = canvas.surface(vertices - [0, *vertices[EYES].mean(axis=0)[1:]])
    place = canvas.spread(surface)
    face = (np.abs(place[..., :2]) < 0.03).all(axis=-1) & (place[..., 2] > 0)
    spacing = np.linalg.norm(np.diff(place, axis=1), axis=-1)[face[:, 1:]]
    near_nose = (np.abs(place - TIP) < AROUND_NOSE).all(axis=-1) & canvas.inside
    hidden = near_nose & ~_seen(canvas, surface, place)
    window = (canvas.rows, canvas.columns)
    return Regions(
        smoothstep(place[..., 1], -0.010, 0.0) * canvas.inside,
        mask("lips", size, 4)[window][..., 0],
        np.minimum(2 * mask("eyelids", size, 16)[window][..., 0], 1),
        mask("inside-mouth", size, 8)[window][..., 0],
        blur(hidden.astype(np.float32), 1.5 * size / 2048),
        float(np.median(spacing)),
    )


def _seen(canvas: Canvas, surface: Floats, place: Floats) -> NDArray[np.bool_]:
    """Texels (H, W) of the nose that show from at least one side."""
    seen = np.zeros(canvas.inside.shape, dtype=bool)
    for side in LOOKS_AT_NOSE:
        camera = look_at(np.array(TIP), np.add(TIP, side).astype(float), 6000.0, 512)
        drawn = rasterise(camera.project(surface), canvas.triangles, (512, 512))
        texel = camera.project(place)
        front = sample(np.minimum(drawn.depth, 1e3), texel[..., :2])
        seen |= texel[..., 2] < front + 0.001
    return seen
