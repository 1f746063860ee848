"""Rotations from directions: the best fit, and what to believe where little was seen."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import correlate1d

from gesture_core.rotation import Array, quat_normalize, quat_slerp

_MEMORY = 0.12
"""Seconds over which a joint that is not seen follows its neighbours in time."""
_RELAXING = 1e-3
"""Weight of the relaxed pose against a full second of neighbours; it wins after about 0.8 s."""


def fit_rotation(
    rest: Array, seen: Array, weight: Array, prior: Array, prior_weight: float
) -> Array:
    """Rotations `(..., 4)` that turn vectors at `rest` onto the `seen` ones, near a `prior`.

    `rest` `(N, 3)`, `seen` `(..., N, 3)` in metres; `weight` `(..., N)` is 1/σ² of a vector's end,
    in 1/m², and `prior_weight` 1/σ² of the `prior` `(..., 4)`, in 1/rad²: the most probable
    rotation where both errors are normal. Too few vectors leave the rest to the prior. Solved as
    the main eigenvector of Davenport's matrix (Keat, "Analysis of least-squares attitude
    determination routine DOAOP", 1977), to which a prior adds 2/σ² · q·qᵀ.
    """
    weighted = weight[..., None] * seen
    profile = np.swapaxes(weighted, -1, -2) @ rest
    trace = np.trace(profile, axis1=-2, axis2=-1)[..., None, None]
    axis = np.stack(
        [
            profile[..., 2, 1] - profile[..., 1, 2],
            profile[..., 0, 2] - profile[..., 2, 0],
            profile[..., 1, 0] - profile[..., 0, 1],
        ],
        axis=-1,
    )
    davenport = 2.0 * prior_weight * prior[..., :, None] * prior[..., None, :]
    davenport[..., :1, :1] += trace
    davenport[..., 0, 1:] += axis
    davenport[..., 1:, 0] += axis
    davenport[..., 1:, 1:] += profile + np.swapaxes(profile, -1, -2) - trace * np.eye(3)
    return np.linalg.eigh(davenport)[1][..., -1]


def over_time(values: Array, fps: float) -> Array:
    """Mean of `values` `(T, ...)` over time with weights e^(−|Δt| / 0.12 s), zero-phase.

    What lies before the first frame and after the last counts as 0.
    """
    radius = int(np.ceil(8.0 * _MEMORY * fps))
    kernel = np.exp(-np.abs(np.arange(-radius, radius + 1)) / (_MEMORY * fps))
    return correlate1d(values, kernel / kernel.sum(), axis=0, mode="constant")


def lean(rotations: Array, trust: Array, relaxed: Array, fps: float) -> Array:
    """Local rotations `(T, J, 4)` that lean on their neighbours in time where `trust` is low.

    `trust` `(T, J)` within 0–1: at 1 a rotation stays as it is, at 0 it is what the trusted ones
    around it say, and `relaxed` `(J, 4)` where there are none for about a second.
    """
    near = np.where(np.sum(rotations * relaxed, axis=-1, keepdims=True) < 0.0, -1.0, 1.0)
    signed = rotations * near
    around = over_time(signed * trust[..., None], fps) + _RELAXING * relaxed
    return quat_slerp(quat_normalize(around), signed, trust)


def lean_vectors(vectors: Array, trust: Array, fps: float) -> Array:
    """Vectors `(T, 3)` that lean on their neighbours in time where `trust` `(T,)` is low."""
    total = over_time(trust[:, None], fps)
    around = over_time(vectors * trust[:, None], fps) / np.maximum(total, 1e-9)
    return around + trust[:, None] * (vectors - around)
