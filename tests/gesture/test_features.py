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
    )


def test_words_fill_their_time_and_silence_is_zero():
    frames = text_frames(two_words(), 30, SAME, SAME)
    assert frames.shape == (30, 2 + 2 + TIMING)
    np.testing.assert_array_equal(frames[0], 0.0)  # 0 s
    np.testing.assert_array_equal(frames[10], 0.0)  # 0.667 s, after the first word and its gap
    np.testing.assert_allclose(frames[6, :4], [1, 2, 5, 6])  # 0.4 s
    np.testing.assert_allclose(
        frames[6, 4:9], [1.0, 0.5, 0.4, 0.0, np.exp(-4.0)], rtol=1e-5
    )  # speaking, half of the word, its length, first of the sentence, 0.2 s after the onset
    np.testing.assert_allclose(frames[15, :4], [3, 4, 5, 6])  # 1 s
    np.testing.assert_allclose(frames[15, 7], 1.0)  # last word of the sentence
    np.testing.assert_allclose(frames[15, 9:], [1, 1, 1])


def test_no_words_are_silence():
    none = TextFeatures(
        np.zeros(0),
        np.zeros(0),
        np.zeros((0, 2)),
        np.zeros(0, int),
        np.zeros((0, 2)),
        np.zeros((0, 3)),
    )
    np.testing.assert_array_equal(text_frames(none, 5, SAME, SAME), 0.0)


def test_lengths_must_agree():
    text = two_words()
    with pytest.raises(ValueError, match="lengths"):
        TextFeatures(
            text.starts,
            text.ends[:1],
            text.vectors,
            text.sentence,
            text.sentence_vectors,
            text.flags,
        )


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
