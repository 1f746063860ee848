"""Faces in pictures: where they are, the crop around one of them, its mesh of landmarks.

Crops are upright (eyes level), so that the mesh, which was trained on such faces, is at its best.
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

_DETECTED_SIDE = 2.4  # side of the first crop over the side of the detected box
_DETECTION_SIDE = 1280  # the detector itself sees 192 pixels


@dataclass(frozen=True, eq=False)
class Box:
    """A detected face in photo pixels: its centre, side and how sure the detector is, 0–1."""

    centre: Array
    side: float
    score: float


@dataclass(frozen=True, eq=False)
class Face:
    """A face cut out of a photo.

    `rgb` (S, S, 3); `to_photo` (2, 3): crop pixels to photo pixels; `landmarks` (478, 3): crop
    pixels, z in their scale and larger away from the camera; `turn` (3,): yaw (towards the
    person's left), pitch (down) and, in the photo, roll (counterclockwise), radians.
    """

    rgb: Picture
    to_photo: Array
    landmarks: Array
    turn: Array

    @property
    def photo_height(self) -> float:
        """Forehead to chin, in pixels of the photo."""
        return face_height(self.landmarks) * float(np.hypot(*self.to_photo[:, 0]))


class FaceFinder:
    """Finds faces; keeps its networks loaded until `close`."""

    def __init__(self) -> None:
        self._detector = Solution(_build_detector, "likeness")
        self._mesh = Solution(_build_mesh, "likeness")
        self._segmenter = Solution(_build_segmenter, "likeness")

    def detect(self, rgb: Picture) -> list[Box]:
        """Faces in a photo, the largest first."""
        import cv2

        height, width = rgb.shape[:2]
        scale = min(1.0, _DETECTION_SIDE / max(height, width))
        small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        found = self._detector.process(np.asarray(small, np.uint8)).detections or []
        boxes: list[Box] = []
        for detection in found:
            box = detection.location_data.relative_bounding_box
            size = np.array([box.width * width, box.height * height])
            corner = np.array([box.xmin * width, box.ymin * height])
            boxes.append(Box(corner + size / 2, float(size.max()), float(detection.score[0])))
        return sorted(boxes, key=lambda box: -box.side)

    def look(self, rgb: Picture, box: Box) -> Face | None:
        """The face in a box, upright; None where the mesh sees none."""
        to_photo, size = square(box.centre, box.side * _DETECTED_SIDE, 0.0)
        face = None
        for _ in range(2):  # the second time upright and at its place
            crop = cut(rgb, to_photo, size)
            landmarks = self._landmarks(crop)
            if landmarks is None:
                return None
            turn = head_turn(landmarks)
            roll = float(turn[2] - np.arctan2(to_photo[1, 0], to_photo[0, 0]))
            face = Face(crop, to_photo, landmarks, np.array([turn[0], turn[1], roll]))
            to_photo, size = _around(landmarks, to_photo, roll)
        return face

    def person(self, crop: Picture) -> NDArray[np.float32]:
        """How much of each pixel of a crop is the person (S, S), 0–1."""
        mask = self._segmenter.process(crop).segmentation_mask
        return np.clip(np.asarray(mask, np.float32), 0.0, 1.0)

    def close(self) -> None:
        """End the networks' threads."""
        for solution in (self._detector, self._mesh, self._segmenter):
            solution.close()

    def _landmarks(self, crop: Picture) -> Array | None:
        found = self._mesh.process(crop).multi_face_landmarks
        if not found:
            return None
        points = np.array([[point.x, point.y, point.z] for point in found[0].landmark])
        return points * len(crop)


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


def square(centre: Array, side: float, roll: float) -> tuple[Array, int]:
    """Crop pixels to photo pixels (2, 3) of a square around `centre`, and the crop's side.

    The square is turned counterclockwise by `roll`. The crop has as many pixels as the square,
    `CROP_SIZE` a side at most.
    """
    size = min(CROP_SIZE, max(16, round(side)))
    cosine, sine = np.cos(roll) * side / size, np.sin(roll) * side / size
    turn = np.array([[cosine, sine], [-sine, cosine]])
    return np.column_stack([turn, centre - turn @ np.full(2, size / 2)]), size


def cut(rgb: Picture, to_photo: Array, size: int) -> Picture:
    """The part of a photo that `square` describes; what lies outside repeats its border."""
    import cv2

    scale = float(np.hypot(*to_photo[:, 0]))
    shrink = min(1.0, 1.0 / scale)
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


def _around(landmarks: Array, to_photo: Array, roll: float) -> tuple[Array, int]:
    """The square in which a face of these landmarks is upright and of its proper size."""
    middle = (landmarks[FOREHEAD, :2] + landmarks[CHIN, :2]) / 2
    height = face_height(landmarks) * float(np.hypot(*to_photo[:, 0]))
    return square(to_photo @ [*middle, 1.0], height / FACE_SHARE, roll)


def _build_detector(solutions: Any) -> Any:
    # Model 1 sees faces up to five metres away, model 0 up to two.
    return solutions.face_detection.FaceDetection(model_selection=1, min_detection_confidence=0.5)


def _build_mesh(solutions: Any) -> Any:
    return solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True
    )


def _build_segmenter(solutions: Any) -> Any:
    return solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
