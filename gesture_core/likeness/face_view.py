"""Views of one person's face, chosen from photos and videos: sharp, open, diverse."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.likeness.face_choice import most_different
from gesture_core.likeness.face_finding import CHIN, Face, FaceFinder, within
from gesture_core.likeness.face_quality import (
    sharpness,
    wears_glasses,
    why_hidden,
    why_not,
)
from gesture_core.likeness.identity import WHERE, identity_folder
from gesture_core.likeness.photo import Photo, read_photos
from gesture_core.likeness.same_person import embed_faces, of_one_person
from gesture_core.progress import Progress, part, silent

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

LIMIT = 16
_LINES = 10  # of reasons that a message holds
_KEPT = 3  # times the limit: faces of one video held before all but the limit are let go
_UNCHECKED = (
    "nobody checked that all pictures show one person; momjit does where it finds the weights of a"
    f" network for it in the folder identity of your own data ({WHERE})"
)
_BODY_HEIGHT = 4.0  # face heights below which a picture shows hardly more than a face


@dataclass(frozen=True, eq=False)
class FaceView:
    """A face in a photo, cut out upright.

    `rgb` (S, S, 3): the crop, eyes level, the face 45 % of its height; `to_photo` (2, 3): crop
    pixels to photo pixels; `landmarks` (478, 3): MediaPipe's face mesh with irises in crop
    pixels, z in their scale and larger away from the camera; `person` (S, S): 0–1, how much of
    a pixel is the person, 0 outside of the photo; `sharpness`: see `face_quality.sharpness`;
    `turn` (3,): yaw (towards the person's left), pitch (down) and, in the photo, roll
    (counterclockwise), radians.
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
    """The views to fit, the picture that shows most of the body, and what was refused.

    `warnings`: what there is to know of the views, a sentence each.
    """

    views: tuple[FaceView, ...]
    body: Photo | None
    refused: tuple[Refusal, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Seen:
    photo: Photo
    face: Face
    sharpness: float


_Sorted = tuple[list[_Seen], list[Refusal], tuple[str, ...]]


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
            share = part(progress, 0.9 * number / len(paths), 0.9 * (number + 1) / len(paths))
            good, bad = _look_through(finder, path, limit, share)
            seen += good
            refused += bad
        if not seen:
            raise UserError(_none_left(refused))
        progress(0.9, "choosing views")
        seen, others, warnings = _of_one_person(seen, len(paths), limit)
        seen, spectacles, more = _without_glasses(seen)
        refused += others + spectacles
        progress(0.9, "cutting out the person")
        views = tuple(_view(finder, one) for one in _best(seen, limit))
    progress(1.0, "cutting out the person")
    return Chosen(views, _widest(seen), tuple(refused), (*warnings, *more))


def _of_one_person(seen: list[_Seen], files: int, limit: int) -> _Sorted:
    """The faces of the person whom most of them show, and those of others refused."""
    weights = identity_folder()
    if weights is None:
        return seen, [], (_UNCHECKED,) if files > 1 else ()
    best = _best(seen, limit)
    seen = [one for one in seen if one in best]  # as the user named them
    centre, same = of_one_person(embed_faces([one.face for one in seen], weights))
    reason = f"another person than in {seen[centre].photo.name}"
    others = [Refusal(one.photo.name, reason) for one in compress(seen, ~same)]
    return list(compress(seen, same)), others, ()


def _without_glasses(seen: list[_Seen]) -> _Sorted:
    """The faces without glasses, where there are any, the others refused, and a warning if not."""
    bare = [one for one in seen if not wears_glasses(one.face)]
    if not bare:
        return seen, [], ("glasses are painted on the skin; pictures without them look better",)
    worn = [one for one in seen if one not in bare]
    reason = "glasses; other pictures show the face without them"
    return bare, [Refusal(one.photo.name, reason) for one in worn], ()


def _look_through(
    finder: FaceFinder, path: Path, limit: int, progress: Progress
) -> tuple[list[_Seen], list[Refusal]]:
    good: list[_Seen] = []
    bad: list[Refusal] = []
    try:
        for share, photo in read_photos(path):
            progress(share, f"looking for the face: {photo.name}")
            found = _judged(finder, photo)
            if isinstance(found, Refusal):
                bad.append(found)
            else:
                good.append(found)
            if len(good) >= _KEPT * limit:
                good = _best(good, limit)
    except UserError as error:
        bad.append(Refusal(path.name, str(error).removeprefix(f"{path}: ")))
    return good, bad


def _judged(finder: FaceFinder, photo: Photo) -> _Seen | Refusal:
    boxes = finder.detect(photo.rgb)
    face = finder.look(photo.rgb, boxes[0]) if boxes else None
    reason = why_not(photo.rgb, boxes, face)
    if face is None or reason:
        return Refusal(photo.name, reason)
    if reason := why_hidden(face, finder.hands(face.rgb)):
        return Refusal(photo.name, reason)
    return _Seen(photo, face, sharpness(face))


def _best(seen: list[_Seen], limit: int) -> list[_Seen]:
    faces = [one.face for one in seen]
    return [seen[n] for n in most_different(faces, [one.sharpness for one in seen], limit)]


def _view(finder: FaceFinder, seen: _Seen) -> FaceView:
    face = seen.face
    person = finder.person(face.rgb) * within(face.to_photo, len(face.rgb), seen.photo.rgb)
    return FaceView(
        seen.photo, face.rgb, face.to_photo, face.landmarks, person, seen.sharpness, face.turn
    )


def _widest(seen: list[_Seen]) -> Photo | None:
    """The photo that shows most of the body below the face, if one shows more than the neck."""

    def below(one: _Seen) -> float:
        face = one.face
        chin = face.to_photo @ [*face.landmarks[CHIN, :2], 1.0]
        return float(one.photo.rgb.shape[0] - chin[1]) / face.photo_height

    widest = max(seen, key=below)
    return widest.photo if below(widest) > _BODY_HEIGHT - 1.0 else None


def _none_left(refused: list[Refusal]) -> str:
    lines = [f"{one.name}: {one.reason}" for one in refused[:_LINES]]
    if len(refused) > _LINES:
        lines.append(f"and {len(refused) - _LINES} more")
    return "\n".join(["no picture of a face can be used", *lines])
