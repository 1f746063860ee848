"""Lifting 2D to 3D: from what a detector saw of a person to where the joints are in space."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.body.marked import MARKED, finger_points
from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import config_from_dict
from gesture_core.errors import UserError
from gesture_core.keypoints import LEFT_HAND, RIGHT_HAND, Keypoints, keypoint
from gesture_core.kinematics import unit
from gesture_core.resources import data_path
from gesture_core.skeleton import HUMANOID, SIDES

if TYPE_CHECKING:
    from gesture_core.models.lifter import Lifter

Array = NDArray[np.float64]

KIND = "lifter"
FPS = 30.0
"""Frames a second that the lifter works at."""
WINDOW = 32
"""Frames that it sees at once."""
STRIDE = 8
"""Frames from one window to the next; what the windows say of a frame is blended."""
BATCH = 64
GUESSED = 1.0 / 3.0
"""Trust in a joint that was not seen among others that were."""

LIFTED: tuple[str, ...] = tuple(
    name for name in MARKED.names if name in HUMANOID.names or name in LANDMARKS
)
"""The 61 points that are found: HUMANOID's bones from the hips up, with its fingers and eyes, the
upper legs' joints, and the landmarks nose, ears and fingertips."""
_KEPT = MARKED.indices(LIFTED)
_LEGS = ("leftUpperLeg", "rightUpperLeg")
_SHOULDERS = MARKED.indices(("leftUpperArm", "rightUpperArm"))

_TRUNK: dict[str, str] = {
    **{"nose": "nose", "rightEye": "rightEye", "leftEye": "leftEye"},
    **{"rightEar": "rightEar", "leftEar": "leftEar"},
    **{"face8": "chin", "face48": "rightMouth", "face54": "leftMouth"},
    **{"rightShoulder": "rightUpperArm", "leftShoulder": "leftUpperArm"},
    **{"rightElbow": "rightLowerArm", "leftElbow": "leftLowerArm"},
    **{"rightWrist": "rightHand", "leftWrist": "leftHand"},
    **{"rightHip": "rightUpperLeg", "leftHip": "leftUpperLeg"},
}
_SEEN: dict[str, str] = {
    **_TRUNK,
    **dict(zip(LEFT_HAND, ("leftHand", *finger_points("left")), strict=True)),
    **dict(zip(RIGHT_HAND, ("rightHand", *finger_points("right")), strict=True)),
}
OBSERVED: tuple[int, ...] = tuple(keypoint(name) for name in _SEEN)
"""The 58 keypoints that the lifter looks at: trunk, head and arms, left hand, right hand."""
PLACES: tuple[int, ...] = tuple(MARKED.index(name) for name in _SEEN.values())
"""Which point of `MARKED` each of them marks."""
GROUPS: tuple[slice, ...] = (
    slice(0, len(_TRUNK)),
    slice(len(_TRUNK), len(_TRUNK) + len(LEFT_HAND)),
    slice(len(_TRUNK) + len(LEFT_HAND), len(_SEEN)),
)
"""Body, left hand and right hand among `OBSERVED`."""


@dataclass(frozen=True, eq=False)
class Lifted:
    """Joints over T frames.

    `positions` (T, 61, 3): metres by `LIFTED`, with HUMANOID's bone lengths; y up, +Z level
    and towards the camera, so that a person who faces the camera faces +Z. Where the hips are
    mostly seen they stay at their place in HUMANOID's rest, else the middle of the shoulders does.
    `shown` (T, 58): whether the detector saw each of `OBSERVED`; the rest is guessed. `fps` is the
    keypoints'.
    """

    positions: Array
    shown: NDArray[np.bool_]
    fps: float

    @property
    def seen(self) -> Array:
        """Share of the points of body, left hand and right hand that were seen, (T, 3)."""
        return np.stack([self.shown[:, group].mean(axis=1) for group in GROUPS], axis=1)

    def confidence(self) -> Array:
        """Trust (T, 61) within 0–1 in each point: 1 where its own keypoint was seen.

        A point that no keypoint marks is trusted as far as what it belongs to was seen, one whose
        keypoint was not seen in this frame a third as much.
        """
        group = np.zeros(len(LIFTED), dtype=int)
        for number, side in enumerate(SIDES, 1):
            fingers = set(finger_points(side))
            group[[place for place, name in enumerate(LIFTED) if name in fingers]] = number
        whole = self.seen[:, group]
        own = np.zeros(whole.shape, dtype=bool)
        marked = np.zeros(len(LIFTED), dtype=bool)
        for column, name in enumerate(_SEEN.values()):
            if name in LIFTED:
                own[:, LIFTED.index(name)] |= self.shown[:, column]
                marked[LIFTED.index(name)] = True
        return np.where(marked, np.where(own, 1.0, GUESSED * whole), whole)


