"""The pinhole camera that ties a picture of a face to the body in its bind pose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]

FACING = np.diag([1.0, -1.0, -1.0])
"""World axes (X the character's left, Y up, Z towards the viewer) in the camera's axes."""


@dataclass(frozen=True)
class Camera:
    """Camera without lens distortion; its own axes are x right, y down, z into the picture.

    focal: pixels; centre (2,): principal point in pixels; rotation (3, 3) and translation (3,)
    take points of the world (metres, Y up) into the camera's axes. A point at the camera's
    own depth or behind it projects to no sensible pixel: its depth, at most 0, tells.
    """

    focal: float
    centre: Floats
    rotation: Floats
    translation: Floats

    @property
    def position(self) -> Floats:
        """Where the camera stands in the world (3,), metres."""
        return -self.rotation.T @ self.translation

    def project(self, points: Floats) -> Floats:
        """World points (..., 3) to pixels x, y and depth in metres (..., 3)."""
        seen = points @ self.rotation.T + self.translation
        pixels = self.focal * seen[..., :2] / seen[..., 2:] + self.centre
        return np.concatenate([pixels, seen[..., 2:]], axis=-1)

    def unproject(self, pixels: Floats, depth: Floats) -> Floats:
        """Pixels (..., 2) at depths (...) in metres to world points (..., 3)."""
        across = (pixels - self.centre) / self.focal * depth[..., None]
        seen = np.concatenate([across, depth[..., None]], axis=-1)
        return (seen - self.translation) @ self.rotation

    def moved(self, by: Floats) -> Camera:
        """The camera that sees the world, once moved by `by` (3,), as this one sees it now."""
        return replace(self, translation=self.translation - self.rotation @ by)
