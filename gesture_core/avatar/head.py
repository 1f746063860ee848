"""Measures of a head that hair and beards are laid out by, and its surface to keep them off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import BODY, Floats
from gesture_core.avatar.human import Human
from gesture_core.avatar.surface import NearestSurface, subdivide, vertex_normals

EYES = slice(14_598, 14_742)

Curve = Sequence[tuple[float, float]]
"""Pairs (angle in degrees around the head, 0 in front; height, 0 the eyes and 1 the crown)."""


@dataclass(frozen=True)
class Head:
    """Measures every style needs: the eyes' height, eye-to-crown length, centre axis, surface."""

    eye: float
    length: float
    axis: float
    surface: NearestSurface

    def angle(self, points: Floats) -> Floats:
        """Degrees (N,) from the front around the vertical axis, 0–180 on either side."""
        return np.degrees(np.abs(np.arctan2(points[:, 0], points[:, 2] - self.axis)))

    def height(self, points: Floats) -> Floats:
        """0 at the eyes, 1 at the crown."""
        return (points[:, 1] - self.eye) / self.length

    def above(self, points: Floats, curve: Curve) -> Floats:
        """Metres (N,) above a curve around the head, negative below it."""
        angles, heights = zip(*curve, strict=True)
        line = np.interp(self.angle(points), angles, heights)
        return (self.height(points) - line) * self.length


def measure_head(human: Human, reach: float = 2.6) -> Head:
    """Head measures; the surface is the skin down to `reach` eye-to-crown lengths below the eyes,
    by default that of head, neck and shoulders."""
    skull = human.weights[BODY, human.rig.index("head")] > 0.5
    body = human.vertices[BODY]
    eye = float(human.vertices[EYES, 1].mean())
    length = float(body[:, 1].max()) - eye
    skull &= body[:, 1] > eye - 0.3 * length
    axis = float(body[skull, 2].min() + body[skull, 2].max()) / 2 - 0.005
    step = subdivide(human.base.faces["body"], BODY.stop)
    points = step.matrix @ body
    normals = vertex_normals(points, step.faces)
    near = points[:, 1] > eye - reach * length
    return Head(eye, length, axis, NearestSurface.of(points[near], normals[near]))
