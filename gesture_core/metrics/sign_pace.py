"""How fast hands sign, as a camera in front of the signer sees them.

Lengths are in shoulder widths, so that people and characters of any size and any picture compare;
what goes towards the camera is not seen. Keypoints and motion pass the same filter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_erosion

from gesture_core.keypoints import Keypoints, keypoint
from gesture_core.motion import Motion
from gesture_core.pose.smoothing import smooth
from gesture_core.skeleton import forward_kinematics

Array = NDArray[np.float64]

CUTOFF = 8.0
"""Hz; faster changes of place are taken for the detector's noise."""

MOVING = 0.7
"""Shoulder widths a second above which a wrist counts as moving."""

MIN_CONFIDENCE = 0.5
_EDGE = 0.1  # seconds beside unseen frames in which the filter knows too little
_PARTED = 0.5  # two movements are told apart where speed falls to this share of the slower peak
_PEAK = 1.875  # peak by mean speed of a minimum-jerk movement (Flash & Hogan 1985)

_WRISTS = (keypoint("leftWrist"), keypoint("rightWrist"))
_SHOULDERS = (keypoint("leftShoulder"), keypoint("rightShoulder"))


@dataclass(frozen=True, eq=False)
class HandPace:
    """Both wrists, left first, over T frames; NaN where a wrist is not seen.

    `speed`, `acceleration` `(T, 2)`: shoulder widths a second and a second squared.
    """

    speed: Array
    acceleration: Array
    fps: float


@dataclass(frozen=True)
class Movement:
    """One movement of a wrist from rest to rest.

    `distance`: along its path, shoulder widths; `seconds`: what a minimum-jerk movement of that
    distance and peak speed takes.
    """

    distance: float
    seconds: float


def wrist_pace(wrists: Array, seen: NDArray[np.bool_], fps: float) -> HandPace:
    """Pace of wrists at places `(T, 2, 2)` in shoulder widths, where they are `seen` `(T, 2)`."""
    places = smooth(wrists, seen.astype(float), CUTOFF, fps)
    velocity = np.gradient(places, 1.0 / fps, axis=0)
    change = np.gradient(velocity, 1.0 / fps, axis=0)
    margin = np.ones((2 * round(_EDGE * fps) + 1, 1), bool)
    sure = binary_erosion(seen, margin, border_value=1)
    speed, acceleration = (np.linalg.norm(values, axis=-1) for values in (velocity, change))
    return HandPace(np.where(sure, speed, np.nan), np.where(sure, acceleration, np.nan), fps)


def keypoints_pace(keypoints: Keypoints) -> HandPace:
    """Pace of the followed person; `ValueError` when the shoulders are never seen."""
    sure = keypoints.confidence >= MIN_CONFIDENCE
    both = sure[:, _SHOULDERS].all(axis=1)
    if not both.any():
        raise ValueError("no shoulders, no scale")
    left, right = (keypoints.points[both, shoulder] for shoulder in _SHOULDERS)
    width = np.median(np.linalg.norm(left - right, axis=-1))
    return wrist_pace(keypoints.points[:, _WRISTS] / width, sure[:, _WRISTS], keypoints.fps)


def motion_pace(motion: Motion) -> HandPace:
    """Pace of a motion seen from the front, against the skeleton's own shoulders."""
    positions, _ = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
    shoulders = motion.skeleton.rest_positions[
        motion.skeleton.indices(("leftUpperArm", "rightUpperArm"))
    ]
    width = np.linalg.norm(shoulders[0] - shoulders[1])
    wrists = positions[:, motion.skeleton.indices(("leftHand", "rightHand")), :2] / width
    return wrist_pace(wrists, np.ones(wrists.shape[:2], bool), motion.fps)


def movements(pace: HandPace) -> tuple[Movement, ...]:
    """The movements of both wrists, each between two moments in which it nearly stands."""
    found = []
    for speed in pace.speed.T:
        for first, last in _runs(np.nan_to_num(speed) > MOVING):
            cuts = [first, *_valleys(speed[first:last], first), last]
            for start, stop in zip(cuts, cuts[1:], strict=False):
                part = speed[start:stop]
                if len(part) >= 3:
                    distance = float(part.sum()) / pace.fps
                    found.append(Movement(distance, _PEAK * distance / float(part.max())))
    return tuple(found)


def holds(pace: HandPace) -> tuple[float, ...]:
    """Seconds for which neither wrist moves, between the first movement and the last."""
    moving = (np.nan_to_num(pace.speed) > MOVING).any(axis=1)
    still = _runs(~moving)
    return tuple(
        (last - first) / pace.fps for first, last in still if first > 0 and last < len(moving)
    )


def signing_seconds(pace: HandPace) -> float:
    """Seconds from the first movement of a wrist to the end of the last; 0 when none moves."""
    moving = np.flatnonzero((np.nan_to_num(pace.speed) > MOVING).any(axis=1))
    return float(moving[-1] + 1 - moving[0]) / pace.fps if len(moving) else 0.0


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and one past the last index of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]


def _valleys(speed: Array, offset: int) -> list[int]:
    """Indices where a run of movement falls to half of the slower peak beside it."""
    cuts = [0]
    for frame in range(2, len(speed) - 2):
        lowest = speed[frame] < speed[frame - 1] and speed[frame] <= speed[frame + 1]
        before, after = speed[cuts[-1] : frame].max(), speed[frame:].max()
        if lowest and speed[frame] < _PARTED * min(before, after):
            cuts.append(frame)
    return [offset + cut for cut in cuts[1:]]
