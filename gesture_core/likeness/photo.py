"""Photos of a person as upright sRGB pictures, from picture files and from videos."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.video import VIDEO_SUFFIXES, probe_video, read_frames

if TYPE_CHECKING:
    from PIL import Image

Picture = NDArray[np.uint8]

PICTURE_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF")
MAX_PIXELS = 120_000_000
MAX_SIDE = 4096  # larger pictures are reduced to it: no face needs more
MIN_SIDE = 64

SAMPLED_RATE = 4.0
MAX_SAMPLES = 120  # frames looked at in one video
MAX_VIDEO_HEIGHT = 1440


@dataclass(frozen=True, eq=False)
class Photo:
    """One picture of a person.

    `name`: file, and time within a video, as "talk.mp4 at 3.2 s"; `rgb` (H, W, 3): upright sRGB;
    `seconds`: time within its video, None for a picture file.
    """

    name: str
    rgb: Picture
    seconds: float | None = None


def read_photos(path: Path) -> Iterator[tuple[float, Photo]]:
    """The share of the file that is done, 0–1, and a photo: one of a picture, many of a video.

    Raises `UserError` with a reason of one line.
    """
    if not path.is_file():
        raise UserError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise UserError(f"{path}: the file is empty")
    if path.suffix.lower() in VIDEO_SUFFIXES:
        yield from read_video(path)
    else:
        yield 0.0, read_picture(path)


def read_picture(path: Path) -> Photo:
    """A picture file turned upright, in sRGB, at most `MAX_SIDE` pixels a side.

    Raises `UserError` with a reason of one line when it cannot be.
    """
    from PIL import Image, UnidentifiedImageError

    _know_heif()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=PICTURE_FORMATS) as image:
                return Photo(path.name, _upright(path, image))
    except UnidentifiedImageError as error:
        raise UserError(f"{path}: not a picture that can be read") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UserError(f"{path}: the picture is damaged ({error})") from error


def read_video(path: Path) -> Iterator[tuple[float, Photo]]:
    """A few frames a second of a video, `MAX_SAMPLES` at most, evenly spread, each with its share.

    Raises `UserError` for what `formats.video` cannot read.
    """
    info = probe_video(path)
    rate = max(min(SAMPLED_RATE, MAX_SAMPLES / info.duration, info.fps), 1.0)
    for seconds, rgb in read_frames(path, fps=rate, max_height=MAX_VIDEO_HEIGHT):
        yield seconds / info.duration, Photo(f"{path.name} at {seconds:.1f} s", rgb, seconds)


def _upright(path: Path, image: Image.Image) -> Picture:
    from PIL import Image, ImageOps

    width, height = image.size
    if width * height > MAX_PIXELS:
        raise UserError(f"{path}: {width}×{height} pixels are more than {MAX_PIXELS // 10**6} MP")
    if min(width, height) < MIN_SIDE:
        raise UserError(f"{path}: {width}×{height} pixels are too few to see a face")
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))
    image = ImageOps.exif_transpose(image)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(image.convert("RGB"))


def _know_heif() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError:
        return  # such a picture is then refused as one that cannot be read
    register_heif_opener()
