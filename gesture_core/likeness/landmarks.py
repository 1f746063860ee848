"""Where MediaPipe's 478 face landmarks lie on the base mesh.

`data/likeness/landmarks.json` holds, for each landmark, three vertices and their shares. It was
measured on renders of our own characters (see `tests/fixtures/survey_landmarks.py`), so it
holds what the network means by a landmark, not what its name says. The table that ships is a
survey's of an earlier version of that script, its two sides averaged: likenesses made with it were
told apart better than with a later survey's, which lies within 2 mm (median) of it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.resources import data_path

Floats = NDArray[np.floating[Any]]

COUNT = 478
IRISES = slice(468, 478)
EYE_CORNERS = (33, 263)
"""The outer corners of the right and of the left eye, whose distance measures errors."""
LEVEL = 0.16
"""Pitch that `head_turn` gives a head that looks straight ahead, radians."""


@dataclass(frozen=True)
class Landmarks:
    """Places on the base mesh and how faithful the network is to them.

    vertices (478, 3) of the base mesh, shares (478, 3) that sum to 1; scatter (478,): how far a
    landmark strays in a picture (median); drift (2, 478, 2): how it moves in a picture, x and y,
    as the head turns to its left and down (per unit of the sine). Both in distances of the eye
    corners. The drift is the network's: it makes turned faces flatter than they are. It holds
    no part that turning or moving the face as a whole would make.
    """

    vertices: NDArray[np.integer[Any]]
    shares: Floats
    scatter: Floats
    drift: Floats

    def on(self, values: Floats) -> Floats:
        """Vertex values (..., N, C) at the landmarks (..., 478, C)."""
        return np.einsum("lk,...lkc->...lc", self.shares, values[..., self.vertices, :])

    def drifted(self, turn: Floats) -> Floats:
        """The drift (478, 2) at a turn: yaw and pitch as `face_finding.head_turn` has them."""
        surveyed = np.clip([turn[0], turn[1] - LEVEL], [-0.65, -0.25], [0.65, 0.25])
        return np.tensordot(np.sin(surveyed), self.drift, 1)


@lru_cache(maxsize=1)
def load_landmarks() -> Landmarks:
    """The shipped correspondence."""
    table = json.loads(data_path("likeness/landmarks.json").read_text())
    return Landmarks(
        np.array(table["vertices"], dtype=np.int64),
        np.array(table["shares"]),
        np.array(table["scatter"]),
        np.array(table["drift"]),
    )
