"""Face and head of signs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.motion import EXPRESSIONS
from gesture_core.signing.nonmanual import (
    AXES,
    FALL,
    LEAD,
    MOUTHING,
    RISE,
    TimedNonManual,
    face_and_head,
    find_form,
    load_forms,
    united,
)
from gesture_core.signing.notation import CHANNELS

TIMES = np.arange(0.0, 5.0, 1.0 / 30.0)
EVERY = [(channel, value) for channel, values in load_forms().items() for value in values]


def column(name: str) -> int:
    return EXPRESSIONS.index(name)


def shown(channel: str, value: str, start: float = 1.5, end: float = 3.0) -> tuple:
    return face_and_head([TimedNonManual(channel, value, start, end)], TIMES)


def test_every_channel_but_mouthing_has_values() -> None:
    assert set(load_forms()) == set(CHANNELS) - {MOUTHING}


@pytest.mark.parametrize(("channel", "value"), EVERY)
def test_every_value_shows_in_its_time_and_not_outside(channel: str, value: str) -> None:
    face, head = shown(channel, value)
    moved = np.abs(face).max(axis=1) + np.abs(head).max(axis=1)
    during = (TIMES > 1.5) & (TIMES < 3.0)
    assert moved[during].max() > 0.05
    assert moved[TIMES < 1.5 - LEAD].max() == 0.0
    assert moved[TIMES > 3.0 + FALL].max() < 1e-12
    assert 0.0 <= face.min()
    assert face.max() <= 1.0


def test_raised_brows_are_held_at_their_value_on_both_sides() -> None:
    face, head = shown("EBf", "raise")
    form = find_form("EBf", "raise")
    held = (TIMES > 1.5 - LEAD + RISE) & (TIMES < 3.0)
    for name in ("browInnerUp", "browOuterUpLeft", "browOuterUpRight"):
        value = form.expressions[name.removesuffix("Left").removesuffix("Right")]
        np.testing.assert_allclose(face[held, column(name)], value)
    np.testing.assert_allclose(head[held, AXES.index("nod")], np.radians(form.nod))


def test_a_double_nod_goes_down_twice_at_the_end() -> None:
    _, head = shown("Hno", "twice")
    nod = head[:, AXES.index("nod")]
    risen = np.where(nod > 0.01, nod, 0.0)
    peaks = np.flatnonzero((risen[1:-1] > risen[:-2]) & (risen[1:-1] >= risen[2:])) + 1
    assert len(peaks) == 2
    beat = find_form("Hno", "twice").beat
    assert beat is not None
    assert TIMES[peaks[0]] > 3.0 - 2 * beat.seconds
    np.testing.assert_allclose(np.degrees(nod[peaks]), beat.degrees, rtol=0.03)
    assert nod.min() > -1e-9


def test_a_shaken_head_goes_to_both_sides_alike_and_ends_straight() -> None:
    _, head = shown("Hs", "true")
    turn = head[:, AXES.index("turn")]
    assert turn.max() == pytest.approx(-turn.min(), rel=0.1)
    assert abs(turn.sum()) < 0.05 * np.abs(turn).sum()
    assert head[:, 0].max() == 0.0


def test_of_two_forms_of_one_expression_the_stronger_is_seen() -> None:
    wide, slight = (TimedNonManual("Mo1", value, 1.5, 3.0) for value in ("wide", "slight"))
    both, _ = face_and_head([wide, slight], TIMES)
    alone, _ = face_and_head([wide], TIMES)
    np.testing.assert_array_equal(both, alone)


def test_the_same_value_asked_for_twice_is_done_once() -> None:
    long, short = (TimedNonManual("Hs", "true", start, 3.0) for start in (1.5, 2.4))
    apart = TimedNonManual("Hs", "true", 3.5, 4.0)
    assert united([short, apart, long]) == [long, apart]
    np.testing.assert_array_equal(
        face_and_head([long, short], TIMES)[1], face_and_head([long], TIMES)[1]
    )


def test_a_value_that_there_is_not_is_told_with_the_valid_ones() -> None:
    with pytest.raises(UserError, match="raise, furrow"):
        shown("EBf", "up")


@given(
    st.lists(
        st.tuples(st.sampled_from(EVERY), st.floats(0.3, 4.0), st.floats(0.05, 1.5)), max_size=6
    )
)
@settings(max_examples=40, deadline=None)
def test_whatever_comes_together_is_smooth_and_bounded(
    items: list[tuple[tuple[str, str], float, float]],
) -> None:
    timed = [TimedNonManual(*form, start, start + lasts) for form, start, lasts in items]
    face, head = face_and_head(timed, TIMES)
    assert np.abs(np.degrees(head)).max() <= 25.0
    assert np.abs(np.diff(face, axis=0)).max() < 0.35
    assert face.shape == (len(TIMES), len(EXPRESSIONS))
