"""The lifter against MediaPipe's own world landmarks, on pictures whose truth is known.

Arrays in, figures out. All poses are in metres with x to the picture's right, y up and z towards
the camera; NaN where a method says nothing. Every method is judged on the frames in which all of
them speak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gesture_core.body.marked import finger_points
from gesture_core.formats.mediapipe_layout import BODY_LANDMARKS
from gesture_core.kinematics import unit
from gesture_core.metrics.pose_error import align_similar, aligned_errors, mean_pose, rooted_errors
from gesture_core.skeleton import SIDES

Array = NDArray[np.float64]

MEDIAPIPE_TO_CLIP: Array = np.array([1.0, -1.0, -1.0])
"""World landmarks have y down and z into the picture."""
RESAMPLES = 1000


@dataclass(frozen=True)
class Part:
    """Points that are compared together, aligned as one.

    `groups`: figures of their own, as indices of `names`; `root`: where MPJPE lays poses onto each
    other; `up` and `across`: two pairs of point sets whose middles span the part's own axes.
    """

    names: tuple[str, ...]
    groups: Mapping[str, tuple[int, ...]]
    root: tuple[int, ...]
    up: tuple[tuple[int, ...], tuple[int, ...]]
    across: tuple[tuple[int, ...], tuple[int, ...]]


_JOINTS = {"UpperArm": "shoulders", "LowerArm": "elbows", "Hand": "wrists", "UpperLeg": "hips"}
_MEDIAPIPE = {"UpperArm": "Shoulder", "LowerArm": "Elbow", "Hand": "Wrist", "UpperLeg": "Hip"}
_BODY_NAMES = tuple(f"{side}{joint}" for joint in _JOINTS for side in SIDES)
_BODY_ROWS = tuple(
    BODY_LANDMARKS.index(f"{side}{joint}") for joint in _MEDIAPIPE.values() for side in SIDES
)
BODY = Part(
    _BODY_NAMES,
    {group: (2 * k, 2 * k + 1) for k, group in enumerate(_JOINTS.values())},
    root=(6, 7),
    up=((6, 7), (0, 1)),
    across=((1, 7), (0, 6)),
)
"""Both shoulders, elbows, wrists and hips: what lifter and MediaPipe's body both have."""

_KNUCKLES = (1, 5, 9, 13, 17)
_HAND_GROUPS = {
    "wrists": (0,),
    "knuckles": _KNUCKLES,
    "fingers": tuple(k for k in range(1, 21) if k not in _KNUCKLES and k % 4),
    "tips": (4, 8, 12, 16, 20),
}
HANDS = {
    side: Part(
        (f"{side}Hand", *finger_points(side)),
        _HAND_GROUPS,
        root=(0,),
        up=((0,), (9,)),
        across=((17,), (5,)),
    )
    for side in SIDES
}
"""One hand by itself: the wrist and the 20 points of the fingers."""

WHOLE = Part(
    (*BODY.names, *HANDS["left"].names[1:], *HANDS["right"].names[1:]),
    {**BODY.groups, "hands": tuple(range(8, 48))},
    root=BODY.root,
    up=BODY.up,
    across=BODY.across,
)
"""Body and fingers in one frame."""


def mediapipe_body(world: ArrayLike) -> Array:
    """`BODY` (T, 8, 3) out of MediaPipe's 33 world landmarks (T, 33, 3 or more)."""
    return np.asarray(world, dtype=float)[:, list(_BODY_ROWS), :3] * MEDIAPIPE_TO_CLIP


def mediapipe_whole(body: ArrayLike, hands: ArrayLike) -> Array:
    """`WHOLE` (T, 48, 3): MediaPipe's hands (T, 2, 21, 3) hung onto the wrists of its body."""
    joints = mediapipe_body(body)
    own = np.asarray(hands, dtype=float) * MEDIAPIPE_TO_CLIP
    wrists = joints[:, BODY.groups["wrists"]]
    fingers = own[:, :, 1:] - own[:, :, :1] + wrists[:, :, None]
    return np.concatenate([joints, fingers[:, 0], fingers[:, 1]], axis=1)


