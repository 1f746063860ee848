"""Laying out pictures, words and labels: contact sheets and the frames of a preview video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gesture_core.dataset.drawing import GROUND, KEPT, LEFT, REJECTED, RIGHT, Colour, Picture
from gesture_core.dataset.fonts import Typeface

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

INK: Colour = (236, 238, 242)
DIM: Colour = (138, 144, 156)
CARD: Colour = (33, 36, 43)
BORDER = 4
"""Pixels of the coloured frame around every picture."""
_MARGIN, _GAP, _LETTERS = 28, 10, 19


@dataclass(frozen=True, eq=False)
class Tile:
    """A picture, its time code, and the words said around it: `(text, said at this moment)`."""

    picture: Picture
    time: str
    words: Sequence[tuple[str, bool]] = ()


@dataclass(frozen=True, eq=False)
class Row:
    """Pictures of one clip, all of one size: `verdict` is "kept", or why not."""

    kept: bool
    verdict: str
    title: str
    tiles: Sequence[Tile]


def framed(picture: Picture, kept: bool) -> Picture:
    """The picture inside a border of `BORDER` pixels, green if it is kept and red if not."""
    framing = np.empty(
        (picture.shape[0] + 2 * BORDER, picture.shape[1] + 2 * BORDER, 3), dtype=np.uint8
    )
    framing[:] = KEPT if kept else REJECTED
    framing[BORDER:-BORDER, BORDER:-BORDER] = picture
    return framing


def contact_sheet(rows: Sequence[Row], heading: str, typeface: Typeface) -> Picture:
    """All rows beneath each other, under a heading and a key to the colours."""
    cards = [row_card(row, typeface) for row in rows]
    wide = max(card.shape[1] for card in cards)
    width = wide + 2 * _MARGIN
    height = 84 + sum(card.shape[0] + _GAP for card in cards) + _MARGIN - _GAP
    sheet = np.full((height, width, 3), GROUND, dtype=np.uint8)
    with Lettering(sheet, typeface) as write:
        write(_MARGIN, 28, heading, 26, INK)
        x = width - _MARGIN
        for text, colour in (("right", RIGHT), ("left", LEFT)):
            x -= write.width(text, 18)
            write(x, 34, text, 18, DIM)
            write.box(x - 24, 38, x - 8, 54, colour)
            x -= 44
    top = 84
    for card in cards:
        sheet[top : top + card.shape[0], _MARGIN : _MARGIN + wide] = CARD
        sheet[top : top + card.shape[0], _MARGIN : _MARGIN + card.shape[1]] = card
        top += card.shape[0] + _GAP
    return sheet


def row_card(row: Row, typeface: Typeface) -> Picture:
    """One clip: its verdict and title, then its pictures side by side over their words."""
    tiles = [framed(tile.picture, row.kept) for tile in row.tiles]
    tall, wide = tiles[0].shape[:2]
    columns = [wrapped(tile.words, _LETTERS, wide, typeface) for tile in row.tiles]
    lines = min(3, max(len(column) for column in columns))
    width = len(tiles) * (wide + _GAP) - _GAP + 2 * 16
    card = np.full((58 + tall + lines * 28 + 18, width, 3), CARD, dtype=np.uint8)
    for number, tile in enumerate(tiles):
        x = 16 + number * (wide + _GAP)
        card[54 : 54 + tall, x : x + wide] = tile
    with Lettering(card, typeface) as write:
        end = write.label(16, 12, row.verdict, 18, KEPT if row.kept else REJECTED)
        write(end + 16, 15, row.title, 19, INK)
        for number, (tile, column) in enumerate(zip(row.tiles, columns, strict=True)):
            x = 16 + number * (wide + _GAP)
            write.time_code(x + BORDER, 54 + tall - BORDER, tile.time, 15)
            for line, words in enumerate(column[:lines]):
                write.words(x, 54 + tall + 8 + line * 28, words, _LETTERS, wide)
    return card


def wrapped(
    words: Sequence[tuple[str, bool]], size: int, width: int, typeface: Typeface
) -> list[list[tuple[str, bool]]]:
    """The words in lines of at most `width` pixels; a word that is wider has a line of its own."""
    font = typeface.font(size)
    lines: list[list[tuple[str, bool]]] = []
    reached = 0.0
    for text, now in words:
        text = typeface.drawable(text)
        long = font.getlength(text + " ")
        if not lines or reached + long > width:
            lines.append([])
            reached = 0.0
        lines[-1].append((text, now))
        reached += long
    return lines


class Lettering:
    """Writes onto a picture, which is changed in place when the `with` block ends."""

    def __init__(self, picture: Picture, typeface: Typeface) -> None:
        from PIL import Image, ImageDraw

        self._picture, self._typeface = picture, typeface
        self._image = Image.fromarray(picture)
        self._draw: ImageDraw = ImageDraw.Draw(self._image)

    def __enter__(self) -> Lettering:
        return self

    def __exit__(self, *_: object) -> None:
        self._picture[:] = np.asarray(self._image)

    def __call__(self, x: float, y: float, text: str, size: int, colour: Colour) -> float:
        """Write text with its upper left corner at (x, y); returns where it ends."""
        text = self._typeface.drawable(text)
        font = self._typeface.font(size)
        # The middle of the line is where Latin capitals have theirs, whatever the font.
        self._draw.text((x, y + size / 2), text, font=font, fill=colour, anchor="lm")
        return x + font.getlength(text)

    def width(self, text: str, size: int) -> float:
        """Pixels that a text takes."""
        return self._typeface.font(size).getlength(self._typeface.drawable(text))

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        """A filled rectangle."""
        self._draw.rectangle((left, top, right, bottom), fill=colour)

    def label(self, x: float, y: float, text: str, size: int, colour: Colour) -> float:
        """Text on a coloured tag; returns where the tag ends."""
        end = x + self.width(text, size) + 20
        self._draw.rounded_rectangle((x, y, end, y + size + 10), radius=5, fill=colour)
        self(x + 10, y + 5, text, size, GROUND)
        return end

    def time_code(self, left: float, bottom: float, text: str, size: int) -> None:
        """A small dark tag in the lower left corner of a picture."""
        wide, tall = self.width(text, size) + 12, size + 8
        self._draw.rectangle((left, bottom - tall, left + wide, bottom - 1), fill=GROUND)
        self(left + 6, bottom - tall + 4, text, size, INK)

    def words(
        self, x: float, y: float, words: Sequence[tuple[str, bool]], size: int, width: float = 0
    ) -> None:
        """A line of words, the one that is said now in white; centred where a width is given."""
        long = self.width(" ".join(text for text, _ in words), size)
        x += max(0.0, (width - long) / 2)
        for text, now in words:
            x = self(x, y, text + " ", size, INK if now else DIM)
