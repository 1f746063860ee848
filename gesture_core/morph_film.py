"""The way from one character to another as pictures: side by side, or as a film."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path, check_writable
from gesture_core.avatar.character import build_avatar
from gesture_core.blender import RenderSettings, check_blender, render_clip
from gesture_core.errors import UserError
from gesture_core.formats.clip import Clip, save_clip
from gesture_core.formats.video import WRITTEN_SUFFIXES, write_video
from gesture_core.likeness.morph import Sitter, blend
from gesture_core.portrait import portrait_motion
from gesture_core.progress import Progress, part, silent

Picture = NDArray[np.uint8]

STEPS = (2, 240)
FILM_FPS = 12.0


def build_between(
    one: Sitter,
    other: Sitter,
    at: float,
    path: Path,
    progress: Progress = silent,
    *,
    name: str | None = None,
    force: bool = False,
) -> None:
    """Write the character `at` (0–1) of the way as .glb, with its record; see `morph.blend`."""
    sitter = blend(one, other, at, name)
    record = None if sitter.record is None else sitter.record.to_json()
    build_avatar(sitter.spec, path, progress, looks=sitter.looks, likeness=record, force=force)


def film_morph(
    one: Sitter,
    other: Sitter,
    path: Path,
    steps: int,
    progress: Progress = silent,
    *,
    size: int = 320,
    engine: str = "workbench",
    force: bool = False,
) -> None:
    """Write `steps` faces from `one` to the `other`, both included, each built and rendered.

    .png: side by side; .mp4, .mov or .mkv: a film at `FILM_FPS`. `size`: pixels of one face.
    Needs Blender's Python module. `UserError` for other files and for numbers outside `STEPS`.
    """
    if not STEPS[0] <= steps <= STEPS[1]:
        raise UserError(f"{steps} steps are outside {STEPS[0]}–{STEPS[1]}")
    suffixes = (".png", *WRITTEN_SUFFIXES)
    if path.suffix.lower() not in suffixes:
        raise UserError(f"{path}: the way is written as {', '.join(suffixes)}")
    check_blender()
    check_writable(path, force=force)
    faces = _faces(one, other, steps, size, engine, progress)
    write = _write_strip if path.suffix.lower() == ".png" else _write_film
    write(path, faces, force)


def _faces(
    one: Sitter, other: Sitter, steps: int, size: int, engine: str, progress: Progress
) -> Iterator[tuple[Picture, dict[str, str]]]:
    """The faces on the way (size, size, 3), and the texts that each picture's file holds."""
    settings = RenderSettings(Path(), engine=engine, camera="face", size=(size, size), moments=(1,))
    with tempfile.TemporaryDirectory(prefix="momjit-") as folder:
        clip, avatar = Path(folder) / "clip.npz", Path(folder) / "between.glb"
        picture = Path(folder) / "face.png"
        save_clip(clip, Clip(portrait_motion()))
        for step, at in enumerate(np.linspace(0.0, 1.0, steps)):
            share = part(progress, step / steps, (step + 1) / steps)
            build_between(one, other, float(at), avatar, part(share, 0.0, 0.7), force=True)
            shown = replace(settings, avatar=avatar)
            render_clip(clip, [picture], shown, part(share, 0.7, 1.0), force=True)
            yield _read_face(picture)


def _read_face(path: Path) -> tuple[Picture, dict[str, str]]:
    from PIL import Image

    with Image.open(path) as image:
        image.load()  # texts may stand behind the pixels
        texts = {str(key): text for key, text in image.info.items() if isinstance(text, str)}
        return np.asarray(image.convert("RGB")), texts


def _write_strip(path: Path, faces: Iterable[tuple[Picture, dict[str, str]]], force: bool) -> None:
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    pictures, texts = zip(*faces, strict=True)
    info = PngInfo()
    for key, text in texts[-1].items():
        info.add_itxt(key, text)
    with atomic_path(path, force=force) as temporary:
        Image.fromarray(np.hstack(pictures)).save(temporary, "PNG", pnginfo=info)


def _write_film(path: Path, faces: Iterator[tuple[Picture, dict[str, str]]], force: bool) -> None:
    first, texts = next(faces)
    pictures = chain((first,), (picture for picture, _ in faces))
    tags = {key.lower(): text for key, text in texts.items()}
    write_video(path, pictures, FILM_FPS, tags=tags, force=force)
