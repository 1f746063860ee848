import pytest

from gesture_core.plan import Plan, PlannedGesture


def gesture(**changes) -> PlannedGesture:
    values = {
        "function": "beat",
        "hand": "left",
        "amplitude": 1.0,
        "start": 1.0,
        "stroke": 1.6,
        "end": 2.5,
        "word": 0,
    }
    return PlannedGesture(**{**values, **changes})


def test_natural_times_within_the_limits_change_nothing():
    fitted = gesture().fitted(preparation=0.6, retraction=0.9)
    assert (fitted.start, fitted.stroke, fitted.end) == pytest.approx((1.0, 1.6, 2.5))


def test_a_slow_unit_is_sped_up_no_further_than_allowed():
    fitted = gesture(start=1.5).fitted(preparation=0.9, retraction=0.9)
    assert fitted.stroke - fitted.start == pytest.approx(0.9 / 1.5)


def test_a_quick_unit_is_slowed_down_no_further_than_allowed():
    fitted = gesture(end=9.0).fitted(preparation=0.6, retraction=0.7)
    assert fitted.end - fitted.stroke == pytest.approx(0.7 / 0.7)


def test_what_follows_the_stroke_may_be_cut_short():
    fitted = gesture(end=1.7).fitted(preparation=0.6, retraction=4.0)
    assert fitted.end - fitted.stroke == pytest.approx(0.6)


@pytest.mark.parametrize(
    "changes", [{"function": "dance"}, {"hand": "third"}, {"stroke": 0.5}, {"end": 1.2}]
)
def test_impossible_gestures_are_refused(changes):
    with pytest.raises(ValueError, match=r"function|hand|order"):
        gesture(**changes)


def test_a_plan_is_in_the_order_of_its_strokes():
    early, late = gesture(), gesture(stroke=2.0)
    assert len(Plan((early, late), 4.0)) == 2
    with pytest.raises(ValueError, match="order"):
        Plan((late, early), 4.0)
