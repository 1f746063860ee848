"""Whether a face in a picture can be used for a likeness, and if not, why, in one line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.face_finding import Box, Face

Picture = NDArray[np.uint8]

MIN_FACE = 56.0  # pixels from forehead to chin
MAX_YAW = np.radians(60.0)
OTHER_FACE = 0.4  # of the larger one's size: smaller faces are in the background
MIN_SHARPNESS = 0.2

_MEASURED_FACE = 128.0  # pixels from forehead to chin at which sharpness is measured


def why_not(rgb: Picture, boxes: Sequence[Box], face: Face | None) -> str:
    """Why the first of the found faces cannot be used; "" where it can."""
    if not boxes or face is None:
        return "no face found"
    if len(boxes) > 1 and boxes[1].side > OTHER_FACE * boxes[0].side:
        return f"{len(boxes)} faces: one person alone is needed"
    if face.photo_height < MIN_FACE:
        return f"the face is {face.photo_height:.0f} pixels high, {MIN_FACE:.0f} are needed"
    if abs(face.turn[0]) > MAX_YAW:
        return "the face is turned away"
    return ""


def sharpness(face: Face) -> float:
    """How much fine detail the face has over how much coarse, 0 (none) to about 1.

    Detail: the deviation of the second derivative, measured at one size of face.
    """
    import cv2

    scale = _MEASURED_FACE / np.linalg.norm(face.landmarks[10] - face.landmarks[152])
    grey = cv2.cvtColor(face.rgb, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    low, high = (face.landmarks[:, :2] * scale).min(axis=0), (face.landmarks[:, :2] * scale).max(0)
    inside = small[int(max(low[1], 0)) : int(high[1]), int(max(low[0], 0)) : int(high[0])]
    inside = inside.astype(np.float32)
    return float(cv2.Laplacian(inside, cv2.CV_32F).std() / (inside.std() + 1.0))
