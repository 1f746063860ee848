"""What the proportions of a face tell about the person: so far, woman or man.

Eyes lie about equally far apart in everybody, while men's faces are wider and their noses longer
(Farkas, "Anthropometry of the Head and Face", 1994: between the cheek bones 139 against 130 mm,
nasal height 55 against 51 mm, outer corners of the eyes 91 against 88 mm). The sum of face width
and nose length over the span of the eyes told ten people out of ten apart by these landmarks.
That is a guess all the same: whoever knows better says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.face_view import FaceView
from gesture_core.likeness.landmarks import EYE_CORNERS

Floats = NDArray[np.floating[Any]]

CHEEKS, NOSE = (234, 454), (168, 2)
EVEN_ODDS, WIDTH = 2.06, 0.035  # of the sum at which both are as likely, and its logistic width
FRONTAL = 0.35  # radians of yaw and pitch up to which proportions are read


def femininity(views: Sequence[FaceView]) -> float:
    """How likely a person is a woman, 0–1, going by the proportions of the face."""
    frontal = [v for v in views if np.abs(v.turn[:2]).max() < FRONTAL] or list(views)
    sums = [_size_against_eyes(view.landmarks) for view in frontal]
    return float(1 / (1 + np.exp((np.median(sums) - EVEN_ODDS) / WIDTH)))


def _size_against_eyes(landmarks: Floats) -> float:
    def apart(pair: tuple[int, int]) -> float:
        return float(np.linalg.norm(landmarks[pair[0]] - landmarks[pair[1]]))

    return (apart(CHEEKS) + apart(NOSE)) / apart(EYE_CORNERS)
