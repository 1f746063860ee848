import dataclasses

import numpy as np
import pytest

from gesture_core.gestures.features import (
    PLAN,
    TIMING,
    Projection,
    TextFeatures,
    fit_projection,
    plan_frames,
    text_frames,
)
from gesture_core.plan import FUNCTIONS, HANDS, Plan, PlannedGesture

SAME = Projection(np.zeros(2), np.eye(2))


def two_words() -> TextFeatures:
    return TextFeatures(
        starts=np.array([0.2, 0.8]),
        ends=np.array([0.6, 1.4]),
        vectors=np.array([[1.0, 2.0], [3.0, 4.0]]),
        sentence=np.array([0, 0]),
        sentence_vectors=np.array([[5.0, 6.0]]),
        flags=np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0]]),
        cues=np.array([[0.7]]),
        prosody=np.array([[0.5, -0.5], [1.0, 2.0]]),
    )


def test_a_word_lies_on_its_whole_span():
    frames = text_frames(two_words(), 30, SAME, SAME)
    assert frames.shape == (30, 2 + 2 + 1 + TIMING)
    np.testing.assert_allclose(frames[6, :5], [1, 2, 5, 6, 0.7], rtol=1e-6)  # 0.4 s
    # half of the word is over, 0.2 s are to come, 0.2 s after the onset
    np.testing.assert_allclose(frames[6, 5:8], [0.5, 0.2, np.exp(-4.0)], rtol=1e-5)
    # speaking, length, pause after it, first of the sentence, heard: energy and pitch
    np.testing.assert_allclose(frames[6, 8:15], [1, 0.4, 0.2, 0, 1, 0.5, -0.5], rtol=1e-5)
    np.testing.assert_allclose(frames[15, :4], [3, 4, 5, 6])  # 1 s
    assert frames[15, 11] == 1.0  # last word of the sentence
    np.testing.assert_allclose(frames[15, 15:18], [1, 1, 1])
    np.testing.assert_array_equal(frames[[6, 15], -2:], 0.0)


def test_a_pause_tells_how_long_it_has_been_and_when_the_next_word_comes():
    frames = text_frames(two_words(), 45, SAME, SAME)
    np.testing.assert_array_equal(frames[[0, 10, 30], :-2], 0.0)
    np.testing.assert_allclose(frames[0, -2:], [2.0, 0.2], rtol=1e-6)  # nothing said yet
    np.testing.assert_allclose(frames[10, -2:], [1 / 15, 2 / 15], rtol=1e-4)  # at 0.667 s
    np.testing.assert_allclose(frames[30, -2:], [0.6, 2.0], rtol=1e-5)  # at 2 s, nothing comes


def test_prosody_that_nobody_has_spoken_is_told_as_unknown():
    silent = dataclasses.replace(two_words(), prosody=None)
    heard, unheard = (text_frames(text, 30, SAME, SAME) for text in (two_words(), silent))
    np.testing.assert_array_equal(unheard[6, 12:15], 0.0)
    changed = np.flatnonzero((heard != unheard).any(axis=0))
    np.testing.assert_array_equal(changed, [12, 13, 14])


def test_no_words_are_zeros():
    none = TextFeatures(
        starts=np.zeros(0),
        ends=np.zeros(0),
        vectors=np.zeros((0, 2)),
        sentence=np.zeros(0, int),
        sentence_vectors=np.zeros((0, 2)),
        flags=np.zeros((0, 3)),
        cues=np.zeros((0, 1)),
    )
    np.testing.assert_array_equal(text_frames(none, 5, SAME, SAME), 0.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ends": np.array([0.6])}, "lengths"),
        ({"prosody": np.zeros((3, 2))}, "lengths"),
        ({"sentence": np.array([0, 1])}, "sentence"),
        ({"cues": np.zeros((2, 1))}, "cues"),
    ],
)
def test_lengths_must_agree(change, message):
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(two_words(), **change)


def test_plan_tells_function_hand_and_phase():
    gesture = PlannedGesture("stop", "right", 1.2, 0.4, 1.0, 1.8, 0)
    frames, owner = plan_frames(Plan((gesture,), 3.0), 45)
    assert frames.shape == (45, PLAN)
    np.testing.assert_array_equal(owner[:6], -1)
    np.testing.assert_array_equal(owner[6:28], 0)
    np.testing.assert_array_equal(frames[owner < 0], 0.0)
    row = frames[15]  # the stroke, at 1 s
    assert row[FUNCTIONS.index("stop")] == 1.0
    assert row[: len(FUNCTIONS)].sum() == 1.0
    assert row[len(FUNCTIONS) + HANDS.index("right")] == 1.0
    amplitude, since, preparation, retraction, near, *_ = row[len(FUNCTIONS) + len(HANDS) :]
    assert (amplitude, since) == pytest.approx((1.2, 0.0), abs=1e-6)
    assert (preparation, retraction, near) == pytest.approx((1.0, 0.0, 1.0), abs=1e-6)
    before, after = row[-3:-1]
    assert (before, after) == pytest.approx((0.6, 0.8))


def test_the_next_gesture_takes_over_from_its_start():
    first = PlannedGesture("beat", "left", 1.0, 0.0, 0.6, 2.0, 0)
    second = PlannedGesture("me", "both", 1.0, 1.0, 1.6, 2.4, 1)
    _, owner = plan_frames(Plan((first, second), 3.0), 45)
    assert owner[14] == 0
    assert owner[15] == 1
    assert owner[37] == -1


def test_projection_whitens():
    rng = np.random.default_rng(0)
    data = rng.normal(size=(500, 5)) * [5.0, 3.0, 1.0, 0.1, 0.1] + 7.0
    code = fit_projection(data, 3)(data)
    np.testing.assert_allclose(code.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(np.cov(code.T), np.eye(3), atol=0.01)
