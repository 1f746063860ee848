import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import norm

from gesture_core.metrics.distribution import accelerations, hellinger_distance, speeds

VALUES = arrays(float, st.integers(1, 40), elements=st.floats(0.0, 10.0))


def test_speed_and_acceleration_of_a_thrown_point():
    time = np.arange(6) / 10.0
    points = np.stack([3.0 * time, -4.9 * time**2, 0 * time], axis=1)[:, None]
    assert accelerations(points, 10.0) == pytest.approx(np.full((4, 1), 9.8))
    assert speeds(points, 10.0)[0, 0] == pytest.approx(np.hypot(3.0, 0.49))


def test_hellinger_distance_by_hand():
    # two bins up to 4: halves against all in the first, √(1 − √½)
    a, b = [0.5, 1.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4]
    assert hellinger_distance(a, b, bins=2) == pytest.approx(np.sqrt(1.0 - np.sqrt(0.5)))
    assert hellinger_distance([0.0, 0.1], [5.0, 5.0], bins=10) == pytest.approx(1.0)


def test_hellinger_distance_of_normals_is_the_closed_form():
    rng = np.random.default_rng(0)
    a, b = rng.normal(10.0, 1.0, 400_000), rng.normal(12.0, 1.5, 400_000)
    variance = 1.0 + 1.5**2
    expected = 1.0 - np.sqrt(2 * 1.0 * 1.5 / variance) * np.exp(-0.25 * 2.0**2 / variance)
    assert norm.cdf(0.0, 10.0, 1.0) < 1e-9  # no value is negative
    assert hellinger_distance(a, b, bins=120) == pytest.approx(np.sqrt(expected), rel=0.02)


@given(VALUES, VALUES)
def test_hellinger_distance_is_a_symmetric_share(a, b):
    distance = hellinger_distance(a, b)
    assert 0.0 <= distance <= 1.0
    assert distance == hellinger_distance(b, a)
    assert hellinger_distance(a, a) == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize("values", [[], [np.nan], [-1.0]])
def test_values_that_are_no_speeds_raise(values):
    with pytest.raises(ValueError, match="histogram"):
        hellinger_distance(values, [1.0])
