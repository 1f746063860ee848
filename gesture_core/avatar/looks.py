"""What pictures of a person add to a character's description: a face's last millimetres, its skin.

Sliders reach any adult's shape but nobody's own; a fitted character keeps the rest here. Looks
travel inside the character's file, as attachments that glTF itself has no word for.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.avatar.basemesh import VERTEX_COUNT, Floats
from gesture_core.errors import UserError

MOST_PIXELS = 4096  # a side of a picture
FARTHEST = 2.0  # metres that a file may move a vertex; sliders span less between any two adults
_OFFSETS, _SKIN, _KNOWN, _EYE = "looks/offsets", "looks/skin", "looks/known", "looks/eye"

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Looks:
    """One person's looks, in the body's own coordinates.

    offsets (19158, 3) metres, added to the shaped body; skin (S, S, 3) sRGB without light, in the
    body's texture layout, row 0 at v = 1, and known (S, S) its weight over the painted skin,
    255 for all of it; eye (E, E, 3) sRGB in the layout of `face.eye_picture`, None for a painted
    one. `ValueError` where shapes disagree.
    """

    offsets: Floats
    skin: Pixels
    known: Pixels
    eye: Pixels | None = None

    def __post_init__(self) -> None:
        size = len(self.known)
        wanted: list[tuple[NDArray, tuple[int, ...]]] = [
            (self.offsets, (VERTEX_COUNT, 3)),
            (self.skin, (size, size, 3)),
            (self.known, (size, size)),
        ]
        if self.eye is not None:
            wanted.append((self.eye, (len(self.eye), len(self.eye), 3)))
        for values, shape in wanted:
            if values.shape != shape:
                raise ValueError(f"looks of shape {values.shape} where {shape} is wanted")
        if not np.isfinite(self.offsets).all():
            raise ValueError("offsets that are not finite")


def pack_looks(looks: Looks) -> dict[str, bytes]:
    """Looks as named attachments of a file; pixels are kept exactly where they are known."""
    files = {
        _OFFSETS: looks.offsets.astype("<f4").tobytes(),
        _SKIN: _to_png(looks.skin * (looks.known > 0)[..., None]),
        _KNOWN: _to_png(looks.known),
    }
    return files if looks.eye is None else files | {_EYE: _to_png(looks.eye)}


def unpack_looks(files: Mapping[str, bytes]) -> Looks | None:
    """The looks among a file's attachments, None where there are none; `UserError` for bad ones."""
    if _OFFSETS not in files:
        return None
    from PIL.Image import DecompressionBombError

    try:
        offsets = np.frombuffer(files[_OFFSETS], "<f4").reshape(VERTEX_COUNT, 3)
        if not np.abs(offsets).max() <= FARTHEST:
            raise ValueError(f"offsets beyond {FARTHEST:g} m")
        eye = _from_png(files[_EYE], "RGB") if _EYE in files else None
        return Looks(
            offsets.astype(np.float64),
            _from_png(files[_SKIN], "RGB"),
            _from_png(files[_KNOWN], "L"),
            eye,
        )
    except (KeyError, ValueError, OSError, SyntaxError, DecompressionBombError) as error:
        raise UserError(f"the looks in it are damaged: {error!r:.200}") from error


def _to_png(pixels: Pixels) -> bytes:
    from PIL import Image as Pillow

    stream = io.BytesIO()
    Pillow.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


def _from_png(data: bytes, mode: str) -> Pixels:
    from PIL import Image as Pillow

    with Pillow.open(io.BytesIO(data), formats=["PNG"]) as picture:
        if max(picture.size) > MOST_PIXELS or picture.mode != mode:
            raise ValueError(f"a picture of {picture.size} pixels, {picture.mode}")
        return np.asarray(picture)
