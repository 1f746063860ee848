"""What a keypoint file may claim before it is believed."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.crowd import MAX_FRAMES, MAX_PEOPLE, MAX_POSES, check_size, crowd_of

Array = NDArray[np.float64]


def people(count: int, x: float = 10.0, confidence: float = 0.5) -> Array:
    return np.tile([x, 20.0, confidence], (count, 137, 1))


def test_frames_keep_their_people() -> None:
    crowd = crowd_of([people(2), people(0), people(1, x=30)], 25, 640, 480, "talk")
    assert [len(frame) for frame in crowd.frames] == [2, 0, 1]
    np.testing.assert_array_equal(crowd.frames[2], people(1, x=30))


def test_people_without_a_point_are_left_out() -> None:
    frame = np.concatenate([people(1, x=1), people(1, confidence=0), people(1, x=3)])
    (found,) = crowd_of([frame], 25, 640, 480, "talk").frames
    np.testing.assert_array_equal(found, np.concatenate([people(1, x=1), people(1, x=3)]))


def test_points_are_seen_or_zero() -> None:
    frame = people(1)
    frame[0, 0] = np.nan, 5, 0.9
    frame[0, 1] = 4, 5, -0.2
    frame[0, 2] = 4, 5, 1.3
    frame[0, 3] = 4, 5, np.nan
    ((found,),) = crowd_of([frame], 25, 640, 480, "talk").frames
    np.testing.assert_array_equal(found[[0, 1, 3]], 0)
    np.testing.assert_array_equal(found[2], [4, 5, 1])


def test_a_clip_with_nobody_is_a_clip() -> None:
    crowd = crowd_of([people(0)] * 3, 25, 640, 480, "talk")
    assert [len(frame) for frame in crowd.frames] == [0, 0, 0]


@pytest.mark.parametrize(
    ("frames", "fps", "width", "height", "fault"),
    [
        ([people(1)], 0, 640, 480, "0 frames a second"),
        ([people(1)], float("nan"), 640, 480, "nan frames a second"),
        ([people(1)], 25, 0, 480, "0 × 480 pixels"),
        ([people(1)], 25, 640, 10**9, "× 1000000000 pixels"),
        ([], 25, 640, 480, "no frames"),
        ([people(MAX_PEOPLE + 1)], 25, 640, 480, "at most 64"),
        ([people(0), people(1, x=-1e6)], 25, 640, 480, "frame 1 has points outside any picture"),
        ([people(2), people(1, confidence=99)], 25, 640, 480, "frame 1 has numbers that are no"),
    ],
)
def test_claims_that_cannot_be(
    frames: list[Array], fps: float, width: int, height: int, fault: str
) -> None:
    with pytest.raises(UserError, match=f"^talk.*{fault}"):
        crowd_of(frames, fps, width, height, "talk")


@pytest.mark.parametrize(
    ("frames", "people_", "poses"),
    [(MAX_FRAMES + 1, 1, 1), (1, MAX_PEOPLE + 1, 1), (1, 1, MAX_POSES + 1)],
)
def test_sizes_are_bounded(frames: int, people_: int, poses: int) -> None:
    check_size(MAX_FRAMES, MAX_PEOPLE, MAX_POSES, "talk")
    with pytest.raises(UserError, match="at most"):
        check_size(frames, people_, poses, "talk")
