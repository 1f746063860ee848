"""Pixels of picture files, as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy
import numpy as np

from ..core.mark import Pixels


def read_pixels(path: Path) -> Pixels:
    """Picture `(H, W, 4)`, lowest row first."""
    image = bpy.data.images.load(str(path))
    try:
        return _pixels(image)
    finally:
        bpy.data.images.remove(image)


@contextmanager
def edited_pixels(path: Path) -> Iterator[Pixels]:
    """The same, to be changed: the file is written again at the end."""
    image = bpy.data.images.load(str(path))
    try:
        pixels = _pixels(image)
        yield pixels
        image.pixels.foreach_set(pixels.ravel())
        image.save()
    finally:
        bpy.data.images.remove(image)


def write_pixels(path: Path, pixels: Pixels) -> None:
    """Write a picture as a PNG with alpha."""
    image = bpy.data.images.new("picture", pixels.shape[1], pixels.shape[0], alpha=True)
    image.pixels.foreach_set(pixels.ravel())
    image.filepath_raw, image.file_format = str(path), "PNG"
    image.save()
    bpy.data.images.remove(image)


def _pixels(image: bpy.types.Image) -> Pixels:
    pixels = np.empty(image.size[0] * image.size[1] * 4, dtype=np.float32)
    image.pixels.foreach_get(pixels)
    return pixels.reshape(image.size[1], image.size[0], 4)
