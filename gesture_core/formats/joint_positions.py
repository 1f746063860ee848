"""Where some joints were, as a file holds it that knows no rotations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class JointPositions:
    """Positions over T frames, ready for `pose.solve.solve`.

    `positions` `(T, L, 3)`: metres, Y up, +Z forward, +X the person's left; `names`: HUMANOID
    bones and landmarks; `confidence` `(T, L)` within 0–1; `fps`: frames a second.
    """

    positions: Array
    names: tuple[str, ...]
    confidence: Array
    fps: float

    def __post_init__(self) -> None:
        shape = (len(self.positions), len(self.names))
        if self.positions.shape != (*shape, 3) or self.confidence.shape != shape:
            raise ValueError(f"shapes {self.positions.shape}, {self.confidence.shape}")
