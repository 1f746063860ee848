"""A character fitted to pictures of our own characters, in a process that is warm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from gesture_core.avatar.character import build_avatar
from gesture_core.avatar.library import load_bundled
from gesture_core.formats.video import write_video
from gesture_core.likeness.consent import parse_consent, record_likeness
from gesture_core.likeness.portray import fit_avatar
from tests.benchmarks.timing import Row, timing_of

PICTURES = Path(__file__).resolve().parents[1] / "fixtures" / "likeness"
PHOTO_LIMIT, VIDEO_LIMIT = 30.0, 180.0
FILM_SECONDS, FPS = 20, 30


def fitting(folder: Path) -> list[Row]:
    """One photo and a film of twenty seconds to a .glb, against building a bundled character."""
    record = record_likeness("mina", parse_consent(f"nobody, {date.today()}, a benchmark"))
    out, photo = folder / "likeness.glb", PICTURES / "mina.jpg"
    film = _swaying(photo, folder / "film.mp4")

    def fit(source: Path) -> None:
        fit_avatar([source], out, record=record, force=True)

    fit(photo)  # the face model is built once, into the cache
    one, many = timing_of(lambda: fit(photo), 3), timing_of(lambda: fit(film), 1)
    building = timing_of(lambda: build_avatar(load_bundled("mina"), out, force=True), 3)
    baseline = "building a bundled character"
    return [
        Row("fit a likeness to one photo", one, PHOTO_LIMIT, baseline, building),
        Row("fit a likeness to a film of 20 s", many, VIDEO_LIMIT, baseline, building),
    ]


def _swaying(photo: Path, film: Path) -> Path:
    """A film in which the picture tilts back and forth, so that its frames are not all the same."""
    from PIL import Image

    with Image.open(photo) as opened:
        still = opened.convert("RGB")
    tilts = 8.0 * np.sin(np.linspace(0.0, 6 * np.pi, FILM_SECONDS * FPS))  # degrees
    frames = (
        np.asarray(still.rotate(tilt, Image.Resampling.BILINEAR, fillcolor=(140, 150, 160)))
        for tilt in tilts
    )
    write_video(film, frames, FPS)
    return film
