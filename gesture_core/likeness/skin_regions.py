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
from gesture_core.likeness.canvas import head_canvas

Floats = NDArray[np.floating[Any]]

# metres from the middle between the eyes of the base mesh to a nostril, and its half axes
NOSTRIL, NOSTRIL_SIZE = (0.0099, -0.0430, 0.0297), (0.0046, 0.0030, 0.0040)


@dataclass(frozen=True, eq=False)
class Regions:
    """Shares 0–1 of each texel (H, W); upper: from below the eyes up; texel: metres that one is
    wide on the face."""

    upper: Floats
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
    folded = place * np.where(place[..., :1] < 0, [-1, 1, 1], 1)
    nostril = np.linalg.norm((folded - NOSTRIL) / NOSTRIL_SIZE, axis=-1)
    window = (canvas.rows, canvas.columns)
    return Regions(
        smoothstep(place[..., 1], -0.034, -0.026) * canvas.inside,
        mask("lips", size, 4)[window][..., 0] * canvas.inside,
        np.clip(2 * mask("eyelids", size, 16)[window][..., 0], 0, 1) * canvas.inside,
        mask("inside-mouth", size, 8)[window][..., 0] * canvas.inside,
        smoothstep(nostril, 1.4, 0.7).astype(np.float32) * canvas.inside,
        float(np.median(spacing)),
    )
