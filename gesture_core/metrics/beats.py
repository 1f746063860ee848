"""Whether gestures keep time with the speech."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from gesture_core.metrics.distribution import speeds

Array = NDArray[np.float64]

SIGMA = 0.1
"""Seconds by which a beat may miss an onset and still count for e^−½."""
SMOOTHING = 0.1
"""Deviation in seconds of the Gaussian that takes out jitter."""
SWING = 0.1
"""m/s by which the hands slow down before a beat and speed up after it."""
REACH = 0.05
"""Metres by which a wrist goes out to a stroke and comes back from it."""
LIMIT = 1.0
"""Seconds beyond which a stroke has nothing to do with a word."""


def motion_beats(points: ArrayLike, fps: float) -> Array:
    """Times (B,) at which the points (T, P, 3) together are slowest, every local minimum.

    The classic definition (Li et al., "AI Choreographer", ICCV 2021); every jitter is a beat.
    """
    return _slowest(np.asarray(points, dtype=np.float64), fps, 0.0)


def smooth_motion_beats(points: ArrayLike, fps: float) -> Array:
    """Times (B,) at which the smoothed points (T, P, 3) come to rest between real swings."""
    points = np.asarray(points, dtype=np.float64)
    return _slowest(gaussian_filter1d(points, SMOOTHING * fps, axis=0), fps, SWING)


def beat_consistency(onsets: ArrayLike, beats: ArrayLike, *, sigma: float = SIGMA) -> float:
    """Mean of exp(−d²/2σ²) over onsets (W,), d the seconds to the nearest beat; 0–1.

    Without beats it is 0; without onsets it means nothing and `ValueError` is raised. Source: Li
    et al., ICCV 2021, over speech onsets as in Liu et al., "HA2G", CVPR 2022.
    """
    onsets, beats = np.asarray(onsets, dtype=np.float64), np.asarray(beats, dtype=np.float64)
    if not len(onsets):
        raise ValueError("beat consistency needs speech onsets")
    if not len(beats):
        return 0.0
    apart = np.abs(onsets[:, None] - beats).min(axis=1)
    return float(np.exp(-0.5 * (apart / sigma) ** 2).mean())


def strokes(excursion: ArrayLike, fps: float) -> Array:
    """Times (S,) of the motion's own strokes: a wrist has gone out and stops before coming back.

    `excursion` (T, H): distance of each hand from its place at rest, metres (see
    `movement.wrist_excursion`). A stroke is where the smoothed distance is largest, `REACH` above
    the lowest points around. On composed real motion it falls 0.05 s after the marked stroke.
    """
    smooth = gaussian_filter1d(np.asarray(excursion, dtype=np.float64), SMOOTHING * fps, axis=0)
    far = [find_peaks(distance, prominence=REACH)[0] for distance in smooth.T]
    return np.unique(np.concatenate(far)) / fps


def stroke_distances(times: ArrayLike, strokes: ArrayLike, *, limit: float = LIMIT) -> Array:
    """Seconds (W,) from each time of a word to the nearest stroke, `limit` if none is nearer."""
    times, strokes = np.asarray(times, dtype=np.float64), np.asarray(strokes, dtype=np.float64)
    apart = np.abs(times[:, None] - strokes).min(axis=1, initial=limit)
    return np.minimum(apart, limit)


@dataclass(frozen=True)
class Timing:
    """Mean seconds from a gestured word to a stroke: its own motion's, and other motions'."""

    matched: float
    shuffled: float


def timing(
    times: Sequence[ArrayLike],
    strokes: Sequence[ArrayLike],
    durations: Sequence[float],
    *,
    limit: float = LIMIT,
) -> Timing:
    """How near strokes come to the words they belong to, against a shuffled control.

    For each sequence the `times` of its gestured words, its measured `strokes` and its length.
    The control compares the words of every sequence with the strokes of every other one, as far
    as that lasts. Raises `ValueError` when there are no words, or fewer than two sequences.
    """
    words = [np.asarray(each, dtype=np.float64) for each in times]
    if len(words) < 2 or len(words) != len(strokes) or len(words) != len(durations):
        raise ValueError("timing compares the words and strokes of at least two sequences")
    matched: list[Array] = []
    shuffled: list[Array] = []
    for number, own in enumerate(strokes):
        for other, said in enumerate(words):
            within = said[said < durations[number]]
            found = stroke_distances(within, own, limit=limit)
            (matched if other == number else shuffled).append(found)
    if not sum(map(len, matched)) or not sum(map(len, shuffled)):
        raise ValueError("no word is gestured, so there is nothing to time")
    return Timing(*(float(np.concatenate(each).mean()) for each in (matched, shuffled)))


def _slowest(points: Array, fps: float, swing: float) -> Array:
    """Times of local minima of the summed speed; between faster phases by `swing` m/s."""
    speed = speeds(points, fps).sum(axis=1)
    found, _ = find_peaks(-speed, prominence=swing or None)
    return (found + 0.5) / fps
