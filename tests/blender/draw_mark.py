"""Draw the mark of synthetic likenesses: `python -m tests.blender.draw_mark FONT.ttf OUT.png`.

The one in the add-on is set in NanumSquare Bold (SIL Open Font License).
"""

from __future__ import annotations

import sys

from PIL import Image, ImageDraw, ImageFont

TEXT = "AI 합성 인물 · synthetic likeness"
HEIGHT, MARGIN, LETTER = 80, 34, 45
GROUND = (10, 14, 20, 140)
FINER = 4


def draw(font_file: str) -> Image.Image:
    """White letters on a dark, half transparent ground with round ends."""
    font = ImageFont.truetype(font_file, LETTER * FINER)
    width = round(font.getlength(TEXT) / FINER) + 2 * MARGIN
    fine = Image.new("RGBA", (width * FINER, HEIGHT * FINER), (*GROUND[:3], 0))
    pen = ImageDraw.Draw(fine)
    pen.rounded_rectangle((0, 0, fine.width - 1, fine.height - 1), fine.height / 2, fill=GROUND)
    pen.text((MARGIN * FINER, fine.height / 2), TEXT, "white", font, anchor="lm")
    return fine.resize((width, HEIGHT), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: python -m tests.blender.draw_mark FONT.ttf OUT.png")
    draw(sys.argv[1]).save(sys.argv[2], optimize=True)
