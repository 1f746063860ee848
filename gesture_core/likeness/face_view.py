"""Views of one person's face, chosen from photos and videos: sharp, open, diverse."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.likeness.face_finding import Face, FaceFinder
from gesture_core.likeness.face_quality import sharpness, why_not
from gesture_core.likeness.photo import Photo, is_video, read_picture, read_video
from gesture_core.progress import Progress, silent

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

LIMIT = 16
_LINES = 10  # of reasons that a message holds


@dataclass(frozen=True, eq=False)
class FaceView:
    """A face in a photo, cut out upright.

    `rgb` (S, S, 3): the crop, eyes level, the face 45 % of its height; `to_photo` (2, 3): crop
    pixels to photo pixels; `landmarks` (478, 3): MediaPipe's face mesh with irises in crop
    pixels, z in their scale and larger away from the camera; `person` (S, S): 0–1, how much of
    a pixel is the person; `sharpness`: see `face_quality.sharpness`; `turn` (3,): yaw (towards
    the person's left), pitch (down) and, in the photo, roll (counterclockwise), radians.
    """

    photo: Photo
    rgb: Picture
    to_photo: Array
    landmarks: Array
    person: NDArray[np.float32]
    sharpness: float
    turn: Array


@dataclass(frozen=True)
class Refusal:
    """A picture that is not used, and why, in one line."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Chosen:
    """The views to fit, the picture that shows most of the body, and what was refused."""

    views: tuple[FaceView, ...]
    body: Photo | None
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, eq=False)
class _Seen:
    photo: Photo
    face: Face
    sharpness: float


def choose_faces(
    paths: Sequence[Path], *, limit: int = LIMIT, progress: Progress = silent
) -> Chosen:
    """The best and most different views, at most `limit`, of the one person in some files.

    Raises `UserError` with a line for each picture and its reason when none is left.
    """
    seen: list[_Seen] = []
    refused: list[Refusal] = []
    with closing(FaceFinder()) as finder:
        for number, path in enumerate(paths):
            progress(number / len(paths), f"faces: {path.name}")
            good, bad = _look_through(finder, path)
            seen += good
            refused += bad
        if not seen:
            raise UserError(_none_left(refused))
        views = tuple(_view(finder, one) for one in _most_different(seen, limit))
    progress(1.0, "faces")
    return Chosen(views, _widest(seen), tuple(refused))


def _look_through(finder: FaceFinder, path: Path) -> tuple[list[_Seen], list[Refusal]]:
    good: list[_Seen] = []
    bad: list[Refusal] = []
    try:
        for photo in read_video(path) if is_video(path) else [read_picture(path)]:
            found = _judged(finder, photo)
            if isinstance(found, Refusal):
                bad.append(found)
            else:
                good.append(found)
    except UserError as error:
        bad.append(Refusal(path.name, str(error).removeprefix(f"{path}: ")))
    return good, bad


def _judged(finder: FaceFinder, photo: Photo) -> _Seen | Refusal:
    boxes = finder.detect(photo.rgb)
    face = finder.look(photo.rgb, boxes[0]) if boxes else None
    reason = why_not(photo.rgb, boxes, face)
    if face is None or reason:
        return Refusal(photo.name, reason or "no face found")
    return _Seen(photo, face, sharpness(face))


def _view(finder: FaceFinder, seen: _Seen) -> FaceView:
    face = seen.face
    person = finder.person(face.rgb)
    return FaceView(
        seen.photo, face.rgb, face.to_photo, face.landmarks, person, seen.sharpness, face.turn
    )


def _most_different(seen: list[_Seen], limit: int) -> list[_Seen]:
    """The sharpest first, then always the one furthest from those already taken."""
    places = np.array([one.face.turn[:2] for one in seen])
    blur = np.array([1.0 / (0.2 + one.sharpness) for one in seen])
    taken = [int(np.argmin(np.abs(places).sum(axis=1) + 0.2 * blur))]
    while len(taken) < min(limit, len(seen)):
        gaps = np.linalg.norm(places[:, None] - places[taken], axis=2).min(axis=1) - 0.05 * blur
        gaps[taken] = -np.inf
        taken.append(int(np.argmax(gaps)))
    return [seen[number] for number in taken]


def _widest(seen: list[_Seen]) -> Photo:
    return min(seen, key=lambda one: one.face.photo_height / one.photo.rgb.shape[0]).photo


def _none_left(refused: list[Refusal]) -> str:
    lines = [f"{one.name}: {one.reason}" for one in refused[:_LINES]]
    if len(refused) > _LINES:
        lines.append(f"and {len(refused) - _LINES} more")
    return "\n".join(["no picture of a face can be used", *lines])
