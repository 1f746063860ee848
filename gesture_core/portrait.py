"""A character on one sheet: from four sides and with four faces, beside the pictures it is of."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.avatar.library import keep_avatar
from gesture_core.blender import RenderSettings, render_clip
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.motion import EXPRESSIONS, Motion
from gesture_core.progress import Progress
from gesture_core.rotation import quat_multiply, rotvec_to_quat
from gesture_core.signing.arms import track_to_motion
from gesture_core.signing.realise import resting_track

if TYPE_CHECKING:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

Picture = NDArray[np.uint8]

TURNS = (0.0, 45.0, -45.0, 90.0)
"""Degrees that the character turns by, towards its left."""
FACES: tuple[Mapping[str, float], ...] = (
    {
        "mouthSmileLeft": 0.8,
        "mouthSmileRight": 0.8,
        "cheekSquintLeft": 0.5,
        "cheekSquintRight": 0.5,
    },
    {"jawOpen": 0.7},
    {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    {"browInnerUp": 0.8, "browOuterUpLeft": 0.8, "browOuterUpRight": 0.8, "mouthPucker": 0.8},
)
"""A smile, an open mouth, closed eyes, and raised brows over a round mouth."""
COLUMNS = 4
_FPS = 30.0


def portrait_motion() -> Motion:
    """One frame for each of `TURNS`, then for each of `FACES`; the arms hang."""
    still = track_to_motion(resting_track(_FPS))
    count = len(TURNS) + len(FACES)
    rotations = np.repeat(still.rotations[:1], count, axis=0)
    for frame, degrees in enumerate(TURNS):
        turn = rotvec_to_quat(np.array([0.0, math.radians(degrees), 0.0]))
        rotations[frame, 0] = quat_multiply(turn, rotations[frame, 0])
    expressions = np.zeros((count, len(EXPRESSIONS)))
    for frame, face in enumerate(FACES, start=len(TURNS)):
        for name, weight in face.items():
            expressions[frame, EXPRESSIONS.index(name)] = weight
    root = np.repeat(still.root[:1], count, axis=0)
    return replace(still, rotations=rotations, root=root, expressions=expressions, spans=())


def write_portrait(
    avatar: Path,
    path: Path,
    beside: Sequence[Picture],
    progress: Progress,
    *,
    engine: str = "workbench",
    size: int = 320,
    force: bool = False,
) -> None:
    """Write a PNG of a character in all moments of `portrait_motion`, four in a row.

    `beside`: pictures (H, W, 3) uint8 that stand left of it, at most two; `size`: pixels of one
    moment. Needs Blender's Python module.
    """
    motion = portrait_motion()
    settings = RenderSettings(
        avatar,
        engine=engine,
        camera="face",
        size=(size, size),
        sheet=f"{COLUMNS}x{motion.frames // COLUMNS}",
        moments=tuple(range(1, motion.frames + 1)),
    )
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip, sheet = Path(folder) / "clip.npz", Path(folder) / "sheet.png"
        save_clip(clip, Clip(motion))
        render_clip(clip, [sheet], settings, progress)
        picture, texts = _beside(sheet, beside)
    with atomic_path(path, force=force) as temporary:
        picture.save(temporary, "PNG", pnginfo=texts)


def keep_character(
    character: Path,
    progress: Progress,
    *,
    name: str | None = None,
    portrait: Path | None = None,
    force: bool = False,
) -> str:
    """Keep a character among the user's own, its face as thumbnail; the name it is found by.

    name: by default the one in the file; portrait: its sheet, taken anew where there is none.
    """
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        sheet, thumbnail = portrait or Path(folder) / "sheet.png", Path(folder) / "thumbnail.png"
        if portrait is None:
            write_portrait(character, sheet, (), progress)
        cut_thumbnail(sheet, thumbnail)
        return keep_avatar(character, thumbnail, name=name, force=force)


def cut_thumbnail(portrait: Path, path: Path, *, size: int = 256) -> None:
    """Write the first moment of a portrait as a square PNG of `size` pixels, with its texts."""
    from PIL import Image

    with Image.open(portrait) as sheet:
        side = sheet.height // (len(TURNS + FACES) // COLUMNS)
        left = sheet.width - COLUMNS * side
        face = sheet.crop((left, 0, left + side, side)).resize((size, size))
        texts = _texts(sheet)
    with atomic_path(path) as temporary:
        face.save(temporary, "PNG", pnginfo=texts)


def _beside(sheet: Path, pictures: Sequence[Picture]) -> tuple[Image.Image, PngInfo]:
    """The sheet with a column of pictures left of it, and the texts that its file holds."""
    from PIL import Image, ImageOps

    with Image.open(sheet) as rendered:
        moments = rendered.convert("RGB")
        texts = _texts(rendered)
    if not pictures:
        return moments, texts
    side = moments.height // len(pictures)
    whole = Image.new("RGB", (moments.width + side, moments.height))
    for number, picture in enumerate(pictures):
        # people's heads are in the upper part of their pictures
        square = ImageOps.fit(Image.fromarray(picture), (side, side), centering=(0.5, 0.0))
        whole.paste(square, (0, number * side))
    whole.paste(moments, (side, 0))
    return whole, texts


def _texts(picture: Image.Image) -> PngInfo:
    """The texts that a loaded PNG holds, such as whose likeness it shows."""
    from PIL.PngImagePlugin import PngInfo

    texts = PngInfo()
    for name, text in picture.info.items():
        if isinstance(name, str) and isinstance(text, str):
            texts.add_itxt(name, text)
    return texts
