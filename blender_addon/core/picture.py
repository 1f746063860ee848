"""Formats and qualities of pictures, and where in a picture text is safe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Engine = Literal["workbench", "cycles", "eevee"]
ENGINES: tuple[Engine, ...] = ("workbench", "cycles", "eevee")
Size = tuple[int, int]
Style = Literal["natural", "toon"]
STYLES: tuple[Style, ...] = ("natural", "toon")
"""How characters look: as their materials are, or drawn."""

FORMATS: dict[str, Size] = {
    "vertical": (1080, 1920),
    "horizontal": (1920, 1080),
    "square": (1080, 1080),
    "vertical-720": (720, 1280),
    "horizontal-720": (1280, 720),
    "square-720": (720, 720),
}
"""Width and height in pixels by the name of the format."""


@dataclass(frozen=True)
class Quality:
    """How much work a picture is worth: the engine (None: the best that this computer draws
    quickly enough), samples a pixel for each engine, and the share of the full size."""

    engine: Engine | None
    samples: dict[Engine, int]
    scale: float = 1.0


QUALITIES: dict[str, Quality] = {
    "preview": Quality("workbench", {"workbench": 1, "cycles": 4, "eevee": 8}, 0.5),
    "draft": Quality("workbench", {"workbench": 1, "cycles": 8, "eevee": 16}),
    "final": Quality(None, {"workbench": 16, "cycles": 16, "eevee": 64}),
}
"""Workbench smooths edges in one pass (FXAA) below 5 samples."""


@dataclass(frozen=True)
class Sheet:
    """How many moments one picture shows, and how many beside each other; 0: as many as below."""

    count: int
    columns: int = 0


@dataclass(frozen=True)
class SafeArea:
    """Margins that apps and old televisions cover: shares of the picture's width and height."""

    side: float
    bottom: float


def safe_area(size: Size) -> SafeArea:
    """By the shape of the picture: the buttons of short-video apps lie over tall ones."""
    width, height = size
    if height > 1.2 * width:
        return SafeArea(side=0.08, bottom=0.2)
    if width > 1.2 * height:
        return SafeArea(side=0.1, bottom=0.07)
    return SafeArea(side=0.06, bottom=0.08)


def scaled(size: Size, scale: float) -> Size:
    """The size times `scale`, to the nearest even numbers of pixels, which videos need."""
    width, height = (max(2, 2 * round(side * scale / 2.0)) for side in size)
    return width, height
