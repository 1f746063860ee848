"""How one movement goes over into another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def ease(share: Array) -> Array:
    """From 0 to 1 with zero speed and acceleration at both ends; clipped outside 0–1.

    The minimum-jerk curve of Flash & Hogan (1985).
    """
    x = np.clip(share, 0.0, 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
