"""Seeing a window in other ways: mirrored, turned, slower or faster, with joints missing.

All functions work on batches of rows (B, T, COLUMNS) as `dataset.packing` lays them out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.packing import COLUMNS, ROOT, Rows, split_rows
from gesture_core.errors import UserError
from gesture_core.motion import Motion, mirror
from gesture_core.skeleton import HUMANOID

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AugmentConfig:
    """How far windows may be changed; the defaults change nothing."""

    mirror: float = 0.0
    """Share of the windows seen in a mirror."""
    yaw: float = 0.0
    """Largest turn of the whole body about the vertical, radians."""
    slowest: float = 1.0
    """Lower limit of the speed."""
    fastest: float = 1.0
    """Upper limit of the speed; near the end of a clip it is what the clip still holds."""
    cut_out: float = 0.0
    """Share of the joints that are hidden."""

    def __post_init__(self) -> None:
        if not (0.0 <= self.mirror <= 1.0 and 0.0 <= self.cut_out < 1.0 and self.yaw >= 0.0):
            raise UserError(f"augment: shares lie within 0 and 1, the yaw above 0, not {self}")
        if not 0.0 < self.slowest <= 1.0 <= self.fastest:
            raise UserError(f"augment: the speed must include 1, not {self.slowest}–{self.fastest}")


@dataclass(frozen=True, eq=False)
class Changes:
    """What is done to each window of a batch.

    `mirrored` (B,); `yaw` (B,) radians; `speed` (B,); `hidden` (B, J) joints.
    """

    mirrored: Bools
    yaw: Floats
    speed: Floats
    hidden: Bools


def draw_changes(
    config: AugmentConfig, seed: int, epoch: int, indices: NDArray[np.integer]
) -> Changes:
    """The changes of windows in an epoch: they depend on nothing but the arguments' values."""
    draws = uniform(seed, epoch, indices, 3 + len(HUMANOID))
    return Changes(
        mirrored=draws[:, 0] < config.mirror,
        yaw=(2.0 * draws[:, 1] - 1.0) * config.yaw,
        speed=config.slowest + draws[:, 2] * (config.fastest - config.slowest),
        hidden=draws[:, 3:] < config.cut_out,
    )


def uniform(seed: int, epoch: int, indices: NDArray[np.integer], count: int) -> Floats:
    """Random numbers (B, count) within 0–1, the same for an index in any batch and order.

    SplitMix64 as a hash of the counter (Steele, Lea and Flood, OOPSLA 2014): a generator for
    each window would cost more than reading it.
    """
    state = np.array(seed & _MASK, dtype=np.uint64)
    for part in (np.uint64(epoch), indices.astype(np.uint64)[:, None], np.arange(count)):
        state = _mix(state ^ _mix(np.asarray(part, dtype=np.uint64) + _GOLDEN))
    return (state >> np.uint64(11)) * 2.0**-53


_MASK = 2**64 - 1
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return state ^ (state >> np.uint64(31))


def _mirror_table() -> tuple[NDArray[np.intp], Rows]:
    """Where each column of a mirrored row comes from, and its sign: `motion.mirror` on numbers."""
    numbered = np.arange(1, COLUMNS + 1, dtype=np.float32)[None]
    rotations, root, face = (part.astype(np.float64) for part in split_rows(numbered))
    seen = mirror(Motion(HUMANOID, rotations, root, 1.0, face))
    row = np.concatenate([seen.rotations.ravel(), seen.root.ravel(), seen.expressions.ravel()])
    return np.abs(row).astype(np.intp) - 1, np.sign(row).astype(np.float32)


_MIRROR_COLUMNS, _MIRROR_SIGNS = _mirror_table()


def mirror_rows(rows: Rows, mirrored: Bools) -> None:
    """Mirror the chosen windows (B,) in place, left and right exchanged, as `motion.mirror`."""
    rows[mirrored] = rows[mirrored][..., _MIRROR_COLUMNS] * _MIRROR_SIGNS


def turn_rows(rows: Rows, yaw: Floats) -> None:
    """Turn each window by its `yaw` (B,), radians, about the vertical axis, in place."""
    w, x, y, z = range(4)  # of the hips, whose turn all others follow
    _turn_pair(rows, w, y, 0.5 * yaw)
    _turn_pair(rows, z, x, 0.5 * yaw)
    _turn_pair(rows, ROOT.start + 2, ROOT.start, yaw)


def _turn_pair(rows: Rows, one: int, other: int, angle: Floats) -> None:
    """Turn two columns like the axes of a plane by the angle (B,) of each window."""
    cosine, sine = (f(angle)[:, None].astype(np.float32) for f in (np.cos, np.sin))
    first, second = rows[..., one].copy(), rows[..., other].copy()
    rows[..., one] = cosine * first - sine * second
    rows[..., other] = cosine * second + sine * first


def resample_rows(rows: Rows, positions: Floats) -> Rows:
    """Rows (B, T, COLUMNS) at fractional frame `positions` (B, T) within `rows` (B, S, COLUMNS).

    Slerp for rotations, linear for the rest, as `motion.resample`.
    """
    windows = np.arange(len(rows))[:, None]
    before = np.floor(positions).astype(np.intp)
    blend = (positions - before).astype(np.float32)[..., None]
    out, after = rows[windows, before], rows[windows, np.ceil(positions).astype(np.intp)]
    out[..., ROOT.start :] += blend * (after[..., ROOT.start :] - out[..., ROOT.start :])
    q, p = split_rows(out)[0], split_rows(after)[0]
    dot = np.einsum("...i,...i", q, p)
    angle = np.arccos(np.minimum(np.abs(dot), 1.0))
    sine = np.maximum(np.sin(angle), np.float32(1e-12))
    straight = angle < _STRAIGHT
    share = np.where(straight, blend, np.sin(blend * angle) / sine)
    rest = np.where(straight, 1.0 - blend, np.sin((1.0 - blend) * angle) / sine)
    q *= rest[..., None]
    p *= np.where(dot < 0.0, -share, share)[..., None]
    q += p
    return out


_STRAIGHT = 1e-3
"""Radians below which an arc is as good as straight, and float32 too coarse for its sine."""


def cut_out_rows(rows: Rows, hidden: Bools) -> None:
    """Put the hidden joints (B, J) of each window into the rest pose, in place."""
    window, joint = np.nonzero(hidden)
    split_rows(rows)[0][window, :, joint] = np.array([1.0, 0.0, 0.0, 0.0], dtype=np.float32)
