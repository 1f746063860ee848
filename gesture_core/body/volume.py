"""The space a body fills: capsules of torso, head and thighs, and the arms that stay out of them.

Arms are sampled as spheres along their capsules; an obstacle stays a capsule. The depth of a
sphere in a capsule is how far it would have to move to touch it from outside.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.description import BodyDescription, Capsule, load_body
from gesture_core.kinematics import nearest_on_segment
from gesture_core.rotation import Array, quat_rotate
from gesture_core.skeleton import HUMANOID, SIDES, Skeleton

FAR = 0.1
"""Metres beyond which a gap is not measured."""


@dataclass(frozen=True)
class Capsules:
    """N capsules: joints `start`, `end` `(N,)`, offsets from them `(N, 3)`, `radius` `(N,)`."""

    start: NDArray[np.intp]
    end: NDArray[np.intp]
    start_offset: Array
    end_offset: Array
    radius: Array

    def endpoints(self, positions: Array, turned: Array) -> tuple[Array, Array]:
        """World ends `(..., N, 3)`, given joint positions and global rotations."""
        return (
            positions[..., self.start, :]
            + quat_rotate(turned[..., self.start, :], self.start_offset),
            positions[..., self.end, :] + quat_rotate(turned[..., self.end, :], self.end_offset),
        )


@dataclass(frozen=True)
class Spheres:
    """P spheres on capsules: index of the `capsule` and `share` of the way along it, `(P,)`."""

    capsules: Capsules
    capsule: NDArray[np.intp]
    share: Array

    @property
    def radius(self) -> Array:
        """Radii `(P,)` in metres."""
        return self.capsules.radius[self.capsule]

    def centres(self, positions: Array, turned: Array) -> Array:
        """World centres `(..., P, 3)`."""
        start, end = self.capsules.endpoints(positions, turned)
        start, end = start[..., self.capsule, :], end[..., self.capsule, :]
        return start + self.share[:, None] * (end - start)


@dataclass(frozen=True)
class Volume:
    """`body`: what both arms stay out of; `arms`: spheres by side; `arm_capsules`: same parts.

    `follow` `(P,)`: how far a sphere of an arm follows its wrist, 1 for the hand, less along the
    forearm towards the elbow.
    """

    body: Capsules
    arm_capsules: dict[str, Capsules]
    arms: dict[str, Spheres]
    follow: Array


@lru_cache(maxsize=1)
def humanoid_volume() -> Volume:
    """The volume of `HUMANOID` from `data/body.yaml`."""
    return body_volume(load_body(), HUMANOID)


def body_volume(body: BodyDescription, skeleton: Skeleton) -> Volume:
    """Bring the capsules of `body` into arrays; entries of the left side are mirrored."""
    obstacles = list(body.obstacles.values())
    obstacles += [_mirrored(part) for name, part in body.obstacles.items() if name[:4] == "left"]
    parts = {"left": list(body.arms.values())}
    parts["right"] = [_mirrored(part) for part in parts["left"]]
    capsules = {side: _capsules(parts[side], skeleton) for side in SIDES}
    arms = {side: _sample(capsules[side], skeleton) for side in SIDES}
    return Volume(_capsules(obstacles, skeleton), capsules, arms, _follow(arms["left"], skeleton))


@dataclass(frozen=True)
class Arm:
    """One arm of a motion as P spheres among N capsules: the body's, then the other arm's.

    World `centres` `(T, P, 3)`, `radius` `(P,)`; capsules `start`, `end` `(T, N, 3)`, `girth`
    `(N,)`. `follow` `(P,)`: how far a sphere follows this arm's wrist, 1 for the hand, less along
    the forearm; `carried` `(N,)`: 1 for capsules that follow the other wrist, 0 for the body.
    """

    centres: Array
    radius: Array
    start: Array
    end: Array
    girth: Array
    follow: Array
    carried: Array

    def overlap(self) -> Array:
        """How deep every sphere is in every capsule, `(T, P, N)`; see `overlap`."""
        return overlap(self.centres, self.radius, self.start, self.end, self.girth)

    def moved(self, own: Array, other: Array) -> Arm:
        """The arm once its own wrist and the other one have moved by `(T, 3)` metres."""
        along = self.carried[:, None] * other[:, None]
        return replace(
            self,
            centres=self.centres + self.follow[:, None] * own[:, None],
            start=self.start + along,
            end=self.end + along,
        )

    def during(self, frames: NDArray[np.intp]) -> Arm:
        """The same arm in some frames only."""
        return replace(
            self, centres=self.centres[frames], start=self.start[frames], end=self.end[frames]
        )


def arms_of(volume: Volume, positions: Array, turned: Array) -> tuple[Arm, Arm]:
    """The left and the right arm, given what `forward_kinematics` returns for T frames."""
    body = volume.body.endpoints(positions, turned)
    arms = []
    for side, other in zip(SIDES, reversed(SIDES), strict=True):
        spheres, across = volume.arms[side], volume.arm_capsules[other]
        ends = zip(body, across.endpoints(positions, turned), strict=True)
        start, end = (np.concatenate(pair, axis=1) for pair in ends)
        bodies, others = np.zeros(len(volume.body.radius)), np.ones(len(across.radius))
        arms.append(
            Arm(
                centres=spheres.centres(positions, turned),
                radius=spheres.radius,
                start=start,
                end=end,
                girth=np.concatenate([volume.body.radius, across.radius]),
                follow=volume.follow,
                carried=np.concatenate([bodies, others]),
            )
        )
    return arms[0], arms[1]


def overlap(centres: Array, radius: Array, start: Array, end: Array, girth: Array) -> Array:
    """Depth `(T, P, N)` of spheres in capsules, negative outside; metres.

    `centres` `(T, P, 3)` and `radius` `(P,)` of the spheres, `start`, `end` `(T, N, 3)` and `girth`
    `(N,)` of the capsules. Only capsules near the sphere that bounds all of a frame's spheres are
    measured; others count as `FAR` outside.
    """
    middle = centres.mean(axis=1)
    bound = np.max(np.linalg.norm(centres - middle[:, None], axis=-1) + radius, axis=1)
    gap = np.linalg.norm(middle[:, None] - nearest_on_segment(middle[:, None], start, end), axis=-1)
    frame, capsule = np.nonzero(gap < bound[:, None] + girth + FAR)
    begin, along = start[frame, capsule], (end - start)[frame, capsule]
    length = np.maximum(np.sum(along * along, axis=-1), 1e-12)
    away = centres[frame] - begin[:, None]
    share = np.clip(np.einsum("kpx,kx->kp", away, along) / length[:, None], 0.0, 1.0)
    away -= share[..., None] * along[:, None]
    distance = np.sqrt(np.einsum("kpx,kpx->kp", away, away))
    depth = np.full((len(centres), len(girth), centres.shape[1]), -FAR)
    depth[frame, capsule] = np.maximum(radius + girth[capsule, None] - distance, -FAR)
    return np.swapaxes(depth, 1, 2)


def _capsules(parts: Iterable[Capsule], skeleton: Skeleton) -> Capsules:
    parts = list(parts)
    return Capsules(
        skeleton.indices(tuple(part.start for part in parts)),
        skeleton.indices(tuple(part.end for part in parts)),
        np.array([part.start_offset for part in parts]),
        np.array([part.end_offset for part in parts]),
        np.array([part.radius for part in parts]),
    )


def _sample(capsules: Capsules, skeleton: Skeleton) -> Spheres:
    """Spheres no further apart than 1.5 radii, from the end of each capsule towards its start."""
    rest = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(skeleton), 4))
    start, end = capsules.endpoints(skeleton.rest_positions, rest)
    counts = np.ceil(np.linalg.norm(end - start, axis=-1) / (1.5 * capsules.radius)).astype(int)
    return Spheres(
        capsules,
        np.repeat(np.arange(len(counts)), counts),
        np.concatenate([1.0 - np.arange(count) / count for count in counts]),
    )


def _follow(spheres: Spheres, skeleton: Skeleton) -> Array:
    """Distance from the elbow as a share of the forearm, 1 for everything beyond the wrist."""
    rest = skeleton.rest_positions
    turned = np.broadcast_to([1.0, 0.0, 0.0, 0.0], (len(skeleton), 4))
    elbow, wrist = rest[skeleton.index("leftLowerArm")], rest[skeleton.index("leftHand")]
    along = np.linalg.norm(spheres.centres(rest, turned) - elbow, axis=-1)
    return np.clip(along / np.linalg.norm(wrist - elbow), 0.0, 1.0)


def _mirrored(part: Capsule) -> Capsule:
    return Capsule(
        _other(part.start),
        _other(part.end),
        part.radius,
        (-part.start_offset[0], *part.start_offset[1:]),
        (-part.end_offset[0], *part.end_offset[1:]),
    )


def _other(name: str) -> str:
    if name.startswith("left"):
        return "right" + name.removeprefix("left")
    if name.startswith("right"):
        return "left" + name.removeprefix("right")
    return name
