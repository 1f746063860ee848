"""The named steps that prepare signing for a model, each by hand; and the way back."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.formats.skels import SKELS_KEYPOINTS
from gesture_core.keypoints import KEYPOINTS, Keypoints, keypoint
from gesture_core.motion import Span
from gesture_core.signing.keypoint_frames import (
    VALUES,
    counter,
    cut_standing,
    drop_lower_body,
    fill_unseen,
    frames_to_keypoints,
    keypoints_to_frames,
    one_hot,
    pad,
    ranges_of,
)


def person(frames: int) -> Keypoints:
    points = np.random.default_rng(0).uniform(0.2, 0.8, (frames, len(KEYPOINTS), 2))
    points *= (1280, 720)
    seen = np.ones(points.shape[:2])
    return Keypoints(points, seen, np.ones(frames, np.int64), 30.0, 1280, 720)


def test_a_frame_is_254_shares_of_the_picture_and_comes_back() -> None:
    seen = person(4)
    frames = keypoints_to_frames(seen)
    assert frames.shape == (4, VALUES) == (4, 254)
    wrist = SKELS_KEYPOINTS.index("rightHandWrist")
    expected = seen.points[2, keypoint("rightHandWrist")] / (1280, 720)
    np.testing.assert_allclose(frames[2, 2 * wrist : 2 * wrist + 2], expected)
    back = frames_to_keypoints(frames, 30.0)
    np.testing.assert_allclose(keypoints_to_frames(back), frames)
    assert back.confidence[0, keypoint("leftKnee")] == 0.0


def test_legs_go() -> None:
    points = np.zeros((1, len(KEYPOINTS), 2))
    for name in ("leftKnee", "rightAnkle", "leftBigToe", "rightHeel"):
        points[:, keypoint(name)] = 1.0
    assert drop_lower_body(points).shape == (1, 127, 2)
    assert not drop_lower_body(points).any()


def test_what_is_not_seen_lies_between_its_neighbours_and_a_lost_hand_at_its_wrist() -> None:
    points = np.zeros((3, len(KEYPOINTS), 2))
    seen = np.ones(points.shape[:2], bool)
    elbow, tip = keypoint("leftElbow"), keypoint("rightHandIndex4")
    points[0, elbow], points[2, elbow] = (10.0, 0.0), (30.0, 8.0)
    seen[1, elbow] = False
    points[:, keypoint("rightWrist")] = (5.0, 6.0)
    seen[:, tip] = False
    filled = fill_unseen(points, seen)
    np.testing.assert_allclose(filled[1, elbow], (20.0, 4.0))
    np.testing.assert_allclose(filled[:, tip], [(5.0, 6.0)] * 3)


def test_standing_is_cut_and_the_spans_move_along() -> None:
    frames = np.arange(30.0)[:, None]
    spans = [Span("gloss", "집", 0.5, 1.0), Span("gloss", "불", 1.2, 2.0)]
    cut, moved = cut_standing(frames, spans, 10.0)
    assert cut[:, 0].tolist() == list(range(5, 20))
    assert [(span.start, round(span.end, 9)) for span in moved] == [(0.0, 0.5), (0.7, 1.5)]
    whole, none = cut_standing(frames, (), 10.0)
    assert len(whole) == 30
    assert none == ()


def test_ranges_go_from_0_to_1_and_back_and_spare_what_hardly_moves() -> None:
    one, two = np.array([[0.0, 5.0], [10.0, 5.01]]), np.array([[20.0, 5.0]])
    ranges = ranges_of([one, two])
    assert ranges.normalise(one)[:, 0].tolist() == [0.0, 0.5]
    assert ranges.normalise(two)[0, 0] == 1.0
    assert ranges.normalise(one)[1, 1] == pytest.approx(0.01 / 0.4)  # not 1: a fiftieth of 20
    np.testing.assert_allclose(ranges.restore(ranges.normalise(one)), one)
    with pytest.raises(UserError, match="nothing"):
        ranges_of([])


def test_the_counter_ends_at_1() -> None:
    assert counter(4).tolist() == [0.25, 0.5, 0.75, 1.0]


def test_signers_are_told_by_name_and_a_stranger_is_anybody() -> None:
    assert one_hot("B", ("A", "B")).tolist() == [0.0, 1.0]
    assert one_hot("?", ("A", "B")).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("padding", "last", "counted"), [("mask", 2.0, 5), ("static", 2.0, 6), ("zero", 0.0, 6)]
)
def test_padding(padding: str, last: float, counted: int) -> None:
    padded, counts = pad([np.full((3, 1), 1.0), np.full((2, 1), 2.0)], padding)  # type: ignore[arg-type]
    assert padded.shape == (2, 3, 1)
    assert padded[1, 2, 0] == last
    assert counts.sum() == counted
