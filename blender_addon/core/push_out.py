"""Moving hands and forearms out of a body that is wider, or of other proportions, than the clip's.

What goes as deep in the clip may go as deep on the rig: a source that is wrong there stays wrong,
but the other body makes nothing worse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .body import Body, Capsules
from .gaps import Gaps, gaps, nearest_of_each
from .humanoid import SIDES
from .quaternion import Array, normalize
from .rig_pose import Index
from .smooth import Mask, covered, hann_mean

ALLOWED = 0.01
"""Metres, on a hand of the table's size, by which skin and cloth give way."""

PASSES = 3

FURTHEST = 0.12
"""Metres, on a hand of the table's size, that an arm moves out at most: beyond, the source itself
is so different that no push would look right."""

FROM = 0.4
"""Share of the forearm, from the elbow, that may stay inside: the wrist hardly moves it."""


@dataclass(frozen=True)
class Obstacle:
    """A hand or forearm, and what it has to stay out of."""

    side: str
    part: str
    group: str


def _obstacles() -> tuple[Obstacle, ...]:
    found: list[Obstacle] = []
    for side, other in zip(SIDES, reversed(SIDES), strict=True):
        for part in (f"{side}Hand", f"{side}Forearm"):
            groups = ("torso", "head", "leftThigh", "rightThigh", f"{other}UpperArm")
            found += [Obstacle(side, part, group) for group in groups]
    return tuple(found)


OBSTACLES = _obstacles()


def inside(target: Body) -> dict[Obstacle, Mask]:
    """What an arm could be in, with the frames `(T,)`: a quick look, without fingers."""
    found: dict[Obstacle, Mask] = {}
    for side in SIDES:
        hand, forearm = f"{side}Hand", f"{side}Forearm"
        for name, part in ((hand, target.ball(side)), (forearm, target.capsules(forearm))):
            whats = [what for what in OBSTACLES if what.part == name]
            groups = [target.capsules(what.group) for what in whats]
            for what, gap in zip(whats, nearest_of_each(part, groups), strict=True):
                if (gap < 0.0).any():
                    found[what] = gap < 0.0
    return found


def push_out(
    source: Body, target: Body, obstacles: dict[Obstacle, Index], count: int, rise: int
) -> dict[str, Array]:
    """How far `(T, 3)` the wrist of each side has to move to take its arm out of the body.

    `obstacles`: with those of the `count` frames T in which they may be met; `rise`: frames over
    which an arm moves away.
    """
    shifts = {side: np.zeros((count, 3)) for side in SIDES}
    size = source.shape.sizes["hand"]
    scale = target.shape.sizes["hand"] / size
    met = _met(source, target, obstacles, np.zeros((count, 3)), scale)
    for _ in range(PASSES):
        pushes = {side: np.zeros((count, 3)) for side in SIDES}
        for what, (frames, allowed) in met.items():
            found = _gaps(target, what, frames, shifts[what.side])
            _push(found, what, frames, allowed, scale * size, pushes[what.side])
        if not any(push.any() for push in pushes.values()):
            break
        for side, push in pushes.items():
            shifts[side] = _limited(shifts[side] + _eased(push, rise), FURTHEST * scale * size)
    return shifts


def _met(
    source: Body, target: Body, obstacles: dict[Obstacle, Index], still: Array, scale: float
) -> dict[Obstacle, tuple[Index, Array]]:
    """Where an arm is in an obstacle, with the depth `(K,)` that is allowed there."""
    give = ALLOWED * source.shape.sizes["hand"]
    met: dict[Obstacle, tuple[Index, Array]] = {}
    for what, frames in obstacles.items():
        deep = frames[_gaps(target, what, frames, still).nearest() < -scale * give]
        if len(deep):
            depth = -_gaps(source, what, deep, still).nearest()
            met[what] = deep, scale * (give + np.maximum(depth, 0.0))
    return met


def _gaps(body: Body, obstacle: Obstacle, frames: Index, shift: Array) -> Gaps:
    """Between the obstacle and what has moved with the wrist by `shift` `(T, 3)`."""
    part = body.capsules(obstacle.part).during(frames)
    moved = part.moved(shift[frames])
    if obstacle.part.endswith("Forearm"):
        start = part.start + FROM * (moved.end - part.start)
        moved = Capsules(start, moved.end, part.radius)
    return gaps(moved, body.capsules(obstacle.group).during(frames))


def _push(
    found: Gaps, obstacle: Obstacle, frames: Index, allowed: Array, size: float, push: Array
) -> None:
    """Add to `push` `(T, 3)` what the wrist needs, beyond what it does already."""
    excess = -found.nearest() - allowed
    deep = np.flatnonzero(excess > 0.0)
    if not len(deep):
        return
    found, excess, frames = found.during(deep), excess[deep], frames[deep]
    weights = found.weights(size)
    out = normalize(found.direction(weights))
    if obstacle.part.endswith("Forearm"):
        excess = excess / (FROM + (1.0 - FROM) * np.sum(weights * found.along, axis=(1, 2)))
    done = np.sum(push[frames] * out, axis=-1)
    push[frames] += out * np.maximum(excess - done, 0.0)[:, None]


def _eased(push: Array, rise: int) -> Array:
    """The push as a curve that rises before and falls after each contact, never below it."""
    size = covered(np.linalg.norm(push, axis=-1), rise)
    return normalize(hann_mean(push, 2 * rise)) * size[:, None]


def _limited(shift: Array, most: float) -> Array:
    """Shifts `(T, 3)` that bend off softly below the length `most`."""
    length = np.linalg.norm(shift, axis=-1, keepdims=True)
    return (
        shift
        * np.where(length > 0.0, np.tanh(length / most) * most, 0.0)
        / np.maximum(length, 1e-12)
    )
