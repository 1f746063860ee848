"""Cleaning keypoints: each pass on tracks whose right answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.config import config_from_dict
from gesture_core.errors import UserError
from gesture_core.keypoints import (
    KEYPOINTS,
    LEFT_HAND_SLICE,
    RIGHT_HAND_SLICE,
    Keypoints,
    keypoint,
)
from gesture_core.pose.cleaning import (
    FILLED_TRUST,
    CleaningConfig,
    clean,
    drop_jumps,
    fill_gaps,
    fit_hands,
    picture_metre,
)

FPS, METRE = 25.0, 200.0
LEFT, RIGHT = keypoint("leftWrist"), keypoint("rightWrist")
HAND_SHAPE = np.stack([np.linspace(0, 20, 21), np.linspace(0, 30, 21) % 7], axis=1)


def standing(frames: int = 60) -> Keypoints:
    """Somebody of 200 pixels a metre whose wrists and hands swing slowly."""
    points = np.zeros((frames, len(KEYPOINTS), 2))
    confidence = np.zeros((frames, len(KEYPOINTS)))
    times = np.arange(frames) / FPS
    swing = 40 * np.sin(2 * np.pi * 0.5 * times)
    for name, x, y in (
        ("neck", 0, 0),
        ("leftShoulder", 36, 0),
        ("rightShoulder", -36, 0),
        ("midHip", 0, 100),
    ):
        points[:, keypoint(name)] = (300 + x, 200 + y)
        confidence[:, keypoint(name)] = 0.9
    for wrist, hand, side in ((LEFT, LEFT_HAND_SLICE, 60), (RIGHT, RIGHT_HAND_SLICE, -60)):
        points[:, wrist] = np.stack([300 + side + swing, np.full(frames, 280.0)], axis=1)
        points[:, hand] = points[:, [wrist]] + HAND_SHAPE
        confidence[:, wrist] = 0.8
        confidence[:, hand] = 1.0
    return Keypoints(points, confidence, np.ones(frames, np.int64), FPS, 640, 480)


def without(keypoints: Keypoints, frames: slice, what: slice | int) -> Keypoints:
    points, confidence = keypoints.points.copy(), keypoints.confidence.copy()
    points[frames, what], confidence[frames, what] = 0.0, 0.0
    return replace(keypoints, points=points, confidence=confidence)


def shows(keypoints: Keypoints, hand: slice) -> NDArray[np.bool_]:
    return (keypoints.confidence[:, hand] > 0).all(axis=1)


def test_a_metre_is_measured_on_the_person() -> None:
    assert picture_metre(standing()) == pytest.approx(METRE)
    assert picture_metre(without(standing(), slice(None), slice(None))) == 0.0


def test_clean_tracks_stay_as_they_are() -> None:
    """Slow movement loses nothing, and nothing comes to where nothing was."""
    before = standing()
    after = clean(before, CleaningConfig())
    np.testing.assert_allclose(after.points, before.points, atol=0.1)
    np.testing.assert_array_equal(after.confidence, before.confidence)
    np.testing.assert_array_equal(after.people, before.people)


def test_doubtful_points_are_unseen() -> None:
    before = standing()
    before.confidence[:, LEFT] = 0.2
    after = clean(before, CleaningConfig(min_confidence=0.3))
    assert not after.confidence[:, LEFT].any()
    assert not after.points[:, LEFT].any()


def test_a_hand_far_from_its_wrist_goes() -> None:
    before = standing()
    before.points[10:20, LEFT_HAND_SLICE] += 50.0
    after = fit_hands(before, reach=30.0, same=10.0)
    assert np.flatnonzero(~shows(after, LEFT_HAND_SLICE)).tolist() == list(range(10, 20))
    assert shows(after, RIGHT_HAND_SLICE).all()


def test_one_hand_found_twice_stays_at_the_nearer_wrist() -> None:
    """What Holistic does where the wrists meet: both hands on the one in front."""
    before = standing()
    offset = before.points[:, [LEFT]] - before.points[:, [RIGHT]]
    before.points[30:40, RIGHT_HAND_SLICE] += offset[30:40] + 2.0
    before.points[30:40, RIGHT] += offset[30:40, 0] + (12.0, 0.0)  # within reach, but not nearest
    after = fit_hands(before, reach=30.0, same=10.0)
    assert shows(after, LEFT_HAND_SLICE).all()
    assert np.flatnonzero(~shows(after, RIGHT_HAND_SLICE)).tolist() == list(range(30, 40))


def test_a_hand_without_a_seen_wrist_is_believed() -> None:
    before = without(standing(), slice(None), LEFT)
    assert shows(fit_hands(before, reach=30.0, same=10.0), LEFT_HAND_SLICE).all()


def test_touching_hands_both_stay() -> None:
    before = standing()
    shift = before.points[:, [LEFT]] - before.points[:, [RIGHT]]
    mirrored = HAND_SHAPE * (-1, 1)
    before.points[:, RIGHT] += shift[:, 0]
    before.points[:, RIGHT_HAND_SLICE] = before.points[:, [RIGHT]] + mirrored
    after = fit_hands(before, reach=30.0, same=10.0)
    assert shows(after, LEFT_HAND_SLICE).all()
    assert shows(after, RIGHT_HAND_SLICE).all()


def test_a_jump_and_return_goes_and_a_fast_stroke_stays() -> None:
    before = standing()
    before.points[20, LEFT] += (0.0, 60.0)
    stroke = 0.25 * METRE * np.exp(-0.5 * ((np.arange(60) - 40) / FPS / 0.08) ** 2)  # 2 m/s
    before.points[:, RIGHT, 1] -= stroke
    after = drop_jumps(before, jump=0.1 * METRE, window=0.16)
    assert np.flatnonzero(after.confidence[:, LEFT] == 0).tolist() == [20]
    assert (after.confidence[:, RIGHT] > 0).all()


def test_jumps_are_found_beside_holes() -> None:
    before = without(standing(), slice(21, 26), LEFT)
    before.points[20, LEFT] += (0.0, 60.0)
    after = drop_jumps(before, jump=0.1 * METRE, window=0.16)
    assert np.flatnonzero(after.confidence[:, LEFT] == 0).tolist() == list(range(20, 26))


def test_short_gaps_are_filled_and_long_ones_are_not() -> None:
    truth = standing()
    before = without(without(truth, slice(10, 15), LEFT), slice(30, 36), LEFT)
    after = fill_gaps(before, max_gap=0.2)  # five frames
    np.testing.assert_allclose(after.points[10:15, LEFT], truth.points[10:15, LEFT], atol=1.5)
    np.testing.assert_allclose(after.confidence[10:15, LEFT], FILLED_TRUST * 0.8)
    assert not after.confidence[30:36, LEFT].any()
    assert not after.points[30:36, LEFT].any()
    seen = before.confidence > 0
    np.testing.assert_array_equal(after.points[seen], before.points[seen])


def test_nothing_is_filled_before_the_first_or_after_the_last_sighting() -> None:
    before = without(without(standing(), slice(0, 2), LEFT), slice(58, 60), LEFT)
    after = fill_gaps(before, max_gap=1.0)
    assert np.flatnonzero(after.confidence[:, LEFT] == 0).tolist() == [0, 1, 58, 59]


def test_a_filled_hand_goes_with_its_arm() -> None:
    """The arm swings while the hand is blurred: between is not where the hand was."""
    truth = standing()
    bump = np.zeros(60)
    bump[20:27] = [5, 20, 35, 40, 35, 20, 5]
    for what in (LEFT, LEFT_HAND_SLICE):
        truth.points[:, what, 1] += bump if isinstance(what, int) else bump[:, None]
    after = fill_gaps(without(truth, slice(21, 26), LEFT_HAND_SLICE), max_gap=0.3)
    np.testing.assert_allclose(
        after.points[21:26, LEFT_HAND_SLICE], truth.points[21:26, LEFT_HAND_SLICE], atol=0.5
    )


def test_noise_is_halved_without_delay() -> None:
    truth = standing(200)
    noisy = replace(truth, points=truth.points.copy())
    seen = truth.confidence > 0
    noise = np.random.default_rng(5).normal(0, 1.5, truth.points.shape)
    noisy.points[seen] += noise[seen]
    after = clean(noisy, CleaningConfig(body_cutoff=4.0, hand_cutoff=4.0))
    left = (after.points - truth.points)[seen]
    assert left.std() < 0.75 * noise[seen].std()
    path, expected = after.points[:, LEFT, 0], truth.points[:, LEFT, 0]
    agreement = [np.corrcoef(np.roll(path, k)[20:-20], expected[20:-20])[0, 1] for k in (-1, 0, 1)]
    assert int(np.argmax(agreement)) == 1


def test_nobody_stays_nobody() -> None:
    nobody = without(standing(), slice(None), slice(None))
    after = clean(nobody, CleaningConfig())
    assert not after.confidence.any()
    assert not after.points.any()


def test_one_frame_is_cleaned_too() -> None:
    after = clean(standing(1), CleaningConfig())
    np.testing.assert_allclose(after.points, standing(1).points, atol=1e-6)


def test_settings_are_strict() -> None:
    with pytest.raises(UserError, match="max_gap must be 0 or more"):
        config_from_dict(CleaningConfig, {"max_gap": -1.0}, "here")
    with pytest.raises(UserError, match="body_cutoff"):
        CleaningConfig(body_cutoff=float("nan"))
