"""What one view says about each texel of the head: its colour, and how far to believe it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.texture import smoothstep
from gesture_core.likeness.canvas import Canvas
from gesture_core.likeness.colour import picture_to_linear
from gesture_core.likeness.face_regions import BROWS, EYES, INNER_LIPS, MIDDLE, OVAL
from gesture_core.likeness.filters import blur, fill, hull, lowest, sample
from gesture_core.likeness.raster import rasterise

if TYPE_CHECKING:
    from gesture_core.likeness.camera import Camera
    from gesture_core.likeness.face_view import FaceView

Floats = NDArray[np.floating[Any]]

BEHIND = 0.006  # metres behind the nearest surface from which a texel counts as hidden
RIM = 0.012  # of the face's height: how near an edge that hides something is not trusted
LASHES = 0.012  # of the face's height around the eyes' openings, which lashes cover
OVERHANG = 0.02  # of the face's height that brows reach above their landmarks
SLANT = (0.12, 0.55)  # cosine to the line of sight: nothing below, everything above


@dataclass(frozen=True, eq=False)
class ViewTexture:
    """One view spread over the head's canvas, every field (H, W) or (H, W, 3).

    color: linear light; weight: 0–1, how squarely, wholly and surely the view shows the texel;
    inner: 0–1, within the outline of the face; features: 0–1, brows and the face's middle
    below them, where nothing is taken for hair of the head; brows: 0–1; normals: unit.
    """

    color: Floats
    weight: Floats
    inner: Floats
    features: Floats
    brows: Floats
    normals: Floats


def spread_view(canvas: Canvas, view: FaceView, camera: Camera, vertices: Floats) -> ViewTexture:
    """Project a view on the head of a body (19158, 3) that wears the view's expression."""
    surface = canvas.surface(vertices)
    normals = canvas.normals(surface)
    sight = camera.position - surface
    facing = (normals * sight).sum(1) / np.linalg.norm(sight, axis=1)
    seen = camera.project(surface)
    texel = canvas.spread(np.column_stack([seen, facing]))
    places, size = texel[..., :2], len(view.rgb)
    tall = float(np.ptp(view.landmarks[:, 1]))
    near = rasterise(seen, canvas.triangles, (size, size)).depth
    nearest = lowest(np.minimum(near, 1e3), RIM * tall)
    shown = texel[..., 2] < sample(nearest, places) + BEHIND
    cover, inner, features, brows = np.moveaxis(sample(_masks(view, tall), places), -1, 0)
    weight = smoothstep(texel[..., 3], *SLANT) * shown * cover * canvas.inside
    return ViewTexture(
        sample(picture_to_linear(view.rgb), places),
        weight.astype(np.float32),
        inner,
        features,
        brows,
        canvas.spread(normals),
    )


def _masks(view: FaceView, tall: float) -> Floats:
    """Where the crop (S, S, 4) shows the person's skin and not eyes, mouth or border; where the
    face; its features; and brows."""
    size = len(view.rgb)
    points = view.landmarks[:, :2]
    cover = (view.person > 0.5).astype(np.float32)
    cover[[0, -1]] = cover[:, [0, -1]] = 0
    eyes = fill([points[list(outline)] for outline in EYES.values()], size)
    mouth = fill([points[list(INNER_LIPS)]], size)
    cover = lowest(cover * (1 - mouth), 2) * lowest(1 - eyes, 2 * LASHES * tall)
    face = fill([points[list(OVAL)]], size)
    outlines = [points[list(outline)] for outline in BROWS.values()]
    over = np.concatenate(outlines) - [0, OVERHANG * tall]
    features = fill([hull(np.concatenate([*outlines, over, points[list(MIDDLE)]]))], size)
    brows = fill([hull(outline) for outline in outlines], size)
    soft = 0.012 * tall
    return np.dstack(
        [blur(cover, 0.7), blur(face, 0.02 * tall), blur(features, soft), blur(brows, soft)]
    )
