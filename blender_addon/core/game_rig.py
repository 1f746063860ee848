"""The skeleton that a game engine gets of a rig: fewer bones, one tree, movement by plain keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .quaternion import Array, continuous, from_matrix, normalize


@dataclass(frozen=True)
class Tree:
    """`bones`: indices into the rig, parents before children; `parents`: places among `bones`,
    −1 for a root."""

    bones: tuple[int, ...]
    parents: tuple[int, ...]


def game_tree(
    parents: Sequence[int], deforming: Sequence[bool], followers: Mapping[int, int]
) -> Tree:
    """The deforming bones of a rig as a tree; of a rig without any, all bones.

    Control rigs hang deforming bones from controls: a bone's parent becomes the nearest bone above
    it that deforms, or that a deforming bone follows (`followers`: bone → that one). Where there
    is none, the uppermost bone is kept as its root.
    """
    kept = {bone for bone, deforms in enumerate(deforming) if deforms} or set(range(len(parents)))
    above: dict[int, int] = {}
    for bone in sorted(kept):
        above[bone] = _parent(bone, parents, kept, followers, above)
    tops = {parent for parent in above.values() if parent >= 0} - kept
    above |= dict.fromkeys(tops, -1)
    order = sorted(above, key=lambda bone: (_depth(bone, above), bone))
    place = {bone: k for k, bone in enumerate(order)} | {-1: -1}
    return Tree(tuple(order), tuple(place[above[bone]] for bone in order))


def _parent(
    bone: int,
    parents: Sequence[int],
    kept: set[int],
    followers: Mapping[int, int],
    above: Mapping[int, int],
) -> int:
    top = -1
    at = parents[bone]
    while at >= 0:
        candidate = at if at in kept else followers.get(at, -1)
        if candidate in kept and not _hangs_from(candidate, bone, above):
            return candidate
        top, at = at, parents[at]
    return top


def _hangs_from(bone: int, other: int, above: Mapping[int, int]) -> bool:
    """Whether `other` is `bone` or above it, as far as the new tree is known."""
    while bone >= 0:
        if bone == other:
            return True
        bone = above.get(bone, -1)
    return False


def _depth(bone: int, above: Mapping[int, int]) -> int:
    depth = 0
    while above[bone] >= 0:
        bone, depth = above[bone], depth + 1
    return depth


@dataclass(frozen=True)
class Keys:
    """Channels of B bones against their rest in T frames: `locations` `(T, B, 3)`, `rotations`
    `(T, B, 4)` wxyz without sign jumps, `scales` `(T, B, 3)`."""

    locations: Array
    rotations: Array
    scales: Array


def pose_keys(parents: Sequence[int], rest: Array, poses: Array) -> Keys:
    """Channels that give every bone the place, direction and size that `poses` `(T, B, 4, 4)` have.

    `rest`: `(B, 4, 4)`, in the same space. A stretched bone with children keeps its volume but
    not its shape: files hand scale on to the children, which would shear them.
    """
    frames, count = poses.shape[:2]
    keys = Keys(
        np.empty((frames, count, 3)), np.empty((frames, count, 4)), np.ones((frames, count, 3))
    )
    result: Array = np.empty_like(poses)
    for bone, parent in enumerate(parents):
        carried: Array = rest[bone][None]
        if parent >= 0:
            carried = np.matmul(result[:, parent], np.matmul(_inverse(rest[parent]), rest[bone]))
        basis: Array = np.matmul(_inverse(carried), poses[:, bone])
        turn, scale = turn_and_scale(basis[:, :3, :3])
        if bone in parents:
            scale[:] = np.cbrt(np.prod(scale, axis=-1, keepdims=True))
        scale[np.abs(scale - 1.0) < 1e-3] = 1.0
        basis[:, :3, :3] = turn * scale[:, None, :]
        result[:, bone] = np.matmul(carried, basis)
        keys.locations[:, bone] = basis[:, :3, 3]
        keys.rotations[:, bone] = continuous(from_matrix(turn))
        keys.scales[:, bone] = scale
    return keys


def _inverse(matrices: Array) -> Array:
    return np.asarray(np.linalg.inv(matrices), dtype=np.float64)


def turn_and_scale(matrices: Array) -> tuple[Array, Array]:
    """Rotations `(..., 3, 3)` and sizes `(..., 3)` of the axes of matrices `(..., 3, 3)`; the Y
    axis, along the bone, keeps its direction."""
    scale = np.linalg.norm(matrices, axis=-2)
    y = normalize(matrices[..., :, 1])
    x = matrices[..., :, 0]
    x = normalize(x - np.sum(x * y, axis=-1, keepdims=True) * y)
    return np.stack([x, y, np.cross(x, y)], axis=-1), scale
