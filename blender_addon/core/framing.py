"""Where to put the camera so that a character and its gestures are in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .quaternion import Array

Shot = Literal["face", "bust", "half", "full", "sign"]
SHOTS: tuple[Shot, ...] = ("face", "bust", "half", "full", "sign")
MARGIN: dict[Shot, float] = {"face": 1.08, "bust": 1.08, "half": 1.08, "full": 1.08, "sign": 1.03}
"""How much farther away than would just do."""
HEADROOM = 0.1
"""Space above the crown, of the height shown."""
WAIST, HANGING = 0.3, 0.12
"""Heights between hips and shoulders: signs are made above the waist, and a hand whose wrist is
below the other hangs."""
HEAD = 0.4
"""Half the width of a head with its hair, of the height from the shoulders to the crown."""


@dataclass(frozen=True)
class Body:
    """What framing needs, in metres: heights above the floor, hands seen by the camera, and how
    far skin may `reach` from them.

    `hands`: `(N, P, 3)`, at N moments P places of a hand, the wrist first, as left, up and forward
    of the character; `signing`: `(N,)`, whether it is in a sign.
    """

    crown: float
    shoulder: float
    hips: float
    half_width: float
    hands: Array
    signing: NDArray[np.bool_]
    reach: float


@dataclass(frozen=True)
class View:
    """A camera straight in front of the character: its height and its distance from the
    character's middle, metres."""

    height: float
    distance: float


def frame_shot(
    body: Body, shot: Shot, tangents: tuple[float, float], captions: float = 0.0
) -> View:
    """The nearest camera that shows what the `shot` promises.

    `face`: the head; `bust`: head and chest; `half`: from the hips up; `full`: head to foot;
    `sign`: face and hands as large as they can be. The last three keep the hands inside for the
    whole movement; `sign` lets go of a hand that hangs, where it says nothing, and keeps those in
    a sign above the `captions`, which lie over that share of the picture's height. `tangents`: of
    half the angle of view, across and up.
    """
    across, up = tangents
    bottom = {
        "face": body.shoulder,
        "bust": (body.shoulder + body.hips) / 2.0,
        "half": body.hips * 0.92,
        "full": -0.02 * body.crown,
        "sign": body.hips + WAIST * (body.shoulder - body.hips),
    }[shot]
    top = body.crown + HEADROOM * (body.crown - bottom)
    width = HEAD * (body.crown - body.shoulder) if shot == "face" else body.half_width
    trunk = np.array([*product((-width, width), (bottom, top), (0.0,))])
    hands, signing = _hands(body, shot)
    side, height, forward = np.concatenate([trunk, hands]).T
    # Seen are the heights from `height - below * depth` to `height + up * depth` of the camera.
    below = up * (1.0 - 2.0 * captions) if shot == "sign" else up
    high = (height + up * forward).max()
    low = min(bottom, (height - up * forward).min())
    low_signs = (signing[:, 1] - below * signing[:, 2]).min(initial=np.inf)
    distance = max(
        (np.abs(side) / across + forward).max(),
        (high - low) / (2.0 * up),
        (high - low_signs) / (up + below),
    )
    # A picture with height to spare shows more of the body, not more air above the head.
    lowest = max(high - up * distance, up * distance - 0.02 * body.crown)
    highest = min(low + up * distance, low_signs + below * distance)
    return View(float(min(lowest, highest)), float(distance * MARGIN[shot]))


def _hands(body: Body, shot: Shot) -> tuple[Array, Array]:
    """Corners of boxes around the hands that are to be seen, `(N, 3)`, and of those in signs."""
    if shot in ("face", "bust"):
        return np.empty((0, 3)), np.empty((0, 3))
    hanging = body.hands[:, 0, 1] < body.hips + HANGING * (body.shoulder - body.hips)
    seen = ~hanging if shot == "sign" else np.ones(len(body.hands), dtype=bool)
    corners = np.array([*product((-1.0, 1.0), repeat=3)]) * body.reach
    boxes = body.hands[:, :, None] + corners
    return boxes[seen].reshape(-1, 3), boxes[seen & body.signing].reshape(-1, 3)
