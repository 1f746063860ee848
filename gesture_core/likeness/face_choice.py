"""Which views of a face to fit: sharp ones that show it as differently as there are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.face_finding import Face

Array = NDArray[np.float64]

SAME_VIEW = 0.12  # views closer than this tell nothing new; 1 is a turn of 20°

_YAW, _PITCH = np.radians(20.0), np.radians(20.0)
_OPENING = 0.12  # face heights: of the mouth
_BLINK = 0.04  # face heights: of the eyes
_BLUR = 0.5  # what half the sharpness of the sharpest costs

# Pairs of the face mesh whose distances tell expressions apart.
_LIPS, _MOUTH = (13, 14), (61, 291)
_RIGHT_LIDS, _LEFT_LIDS = (159, 145), (386, 374)
_OPEN_EYES = 0.035  # face heights between the lids


def expression(face: Face) -> Array:
    """Opening and width of the mouth, opening of the eyes, in steps that tell views apart (3,)."""
    mouth, width = _length(face, _LIPS), _length(face, _MOUTH)
    return np.array([mouth / _OPENING, width / _OPENING, eyes_open(face) / _BLINK])


def eyes_open(face: Face) -> float:
    """Mean distance of the lids in face heights."""
    return (_length(face, _RIGHT_LIDS) + _length(face, _LEFT_LIDS)) / 2


def most_different(faces: Sequence[Face], sharpness: Sequence[float], limit: int) -> list[int]:
    """Numbers of at most `limit` faces: the plainest first, then those unlike the ones before.

    The plainest is sharp, frontal, with open eyes and a closed mouth. Sharp views go before
    blurred ones that are as different; views less than `SAME_VIEW` apart are one.
    """
    places = np.array([[*(face.turn[:2] / [_YAW, _PITCH]), *expression(face)] for face in faces])
    detail = np.asarray(sharpness)
    cost = _BLUR * np.log2(np.maximum(detail.max() / np.maximum(detail, 1e-6), 1.0))
    shut = np.array([eyes_open(face) < _OPEN_EYES for face in faces])
    taken = [int(np.argmin(np.abs(places[:, :3]).sum(axis=1) + cost + 2.0 * shut))]
    gaps = np.full(len(faces), np.inf)
    while len(taken) < min(limit, len(faces)):
        gaps = np.minimum(gaps, np.linalg.norm(places - places[taken[-1]], axis=1))
        worth = np.where(gaps > SAME_VIEW, gaps - cost, -np.inf)
        best = int(np.argmax(worth))
        if worth[best] == -np.inf:
            break
        taken.append(best)
    return taken


def _length(face: Face, pair: tuple[int, int]) -> float:
    one, other = face.landmarks[list(pair)]
    return float(np.linalg.norm(one - other)) / face.height