def lift(keypoints: Keypoints, *, weights: Path | None = None) -> Lifted:
    """Find a person's joints in space from what a detector saw in pictures.

    The camera is taken to stand still; how it is pitched is judged from the person, and its focal
    length, the picture's size and the frame rate do not matter. `weights` is a checkpoint of
    `train.lifter`, by default the shipped one. Raises `UserError` when no frame shows anybody.
    """
    points, seen = keypoints.points[:, OBSERVED], keypoints.confidence[:, OBSERVED]
    if not np.any(seen[:, GROUPS[0]] > 0.0):
        raise UserError("no frame shows a person to lift")
    times = np.arange(keypoints.frames) / keypoints.fps
    count = max(1, round((keypoints.frames - 1) / keypoints.fps * FPS) + 1)
    points, confidence = resample_points(points, seen, times * FPS, count)
    sighted, up = _blend_windows(load_lifter(weights), points, confidence)
    upright = _with_bone_lengths(_at_times(_upright(sighted, up), times * FPS))
    anchor = "hips" if np.mean(_legs_seen(seen)) > 0.5 else "shoulders"
    return Lifted(_placed(upright, anchor)[:, _KEPT], seen > 0.0, keypoints.fps)


@lru_cache(maxsize=2)
def load_lifter(weights: Path | None = None) -> Lifter:
    """The network of a checkpoint, by default the shipped one."""
    from gesture_core.models.lifter import Lifter, LifterConfig

    path = weights or data_path("models/lifter/lifter.safetensors")
    checkpoint = load_checkpoint(path, KIND)
    model = Lifter(config_from_dict(LifterConfig, checkpoint.details["model"], str(path)))
    model.load_state_dict({name: value.float() for name, value in checkpoint.tensors.items()})
    return model.eval().requires_grad_(False)


def resample_points(
    points: Array, confidence: Array, places: Array, count: int
) -> tuple[Array, Array]:
    """Points (count, P, 2) and confidence at whole frames, from frames at `places` (T,).

    Between two frames that both saw a point it is interpolated; else the nearer one counts.
    """
    wanted = np.arange(count, dtype=float)
    after = np.clip(np.searchsorted(places, wanted), 0, len(places) - 1)
    before = np.maximum(after - 1, 0)
    gap = np.maximum(places[after] - places[before], 1e-9)
    share = np.clip((wanted - places[before]) / gap, 0.0, 1.0)[:, None]
    both = (confidence[before] > 0.0) & (confidence[after] > 0.0)
    share = np.where(both, share, np.round(share))
    mixed = points[before] + share[..., None] * (points[after] - points[before])
    return mixed, confidence[before] + share * (confidence[after] - confidence[before])


def _blend_windows(model: Lifter, points: Array, confidence: Array) -> tuple[Array, Array]:
    """What overlapping windows say: joints (T, 64, 3) in the sight frame, upward (T, 3)."""
    import torch

    frames = len(points)
    starts = np.arange(STRIDE - WINDOW, frames, STRIDE)
    index = starts[:, None] + np.arange(WINDOW)
    there = (index >= 0) & (index < frames)
    index = np.clip(index, 0, frames - 1)
    weight = np.sin(np.pi * (np.arange(WINDOW) + 0.5) / WINDOW) ** 2
    joints, up = np.zeros((frames, len(MARKED), 3)), np.zeros((frames, 3))
    total = np.zeros(frames)
    for first in range(0, len(starts), BATCH):
        rows, present = index[first : first + BATCH], there[first : first + BATCH]
        sure = confidence[rows] * present[..., None]
        seen = [torch.from_numpy(np.float32(a)) for a in (points[rows], sure)]
        found, upward = (tensor.double().numpy() for tensor in model(*seen))
        # a window that shows little of the clip knows little of it
        trust = weight * present.mean(axis=1, keepdims=True) ** 2 * present
        np.add.at(joints, rows, found * trust[..., None, None])
        np.add.at(up, rows, upward * trust[..., None])
        np.add.at(total, rows, trust)
    return joints / total[:, None, None], up / total[:, None]


def _upright(joints: Array, up: Array) -> Array:
    """Turn joints from the sight frame so that y points up and the camera lies towards +Z."""
    y = np.mean(up, axis=0)
    y /= np.linalg.norm(y)
    z = np.array([0.0, 0.0, 1.0]) - y[2] * y
    z /= np.linalg.norm(z)
    return joints @ np.stack([np.cross(y, z), y, z], axis=1)


def _with_bone_lengths(joints: Array) -> Array:
    """Every bone as long as HUMANOID's, from the hips outwards, in the direction that was found."""
    lengths = np.linalg.norm(MARKED.offsets, axis=-1)
    result = joints.copy()
    for joint, parent in enumerate(MARKED.parents[1:], 1):
        bone = unit(joints[:, joint] - joints[:, parent])
        result[:, joint] = result[:, parent] + lengths[joint] * bone
    return result


def _legs_seen(seen: Array) -> Array:
    columns = [place for place, name in enumerate(_SEEN.values()) if name in _LEGS]
    return np.all(seen[:, columns] > 0.0, axis=1)


def _placed(joints: Array, anchor: str) -> Array:
    """Move every frame so that the hips or the shoulders' middle are where HUMANOID's rest."""
    rest = MARKED.rest_positions
    if anchor == "hips":
        return joints + (rest[0] - joints[:, :1])
    middle = joints[:, _SHOULDERS].mean(axis=1, keepdims=True)
    return joints + (rest[_SHOULDERS].mean(axis=0) - middle)


def _at_times(values: Array, places: Array) -> Array:
    """Linear interpolation of (count, …) at fractional frames `places` (T,)."""
    places = np.clip(places, 0, len(values) - 1)
    before = np.floor(places).astype(int)
    after = np.minimum(before + 1, len(values) - 1)
    share = (places - before)[:, None, None]
    return values[before] + share * (values[after] - values[before])
