"""Finding people in pictures: a rendered character whose joints are known, two, and none."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.video import probe_video, read_frames
from gesture_core.keypoints import (
    FACE_SLICE,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    Crowd,
    keypoint,
)
from gesture_core.pose.estimators import ESTIMATORS, EstimationConfig, estimator_of
from gesture_core.pose.mediapipe_holistic import MediapipeHolistic
from gesture_core.pose.tracking import follow

pytest.importorskip("av")
pytest.importorskip("mediapipe")

TALKS = Path(__file__).parent.parent / "fixtures" / "talks"


def seen_in(name: str, start: float, frames: int, **how: int) -> Crowd:
    """Everybody in some frames of a rendered talk."""
    path = TALKS / name
    info = probe_video(path)
    end = start + frames / info.fps
    pictures = (picture for _, picture in read_frames(path, start=start, end=end, **how))
    return MediapipeHolistic().estimate(pictures, info.fps, info.width, info.height)


@pytest.fixture(scope="module")
def mina() -> Crowd:
    return seen_in("mina_talk.mp4", 2.0, 8)


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_every_estimator_is_plain_data_with_a_version(name: str) -> None:
    estimator = estimator_of(EstimationConfig(estimator=name))
    copy = pickle.loads(pickle.dumps(estimator))
    assert copy == estimator
    assert copy.name == name
    assert copy.version


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(UserError, match="'openpose'; valid: mediapipe"):
        estimator_of(EstimationConfig(estimator="openpose"))
    with pytest.raises(UserError, match="look_around"):
        estimator_of(EstimationConfig(look_around=0.0))


def test_a_rendered_character_is_found_with_face_and_hands(mina: Crowd) -> None:
    assert len(mina.frames) == 8
    assert all(len(people) == 1 for people in mina.frames)
    (person,) = mina.frames[-1]
    assert (person[FACE_SLICE, 2] == 1.0).all()
    assert person[keypoint("leftShoulder"), 0] > person[keypoint("rightShoulder"), 0] + 30
    assert person[keypoint("nose"), 1] < person[keypoint("neck"), 1] < person[keypoint("midHip"), 1]
    inside = person[person[:, 2] > 0, :2]
    assert (inside >= 0).all()
    assert (inside < (mina.width, mina.height)).all()


def test_the_same_pictures_give_the_same_keypoints(mina: Crowd) -> None:
    """Nothing is remembered from one scene to the next."""
    again = seen_in("mina_talk.mp4", 2.0, 8)
    for one, other in zip(mina.frames, again.frames, strict=True):
        np.testing.assert_array_equal(one, other)


def test_smaller_pictures_give_keypoints_of_the_same_place(mina: Crowd) -> None:
    small = seen_in("mina_talk.mp4", 2.0, 4, max_height=240)
    assert (small.width, small.height) == (mina.width, mina.height)
    for name in ("nose", "leftShoulder", "rightShoulder", "leftElbow"):
        apart = small.frames[3][0, keypoint(name), :2] - mina.frames[3][0, keypoint(name), :2]
        assert np.linalg.norm(apart) < 12


def test_two_people_are_two_and_one_is_followed() -> None:
    crowd = seen_in("two_people.mp4", 1.0, 8)
    assert [len(people) for people in crowd.frames] == [2] * 8
    person = follow(crowd)
    assert person.people.tolist() == [2] * 8
    assert np.ptp(person.points[:, keypoint("neck"), 0]) < 20


def test_an_empty_room_holds_nobody() -> None:
    room = np.full((240, 320, 3), 90, np.uint8)
    room[120:] = 140
    crowd = MediapipeHolistic().estimate([room] * 3, 30.0, 320, 240)
    assert [people.shape for people in crowd.frames] == [(0, 137, 3)] * 3


def test_no_pictures_give_no_frames() -> None:
    assert MediapipeHolistic().estimate([], 30.0, 320, 240).frames == ()


def test_the_terminal_stays_quiet() -> None:
    code = (
        "import numpy as np\n"
        "from gesture_core.pose.mediapipe_holistic import MediapipeHolistic\n"
        "MediapipeHolistic().estimate([np.zeros((96, 96, 3), np.uint8)] * 2, 30.0, 96, 96)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert done.stderr == ""


def test_a_hand_that_leaves_the_picture_is_not_seen(mina: Crowd) -> None:
    """Cut below the elbows, the picture has no hands, though Holistic places wrists anyway."""
    path = TALKS / "mina_talk.mp4"
    cut = [picture[:200] for _, picture in read_frames(path, end=0.2)]
    crowd = MediapipeHolistic().estimate(cut, 30.0, mina.width, 200)
    person = follow(replace(crowd, fps=30.0))
    for part in (LEFT_HAND_SLICE, RIGHT_HAND_SLICE, keypoint("leftWrist"), keypoint("midHip")):
        assert not person.confidence[-1, part].any()
