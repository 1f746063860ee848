"""What a detector makes of true picture points: displaced, trembling, lost and mistaken."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Generator, Tensor

from gesture_core.body.marked import MARKED
from gesture_core.keypoints import KEYPOINTS
from gesture_core.models.lifter import HAND, TRUNK
from gesture_core.pose.lift import FPS, OBSERVED, PLACES
from gesture_core.train.detector_noise import SHOULDER, load_detector_noise
from gesture_core.train.lifter_poses import rotate

PERIOD = 32
"""Frames that the shares of gaps are told for, about a second."""
LEFT, RIGHT = slice(TRUNK, TRUNK + HAND), slice(TRUNK + HAND, TRUNK + 2 * HAND)


def _group(name: str) -> str:
    if "Hand" in name:
        return "hand"
    joint = name.removeprefix("left").removeprefix("right").lower()
    return joint if joint in ("shoulder", "elbow", "wrist", "hip") else "head"


_NAMES = tuple(KEYPOINTS[keypoint] for keypoint in OBSERVED)
_GROUPS = tuple(_group(name) for name in _NAMES)
_HEAD = [place for place, group in enumerate(_GROUPS) if group == "head"]


def _by_point(table: Mapping[str, float]) -> Tensor:
    """The number (58,) of every observed keypoint, or of its group."""
    pairs = zip(_NAMES, _GROUPS, strict=True)
    return torch.tensor([table.get(name, table[group]) for name, group in pairs])


@dataclass(frozen=True)
class Detector:
    """How a detector errs, by keypoint or by group: head, shoulder, elbow, wrist, hip, hand."""

    bias: dict[str, tuple[float, ...]] = field(default_factory=dict)
    """Where a keypoint lies from our joint, metres in the joint's frame in the rest pose."""
    spread: dict[str, float] = field(
        default_factory=lambda: {
            **{"head": 0.006, "shoulder": 0.014, "elbow": 0.012, "wrist": 0.009},
            **{"hip": 0.025, "hand": 0.004},
        }
    )
    """Standard deviation of that place from person to person, metres along each axis."""
    std: dict[str, float] = field(
        default_factory=lambda: {
            **{"head": 0.010, "shoulder": 0.016, "elbow": 0.022, "wrist": 0.020},
            **{"hip": 0.035, "hand": 0.013},
        }
    )
    """Standard deviation in the picture over time, as a share of the shoulder width in it."""
    white: dict[str, float] = field(
        default_factory=lambda: {
            **{"head": 0.006, "shoulder": 0.010, "elbow": 0.014, "wrist": 0.013},
            **{"hip": 0.022, "hand": 0.008},
        }
    )
    """The part of `std` that is new in every frame; the rest wanders."""
    memory: float = 8.0
    """Frames over which the wandering part forgets."""
    together: float = 0.5
    """Share of the wandering part's variance that all points of a hand, or of a head, have in
    common."""
    outliers: float = 0.006
    """Share of points that are far off, at low confidence."""
    hand_gap: float = 0.25
    """Share of hands that are lost for some frames of a second."""
    hand_absent: float = 0.08
    """Share of hands that are not seen in a whole window."""
    blur: float = 0.25
    """Share of frames in which a hand faster than 1.5 m/s is lost."""
    point_absent: float = 0.03
    """Share of points of the trunk and head that are not seen in a whole window."""
    person_gap: float = 0.04
    """Share of seconds in which nobody is seen for some frames."""
    swap: float = 0.03
    """Share of seconds in which left and right are mistaken for some frames."""


def measured_detector(detector: Detector, measurement: Path) -> Detector:
    """The same detector with the offsets and errors of a measurement of `detector_noise`."""
    measured = load_detector_noise(measurement)
    points = {name: measured.keypoints[name] for name in _NAMES if name in measured.keypoints}
    return replace(
        detector,
        bias={name: point.bias for name, point in points.items()},
        spread=detector.spread | {name: point.spread for name, point in points.items()},
        std=detector.std | {name: point.std for name, point in points.items()},
        white=detector.white | {name: point.jitter for name, point in points.items()},
        memory=measured.correlation_seconds * FPS,
    )


def displaced(noise: Detector, turns: Tensor, rng: Generator) -> Tensor:
    """Shift (B, T, 58, 3) of what is marked from our joints, metres in the world.

    `turns` (B, T, 64, 4): global rotations on MARKED.
    """
    batch = len(turns)
    mean = torch.tensor([noise.bias.get(name, (0.0, 0.0, 0.0)) for name in _NAMES])
    spread = _by_point(noise.spread)[:, None]
    local = mean + spread * torch.randn(batch, 1, len(OBSERVED), 3, generator=rng)
    return rotate(turns[:, :, list(PLACES)], local.expand(-1, turns.shape[1], -1, -1))


