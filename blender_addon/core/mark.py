"""Where the mark of a synthetic likeness lies in a picture, and how it is laid over it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .inset import Box
from .picture import Size

Pixels = NDArray[np.float32]
"""A picture `(H, W, 4)`, lowest row first, colours 0–1 that are not multiplied by their alpha."""

_SHARE, _LEAST = 0.026, 16.0
"""Height of the mark: of the picture's shorter side, and pixels below which nobody can read it."""
_MARGIN = 0.5
"""From the picture's edges, in heights of the mark."""


def mark_height(picture: Size) -> float:
    """Pixels, where the picture is wide enough for all of it."""
    return max(_LEAST, _SHARE * min(picture))


def mark_box(picture: Size, mark: Size) -> Box:
    """In the lower left corner, below captions; narrower only where the picture is."""
    height = mark_height(picture)
    widest = picture[0] / (mark[0] / mark[1] + 2.0 * _MARGIN)
    height = min(height, widest, picture[1] / (1.0 + 2.0 * _MARGIN))
    margin = round(_MARGIN * height)
    width = min(round(height * mark[0] / mark[1]), picture[0] - margin)
    return Box(margin, margin, max(1, width), max(1, round(height)))


def shrunk(picture: Pixels, size: Size) -> Pixels:
    """The picture at another size, of which each pixel is the mean of what it covers."""
    clear = picture.astype(np.float64)
    clear[..., :3] *= clear[..., 3:]
    for axis, count in ((0, size[1]), (1, size[0])):
        clear = _means(clear, count, axis)
    clear[..., :3] /= np.maximum(clear[..., 3:], 1e-6)
    return clear.astype(np.float32)


def _means(values: NDArray[np.float64], count: int, axis: int) -> NDArray[np.float64]:
    """Means over `count` equal parts of an axis, with shares of the cells that are cut."""
    rows = np.moveaxis(values, axis, 0)
    sums = np.concatenate([np.zeros_like(rows[:1]), np.cumsum(rows, axis=0)])
    edges = np.linspace(0.0, len(rows), count + 1)
    whole = np.minimum(edges.astype(int), len(rows) - 1)
    part = (edges - whole).reshape(-1, *[1] * (rows.ndim - 1))
    reached = sums[whole] + part * rows[whole]
    return np.moveaxis(np.diff(reached, axis=0) * count / len(rows), 0, axis)


def lay_over(picture: Pixels, mark: Pixels) -> None:
    """Lay the mark over the picture, in its place."""
    height, width = picture.shape[:2]
    box = mark_box((width, height), (mark.shape[1], mark.shape[0]))
    over = shrunk(mark, box.size)
    below = picture[box.bottom : box.bottom + box.height, box.left : box.left + box.width]
    shown = below[..., 3:] * (1.0 - over[..., 3:])
    alpha = over[..., 3:] + shown
    mixed = over[..., :3] * over[..., 3:] + below[..., :3] * shown
    below[..., :3] = mixed / np.maximum(alpha, 1e-6)
    below[..., 3:] = alpha
