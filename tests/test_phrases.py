"""Words and gestures in the order of time, and stretches of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blender_addon.core.clip_reader import Span
from blender_addon.core.errors import UserError
from blender_addon.core.phrases import SHORTEST, moments, phrase_at, phrases, stretch_of, within

SPANS = (
    Span("word", "안녕하세요!", 0.4, 1.4, ""),
    Span("word", "오늘은", 2.0, 2.4, ""),
    Span("word", "셰프가", 2.4, 2.9, ""),
    Span("word", "왔어요", 3.5, 4.0, ""),
    Span("gesture", "bow", 0.1, 2.0, "mannequin/Bow"),
    Span("stroke", "both 0.5", 0.8, 0.8, "word 0"),
    Span("gesture", "beat", 1.5, 3.1, "brad/Beat"),
    Span("stroke", "right 1.02", 2.1, 2.1, "word 2"),
)


def test_gestures_stand_where_they_stroke():
    listed = [(m.kind, m.text, m.peak, m.word, m.hand) for m in moments(SPANS)]
    assert listed == [
        ("word", "안녕하세요!", 0.4, 0, ""),
        ("gesture", "bow", 0.8, 0, "both"),
        ("word", "오늘은", 2.0, 1, ""),
        ("gesture", "beat", 2.1, 2, "right"),
        ("word", "셰프가", 2.4, 2, ""),
        ("word", "왔어요", 3.5, 3, ""),
    ]


def test_a_gesture_that_lost_its_stroke_is_still_listed():
    (gesture,) = moments([Span("gesture", "nod", 1.0, 2.0, "")])
    assert (gesture.peak, gesture.word, gesture.hand) == (1.5, -1, "")


def test_phrases_end_at_marks_and_pauses():
    assert phrases(moments(SPANS)) == ((0.4, 1.4), (2.0, 2.9), (3.5, 4.0))
    assert phrases(()) == ()


@pytest.mark.parametrize(
    ("time", "phrase"),
    [(-5.0, (0.4, 1.4)), (1.5, (0.4, 1.4)), (2.4, (2.0, 2.9)), (9.0, (3.5, 4.0))],
)
def test_the_phrase_at_the_cursor_is_the_nearest(time, phrase):
    assert phrase_at(moments(SPANS), time) == phrase


def test_chosen_words_bring_their_strokes():
    shown = moments(SPANS)
    assert stretch_of(shown, [shown[4]], 5.0) == (2.1, 2.9)  # 셰프가, whose gesture comes early
    assert stretch_of(shown, [shown[0], shown[2]], 5.0) == (0.4, 2.4)
    start, end = stretch_of(shown, [shown[1]], 5.0)  # a gesture alone: about its stroke
    assert (start, end) == (pytest.approx(0.65), pytest.approx(0.95))
    with pytest.raises(UserError, match="choose words or gestures"):
        stretch_of(shown, [], 5.0)
    with pytest.raises(UserError, match="no words"):
        phrase_at([], 1.0)


@given(st.floats(-10, 20), st.floats(0, 5), st.floats(0.5, 10))
def test_a_stretch_lies_in_the_clip_and_is_long_enough(start, length, duration):
    first, last = within(start, start + length, duration)
    assert 0.0 <= first < last <= duration
    assert last - first > SHORTEST - 1e-9
