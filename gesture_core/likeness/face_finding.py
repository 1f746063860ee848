"""Faces in pictures: where they are, the crop around one of them, its mesh of landmarks.

Crops are upright (eyes level), as the faces were that the mesh was trained on. The mesh is taken
from several slightly different crops: their mean is steadier than each, and how far they scatter
tells a face that is plainly seen from one that the network had to guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.pose.mediapipe_solution import Solution

Array = NDArray[np.float64]
Picture = NDArray[np.uint8]

CROP_SIZE = 768
FACE_SHARE = 0.45  # of the crop's side, from forehead to chin
LANDMARKS = 478

# Of the face mesh, sides as the person has them.
FOREHEAD, CHIN = 10, 152
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263

_DETECTION_SIDE = 1280  # the detectors themselves see 128 and 192 pixels
_FIRST_CROP = 2.4  # its side over that of the detected box
_SAME_FACE = 0.8  # of the larger box: closer centres are one face found twice
_SURE = 0.75  # of the best score: less is a hand or a pattern

_MESH_SIDE = 256  # the mesh sees 192 pixels
_CHANGES = ((1.0, 0.0, 0.0, 0.0), (0.85, 0.05, 0.03, 0.1), (1.15, -0.05, 0.03, -0.1)) + (
    (1.0, 0.03, -0.06, 0.05),
    (1.1, -0.04, -0.04, -0.06),
)
"""Scale, shift to the right and down in shares of the side, and turn of the crops looked at."""


@dataclass(frozen=True, eq=False)
class Box:
    """A detected face in photo pixels.

    `side`: of its square; `score`: how sure the detector is, 0–1; `points` (6, 2): right eye,
    left eye, nose, mouth, right ear, left ear.
    """

    centre: Array
    side: float
    score: float
    points: Array


@dataclass(frozen=True, eq=False)
class Face:
    """A face cut out of a photo.

    `rgb` (S, S, 3); `to_photo` (2, 3): crop pixels to photo pixels; `landmarks` (478, 3): crop
    pixels, z in their scale and larger away from the camera; `scatter`: how far the landmarks
    move with the crop that they are found in, median over them, in face heights; `turn` (3,):
    yaw (towards the person's left), pitch (down) and, in the photo, roll (counterclockwise).
    """

    rgb: Picture
    to_photo: Array
    landmarks: Array
    scatter: float
    turn: Array

    @property
    def height(self) -> float:
        """Forehead to chin in pixels of the crop."""
        return face_height(self.landmarks)

    @property
    def photo_height(self) -> float:
        """Forehead to chin in pixels of the photo."""
        return self.height * scale_of(self.to_photo)


class FaceFinder:
    """Finds faces; keeps its networks loaded until `close`."""

    def __init__(self) -> None:
        # The first sees profiles up to two metres away, the second small faces up to five.
        self._detectors = [Solution(_build_near, "likeness"), Solution(_build_far, "likeness")]
        self._mesh = Solution(_build_mesh, "likeness")
        self._hands = Solution(_build_hands, "likeness")
        self._segmenter = Solution(_build_segmenter, "likeness")

    def close(self) -> None:
        """End the networks' threads."""
        for solution in (*self._detectors, self._mesh, self._hands, self._segmenter):
            solution.close()

    def detect(self, rgb: Picture) -> list[Box]:
        """Faces in a photo, the largest first."""
        import cv2

        size = np.array(rgb.shape[1::-1], np.float64)
        scale = min(1.0, _DETECTION_SIDE / size.max())
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = [
            _box(detection, size)
            for detector in self._detectors
            for detection in detector.process(np.asarray(small, np.uint8)).detections or []
        ]
        boxes: list[Box] = []
        for box in sorted(found, key=lambda box: -box.score):
            sure = not boxes or box.score > _SURE * boxes[0].score
            if sure and not any(_same(box, other) for other in boxes):
                boxes.append(box)
        return sorted(boxes, key=lambda box: -box.side)

    def look(self, rgb: Picture, box: Box) -> Face | None:
        """The face in a box, upright; None where the mesh sees none."""
        to_photo, size = square(box.centre, box.side * _FIRST_CROP, 0.0)
        for _ in range(2):  # from the detector's box to the mesh's own, then upright
            landmarks = self._landmarks(cut(rgb, to_photo, size))
            if landmarks is None:
                return None
            to_photo, size = _around(landmarks, to_photo)
        crop = cut(rgb, to_photo, size)
        every = self._all_landmarks(crop)
        if len(every) < len(_CHANGES):
            return None
        mean = every.mean(axis=0)
        spread = float(np.median(every[..., :2].std(axis=0).max(axis=1))) / face_height(mean)
        yaw, pitch, roll = head_turn(mean)
        turn = np.array([yaw, pitch, roll + roll_of(to_photo)])
        return Face(crop, to_photo, mean, spread, turn)

    def hands(self, crop: Picture) -> list[Array]:
        """The points of every hand (21, 2) in a crop, in its pixels."""
        found = self._hands.process(crop).multi_hand_landmarks or []
        return [
            np.array([[point.x, point.y] for point in hand.landmark], np.float64) * len(crop)
            for hand in found
        ]

    def person(self, crop: Picture) -> NDArray[np.float32]:
        """How much of each pixel of a crop is the person (S, S), 0–1."""
        mask = self._segmenter.process(crop).segmentation_mask
        return np.clip(np.asarray(mask, np.float32), 0.0, 1.0)

    def _all_landmarks(self, crop: Picture) -> Array:
        """The landmarks (N, 478, 3) found in N changes of a crop, in its own pixels."""
        found: list[Array] = []
        for scale, right, down, turn in _CHANGES:
            centre = len(crop) * (np.array([right, down]) + 0.5)
            to_crop, size = square(centre, len(crop) * scale, turn, _MESH_SIDE)
            landmarks = self._landmarks(cut(crop, to_crop, size))
            if landmarks is not None:
                flat = landmarks[:, :2] @ to_crop[:, :2].T + to_crop[:, 2]
                found.append(np.column_stack([flat, landmarks[:, 2] * scale_of(to_crop)]))
        return np.array(found).reshape(-1, LANDMARKS, 3)

    def _landmarks(self, crop: Picture) -> Array | None:
        found = self._mesh.process(crop).multi_face_landmarks
        if not found:
            return None
        points = [[point.x, point.y, point.z] for point in found[0].landmark]
        return np.array(points, np.float64) * len(crop)


def face_height(landmarks: Array) -> float:
    """Forehead to chin, however the head is turned, in the landmarks' own unit."""
    return float(np.linalg.norm(landmarks[FOREHEAD] - landmarks[CHIN]))


def head_turn(landmarks: Array) -> Array:
    """Yaw (towards the person's left), pitch (down), roll (counterclockwise) in radians (3,).

    From the line between the eyes and that from chin to forehead: the head's rotation is roll
    after yaw after pitch.
    """
    points = landmarks * [1.0, -1.0, -1.0]  # x right, y up, z towards the viewer
    across = points[LEFT_EYE_OUTER] - points[RIGHT_EYE_OUTER]
    across /= np.linalg.norm(across)
    forward = np.cross(across, points[FOREHEAD] - points[CHIN])
    forward /= np.linalg.norm(forward)
    up = np.cross(forward, across)
    yaw = np.arcsin(np.clip(-across[2], -1.0, 1.0))
    pitch = np.arctan2(up[2], forward[2])
    return np.array([yaw, pitch, np.arctan2(across[1], across[0])])


def square(centre: Array, side: float, roll: float, limit: int = CROP_SIZE) -> tuple[Array, int]:
    """Crop pixels to picture pixels (2, 3) of a square around `centre`, and the crop's side.

    The square is turned counterclockwise by `roll`. The crop has as many pixels as the square,
    `limit` a side at most.
    """
    size = min(limit, max(16, round(side)))
    cosine, sine = np.cos(roll) * side / size, np.sin(roll) * side / size
    turn = np.array([[cosine, sine], [-sine, cosine]])
    return np.column_stack([turn, centre - turn @ np.full(2, size / 2)]), size


def scale_of(to_photo: Array) -> float:
    """Photo pixels to a pixel of the crop."""
    return float(np.hypot(*to_photo[:, 0]))


def roll_of(to_photo: Array) -> float:
    """How far a crop is turned counterclockwise in its photo, radians."""
    return float(np.arctan2(-to_photo[1, 0], to_photo[0, 0]))


def cut(rgb: Picture, to_photo: Array, size: int) -> Picture:
    """The part of a picture that `square` describes; what lies outside repeats its border."""
    import cv2

    shrink = min(1.0, 1.0 / scale_of(to_photo))
    if shrink < 1:  # or fine patterns would turn into coarse ones
        rgb = np.asarray(
            cv2.resize(rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA), np.uint8
        )
    matrix = to_photo * shrink
    # OpenCV counts from the centre of the first pixel, not from its corner.
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    crop = cv2.warpAffine(rgb, matrix, (size, size), flags=flags, borderMode=border)
    return np.asarray(crop, np.uint8)


def within(to_photo: Array, size: int, rgb: Picture) -> NDArray[np.float32]:
    """1 where a pixel of a crop lies within its photo, 0 outside (S, S)."""
    places = np.moveaxis(np.indices((size, size)) + 0.5, 0, -1)[..., ::-1]
    there = places @ to_photo[:, :2].T + to_photo[:, 2]
    inside = (there >= 0) & (there <= rgb.shape[1::-1])
    return inside.all(axis=-1).astype(np.float32)


def _around(landmarks: Array, to_photo: Array) -> tuple[Array, int]:
    """The square in which a face of these landmarks is upright and of its proper size."""
    middle = (landmarks[FOREHEAD, :2] + landmarks[CHIN, :2]) / 2
    side = face_height(landmarks) * scale_of(to_photo) / FACE_SHARE
    roll = float(head_turn(landmarks)[2]) + roll_of(to_photo)
    return square(to_photo @ [*middle, 1.0], side, roll)


def _box(detection: Any, size: Array) -> Box:
    box = detection.location_data.relative_bounding_box
    extent = np.array([box.width, box.height]) * size
    points = [[point.x, point.y] for point in detection.location_data.relative_keypoints]
    return Box(
        np.array([box.xmin, box.ymin]) * size + extent / 2,
        float(extent.max()),
        float(detection.score[0]),
        np.array(points) * size,
    )


def _same(one: Box, other: Box) -> bool:
    near = float(np.linalg.norm(one.centre - other.centre))
    return near < _SAME_FACE * max(one.side, other.side)


def _build_near(solutions: Any) -> Any:
    return solutions.face_detection.FaceDetection(model_selection=0, min_detection_confidence=0.5)


def _build_far(solutions: Any) -> Any:
    return solutions.face_detection.FaceDetection(model_selection=1, min_detection_confidence=0.5)


def _build_mesh(solutions: Any) -> Any:
    return solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True
    )


def _build_hands(solutions: Any) -> Any:
    return solutions.hands.Hands(static_image_mode=True, model_complexity=0)


def _build_segmenter(solutions: Any) -> Any:
    return solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
