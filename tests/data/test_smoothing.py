"""Smoothing: what passes, what does not, and that nothing is late."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gesture_core.pose.smoothing import smooth


def one(track: NDArray[np.float64], cutoff: float, fps: float) -> NDArray[np.float64]:
    """A single coordinate (T,), seen throughout, smoothed."""
    return smooth(track[:, None, None], np.ones((len(track), 1)), cutoff, fps)[:, 0, 0]


@pytest.mark.parametrize("fps", [15.0, 25.0, 30.0, 60.0])
def test_the_cutoff_is_in_hertz_whatever_the_rate(fps: float) -> None:
    """A wave of the cut-off keeps 1/√2 of its amplitude, half that frequency 97 %."""
    times = np.arange(int(8 * fps)) / fps
    middle = slice(int(3 * fps), int(5 * fps))
    for frequency, kept in ((4.0, 2**-0.5), (2.0, 0.97), (1.0, 0.998)):
        wave = np.exp(2j * np.pi * frequency * times)
        smoothed = one(wave.real, 4.0, fps) + 1j * one(wave.imag, 4.0, fps)
        response = (smoothed / wave)[middle].mean()
        assert abs(response) == pytest.approx(kept, abs=0.012)
        assert np.angle(response) == pytest.approx(0.0, abs=1e-9)  # no delay


def test_parabolas_pass_unchanged_to_the_ends_and_over_holes() -> None:
    times = np.arange(40) / 25.0
    track = 3.0 - 2.0 * times + 5.0 * times**2
    weight = np.ones((40, 1))
    weight[[7, 8, 21]] = 0.0
    holed = np.where(weight > 0, track[:, None], -1e3)
    smoothed = smooth(holed[..., None], weight, 5.0, 25.0)[:, 0, 0]
    seen = weight[:, 0] > 0
    np.testing.assert_allclose(smoothed[seen], track[seen], rtol=2e-4)
    np.testing.assert_array_equal(smoothed[~seen], -1e3)


def test_a_fast_stroke_keeps_its_reach_and_its_time() -> None:
    """A quarter of a second there and back, as fast as beats are."""
    times = np.arange(90) / 30.0
    stroke = np.exp(-0.5 * ((times - 1.5) / 0.07) ** 2)
    smoothed = one(stroke, 6.0, 30.0)
    assert int(np.argmax(smoothed)) == 45
    assert smoothed.max() == pytest.approx(1.0, abs=0.05)


def test_white_noise_loses_most_of_its_power() -> None:
    noise = np.random.default_rng(0).normal(size=3000)
    assert one(noise, 5.0, 30.0).std() < 0.62


def test_doubtful_points_pull_less() -> None:
    values = np.zeros((21, 1, 1))
    values[10] = 1.0
    sure, doubtful = np.ones((21, 1)), np.ones((21, 1))
    doubtful[10] = 0.1
    assert smooth(values, doubtful, 5.0, 30.0)[10] < 0.2 * smooth(values, sure, 5.0, 30.0)[10]


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 12), st.integers(0, 2**32 - 1), st.floats(0.5, 40.0), st.sampled_from([12.5, 60])
)
def test_short_and_holed_tracks_stay_finite(
    frames: int, seed: int, cutoff: float, fps: float
) -> None:
    random = np.random.default_rng(seed)
    values = random.normal(size=(frames, 3, 2))
    weight = random.uniform(size=(frames, 3)) * (random.uniform(size=(frames, 3)) > 0.5)
    smoothed = smooth(values, weight, cutoff, fps)
    assert np.isfinite(smoothed).all()
    assert np.abs(smoothed).max() < 20 * np.abs(values).max()
    alone = (weight > 0).sum(axis=0) == 1
    np.testing.assert_allclose(smoothed[:, alone], values[:, alone], atol=1e-9)


def test_forwards_and_backwards_are_the_same() -> None:
    random = np.random.default_rng(3)
    values, weight = random.normal(size=(50, 4, 2)), random.uniform(size=(50, 4))
    backwards = smooth(values[::-1], weight[::-1], 4.0, 25.0)[::-1]
    np.testing.assert_allclose(backwards, smooth(values, weight, 4.0, 25.0), atol=1e-9)