def own_axes(part: Part, poses: Array) -> Array:
    """The part's axes (T, 3, 3) as columns: across, up and out of their plane."""

    def along(ends: tuple[tuple[int, ...], tuple[int, ...]]) -> Array:
        start, end = (poses[:, list(side)].mean(axis=1) for side in ends)
        return unit(end - start)

    up = along(part.up)
    across = along(part.across)
    across = unit(across - (across * up).sum(axis=-1, keepdims=True) * up)
    return np.stack([across, up, np.cross(across, up)], axis=-1)


def fit_offsets(part: Part, found: Sequence[Array], truth: Sequence[Array]) -> Array:
    """Where the true points lie from those found, on average (N, 3) in the part's own axes.

    Detectors mark the skin where we mean the joint; this is what a constant can mend.
    """
    offsets: list[Array] = []
    for poses, true in zip(found, truth, strict=True):
        clear = np.isfinite(poses).all(axis=(1, 2)) & np.isfinite(true).all(axis=(1, 2))
        missed = align_similar(true[clear], poses[clear]) - poses[clear]
        offsets.append(missed @ own_axes(part, poses[clear]))
    return np.concatenate(offsets).mean(axis=0)


def shift(part: Part, poses: Array, offsets: Array) -> Array:
    """Poses (T, N, 3) with the offsets of `fit_offsets` added."""
    return poses + offsets @ np.swapaxes(own_axes(part, poses), -1, -2)


def compare(
    part: Part, methods: Mapping[str, Sequence[Array]], truth: Sequence[Array], seed: int = 0
) -> dict[str, Any]:
    """Figures of each method by clip, in millimetres, all over the same frames.

    `methods` and `truth`: per clip (T, N, 3). `pa_mpjpe` is after similarity alignment of every
    frame, `mpjpe` after laying the roots onto each other; `interval` holds 95 % of 1000 resamples
    of the clips.
    """
    shared = [
        np.all([np.isfinite(poses).all(axis=(1, 2)) for poses in (*clip, true)], axis=0)
        for *clip, true in zip(*methods.values(), truth, strict=True)
    ]
    kept = [k for k, frames in enumerate(shared) if frames.any()]
    if not kept:
        return {"clips": 0, "frames": 0, "methods": {}}
    true = [truth[k][shared[k]] for k in kept]
    rng = np.random.default_rng(seed)
    draws = rng.integers(len(kept), size=(RESAMPLES, len(kept)))
    report: dict[str, Any] = {"clips": len(kept), "frames": sum(map(len, true)), "methods": {}}
    for name, clips in methods.items():
        own = [clips[k][shared[k]] for k in kept]
        aligned = [aligned_errors(*pair) for pair in zip(own, true, strict=True)]
        rooted = [rooted_errors(*pair, part.root) for pair in zip(own, true, strict=True)]
        report["methods"][name] = _figures(part, aligned, rooted, draws)
    return report


def _figures(
    part: Part, aligned: list[Array], rooted: list[Array], draws: NDArray[np.int64]
) -> dict[str, Any]:
    sums = np.array([errors.mean(axis=1).sum() for errors in aligned])
    counts = np.array([len(errors) for errors in aligned])
    resampled = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    every, placed = np.concatenate(aligned), np.concatenate(rooted)
    return {
        "pa_mpjpe": _millimetres(every.mean()),
        "interval": [_millimetres(value) for value in np.percentile(resampled, (2.5, 97.5))],
        "mpjpe": _millimetres(placed.mean()),
        "groups": {
            group: {
                "pa_mpjpe": _millimetres(every[:, list(members)].mean()),
                "mpjpe": _millimetres(placed[:, list(members)].mean()),
            }
            for group, members in part.groups.items()
        },
    }


def _millimetres(metres: float) -> float:
    return round(1000.0 * float(metres), 1)


def mean_method(poses: Sequence[Array], truth: Sequence[Array]) -> list[Array]:
    """The baseline that always says the mean of `poses`, turned to nobody: (T, N, 3) per clip."""
    every = np.concatenate(poses)
    mean = mean_pose(every[np.isfinite(every).all(axis=(1, 2))])
    return [np.tile(mean, (len(clip), 1, 1)) for clip in truth]


def advantage(report: Mapping[str, Any], ours: str, theirs: str) -> float:
    """How much lower our PA-MPJPE is, as a share of theirs."""
    errors = [report["methods"][name]["pa_mpjpe"] for name in (ours, theirs)]
    return round(1.0 - errors[0] / errors[1], 3)
