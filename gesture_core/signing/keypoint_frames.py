"""Signing as frames of numbers: the steps that the sign production literature prepares them by.

A frame is x, y of the 127 keypoints of `.skels` files, 254 numbers, as shares of the picture's
width and height. Every step is one function; training applies them in this order: what is not
seen is filled, confidence and legs go, standing before and after the signs is cut off,
every number is brought to 0–1 by the range it has in training, and a counter says how far the
sentence has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.skels import HEIGHT, SKELS_KEYPOINTS, WIDTH
from gesture_core.keypoints import KEYPOINTS, Keypoints, keypoint
from gesture_core.motion import Span

Array = NDArray[np.float64]

VALUES = 2 * len(SKELS_KEYPOINTS)
Padding = Literal["mask", "static", "zero"]
"""How short sentences of a batch are brought to the length of the longest: not counted at all,
their last frame held, or zeros, which is known to shrink the body towards nothing."""

_ROWS = [keypoint(name) for name in SKELS_KEYPOINTS]
_LEAST_RANGE = 0.02
"""Share of the widest range that every other counts as at least: the hips hardly move at all, and
what little they do is noise."""


def keypoints_to_frames(keypoints: Keypoints) -> Array:
    """Frames (T, 254) of a person; `UserError` when a point is never seen."""
    points = fill_unseen(keypoints.points, keypoints.confidence > 0.0)
    return drop_lower_body(points / (keypoints.width, keypoints.height)).reshape(-1, VALUES)


def frames_to_keypoints(frames: Array, fps: float) -> Keypoints:
    """Keypoints of frames (T, 254), in pictures of the AI Hub corpus's size."""
    points = np.zeros((len(frames), len(KEYPOINTS), 2))
    points[:, _ROWS] = frames.reshape(len(frames), -1, 2) * (WIDTH, HEIGHT)
    confidence = np.zeros(points.shape[:2])
    confidence[:, _ROWS] = 1.0
    people = np.ones(len(frames), dtype=np.int64)
    return Keypoints(points, confidence, people, fps, WIDTH, HEIGHT)


def fill_unseen(points: Array, seen: NDArray[np.bool_]) -> Array:
    """Points (T, P, 2) with those not `seen` (T, P) between their neighbours in time.

    A point of a hand that is never seen lies at that hand's wrist; another one stays as it is.
    """
    filled = points.copy()
    times = np.arange(len(points))
    for column in np.flatnonzero(~seen.all(axis=0)):
        known = seen[:, column]
        if known.any():
            for axis in range(2):
                values = points[known, column, axis]
                filled[:, column, axis] = np.interp(times, times[known], values)
    for side in ("left", "right"):
        wrist = keypoint(f"{side}Wrist")
        for name in SKELS_KEYPOINTS:
            if name.startswith(f"{side}Hand") and not seen[:, keypoint(name)].any():
                filled[:, keypoint(name)] = filled[:, wrist]
    return filled


def drop_lower_body(points: Array) -> Array:
    """The 127 points (T, 127, 2) from the hips up, of all 137 (T, 137, 2)."""
    return points[:, _ROWS]


def cut_standing(
    frames: Array, spans: Sequence[Span], fps: float
) -> tuple[Array, tuple[Span, ...]]:
    """Frames (T, K) from the first sign's start to the last one's end, and the spans moved along.

    Without spans everything stays: nobody said where the standing is.
    """
    if not spans:
        return frames, ()
    first = max(0, int(np.floor(min(span.start for span in spans) * fps)))
    last = min(len(frames), int(np.ceil(max(span.end for span in spans) * fps)))
    shift = first / fps
    moved = tuple(replace(s, start=s.start - shift, end=s.end - shift) for s in spans)
    return frames[first:last], moved


@dataclass(frozen=True, eq=False)
class Ranges:
    """Least and greatest value (K,) that each number of a frame has in training."""

    low: Array
    high: Array

    @property
    def widths(self) -> Array:
        """What 0–1 stands for, (K,)."""
        width = self.high - self.low
        return np.maximum(width, _LEAST_RANGE * max(float(width.max()), 1e-9))

    def normalise(self, frames: Array) -> Array:
        """Frames (T, K) as shares of their ranges; beyond 0–1 where they leave them."""
        return (frames - self.low) / self.widths

    def restore(self, shares: Array) -> Array:
        """What `normalise` was given."""
        return shares * self.widths + self.low


def ranges_of(sequences: Sequence[Array]) -> Ranges:
    """The ranges of sequences (T, K)."""
    if not sequences:
        raise UserError("there is nothing to take ranges from")
    return Ranges(
        np.min([frames.min(axis=0) for frames in sequences], axis=0),
        np.max([frames.max(axis=0) for frames in sequences], axis=0),
    )


def counter(frames: int) -> Array:
    """How far each of so many frames has come: 1/T, 2/T, … 1."""
    return np.arange(1, frames + 1) / frames


def one_hot(signer: str, signers: Sequence[str]) -> Array:
    """The signer among all, (S,); nobody in particular, who is the mean of all, where unknown."""
    if signer not in signers:
        return np.full(len(signers), 1.0 / len(signers))
    return np.eye(len(signers))[signers.index(signer)]


def pad(sequences: Sequence[Array], padding: Padding) -> tuple[Array, NDArray[np.bool_]]:
    """Sequences (T, K) as one array (B, longest, K), and which of its frames count (B, longest)."""
    longest = max(map(len, sequences))
    padded = np.zeros((len(sequences), longest, sequences[0].shape[1]))
    counts = np.full((len(sequences), longest), padding != "mask")
    for row, frames in enumerate(sequences):
        padded[row, : len(frames)] = frames
        counts[row, : len(frames)] = True
        if padding != "zero":
            padded[row, len(frames) :] = frames[-1]
    return padded, counts
