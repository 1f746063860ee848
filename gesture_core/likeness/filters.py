"""Blurring, shrinking, sampling and filling of pictures, by opencv."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Float32 = NDArray[np.float32]


def blur(picture: Floats, width: float) -> Float32:
    """Gaussian mean of (H, W) or (H, W, C), `width` pixels of standard deviation."""
    import cv2

    done = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), max(width, 0.3))
    return np.asarray(done, dtype=np.float32)


def lowest(picture: Floats, width: float) -> Float32:
    """Least value (H, W) in a square of about `width` pixels around each."""
    import cv2

    side = 2 * round(width / 2) + 1
    done = cv2.erode(picture.astype(np.float32), np.ones((side, side), np.uint8))
    return np.asarray(done, dtype=np.float32)


def sample(picture: Floats, places: Floats) -> Float32:
    """Values of a picture (H, W, …) at pixel coordinates (N, M, 2), 0 outside of it."""
    import cv2

    at = places.astype(np.float32) - 0.5  # opencv counts from the pixels' centres
    done = cv2.remap(
        picture.astype(np.float32), at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderValue=(0,) * 4
    )
    return np.asarray(done, dtype=np.float32)


def fill(outlines: Sequence[Floats], size: int) -> Float32:
    """Square picture, 1 inside any of the outlines (N, 2) in pixel coordinates, 0 elsewhere."""
    import cv2

    picture = np.zeros((size, size), np.uint8)
    for outline in outlines:
        sixteenths = np.round((outline - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(picture, [sixteenths], (1,), shift=4)
    return picture.astype(np.float32)


def hull(points: Floats) -> Floats:
    """The points (K, 2) of a set (N, 2) that go round it."""
    import cv2

    return np.asarray(cv2.convexHull(points.astype(np.float32)), dtype=np.float64)[:, 0]


def smooth_over(values: Floats, weight: Floats, width: float, prior: float = 1e-4) -> Float32:
    """Gaussian mean (H, W, C) over `width` pixels of weighted values; towards 0 where the weight
    is small against `prior`."""
    import cv2

    step = max(1, int(width / 2.5))
    height, breadth = weight.shape
    small = (max(breadth // step, 1), max(height // step, 1))
    field = np.dstack([values * weight[..., None], weight]).astype(np.float32)
    coarse = np.asarray(cv2.resize(field, small, interpolation=cv2.INTER_AREA), dtype=np.float32)
    coarse = blur(coarse, width / step)
    mean = coarse[..., :-1] / (coarse[..., -1:] + prior)
    grown = cv2.resize(mean, (breadth, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(grown, dtype=np.float32)
