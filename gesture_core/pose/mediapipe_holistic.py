"""MediaPipe Holistic: body, hands and face of one person, and the faces of everybody else.

Its weights lie in the wheel. It follows one person only, so a face detector looks around every
now and then: each face that is not that person's becomes somebody of whom only the points of the
head are known, held until the next look. That is enough to count people and to tell them apart.
Its own smoothing is off: it takes every video for one of 30 pictures a second and lags a little,
where `pose.cleaning` knows the rate and does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.mediapipe_layout import holistic_to_keypoints, within_picture
from gesture_core.keypoints import BODY_SLICE, KEYPOINTS, Crowd, keypoint
from gesture_core.pose.mediapipe_solution import Solution, not_installed

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

# Raise it when the same pictures come to give other keypoints.
_REVISION = 1

BODY_POINTS, FACE_POINTS, HAND_POINTS = 33, 478, 21

# What the face detector finds of a face, in its order.
_DETECTED = tuple(map(keypoint, ("rightEye", "leftEye", "nose", "rightEar", "leftEar")))
_DETECTED_FROM = [0, 1, 2, 4, 5]  # number 3 is the mouth

# A detected face is the followed person's when its nose lies within so many face widths of theirs.
_SAME_FACE = 1.0


@dataclass(frozen=True, eq=False)
class Landmarks:
    """What Holistic finds in one picture; NaN throughout a part that it does not find.

    `body` (33, 3): x, y within 0–1 of the picture, and visibility; `world` (33, 3): its own
    estimate in metres around the hips, y down; `face` (478, 2), `left_hand` and `right_hand`
    (21, 2): x, y within 0–1.
    """

    body: Array
    world: Array
    face: Array
    left_hand: Array
    right_hand: Array


@dataclass(frozen=True)
class MediapipeHolistic:
    """The estimator "mediapipe"; `look_around`: seconds between two counts of the people."""

    look_around: float = 0.2

    name = "mediapipe"

    def __post_init__(self) -> None:
        if not self.look_around > 0:
            raise UserError(f"look_around must be more than 0 s, not {self.look_around:g}")

    @property
    def version(self) -> str:
        """The release of MediaPipe and the number of our use of it."""
        try:
            return f"{metadata.version('mediapipe')}-{_REVISION}"
        except metadata.PackageNotFoundError as error:
            raise not_installed() from error

    def estimate(self, frames: Iterable[Picture], fps: float, width: int, height: int) -> Crowd:
        """Everybody in the pictures: first the followed person, where there is one.

        Points outside of the picture count as not seen.
        """
        every = max(1, round(self.look_around * fps))
        size = np.array([width, height], np.float64)
        people: list[Array] = []
        heads = np.zeros((0, len(KEYPOINTS), 3))
        with closing(Solution(_build_face_detector)) as detector:
            for number, (picture, found) in enumerate(_followed(frames)):
                person = _to_keypoints(found, size)
                if number % every == 0:
                    heads = _heads(detector, picture, size)
                others = [head for head in heads if not _same_head(head, person)]
                seen = [person] if person[:, 2].any() else []
                people.append(np.array([*seen, *others]).reshape(-1, len(KEYPOINTS), 3))
        return Crowd(tuple(people), fps, width, height)


def landmarks(frames: Iterable[Picture]) -> Iterator[Landmarks]:
    """What Holistic finds in each picture (H, W, 3) RGB of one scene, started afresh."""
    for _, found in _followed(frames):
        yield found


def _followed(frames: Iterable[Picture]) -> Iterator[tuple[Picture, Landmarks]]:
    with closing(Solution(_build_holistic)) as holistic:
        for picture in frames:
            found = holistic.process(picture)
            yield (
                picture,
                Landmarks(
                    _array(found.pose_landmarks, BODY_POINTS, ("x", "y", "visibility")),
                    _array(found.pose_world_landmarks, BODY_POINTS, ("x", "y", "z")),
                    _array(found.face_landmarks, FACE_POINTS, ("x", "y")),
                    _array(found.left_hand_landmarks, HAND_POINTS, ("x", "y")),
                    _array(found.right_hand_landmarks, HAND_POINTS, ("x", "y")),
                ),
            )


def _array(found: Any, count: int, fields: Sequence[str]) -> Array:
    if found is None:
        return np.full((count, len(fields)), np.nan)
    return np.array([[getattr(point, field) for field in fields] for point in found.landmark])


def _to_keypoints(found: Landmarks, size: Array) -> Array:
    """One person (137, 3) in pixels."""
    body = found.body * [*size, 1.0]
    parts = (found.face * size, found.left_hand * size, found.right_hand * size)
    return within_picture(holistic_to_keypoints(body, *parts), int(size[0]), int(size[1]))


def _heads(detector: Solution, picture: Picture, size: Array) -> Array:
    """Every face in the picture as somebody (N, 137, 3) with the points of the head alone."""
    found = detector.process(picture).detections or []
    heads = np.zeros((len(found), len(KEYPOINTS), 3))
    for head, detection in zip(heads, found, strict=True):
        points = detection.location_data.relative_keypoints
        places = np.array([[point.x, point.y] for point in points])[_DETECTED_FROM] * size
        inside = ((places >= 0) & (places < size)).all(axis=1)
        head[_DETECTED, :2] = places
        head[_DETECTED, 2] = inside * detection.score[0]
    return np.where(heads[..., 2:] > 0, heads, 0.0)


def _same_head(head: Array, person: Array) -> bool:
    """Whether a detected head is that of the person, by the points that both have."""
    both = (head[BODY_SLICE, 2] > 0) & (person[BODY_SLICE, 2] > 0)
    if not both.any():
        return False
    width = float(np.ptp(head[_DETECTED, 0]))
    distance = np.linalg.norm(head[BODY_SLICE, :2] - person[BODY_SLICE, :2], axis=1)[both]
    return bool(np.median(distance) < _SAME_FACE * width)


def _build_holistic(solutions: Any) -> Any:
    # Complexity 2 would be downloaded; the refined face costs nothing measurable.
    return solutions.holistic.Holistic(
        model_complexity=1, smooth_landmarks=False, refine_face_landmarks=True
    )


def _build_face_detector(solutions: Any) -> Any:
    # Model 1 sees faces up to five metres away, model 0 up to two.
    return solutions.face_detection.FaceDetection(model_selection=1, min_detection_confidence=0.5)
