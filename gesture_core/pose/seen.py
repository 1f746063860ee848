"""Joint positions of any person, brought to HUMANOID's proportions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.errors import UserError
from gesture_core.rotation import Array
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES

LEAST_NOISE = 2e-4
"""Metres; positions are never taken for more exact than this."""

_PARENT: dict[str, str] = {
    name: HUMANOID.names[parent]
    for name, parent in zip(HUMANOID.names, HUMANOID.parents, strict=True)
    if parent >= 0
} | {name: bone for name, (bone, _) in LANDMARKS.items()}
_OFFSET: dict[str, Array] = dict(zip(HUMANOID.names, HUMANOID.offsets, strict=True)) | {
    name: offset for name, (_, offset) in LANDMARKS.items()
}
_TRUNK = ("hips", "spine", "chest", "upperChest", "neck", "leftUpperArm", "rightUpperArm")
_REST: dict[str, Array] = dict(zip(HUMANOID.names, HUMANOID.rest_positions, strict=True))
POINTS: tuple[str, ...] = (*HUMANOID.names, *LANDMARKS)
"""Every name that a position may have, parents first."""


@dataclass(frozen=True, eq=False)
class Seen:
    """Joints and landmarks seen over T frames, with the bone lengths of HUMANOID.

    `positions`: `(T, 3)` in metres by name, finite everywhere; `confidence`: `(T,)` within 0–1 by
    the same names, 0 where a position was not seen and is only filled in; `noise`: standard
    deviation of the body's positions in metres per axis, `hand_noise` that of each hand's points
    against each other by side, all told by how much the length of bones varies.
    """

    positions: dict[str, Array]
    confidence: dict[str, Array]
    noise: float
    hand_noise: dict[str, float]
    fps: float

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(next(iter(self.positions.values())))

    def has(self, *names: str) -> bool:
        """Whether all of these were seen at all."""
        return all(name in self.positions for name in names)

    def confidence_of(self, *names: str) -> Array:
        """Confidence `(T,)` in all of several points together; 0 for those never seen."""
        nothing = np.zeros(self.frames)
        return np.min([self.confidence.get(name, nothing) for name in names], axis=0)

    def trust(self, length: float, spread: float, *names: str, hand: str = "") -> Array:
        """Belief `(T,)` within 0–1 in a direction of `length` metres between such points.

        `spread`: radians by which the joint usually differs from its neighbours in time; `hand`:
        the side of the hand that the points belong to, if any.
        """
        noise = self.hand_noise[hand] if hand else self.noise
        angle = np.sqrt(2.0) * noise / max(length, LEAST_NOISE)
        believed = 1.0 if noise <= LEAST_NOISE else 1.0 / (1.0 + (angle / spread) ** 2)
        return self.confidence_of(*names) * believed


def bring_to_humanoid(
    positions: Array, names: Sequence[str], confidence: Array | None, fps: float
) -> Seen:
    """Check what was seen, fill gaps over time, and scale every bone to HUMANOID's length.

    `positions` `(T, L, 3)` metres, not finite where unseen; `confidence` `(T, L)` within 0–1.
    Raises `UserError` for unknown or repeated names and for positions that show nobody.
    """
    positions = np.asarray(positions, dtype=float)
    _check(positions, names, confidence)
    weight = np.ones(positions.shape[:2]) if confidence is None else np.array(confidence, float)
    weight = np.where(np.isfinite(positions).all(axis=-1), np.clip(weight, 0.0, 1.0), 0.0)
    filled = {
        name: _filled(positions[:, column], weight[:, column])
        for column, name in enumerate(names)
        if np.any(weight[:, column] > 0.0)
    }
    if not filled:
        raise UserError("no joint is seen in any frame")
    trusted = {name: weight[:, column] for column, name in enumerate(names) if name in filled}
    scales, spreads = _scales(filled, trusted)
    noise = _noise([spreads[name] for name in _long(spreads)], LEAST_NOISE)
    hand_noise = {
        side: _noise([spreads[name] for name in spreads if _of_hand(name, side)], noise)
        for side in SIDES
    }
    return Seen(_rescaled(filled, scales), trusted, noise, hand_noise, fps)


def _noise(spreads: list[float], otherwise: float) -> float:
    """Noise of the ends of bones whose lengths vary by such standard deviations, metres."""
    return max(float(np.median(spreads)) / np.sqrt(2.0), LEAST_NOISE) if spreads else otherwise


def _of_hand(name: str, side: str) -> bool:
    return name.startswith(side) and any(finger in name for finger in FINGERS)


def _check(positions: Array, names: Sequence[str], confidence: Array | None) -> None:
    frames = len(positions)
    if positions.shape != (frames, len(names), 3):
        raise ValueError(f"positions are {positions.shape}, expected (T, {len(names)}, 3)")
    if confidence is not None and np.shape(confidence) != positions.shape[:2]:
        raise ValueError(f"confidence is {np.shape(confidence)}, expected {positions.shape[:2]}")
    unknown = [name for name in names if name not in POINTS]
    if unknown:
        raise UserError(f"unknown joint {unknown[0]!r}; use names of {', '.join(POINTS[:6])} …")
    if len(set(names)) < len(names):
        raise UserError("a joint is named twice")
    if not frames:
        raise UserError("there are no frames")


def _filled(points: Array, weight: Array) -> Array:
    """Positions `(T, 3)` with unseen frames interpolated over time, held at both ends."""
    seen = weight > 0.0
    if seen.all():
        return points
    frames = np.arange(len(points))
    return np.stack([np.interp(frames, frames[seen], axis[seen]) for axis in points.T], axis=-1)


def _scales(
    points: dict[str, Array], weight: dict[str, Array]
) -> tuple[dict[str, float], dict[str, float]]:
    """By bone end: HUMANOID's length over the one seen, and by how much that varies in metres.

    Noise lengthens a bone: the median of |d|² is L² + 4σ² where the length itself varies by √2·σ.
    """
    scales: dict[str, float] = {}
    spreads: dict[str, float] = {}
    for name, parent in _PARENT.items():
        if name not in points or parent not in points:
            continue
        both = (weight[name] > 0.0) & (weight[parent] > 0.0)
        ours = float(np.linalg.norm(_OFFSET[name]))
        if not both.any():
            continue
        lengths = np.linalg.norm(points[name][both] - points[parent][both], axis=-1)
        middle = float(np.median(lengths))
        spreads[name] = 1.4826 * float(np.median(np.abs(lengths - middle)))
        theirs = np.sqrt(max(middle**2 - 2.0 * spreads[name] ** 2, 0.25 * middle**2))
        scales[name] = float(np.clip(ours / max(theirs, 1e-6), 0.2, 5.0))
    return scales, spreads


def _rescaled(points: dict[str, Array], scales: dict[str, float]) -> dict[str, Array]:
    """Positions rebuilt from the root with HUMANOID's bone lengths.

    Between points that are not neighbours in the skeleton, and from the origin to the first one,
    distances are scaled as the long bones are on average; see also `_trunk_scale`.
    """
    overall = float(np.median([scales[name] for name in _long(scales)])) if _long(scales) else 1.0
    placed: dict[str, Array] = {}
    first = next(name for name in POINTS if name in points)
    for name in POINTS:
        if name not in points:
            continue
        above = _PARENT.get(name)
        while above is not None and above not in placed:
            above = _PARENT.get(above)
        if above is None and name != first:
            above = first
        if above is None:
            placed[name] = overall * points[name]
            continue
        line = points[name] - points[above]
        if above == _PARENT.get(name):
            scale = scales.get(name, overall)
        elif name in _TRUNK and above in _TRUNK:
            scale = _trunk_scale(name, above, line, overall)
        else:
            scale = overall
        placed[name] = placed[above] + scale * line
    return placed


def _trunk_scale(name: str, above: str, line: Array, overall: float) -> float:
    """Scale of a line `(T, 3)` across joints of the trunk that are not seen.

    Where the trunk is straightest, `overall` should make it as long as HUMANOID's, or a little
    shorter; where it does not, the trunk is of another build and gets a scale of its own.
    """
    ours = float(np.linalg.norm(_REST[name] - _REST[above]))
    theirs = float(np.percentile(np.linalg.norm(line, axis=-1), 90.0))
    if 0.85 * ours <= overall * theirs <= 1.05 * ours:
        return overall
    return float(np.clip(ours / max(theirs, 1e-6), 0.2, 5.0))


def _long(bones: dict[str, float]) -> list[str]:
    return [name for name in bones if np.linalg.norm(_OFFSET[name]) > 0.15]
