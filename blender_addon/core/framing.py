"""Where to put the camera so that a character and its gestures are in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .quaternion import Array

Shot = Literal["bust", "half", "full"]
SHOTS: tuple[Shot, ...] = ("bust", "half", "full")
MARGIN = 1.08
HEADROOM = 0.1
"""Space above the crown, of the height shown."""
HAND_REACH = 0.085
"""From the finger knuckles to beyond the finger tips, in body heights."""


@dataclass(frozen=True)
class Body:
    """What framing needs, in metres: `heights` above the floor and hand places seen from the
    front, `(N, 3)` as left, up and forward of the character."""

    crown: float
    shoulder: float
    hips: float
    half_width: float
    hands: Array


@dataclass(frozen=True)
class View:
    """A camera straight in front of the character: its height and its distance from the
    character's middle, metres."""

    height: float
    distance: float


def frame_shot(body: Body, shot: Shot, tangents: tuple[float, float]) -> View:
    """The nearest camera that shows what the `shot` promises.

    `bust`: head and chest; `half`: from the hips up; `full`: head to foot. Half and full keep
    the hands inside for the whole movement. `tangents`: of half the angle of view, across and up.
    """
    bottom = {
        "bust": (body.shoulder + body.hips) / 2.0,
        "half": body.hips * 0.92,
        "full": -0.02 * body.crown,
    }[shot]
    top = body.crown + HEADROOM * (body.crown - bottom)
    sides = (-body.half_width, body.half_width)
    points = [[side, height, 0.0] for side in sides for height in (bottom, top)]
    if shot != "bust":
        reach = HAND_REACH * body.crown * np.array([[1, 1, 1], [-1, -1, 1]])
        points += [*(body.hands.reshape(-1, 1, 3) + reach).reshape(-1, 3)]
    cloud = np.array(points)
    low, high = cloud[:, 1].min(), cloud[:, 1].max()
    across = np.abs(cloud[:, 0]) / tangents[0]
    along = np.abs(cloud[:, 1] - (low + high) / 2.0) / tangents[1]
    distance = float((np.maximum(across, along) + cloud[:, 2]).max() * MARGIN)
    # A picture with height to spare shows more of the body, not more air above the head.
    half = distance / MARGIN * tangents[1]
    height = min((low + high) / 2.0, max(high - half, half - 0.02 * body.crown))
    return View(float(height), distance)
