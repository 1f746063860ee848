"""Which windows of a clip teach a generator something: words, movement, an upright speaker."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from gesture_core.kinematics import direction_angle, unit
from gesture_core.motion import Motion
from gesture_core.rotation import quat_inverse, quat_rotate
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

DIRECTIONS: tuple[tuple[str, str], ...] = (
    *(("spine", "neck"), ("neck", "head"), ("head", "leftEye"), ("head", "rightEye")),
    *(("neck", "leftUpperArm"), ("leftUpperArm", "leftLowerArm"), ("leftLowerArm", "leftHand")),
    *(
        ("neck", "rightUpperArm"),
        ("rightUpperArm", "rightLowerArm"),
        ("rightLowerArm", "rightHand"),
    ),
)
"""Lines whose directions are the pose: trunk, head and arms, as the seed's nine."""


@dataclass(frozen=True)
class WindowFilterConfig:
    """Thresholds of the window filters; a window is kept when all let it pass."""

    min_words: int = 2
    """Fewer words heard in a window teach no gesture for words; 0 keeps silent windows."""
    min_pose_difference: float = 0.02
    """Mean absolute difference of the directions of `DIRECTIONS` from the mean pose of the whole
    set, in parts of a unit vector's component, below which a window is the mean pose."""
    max_spine_degrees: float = 30.0
    """A spine that leans farther than this from the vertical in any frame bends over."""
    max_mean_spine_degrees: float = 20.0
    """A spine that leans farther than this on average bends over."""
    min_wrist_variance: float = 0.0014
    """Variance of a wrist's place in the frame of the chest, square metres, all three axes added:
    3.7 cm of standard deviation. A window in which both wrists stay below it holds still."""


@dataclass(frozen=True)
class Windows:
    """What the filters measure of the windows of one motion, one number a window `(W,)`.

    `starts`: first frames; `words`: how many are heard, even in part; `pose_difference`: from the
    mean pose, 0–2; `spine`, `mean_spine`: largest and mean lean, degrees; `wrists`: the larger
    variance of the two, square metres.
    """

    starts: NDArray[np.intp]
    words: NDArray[np.intp]
    pose_difference: Array
    spine: Array
    mean_spine: Array
    wrists: Array


def measure_windows(motion: Motion, length: int, stride: int, mean: Array) -> Windows:
    """Measure every window of `length` frames, one every `stride` frames.

    `mean` `(10, 3)`: the mean pose of the set, from `mean_pose`. A motion shorter than a window
    has none.
    """
    starts = np.arange(0, motion.frames - length + 1, stride)
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    difference = np.abs(_directions(positions, turned) - mean).mean(axis=(1, 2))
    lean = _lean_degrees(positions)
    return Windows(
        starts=starts,
        words=_words_heard(motion, starts / motion.fps, (starts + length) / motion.fps),
        pose_difference=_windows(difference, starts, length).mean(axis=-1),
        spine=_windows(lean, starts, length).max(axis=-1, initial=0.0),
        mean_spine=_windows(lean, starts, length).mean(axis=-1),
        wrists=np.max(
            [
                _windows(_wrist(positions, turned, side), starts, length).var(axis=-1).sum(axis=-1)
                for side in SIDES
            ],
            axis=0,
        ),
    )


FILTERS: dict[str, Callable[[Windows, WindowFilterConfig], Mask]] = {
    "too few words": lambda windows, config: windows.words >= config.min_words,
    "mean pose": lambda windows, config: windows.pose_difference >= config.min_pose_difference,
    "bent spine": lambda windows, config: (
        (windows.spine <= config.max_spine_degrees)
        & (windows.mean_spine <= config.max_mean_spine_degrees)
    ),
    "still wrists": lambda windows, config: windows.wrists >= config.min_wrist_variance,
}
"""Which windows each filter lets pass, by the name under which it is reported."""


def judge_windows(windows: Windows, config: WindowFilterConfig) -> dict[str, Mask]:
    """Which windows `(W,)` each filter lets pass, in the order of `FILTERS`."""
    return {name: judge(windows, config) for name, judge in FILTERS.items()}


def kept_windows(
    motion: Motion, length: int, stride: int, mean: Array, config: WindowFilterConfig
) -> NDArray[np.intp]:
    """First frames of the windows that all filters let pass; see `measure_windows`."""
    windows = measure_windows(motion, length, stride, mean)
    passed = np.all(list(judge_windows(windows, config).values()), axis=0)
    return windows.starts[passed]


def mean_pose(motions: Iterable[Motion]) -> Array:
    """Mean directions `(10, 3)` over the time of a whole set, each motion weighing its seconds."""
    total, seconds = np.zeros((len(DIRECTIONS), 3)), 0.0
    for motion in motions:
        total += pose_directions(motion).sum(axis=0) / motion.fps
        seconds += motion.duration
    return total / max(seconds, 1e-12)


def pose_directions(motion: Motion) -> Array:
    """Unit vectors `(T, 10, 3)` along `DIRECTIONS`, seen from the hips.

    The seed has nine from ten joints placed by a lifter, in the camera's frame; ours come from
    rotations, and a speaker who turns round is in the same pose.
    """
    return _directions(*forward_kinematics(HUMANOID, motion.rotations, motion.root))


_STARTS, _ENDS = (HUMANOID.indices(names) for names in zip(*DIRECTIONS, strict=True))


def _directions(positions: Array, turned: Array) -> Array:
    away = unit(positions[:, _ENDS] - positions[:, _STARTS])
    return quat_rotate(quat_inverse(turned[:, :1]), away)


def _lean_degrees(positions: Array) -> Array:
    """Angle `(T,)` between the vertical and the line from the hips to the neck."""
    spine = positions[:, HUMANOID.index("neck")] - positions[:, HUMANOID.index("hips")]
    return np.degrees(direction_angle(np.linalg.norm(spine[:, [0, 2]], axis=1), spine[:, 1]))


def _wrist(positions: Array, turned: Array, side: str) -> Array:
    """Place of a wrist `(T, 3)` in the frame of the upper chest, metres."""
    chest = HUMANOID.index("upperChest")
    away = positions[:, HUMANOID.index(f"{side}Hand")] - positions[:, chest]
    return quat_rotate(quat_inverse(turned[:, chest]), away)


def _words_heard(motion: Motion, starts: Array, ends: Array) -> NDArray[np.intp]:
    words = [(span.start, span.end) for span in motion.spans if span.kind == "word"]
    times = np.array(words, dtype=float).reshape(-1, 2)
    return ((times[:, 0] < ends[:, None]) & (times[:, 1] > starts[:, None])).sum(axis=1)


def _windows(values: Array, starts: NDArray[np.intp], length: int) -> Array:
    """Windows `(W, ..., length)` of values `(T, ...)`."""
    if not len(starts):
        return np.zeros((0, *values.shape[1:], length))
    return sliding_window_view(values, length, axis=0)[starts]
