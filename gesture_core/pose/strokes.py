"""Where hands rest, leave that rest for a gesture, stroke, and come back; on HUMANOID."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.plan import HANDS, Hand
from gesture_core.rotation import (
    Array,
    quat_continuous,
    quat_identity,
    quat_mean,
    quat_multiply,
    quat_to_euler,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints, forward_kinematics

HANDED = 0.4
"""A hand that travels less than this share of the other one rests."""
AWAY = 0.07
"""Metres that a wrist must leave its rest by for a gesture."""
NEAR = 0.03
"""Metres from its rest within which a wrist counts as back."""
RETURNED = 0.4
"""Share of a stroke's reach by which the hands must come back between two gestures."""
STILL = 0.12
"""Metres a second below which a wrist is still."""
TOGETHER = 0.05
"""Metres within which two places of a resting wrist are one."""
LOW = 0.3
"""Metres of height for which one place of rest must be e times as usual as another."""
_SHORTEST, _LONGEST = 0.4, 5.0
_SMOOTH = 0.07


def _arm(side: str) -> tuple[str, ...]:
    bones = [f"{side}{bone}" for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")]
    return (*bones, *(joint for finger in FINGERS for joint in finger_joints(side, finger)))


PARTS: dict[str, tuple[str, ...]] = {
    "torso": ("spine", "chest", "upperChest"),
    "head": ("neck", "head"),
    "leftArm": _arm("left"),
    "rightArm": _arm("right"),
}
"""Bones of each part of the body that a gesture may move."""


@dataclass(frozen=True)
class Excursion:
    """One time that hands leave their rest: seconds, the hand, and the farthest it goes, metres."""

    start: float
    stroke: float
    end: float
    hand: Hand
    size: float


def upright(rotations: Array, facing: Array) -> Array:
    """Turn a body (T, J, 4) to +Z and let it stand: the spine takes over what the hips do.

    `facing` (4,) or (T, 4): the turn of the hips whose yaw counts as ahead.
    """
    rotations = rotations.copy()
    hips, spine = HUMANOID.index("hips"), HUMANOID.index("spine")
    yaw = quat_to_euler(facing, "YXZ")[..., 0]
    back = rotvec_to_quat(np.stack([0.0 * yaw, -yaw, 0.0 * yaw], axis=-1))
    turned = quat_multiply(back, rotations[:, hips])
    rotations[:, spine] = quat_multiply(turned, rotations[:, spine])
    rotations[:, hips] = quat_identity()
    for side in SIDES:
        for bone in ("UpperLeg", "LowerLeg", "Foot", "Toes"):
            rotations[:, HUMANOID.index(side + bone)] = quat_identity()
    return quat_continuous(rotations)


def wrist_distance(rotations: Array, rest: Array) -> Array:
    """Distance in metres (T, 2) of the left and right wrist from their places in pose `rest`."""
    return np.linalg.norm(_wrists(rotations) - _wrists(rest), axis=-1)


def moving_hand(distance: Array) -> Hand:
    """The hand that gestures, from the distance (T, 2) of both wrists from rest."""
    left, right = distance.max(axis=0)
    if min(left, right) > HANDED * max(left, right):
        return "both"
    return HANDS[0] if left > right else HANDS[1]


def stroke_times(
    distance: Array, fps: float, emphasis: float | None = None
) -> tuple[float, float, float]:
    """Start, stroke and end in seconds of one movement at `distance` (T,) from rest.

    The stroke is at `emphasis`, where that is told and the hands are then well away from rest
    (some files' markers are wrong), else the first time near the farthest point.
    """
    peak = max(float(distance.max()), 1e-6)
    frame = min(round((emphasis or 0.0) * fps), len(distance) - 1)
    if distance[frame] < 0.4 * peak:
        frame = int(np.argmax(distance >= 0.9 * peak))
    away = distance > 0.08 * peak
    before = np.flatnonzero(~away[:frame])
    after = np.flatnonzero(~away[frame:])
    start = int(before[-1]) if len(before) else 0
    end = frame + int(after[0]) if len(after) else len(distance) - 1
    start = min(start, frame - round(0.2 * fps))
    return max(start, 0) / fps, frame / fps, max(end, frame + 1) / fps


def rest_pose(rotations: Array, fps: float) -> Array:
    """The pose (J, 4) that the hands of a talk (T, J, 4) come back to.

    Each arm rests where its wrist is still most often, low places before high ones (a hold in the
    air is still, too); the trunk as it is while both do. Other bones are as in their mean.
    """
    wrists = _wrists(rotations)
    resting = np.stack([_resting(wrists[:, hand], fps) for hand in range(len(SIDES))], axis=1)
    both = resting.all(axis=1)
    rest = quat_mean(rotations[both if both.any() else resting.any(axis=1)])
    for hand, side in enumerate(SIDES):
        arm = HUMANOID.indices(PARTS[f"{side}Arm"])
        rest[arm] = quat_mean(rotations[resting[:, hand]][:, arm])
    return rest


def _resting(wrist: Array, fps: float) -> NDArray[np.bool_]:
    """Frames in which a wrist (T, 3) rests."""
    speed = np.linalg.norm(np.gradient(wrist, axis=0), axis=-1) * fps
    still = np.flatnonzero(speed <= max(STILL, float(np.quantile(speed, 0.1))))
    sample = wrist[still[:: 1 + len(still) // 1000]]
    apart = np.linalg.norm(sample[:, None] - sample[None], axis=-1)
    height = sample[:, 1] - sample[:, 1].min()
    usual = (apart < TOGETHER).sum(axis=1) * np.exp(-height / LOW)
    place = sample[int(np.argmax(usual))]
    found = np.zeros(len(wrist), dtype=bool)
    found[still] = np.linalg.norm(wrist[still] - place, axis=-1) < TOGETHER
    return found


def excursions(rotations: Array, rest: Array, fps: float) -> tuple[Excursion, ...]:
    """Every time that a hand leaves the pose `rest` (J, 4) in a motion (T, J, 4) and comes back.

    Two strokes are two gestures where the hands come back at least `RETURNED` of the way between.
    """
    from scipy.ndimage import gaussian_filter1d
    from scipy.signal import find_peaks

    both = gaussian_filter1d(wrist_distance(rotations, rest), _SMOOTH * fps, axis=0)
    far = np.pad(both.max(axis=1), 1)  # a clip may begin or end within a gesture
    peaks, found = find_peaks(far, height=AWAY, prominence=RETURNED * AWAY)
    peaks = peaks[found["prominences"] >= RETURNED * far[peaks]] - 1
    far = far[1:-1]
    between = [a + int(np.argmin(far[a:b])) for a, b in zip(peaks, peaks[1:], strict=False)]
    borders = [0, *between, len(far) - 1]
    cut: list[Excursion] = []
    for peak, first, last in zip(peaks, borders, borders[1:], strict=False):
        back = far[first : last + 1] <= max(NEAR, 0.08 * far[peak])
        before, after = np.flatnonzero(back[: peak - first]), np.flatnonzero(back[peak - first :])
        start = first + int(before[-1]) if len(before) else first
        end = peak + int(after[0]) if len(after) else last
        stroke = start + int(np.argmax(far[start : end + 1] >= 0.9 * far[peak]))
        if not _SHORTEST <= (end - start) / fps <= _LONGEST or stroke == start:
            continue
        moved = both[start : end + 1]
        times = (start / fps, stroke / fps, end / fps)
        cut.append(Excursion(*times, moving_hand(moved), float(moved.max())))
    return tuple(cut)


def _wrists(rotations: Array) -> Array:
    """Places (..., 2, 3) of the wrists of a body whose hips rest where HUMANOID's do."""
    root = np.broadcast_to(HUMANOID.rest_positions[0], (*rotations.shape[:-2], 3))
    positions, _ = forward_kinematics(HUMANOID, rotations, root)
    return positions[..., HUMANOID.indices(("leftHand", "rightHand")), :]
