"""Curves that begin early and end late."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from blender_addon.core.smooth import around, covered, hann_mean

curves = arrays(float, st.integers(1, 60), elements=st.floats(0.0, 1.0))


@given(curves, st.integers(1, 12))
def test_a_cover_is_never_below_the_curve_nor_above_its_peak(curve: np.ndarray, radius: int):
    cover = covered(curve, radius)
    assert (cover >= curve - 1e-12).all()
    assert cover.max() <= curve.max() + 1e-12


def test_a_cover_of_one_touch_rises_and_falls_within_twice_its_radius():
    touch = np.zeros(61)
    touch[30] = 1.0
    cover = covered(touch, 6)
    assert cover[30] > 1.0 - 1e-12
    assert (np.flatnonzero(cover) == np.arange(18, 43)).all()
    assert np.abs(np.diff(cover)).max() < 0.2
    np.testing.assert_allclose(cover, cover[::-1])


def test_frames_around_a_touch():
    touch = np.zeros(9, dtype=bool)
    touch[4] = True
    assert np.flatnonzero(around(touch, 2)).tolist() == [2, 3, 4, 5, 6]


def test_a_mean_keeps_what_is_constant_and_rounds_steps():
    np.testing.assert_allclose(hann_mean(np.full((5, 3), 7.0), 4), 7.0)
    step = hann_mean(np.repeat([0.0, 1.0], 20), 5)
    assert (np.diff(step) >= 0.0).all()
    np.testing.assert_allclose(step[[0, -1]], [0.0, 1.0], atol=1e-12)
