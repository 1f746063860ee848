"""A person's body in a photo: MediaPipe's 33 landmarks of the pose, and which pixels are theirs."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.likeness.photo import Photo
from gesture_core.pose.mediapipe_solution import Solution

Floats = NDArray[np.floating[Any]]

# of the pose, sides as the person has them
NOSE = 0
EYES, MOUTH = (3, 6), (9, 10)
SHOULDERS, ELBOWS, WRISTS = (11, 12), (13, 14), (15, 16)
HIPS, KNEES, ANKLES = (23, 24), (25, 26), (27, 28)


@dataclass(frozen=True, eq=False)
class BodyView:
    """A body in a photo.

    points (33, 2) pixels; world (33, 3) metres around the hips, x to the picture's right, y down,
    z away from the camera, in proportion but of a person of usual size; seen (33,) how likely a
    point shows, 0–1; person (H, W) how much of each pixel is the person, 0–1.
    """

    photo: Photo
    points: Floats
    world: Floats
    seen: Floats
    person: Floats

    def middle(self, pair: tuple[int, int]) -> Floats:
        """Pixel (2,) half-way between two landmarks."""
        return self.points[list(pair)].mean(0)


def see_body(photo: Photo) -> BodyView | None:
    """The body in a photo, None where no person's pose is found."""
    with closing(Solution(_build_pose, "likeness")) as pose:
        result = pose.process(photo.rgb)
    if result.pose_landmarks is None or result.segmentation_mask is None:
        return None
    height, width = photo.rgb.shape[:2]
    flat = result.pose_landmarks.landmark
    world = result.pose_world_landmarks.landmark
    return BodyView(
        photo,
        np.array([[one.x * width, one.y * height] for one in flat]),
        np.array([[one.x, one.y, one.z] for one in world]),
        np.array([one.visibility for one in flat]),
        np.asarray(result.segmentation_mask, dtype=np.float64),
    )


def _build_pose(solutions: Any) -> Any:
    return solutions.pose.Pose(static_image_mode=True, model_complexity=1, enable_segmentation=True)