def observe(
    noise: Detector,
    pixels: Tensor,
    visible: Tensor,
    unit: Tensor,
    level: Tensor,
    rng: Generator,
) -> tuple[Tensor, Tensor]:
    """Points (B, T, 58, 2) and confidence (B, T, 58) as a detector would report them.

    `visible` (B, T, 58): inside the picture; `unit` (B,): pixels of a shoulder's width;
    `level` (B,): how much of the configured noise there is.
    """
    batch, window = pixels.shape[:2]
    tremble = _trembling(noise, pixels.shape, rng)
    far = torch.rand(visible.shape, generator=rng) < noise.outliers * level[:, None, None]
    tremble = torch.where(far[..., None], 6.0 * tremble, tremble)
    points = pixels + tremble * (unit * level)[:, None, None, None]

    error = tremble.norm(dim=-1) / _by_point(noise.std)
    sure = (1.0 - 0.1 * error + 0.05 * torch.randn(error.shape, generator=rng)).clamp(0.15, 1.0)
    mute = torch.rand(batch, 1, 1, generator=rng) < 0.4  # a detector that is always sure
    confidence = torch.where(mute & ~far, torch.ones_like(sure), sure)
    strict = torch.rand(batch, 1, 1, generator=rng) < 0.7  # nothing told outside the picture
    guessed = torch.rand(batch, window, len(OBSERVED), generator=rng) * 0.4 + 0.05
    guessed[:, :, TRUNK:] = 0.0
    confidence = torch.where(visible, confidence, torch.where(strict, 0.0, guessed))

    speed = _wrist_speeds(pixels, unit)
    for side, hand in enumerate((LEFT, RIGHT)):
        lost = _gap(noise.hand_gap, batch, window, 16, rng)
        lost |= torch.rand(batch, 1, generator=rng) < noise.hand_absent
        lost |= (speed[:, :, side] > 1.5) & (torch.rand(batch, window, generator=rng) < noise.blur)
        confidence[:, :, hand] *= ~lost[..., None]
    absent = torch.rand(batch, 1, TRUNK, generator=rng) < noise.point_absent
    confidence[:, :, :TRUNK] *= ~absent
    confidence *= ~_gap(noise.person_gap, batch, window, 5, rng)[..., None]
    mistaken = _gap(noise.swap, batch, window, 5, rng)
    points, confidence = _swapped(points, confidence, mistaken)
    return points * (confidence > 0)[..., None], confidence


def _trembling(noise: Detector, shape: torch.Size, rng: Generator) -> Tensor:
    """Errors in the picture (B, T, P, 2), shoulder widths: a wandering part and a white one."""
    std, white = _by_point(noise.std), _by_point(noise.white)
    slow = (std.square() - white.square()).clamp_min(0.0).sqrt()
    own, shared = torch.randn(2, *shape, generator=rng)
    for points in (_HEAD, LEFT, RIGHT):
        whole = shared[:, :, points][:, :, :1]
        mixed = noise.together**0.5 * whole + (1.0 - noise.together) ** 0.5 * own[:, :, points]
        own[:, :, points] = mixed
    keep = math.exp(-1.0 / noise.memory)
    fresh = (1.0 - keep * keep) ** 0.5
    for frame in range(1, shape[1]):
        own[:, frame] = keep * own[:, frame - 1] + fresh * own[:, frame]
    quick = torch.randn(shape, generator=rng)
    return own * slow[:, None] + quick * white[:, None]


def _wrist_speeds(pixels: Tensor, unit: Tensor) -> Tensor:
    """Speed (B, T, 2) of the two hands' wrists across the picture, m/s."""
    wrists = pixels[:, :, [LEFT.start, RIGHT.start]]
    step = torch.nn.functional.pad((wrists[:, 1:] - wrists[:, :-1]).norm(dim=-1), (0, 0, 1, 0))
    return step / unit[:, None, None] * SHOULDER * FPS


def _gap(share: float, batch: int, window: int, longest: int, rng: Generator) -> Tensor:
    """Stretches of frames (B, T), one in a share of every `PERIOD` frames."""
    time = torch.arange(window)
    gaps = torch.zeros(batch, window, dtype=torch.bool)
    for first in range(0, window, PERIOD):
        start = first + torch.randint(PERIOD, (batch, 1), generator=rng)
        length = torch.randint(1, longest + 1, (batch, 1), generator=rng)
        there = torch.rand(batch, 1, generator=rng) < share
        gaps |= (time >= start) & (time < start + length) & there
    return gaps


def _swap_order() -> list[int]:
    marked = [MARKED.mirror[place] for place in PLACES]
    trunk = [list(PLACES[:TRUNK]).index(place) for place in marked[:TRUNK]]
    return [*trunk, *range(RIGHT.start, RIGHT.stop), *range(LEFT.start, LEFT.stop)]


_SWAP = _swap_order()


def _swapped(points: Tensor, confidence: Tensor, frames: Tensor) -> tuple[Tensor, Tensor]:
    """Exchange left and right in the given frames (B, T)."""
    return (
        torch.where(frames[..., None, None], points[:, :, _SWAP], points),
        torch.where(frames[..., None], confidence[:, :, _SWAP], confidence),
    )
