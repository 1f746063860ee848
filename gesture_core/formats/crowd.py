"""From what a keypoint file claims to a `Crowd` that can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.keypoints import KEYPOINTS, Crowd

Array = NDArray[np.float64]

MAX_FRAMES = 500_000
"""Most frames of one clip, four and a half hours at 30 fps."""
MAX_PEOPLE = 64
"""Most people in one picture."""
MAX_POSES = 500_000
"""Most people of all frames of one clip together, about 1.6 GB in memory."""
MAX_PIXEL = 100_000.0
"""Coordinates beyond this lie in no picture: the file is not what it claims to be."""
MAX_CONFIDENCE = 2.0
"""Detectors let confidence slip a little above 1; beyond this it is some other number."""
MAX_FPS = 1000.0


def crowd_of(frames: Sequence[Array], fps: float, width: int, height: int, place: str) -> Crowd:
    """Frames (N, 137, 3) of x, y in pixels and confidence as everybody who was seen in them.

    Points that are no numbers or without confidence become 0, 0, 0; confidence is held within
    0–1; people without a single point are left out. Raises `UserError` naming `place` for a rate
    or a size that is none, too many frames or people, points far outside any picture, or numbers
    that are no confidence.
    """
    if not (math.isfinite(fps) and 0 < fps <= MAX_FPS):
        raise UserError(f"{place}: {fps:g} frames a second; expected more than 0, at most 1000")
    if not (0 < width <= MAX_PIXEL and 0 < height <= MAX_PIXEL):
        raise UserError(f"{place}: a picture of {width} × {height} pixels")
    check_size(len(frames), max(map(len, frames), default=0), sum(map(len, frames)), place)
    owner = np.repeat(np.arange(len(frames)), [len(people) for people in frames])
    points = np.concatenate([np.zeros((0, len(KEYPOINTS), 3)), *frames])
    seen = np.isfinite(points).all(axis=-1) & (points[..., 2] > 0)
    points = np.where(seen[..., None], points, 0.0)
    for fault, found in {
        "points outside any picture": np.abs(points[..., :2]).max(axis=(1, 2)) > MAX_PIXEL,
        "numbers that are no confidence": points[..., 2].max(axis=1) > MAX_CONFIDENCE,
    }.items():
        if found.any():
            raise UserError(f"{place}: frame {owner[found.argmax()]} has {fault}")
    points[..., 2] = np.minimum(points[..., 2], 1.0)
    visible = seen.any(axis=1)
    ends = np.cumsum(np.bincount(owner[visible], minlength=len(frames)))
    return Crowd(tuple(np.split(points[visible], ends[:-1])), float(fps), width, height)


def check_size(frames: int, people: int, poses: int, place: str) -> None:
    """`UserError` unless a clip has frames and stays within the bounds of this module.

    `people` is the most in one frame, `poses` their sum over all frames.
    """
    if not frames:
        raise UserError(f"{place} holds no frames")
    bounds = (
        (frames, MAX_FRAMES, "frames"),
        (people, MAX_PEOPLE, "people in one frame"),
        (poses, MAX_POSES, "people in all frames together"),
    )
    for count, most, what in bounds:
        if count > most:
            raise UserError(f"{place} holds {count} {what}; at most {most} are read")
