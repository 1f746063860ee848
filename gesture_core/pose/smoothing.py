"""Smoothing without delay of tracks with holes, with a cut-off in hertz whatever the frame rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

Array = NDArray[np.float64]

# A parabola fitted under a Gaussian weight of standard deviation s passes exp(-u)·(1 + u) of a
# wave of f hertz, u = (2π·f·s)² / 2: flat at the bottom, so that strokes keep their reach. It
# falls to 1/√2 at u = 1.0784.
_HALF_POWER = 1.0784
_REACH = 4.0  # standard deviations after which the Gaussian is cut off
_RIDGE = 1e-6


def smooth(values: Array, weight: Array, cutoff: float, fps: float) -> Array:
    """Fit a parabola around every frame and take its middle.

    `values` (T, N, D) with `weight` (T, N) ≥ 0, how much each is trusted; where it is 0 the value
    plays no part and is returned as it was. A wave of `cutoff` Hz keeps 71 % of its amplitude,
    slower ones almost all. With fewer than three trusted frames around, the fit falls back to
    their line or mean. Local polynomial regression (Cleveland 1979) with Gaussian weights.
    """
    deviation = np.sqrt(2.0 * _HALF_POWER) / (2.0 * np.pi * cutoff)
    reach = int(np.ceil(_REACH * deviation * fps))
    times = np.arange(-reach, reach + 1) / (deviation * fps)  # in standard deviations
    gaussian = np.exp(-0.5 * times**2)

    def moment(track: Array, power: int) -> Array:
        return correlate1d(track, gaussian * times**power, axis=0, mode="constant")

    s0, s1, s2, s3, s4 = (moment(weight, power) for power in range(5))
    t0, t1, t2 = (moment(values * weight[..., None], power) for power in range(3))
    # Cramer's rule for the parabola's constant. A slope or bend that is hardly determined is
    # pulled towards 0, which costs nothing where many frames are trusted.
    slope, bend = s2 + _RIDGE * s0, s4 + _RIDGE * s0
    a, b, c = slope * bend - s3 * s3, s2 * s3 - s1 * bend, s1 * s3 - s2 * slope
    determinant = s0 * a + s1 * b + s2 * c
    fitted = a[..., None] * t0 + b[..., None] * t1 + c[..., None] * t2
    known = (weight > 0) & (determinant > 0)
    return np.where(known[..., None], fitted / np.where(known, determinant, 1.0)[..., None], values)
