"""Distances between a found pose and the true one, with and without alignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def align_similar(points: ArrayLike, truth: ArrayLike) -> Array:
    """Points (..., N, 3) turned, moved and scaled onto `truth` by least squares, without mirroring.

    Every leading index is aligned by itself. Umeyama, "Least-squares estimation of transformation
    parameters between two point patterns", PAMI 1991.
    """
    points, truth = np.asarray(points, dtype=float), np.asarray(truth, dtype=float)
    middle = points.mean(axis=-2, keepdims=True)
    goal = truth.mean(axis=-2, keepdims=True)
    centred, wanted = points - middle, truth - goal
    u, stretch, vt = np.linalg.svd(np.swapaxes(wanted, -1, -2) @ centred)
    proper = np.ones_like(stretch)
    proper[..., -1] = np.sign(np.linalg.det(u) * np.linalg.det(vt))
    turn = (u * proper[..., None, :]) @ vt
    size = np.maximum((centred**2).sum(axis=(-1, -2)), 1e-12)
    scale = (stretch * proper).sum(axis=-1) / size
    return scale[..., None, None] * centred @ np.swapaxes(turn, -1, -2) + goal


def aligned_errors(points: ArrayLike, truth: ArrayLike) -> Array:
    """Distances (..., N) that remain after `align_similar`; their mean is the PA-MPJPE."""
    return np.linalg.norm(align_similar(points, truth) - np.asarray(truth), axis=-1)


def rooted_errors(points: ArrayLike, truth: ArrayLike, root: Sequence[int]) -> Array:
    """Distances (..., N) with the middle of the `root` points laid onto the true one's.

    Their mean is the MPJPE.
    """
    points, truth = np.asarray(points, dtype=float), np.asarray(truth, dtype=float)
    roots = list(root)
    shift = (truth - points)[..., roots, :].mean(axis=-2, keepdims=True)
    return np.linalg.norm(points + shift - truth, axis=-1)


def mean_pose(poses: ArrayLike, rounds: int = 3) -> Array:
    """The mean (N, 3) of poses (T, N, 3) that are first turned and scaled onto each other."""
    poses = np.asarray(poses, dtype=float)
    mean: Array = poses[0]
    for _ in range(rounds):
        mean = align_similar(poses, np.broadcast_to(mean, poses.shape)).mean(axis=0)
    return mean
