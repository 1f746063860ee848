"""Keypoints, what a detector sees of people in pictures, in one layout whatever the detector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BODY: tuple[str, ...] = (
    *("nose", "neck", "rightShoulder", "rightElbow", "rightWrist"),
    *("leftShoulder", "leftElbow", "leftWrist", "midHip"),
    *("rightHip", "rightKnee", "rightAnkle", "leftHip", "leftKnee", "leftAnkle"),
    *("rightEye", "leftEye", "rightEar", "leftEar"),
    *("leftBigToe", "leftSmallToe", "leftHeel", "rightBigToe", "rightSmallToe", "rightHeel"),
)
"""The 25 body points of OpenPose's BODY_25 model, left and right being the person's own."""

FACE: tuple[str, ...] = (*(f"face{number}" for number in range(68)), "rightPupil", "leftPupil")
"""OpenPose's 70 face points: the 68 of iBUG 300-W (jaw line from the person's right ear to the
left one, brows, nose, eyes, outer lips, inner lips) and the pupils."""

_HAND = (
    "Wrist",
    *(
        f"{finger}{joint}"
        for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
        for joint in range(1, 5)
    ),
)
LEFT_HAND: tuple[str, ...] = tuple(f"leftHand{point}" for point in _HAND)
RIGHT_HAND: tuple[str, ...] = tuple(f"rightHand{point}" for point in _HAND)
"""21 points a hand: the wrist, then four of each finger from its base to its tip."""

KEYPOINTS: tuple[str, ...] = (*BODY, *FACE, *LEFT_HAND, *RIGHT_HAND)
"""All 137 names, in the order in which OpenPose's files give them."""

_ENDS = np.cumsum([len(BODY), len(FACE), len(LEFT_HAND), len(RIGHT_HAND)])
BODY_SLICE = slice(0, int(_ENDS[0]))
FACE_SLICE = slice(int(_ENDS[0]), int(_ENDS[1]))
LEFT_HAND_SLICE = slice(int(_ENDS[1]), int(_ENDS[2]))
RIGHT_HAND_SLICE = slice(int(_ENDS[2]), int(_ENDS[3]))

_INDEX = {name: number for number, name in enumerate(KEYPOINTS)}


def keypoint(name: str) -> int:
    """Index of a keypoint; `KeyError` when there is none of that name."""
    return _INDEX[name]


def _hand_bones(hand: slice) -> list[tuple[int, int]]:
    wrist = hand.start
    return [
        (wrist if joint == 0 else wrist + 4 * finger + joint, wrist + 4 * finger + joint + 1)
        for finger in range(5)
        for joint in range(4)
    ]


_BODY_BONES = (
    *(("neck", "nose"), ("nose", "rightEye"), ("rightEye", "rightEar")),
    *(("nose", "leftEye"), ("leftEye", "leftEar"), ("neck", "midHip")),
    *(("neck", "rightShoulder"), ("rightShoulder", "rightElbow"), ("rightElbow", "rightWrist")),
    *(("neck", "leftShoulder"), ("leftShoulder", "leftElbow"), ("leftElbow", "leftWrist")),
    *(("midHip", "rightHip"), ("rightHip", "rightKnee"), ("rightKnee", "rightAnkle")),
    *(("midHip", "leftHip"), ("leftHip", "leftKnee"), ("leftKnee", "leftAnkle")),
)
BONES: tuple[tuple[int, int], ...] = (
    *((_INDEX[start], _INDEX[end]) for start, end in _BODY_BONES),
    *_hand_bones(LEFT_HAND_SLICE),
    *_hand_bones(RIGHT_HAND_SLICE),
)
"""Pairs of keypoints that a skeleton drawing joins: body and hands; the face is drawn as dots."""


@dataclass(frozen=True, eq=False)
class Keypoints:
    """One person over T frames of a picture sequence.

    `points` (T, 137, 2): x to the right and y down in pixels, in the order of `KEYPOINTS`;
    `confidence` (T, 137) within 0–1, 0 where the detector saw nothing (the point is then 0, 0);
    `people` (T,): how many people the picture holds. `fps`, `width`, `height` are the pictures'.
    """

    points: Array
    confidence: Array
    people: NDArray[np.int64]
    fps: float
    width: int
    height: int

    def __post_init__(self) -> None:
        frames, count = len(self.points), len(KEYPOINTS)
        shapes = (self.points.shape, self.confidence.shape, self.people.shape)
        if shapes != ((frames, count, 2), (frames, count), (frames,)):
            raise ValueError(f"Keypoints arrays have shapes {shapes}")

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(self.points)


@dataclass(frozen=True, eq=False)
class Crowd:
    """Everybody a detector found, frame by frame, before anyone is followed.

    `frames`: for each picture an array (N, 137, 3) of x, y in pixels and confidence, N ≥ 0;
    `fps`, `width`, `height` are the pictures'.
    """

    frames: tuple[Array, ...]
    fps: float
    width: int
    height: int


def crop_keypoints(keypoints: Keypoints, start: int, stop: int) -> Keypoints:
    """Frames `start` to `stop` of the same person."""
    return Keypoints(
        keypoints.points[start:stop],
        keypoints.confidence[start:stop],
        keypoints.people[start:stop],
        keypoints.fps,
        keypoints.width,
        keypoints.height,
    )
