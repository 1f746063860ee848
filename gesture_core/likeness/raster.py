"""Which triangle each pixel of a picture shows: a z-buffer on numpy arrays.

Pixel centres lie at .5, x to the right and y down. Work is done on horizontal spans, so the
cost follows the pixels that are covered and not the boxes around the triangles.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

EDGE = 1e-6  # pixels by which a span reaches out, so that no gap opens between neighbours
BATCH = 4_000_000  # pixels drawn at once, which bounds the memory


@dataclass(frozen=True)
class Raster:
    """A drawn surface.

    face (H, W): index of the triangle seen, −1 where none; shares (H, W, 3): weights of its
    corners, which sum to 1 (perspective-correct), 0 where none; depth (H, W): metres from the
    camera, infinite where none.
    """

    face: Ints
    shares: Floats
    depth: Floats

    @property
    def covered(self) -> NDArray[np.bool_]:
        return self.face >= 0

    def spread(self, triangles: Ints, values: Floats) -> Floats:
        """Corner values (N, C) or (N,) over the picture (H, W, …), 0 where nothing is drawn.

        `triangles` (F, 3) may index other values than those drawn, such as uvs.
        """
        picture = np.zeros((*self.face.shape, *values.shape[1:]), dtype=np.float32)
        seen = self.covered
        corners = values[triangles[self.face[seen]]].astype(np.float32)
        picture[seen] = np.einsum("nk,nk...->n...", self.shares[seen], corners)
        return picture


def rasterise(points: Floats, triangles: Ints, shape: tuple[int, int]) -> Raster:
    """Draw triangles (F, 3) of points in pixels on a picture of `shape` (height, width).

    points (N, 3): x, y and depth in metres as `Camera.project` gives them; the nearest surface
    wins and triangles that reach behind the camera are left out. points (N, 2): a flat drawing
    such as a texture layout, where later triangles lie on top.
    """
    height, width = shape
    face = np.full(height * width, -1, dtype=np.int32)
    shares = np.zeros((height * width, 3), dtype=np.float32)
    nearness = np.zeros(height * width, dtype=np.float32)  # 1 / depth
    flat = points.shape[1] == 2
    corners = points[triangles].astype(float)
    inverse = np.ones(corners.shape[:2]) if flat else _inverse_depth(corners[..., 2])
    planes, good = _edge_functions(corners[..., :2])
    drawn = np.flatnonzero(good & (inverse > 0).all(axis=1))
    for rows in _row_batches(corners[drawn, :, :2], shape):
        owner, left, right, y = _spans(planes[drawn], rows, width)
        span, x = _expand(left, right)
        pixel = y[span] * width + x
        owner = drawn[owner[span]]
        at = np.stack([x + 0.5, y[span] + 0.5, np.ones(len(x))], axis=1)
        weight = np.einsum("nc,nkc->nk", at, planes[owner]).clip(0, 1) * inverse[owner]
        near = weight.sum(1).astype(np.float32)
        if not flat:
            np.maximum.at(nearness, pixel, near)
            seen = near == nearness[pixel]
            pixel, owner, weight, near = pixel[seen], owner[seen], weight[seen], near[seen]
        face[pixel] = owner
        shares[pixel] = weight / weight.sum(1, keepdims=True)
        nearness[pixel] = near
    with np.errstate(divide="ignore"):
        depth = 1 / nearness
    return Raster(
        face.reshape(shape),
        shares.reshape(height, width, 3),
        depth.reshape(shape),
    )


def _inverse_depth(depth: Floats) -> Floats:
    """1 / depth, 0 behind the camera."""
    front = depth > 1e-6
    return np.where(front, 1 / np.where(front, depth, 1), 0)


def _edge_functions(corners: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Planes (F, 3, 3): corner k weighs planes[:, k] · (x, y, 1); and which have an area."""
    a, b = np.roll(corners, -1, axis=1), np.roll(corners, -2, axis=1)
    planes = np.stack(
        [
            a[..., 1] - b[..., 1],
            b[..., 0] - a[..., 0],
            a[..., 0] * b[..., 1] - b[..., 0] * a[..., 1],
        ],
        axis=-1,
    )
    area = planes[..., 2].sum(1)
    good = np.isfinite(area) & (np.abs(area) > 1e-9)
    return planes / np.where(good, area, 1)[:, None, None], good


def _row_batches(corners: Floats, shape: tuple[int, int]) -> list[tuple[Ints, Ints]]:
    """Triangle and picture row of every row crossed, in batches of about BATCH pixels."""
    low, high = corners.min(1), corners.max(1)
    first = np.clip(np.ceil(low[:, 1] - 0.5), 0, shape[0]).astype(int)
    last = np.clip(np.floor(high[:, 1] - 0.5), -1, shape[0] - 1).astype(int)
    owner, row = _expand(first, last)
    if not len(owner):
        return []
    wide = np.clip(high[owner, 0] - low[owner, 0], 1, shape[1])
    cuts = np.flatnonzero(np.diff(np.cumsum(wide) // BATCH)) + 1
    return list(zip(np.split(owner, cuts), np.split(row, cuts), strict=True))


def _spans(planes: Floats, rows: tuple[Ints, Ints], width: int) -> tuple[Ints, Ints, Ints, Ints]:
    """First and last pixel inside the triangle on each row: owner, left, right, y."""
    owner, y = rows
    slope = planes[owner, :, 0]
    rest = planes[owner, :, 1] * (y + 0.5)[:, None] + planes[owner, :, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = -rest / slope
    level = np.abs(slope) < 1e-12
    low = np.where(~level & (slope > 0), cross, -np.inf).max(1)
    high = np.where(~level & (slope < 0), cross, np.inf).min(1)
    outside = (level & (rest < -1e-9)).any(1)
    left = np.clip(np.ceil(low - 0.5 - EDGE), 0, width).astype(int)
    right = np.clip(np.floor(high - 0.5 + EDGE), -1, width - 1).astype(int)
    return owner, left, np.where(outside, left - 1, right), y


def _expand(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Whole numbers first…last of every range, and which range each belongs to."""
    count = np.maximum(last - first + 1, 0)
    owner = np.repeat(np.arange(len(first)), count)
    start = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - start[owner] + first[owner]
