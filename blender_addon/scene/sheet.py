"""Several pictures on one sheet."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from .pixels import read_pixels, write_pixels


def lay_out(path: Path, pictures: Sequence[Path], columns: int = 0) -> None:
    """Write one PNG with the `pictures`, all of one size, row by row."""
    if len(pictures) == 1:
        shutil.copyfile(pictures[0], path)
        return
    count = len(pictures)
    columns = columns or _balanced(count)
    rows = math.ceil(count / columns)
    sheet = None
    for k, picture in enumerate(pictures):
        pixels = read_pixels(picture)
        height, width = pixels.shape[:2]
        if sheet is None:
            sheet = np.ones((rows * height, columns * width, 4), dtype=np.float32)
        row, column = rows - 1 - k // columns, k % columns
        sheet[row * height :, column * width :][:height, :width] = pixels
    assert sheet is not None
    write_pixels(path, sheet)


def _balanced(count: int) -> int:
    """Columns that make a sheet about square, without a gap at its end if that can be."""
    square = math.ceil(math.sqrt(count))
    return next((n for n in range(square, 2 * square) if count % n == 0), square)
