"""Photos of a person as upright sRGB pictures, from picture files and from videos."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from struct import error
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.video import VIDEO_SUFFIXES, probe_video, read_frames

if TYPE_CHECKING:
    from PIL import Image

Picture = NDArray[np.uint8]

MAX_PIXELS = 120_000_000
MAX_SIDE = 4096  # larger pictures are reduced to it: no face needs more
MIN_SIDE = 64

MAX_SECONDS = 300.0  # of a video
SAMPLED_RATE = 4.0
MAX_SAMPLES = 120  # frames looked at in a video of up to two minutes; of a longer one, one a second
MAX_VIDEO_HEIGHT = 1440

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "HEIF", "GIF")
_HEIF_SUFFIXES = (".heic", ".heif", ".hif")
_BACKDROP = (190, 190, 190)  # behind what is transparent

# What Pillow's readers raise on files that are cut off or made up.
_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, error)


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
    if path.is_dir():
        raise UserError(f"{path}: a folder; name the pictures in it")
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

    JPEG, PNG, WebP, TIFF, BMP and HEIC, of any depth and colour space; of several pictures in
    one file the first. Raises `UserError` with a reason of one line when it cannot be read.
    """
    from PIL import Image, UnidentifiedImageError

    heif = _know_heif()
    try:
        with warnings.catch_warnings():
            # Its warnings are of sizes, which are checked below, and of damaged notes in a file.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=_FORMATS) as image:
                _check(path, image)
                return Photo(path.name, _pixels(image))
    except UnidentifiedImageError as problem:
        if path.suffix.lower() in _HEIF_SUFFIXES and not heif:
            hint = "HEIC needs pillow-heif: pip install 'momjit[likeness]'"
            raise UserError(f"{path}: {hint}") from problem
        raise UserError(f"{path}: not a picture; JPEG, PNG, WebP, TIFF, BMP or HEIC") from problem
    except Image.DecompressionBombError as problem:
        raise UserError(f"{path}: more than {MAX_PIXELS // 10**6} megapixels") from problem
    except _DAMAGED as problem:
        raise UserError(f"{path}: the picture is damaged or cut off") from problem


def read_video(path: Path) -> Iterator[tuple[float, Photo]]:
    """Some frames of a video, evenly spread, each with its share of the whole.

    `SAMPLED_RATE` a second, fewer where that is more than `MAX_SAMPLES`, but never less than one.
    Raises `UserError` for what `formats.video` cannot read.
    """
    info = probe_video(path)
    if info.duration > MAX_SECONDS:
        raise UserError(
            f"{path}: {info.duration / 60:.0f} minutes of video; cut out the best "
            f"{MAX_SECONDS / 60:.0f} at most"
        )
    rate = min(SAMPLED_RATE, info.fps, max(MAX_SAMPLES / info.duration, 1.0))
    for seconds, rgb in read_frames(path, fps=max(rate, 1.0), max_height=MAX_VIDEO_HEIGHT):
        yield seconds / info.duration, Photo(f"{path.name} at {seconds:.1f} s", rgb, seconds)


def _check(path: Path, image: Image.Image) -> None:
    width, height = image.size
    if image.format == "GIF":
        raise UserError(f"{path}: GIF has too few colours; give a video, JPEG or PNG")
    if width * height > MAX_PIXELS:
        raise UserError(f"{path}: {width}×{height} is more than {MAX_PIXELS // 10**6} megapixels")
    if min(width, height) < MIN_SIDE:
        raise UserError(f"{path}: {width}×{height} pixels are too few to see a face")


def _pixels(image: Image.Image) -> Picture:
    """The picture reduced, turned as its camera was held, its colours those of sRGB."""
    from PIL import Image, ImageOps

    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # JPEG: decode no more than is kept
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return np.asarray(_srgb(ImageOps.exif_transpose(image)), np.uint8)


def _srgb(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode.startswith(("I", "F")):  # one deep channel, which Pillow would clip
        deep = np.asarray(image, np.float64)
        top = max(float(deep.max()), 1.0)
        depth = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else 65535.0
        image = Image.fromarray(np.uint8(np.clip(deep / depth * 255.0, 0, 255)))
    if image.mode == "P":
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    if alpha and image.mode != "RGBA":
        image = image.convert("RGBA")
    colours = _by_profile(image.convert("RGB") if alpha else image)
    if alpha:
        backdrop = Image.new("RGB", colours.size, _BACKDROP)
        return Image.composite(colours, backdrop, alpha)
    return colours


def _by_profile(image: Image.Image) -> Image.Image:
    """A picture's colours as its profile means them; as sRGB where it has none that fits."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None  # a profile of another kind of picture, or a broken one
        if converted is not None:
            return converted
    return image.convert("RGB")


def _know_heif() -> bool:
    """Let Pillow open HEIC, where what it takes is installed."""
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError:
        return False
    register_heif_opener()
    return True
