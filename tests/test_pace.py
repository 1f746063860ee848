"""How long work still takes."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.client.pace import Pace


def test_steady_work_is_told_exactly():
    pace = Pace(started=100.0)
    assert pace.left(100.0) is None
    pace.reach(0.01, 100.2)
    assert pace.left(100.2) is None  # too early
    pace.reach(0.25, 105.0)
    assert pace.left(105.0) == pytest.approx(15.0)
    assert pace.left(107.0) == pytest.approx(13.0)  # counts down while nothing is heard
    assert pace.left(125.0) is None  # it takes longer than thought
    pace.reach(0.5, 110.0)
    assert pace.left(110.0) == pytest.approx(10.0)
    pace.reach(1.0, 120.0)
    assert pace.left(120.0) is None


def test_uneven_work_does_not_make_the_number_jump():
    """Work of 20 s that halves its speed in the middle: the time left never leaps up."""
    pace, told = Pace(0.0), []
    for now in np.arange(0.1, 20.0, 0.1):
        pace.reach(min(now / 13.3, 0.5 + max(now - 6.65, 0.0) / 26.7), now)
        told.append(pace.left(now) or 0.0)
    assert max(np.diff(told[7:])) < 0.05
    assert 2.0 < told[-50] < 6.0  # 5 s before the end


def test_progress_that_goes_back_is_not_believed():
    pace = Pace(0.0)
    pace.reach(0.5, 5.0)
    pace.reach(0.2, 6.0)
    assert pace.left(6.0) == pytest.approx(4.0)
