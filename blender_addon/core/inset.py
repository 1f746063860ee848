"""A picture within a picture: where a window with the character lies over a video."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .errors import UserError
from .picture import Size

PLACES = ("lower-right", "lower-left", "upper-right", "upper-left", "right", "left")
"""Corners of the picture, and the middles of its sides."""
MARGIN = 0.025
"""Between the window and the edges, of the picture's shorter side, where there is room."""


@dataclass(frozen=True)
class Footage:
    """A video of the user's: `frames` pictures of one `size` at `fps`."""

    path: Path
    size: Size
    fps: float
    frames: int


@dataclass(frozen=True)
class Box:
    """A part of a picture, pixels from its lower left corner."""

    left: int
    bottom: int
    width: int
    height: int

    @property
    def size(self) -> Size:
        """Width and height."""
        return self.width, self.height


@dataclass(frozen=True)
class Inset:
    """A window over `footage` that fills `box` and comes alive `delay` frames into it."""

    footage: Footage
    box: Box
    delay: int = 0


def inset_box(picture: Size, shape: Size, share: float, place: str) -> Box:
    """The window of a `shape` that takes `share` of the picture's height, at a `place`.

    Its sides are even numbers of pixels. `UserError` when there is no such place, or no room.
    """
    if place not in PLACES:
        raise UserError(f"--place {place}: choose one of {', '.join(PLACES)}")
    if not 0.05 <= share <= 1.0:
        raise UserError(f"--share {share:g}: 0.05 to 1 of the video's height are possible")
    height = 2 * round(share * picture[1] / 2.0)
    width = 2 * round(height * shape[0] / shape[1] / 2.0)
    if height > picture[1] or width > picture[0]:
        raise UserError(
            f"--share {share:g}: a window of {width}x{height} is larger than the video, "
            f"{picture[0]}x{picture[1]}; give less, or a narrower --format"
        )
    spare = picture[0] - width, picture[1] - height
    margin = round(MARGIN * min(picture))
    across, along = min(margin, spare[0] // 2), min(margin, spare[1] // 2)
    left = across if place.endswith("left") else spare[0] - across
    bottom = {"lower": along, "upper": spare[1] - along}.get(place.split("-")[0], spare[1] // 2)
    return Box(left, bottom, width, height)
