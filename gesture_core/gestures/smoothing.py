"""Smoothing of rotations over time."""

from __future__ import annotations

import numpy as np

from gesture_core.rotation import Array, quat_continuous, quat_normalize


def smooth_rotations(rotations: Array, deviation: float) -> Array:
    """Smooth rotations (T, J, 4) in time by a Gaussian of so many frames, as quaternions."""
    radius = max(1, round(3.0 * deviation))
    kernel = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    padded = np.pad(quat_continuous(rotations), ((radius, radius), (0, 0), (0, 0)), mode="edge")
    frames = len(rotations)
    smooth = sum(weight * padded[k : k + frames] for k, weight in enumerate(kernel))
    return quat_normalize(smooth)
