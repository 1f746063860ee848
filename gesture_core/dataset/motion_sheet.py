"""Contact sheets of motions: each a row of moments, over the words said there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gesture_core.atomic import atomic_path
from gesture_core.dataset.drawing import draw_motion, figure_of
from gesture_core.dataset.fonts import find_typeface
from gesture_core.dataset.sheet import Row, Tile, contact_sheet
from gesture_core.motion import Motion

TILE_WIDTH, TILE_HEIGHT = 240, 150
_LOWEST = 0.75
"""Metres above the floor from which the figure is drawn: legs tell little about gestures."""


def save_motion_sheet(
    path: Path, motions: Sequence[tuple[str, Motion]], heading: str, tiles: int = 10
) -> None:
    """Write a PNG with a row of `tiles` moments for every titled motion; replaces a file."""
    from PIL import Image

    typeface = find_typeface()
    rows = [_row(title, motion, tiles) for title, motion in motions]
    picture = contact_sheet(rows, heading, typeface)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path, force=True) as temporary:
        Image.fromarray(picture).save(temporary, "PNG")


def _row(title: str, motion: Motion, count: int) -> Row:
    """Moments at even distances; the words of a moment are those nearest to it."""
    figure = replace(figure_of(motion), low=_LOWEST)
    share = motion.duration / count
    words = [span for span in motion.spans if span.kind == "word"]
    tiles: list[Tile] = []
    for number in range(count):
        time = (number + 0.5) * share
        frame = min(int(time * motion.fps), motion.frames - 1)
        near = [
            (word.text, word.start <= time < word.end)
            for word in words
            if number * share <= (word.start + word.end) / 2 < (number + 1) * share
        ]
        tiles.append(
            Tile(draw_motion(figure, frame, TILE_WIDTH, TILE_HEIGHT), f"{time:.1f} s", near)
        )
    made = ", ".join(span.text for span in motion.spans if span.kind == "gesture")
    return Row(True, made, title, tiles)
