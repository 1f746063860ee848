"""From what a detector saw of one person to what can be lifted: named passes over keypoints.

Distances are in metres by the size the person has in the picture, times in seconds, so that the
same settings hold for every camera and frame rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import Akima1DInterpolator
from scipy.ndimage import median_filter

from gesture_core.errors import UserError
from gesture_core.keypoints import (
    BODY_SLICE,
    FACE_SLICE,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    Keypoints,
    keypoint,
)
from gesture_core.pose.smoothing import smooth
from gesture_core.pose.tracking import person_sizes

Array = NDArray[np.float64]

HANDS = ((LEFT_HAND_SLICE, keypoint("leftWrist")), (RIGHT_HAND_SLICE, keypoint("rightWrist")))

# A point that was not seen but filled in is trusted this much of the less trusted of its ends.
FILLED_TRUST = 0.5


@dataclass(frozen=True)
class CleaningConfig:
    """When a point is believed, and how it is smoothed.

    `min_confidence`: points below it count as not seen. `hand_reach`: metres by which a hand's
    own wrist may miss the body's; `same_hand`: two hands whose points are nearer than this on
    average are one hand seen twice. `jump`: metres by which a point may leave the median of
    `jump_window` seconds. `max_gap`: seconds that are filled in; longer gaps stay unseen.
    `body_cutoff`, `hand_cutoff`, `face_cutoff`: Hz; what is faster is taken for noise, and 0
    leaves the points as they are. At 5 Hz the keypoints of a rendered talk come nearest to the
    true ones, in place and in speed, and keep the speed of its fastest strokes as they had it.
    """

    min_confidence: float = 0.3
    hand_reach: float = 0.15
    same_hand: float = 0.05
    jump: float = 0.1
    jump_window: float = 0.16
    max_gap: float = 0.3
    body_cutoff: float = 5.0
    hand_cutoff: float = 5.0
    face_cutoff: float = 5.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not 0 <= value < np.inf:
                raise UserError(f"cleaning.{name} must be 0 or more, not {value}")


def clean(keypoints: Keypoints, config: CleaningConfig) -> Keypoints:
    """All passes in order: doubt, hands, jumps, gaps, smoothing.

    Where nothing is left of a point it is 0, 0 with confidence 0; filled points have
    `FILLED_TRUST` of the confidence around them; `people` stays as it was.
    """
    keypoints = _keep(keypoints, keypoints.confidence >= config.min_confidence)
    metre = picture_metre(keypoints)
    if not metre:
        return keypoints
    keypoints = fit_hands(keypoints, config.hand_reach * metre, config.same_hand * metre)
    keypoints = drop_jumps(keypoints, config.jump * metre, config.jump_window)
    keypoints = fill_gaps(keypoints, config.max_gap)
    for part, cutoff in (
        (BODY_SLICE, config.body_cutoff),
        (FACE_SLICE, config.face_cutoff),
        (LEFT_HAND_SLICE, config.hand_cutoff),
        (RIGHT_HAND_SLICE, config.hand_cutoff),
    ):
        keypoints = smooth_part(keypoints, part, cutoff)
    return keypoints


def picture_metre(keypoints: Keypoints) -> float:
    """Pixels that a metre of the person takes up, over all frames; 0 where nothing tells."""
    people = np.concatenate([keypoints.points, keypoints.confidence[..., None]], axis=-1)
    sizes = person_sizes(people)
    return float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 0.0


def fit_hands(keypoints: Keypoints, reach: float, same: float) -> Keypoints:
    """Drop the hands that do not grow from their wrist, and the worse of two on one hand.

    Detectors look for a hand around its wrist, and where the wrists meet they find the nearer
    hand twice. `reach` and `same` in pixels, see `CleaningConfig`. A hand whose body wrist is
    not seen is believed where the other hand is elsewhere.
    """
    misses = np.stack([_miss(keypoints, hand, wrist) for hand, wrist in HANDS], axis=1)
    kept = np.ones(keypoints.confidence.shape, bool)
    twice = _hands_coincide(keypoints, same)
    far = np.where(np.isnan(misses), np.inf, misses)
    for side, (hand, _) in enumerate(HANDS):
        worse = twice & (far[:, side] > far[:, 1 - side])
        kept[(misses[:, side] > reach) | worse, hand] = False
    return _keep(keypoints, kept)


def drop_jumps(keypoints: Keypoints, jump: float, window: float) -> Keypoints:
    """Drop points more than `jump` pixels off the median of as many sightings as fill `window` s.

    A movement, however fast, passes through its median; a jump there and back does not. This is
    Hampel's filter with a fixed threshold.
    """
    size = max(3, 2 * round(window * keypoints.fps / 2) + 1)
    kept = keypoints.confidence > 0
    for seen, members in _seen_together(keypoints.confidence):
        sightings = keypoints.points[np.ix_(seen, members)]
        middle = median_filter(sightings, (size, 1, 1), mode="nearest")
        kept[np.ix_(seen, members)] = np.linalg.norm(sightings - middle, axis=-1) <= jump
    return _keep(keypoints, kept)


def fill_gaps(keypoints: Keypoints, max_gap: float) -> Keypoints:
    """Fill what is unseen for at most `max_gap` seconds between two sightings.

    Hands are filled relative to the wrist of the body, so that they stay on the arm. Modified
    Akima pieces: of the cubic ones they miss wrists of real signers least and hardly overshoot.
    """
    longest = int(max_gap * keypoints.fps + 1e-6)
    points, confidence = keypoints.points.copy(), keypoints.confidence.copy()
    for part in (BODY_SLICE, FACE_SLICE):
        points[:, part], confidence[:, part] = _filled(
            points[:, part], confidence[:, part], longest
        )
    carriers = _bridged(points, confidence > 0)
    for hand, wrist in HANDS:
        known = confidence[:, hand, None] > 0
        carrier = carriers[:, [wrist]]
        filled, confidence[:, hand] = _filled(
            np.where(known, points[:, hand] - carrier, 0.0), confidence[:, hand], longest
        )
        points[:, hand] = np.where(confidence[:, hand, None] > 0, filled + carrier, 0.0)
    return replace(keypoints, points=points, confidence=confidence)


def smooth_part(keypoints: Keypoints, part: slice, cutoff: float) -> Keypoints:
    """Points of a part without what moves faster than `cutoff` Hz, trusted as they are seen."""
    if not cutoff:
        return keypoints
    points = keypoints.points.copy()
    weight = keypoints.confidence[:, part]
    points[:, part] = smooth(points[:, part], weight, cutoff, keypoints.fps)
    return replace(keypoints, points=points)


def _keep(keypoints: Keypoints, kept: NDArray[np.bool_]) -> Keypoints:
    kept = kept & (keypoints.confidence > 0)
    return replace(
        keypoints,
        points=np.where(kept[..., None], keypoints.points, 0.0),
        confidence=np.where(kept, keypoints.confidence, 0.0),
    )


def _miss(keypoints: Keypoints, hand: slice, wrist: int) -> Array:
    """Pixels (T,) between a hand's own wrist and the body's; NaN where either is not seen."""
    pair = [hand.start, wrist]
    apart = np.linalg.norm(keypoints.points[:, pair[0]] - keypoints.points[:, pair[1]], axis=-1)
    return np.where((keypoints.confidence[:, pair] > 0).all(axis=1), apart, np.nan)


def _hands_coincide(keypoints: Keypoints, same: float) -> NDArray[np.bool_]:
    """Frames (T,) in which the points that both hands have lie within `same` pixels on average."""
    seen = (keypoints.confidence[:, LEFT_HAND_SLICE] > 0) & (
        keypoints.confidence[:, RIGHT_HAND_SLICE] > 0
    )
    apart = np.linalg.norm(
        keypoints.points[:, LEFT_HAND_SLICE] - keypoints.points[:, RIGHT_HAND_SLICE], axis=-1
    )
    return (apart * seen).sum(axis=1) < same * seen.sum(axis=1)


def _bridged(points: Array, known: NDArray[np.bool_]) -> Array:
    """Points (T, N, 2) with straight lines over what is not known; 0 where nothing is."""
    times = np.arange(len(points))
    bridged = points.copy()
    for number in np.flatnonzero(~known.all(axis=0) & known.any(axis=0)):
        seen = known[:, number]
        for axis in range(points.shape[-1]):
            bridged[:, number, axis] = np.interp(times, times[seen], points[seen, number, axis])
    return bridged


def _filled(points: Array, confidence: Array, longest: int) -> tuple[Array, Array]:
    """Points (T, N, 2) and confidence (T, N) with gaps of up to `longest` frames filled."""
    filled, trust = points.copy(), confidence.copy()
    times = np.arange(len(points))
    for seen, members in _seen_together(confidence):
        known = np.isin(times, seen)
        before = np.maximum.accumulate(np.where(known, times, -1))
        after = np.minimum.accumulate(np.where(known, times, len(times))[::-1])[::-1]
        inside = (before >= 0) & (after < len(times))
        gap = np.flatnonzero(~known & inside & (after - before - 1 <= longest))
        if not len(gap):
            continue
        sightings = points[np.ix_(seen, members)]
        path = Akima1DInterpolator(seen, sightings, axis=0, method="makima")
        filled[np.ix_(gap, members)] = path(gap)
        ends = (confidence[np.ix_(end[gap], members)] for end in (before, after))
        trust[np.ix_(gap, members)] = FILLED_TRUST * np.minimum(*ends)
    return filled, trust


def _seen_together(confidence: Array) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Frames and the points that are seen in just these, for every such group of (T, N)."""
    masks, group = np.unique(confidence > 0, axis=1, return_inverse=True)
    for number, mask in enumerate(masks.T):
        if mask.any():
            yield np.flatnonzero(mask), np.flatnonzero(group.ravel() == number)
