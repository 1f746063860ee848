import time

import numpy as np
import pytest
from scipy.linalg import sqrtm

from gesture_core.metrics.fgd import fgd_infinity, frechet_distance

SIZE = 32
SPREAD = np.sqrt(100.0 / SIZE)
"""Deviation of a normal distribution in 32 dimensions whose covariance has trace 100."""


def sequences(rng, count: int, windows: int, shift: float = 0.0, likeness: float = 0.0):
    """Latents of `count` sequences; `likeness` is the share of variance that windows share."""
    groups = np.repeat(np.arange(count), windows)
    shared = np.sqrt(likeness) * rng.normal(size=(count, SIZE))[groups]
    own = np.sqrt(1.0 - likeness) * rng.normal(size=(len(groups), SIZE))
    return SPREAD * (shared + own) + shift, groups


def test_frechet_distance_of_known_normals():
    rng = np.random.default_rng(0)
    a = rng.normal(size=(200_000, 2)) * [1.0, 2.0]
    b = rng.normal(size=(200_000, 2)) * [3.0, 2.0] + [1.0, 0.0]
    # ‖μ‖² + (1 − 3)² + (2 − 2)²
    assert frechet_distance(a, b) == pytest.approx(1.0 + 4.0, rel=0.02)
    assert frechet_distance(a, a) == pytest.approx(0.0, abs=1e-9)


def test_frechet_distance_agrees_with_scipy_on_full_covariances():
    rng = np.random.default_rng(1)
    a = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5))
    b = rng.normal(size=(300, 5)) @ rng.normal(size=(5, 5)) + 0.3
    cov_a, cov_b = np.cov(a.T), np.cov(b.T)
    expected = np.sum((a.mean(0) - b.mean(0)) ** 2) + np.trace(
        cov_a + cov_b - 2 * np.real(sqrtm(cov_a @ cov_b))
    )
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_too_few_samples_raise():
    with pytest.raises(ValueError, match="too few"):
        frechet_distance(np.zeros((5, 8)), np.zeros((50, 8)))
    groups = np.arange(100)
    with pytest.raises(ValueError, match="256 are needed"):
        fgd_infinity(
            np.zeros((100, SIZE)), np.zeros((100, SIZE)), groups, groups, np.random.default_rng(0)
        )


def test_groups_must_number_every_row():
    a = np.zeros((300, SIZE))
    with pytest.raises(ValueError, match="numbers of their groups"):
        fgd_infinity(a, a, np.arange(299), np.arange(300), np.random.default_rng(0))


@pytest.mark.parametrize("likeness", [0.0, 0.4])
def test_endless_data_takes_the_bias_out(likeness):
    """Two samples of one normal distribution: FGD is far from 0, FGD∞ and its interval are not."""
    rng = np.random.default_rng(2)
    plain, endless, within = [], [], []
    for _ in range(6):
        a, groups = sequences(rng, 100, 5, likeness=likeness)
        b, others = sequences(rng, 100, 5, likeness=likeness)
        found = fgd_infinity(a, b, groups, others + 1000, rng, resamples=20)
        plain.append(frechet_distance(a, b))
        endless.append(found.value)
        within.append(found.low <= 0.0 <= found.high)
        assert found.n == 500
    # 2.1 at N = 500 (facts/gesture.md); windows that resemble each other count for fewer
    assert np.mean(plain) > 1.9
    assert abs(np.mean(endless)) < 0.12 * np.mean(plain)
    assert np.mean(within) >= 5 / 6


def test_a_known_shift_is_found_within_the_interval():
    rng = np.random.default_rng(3)
    true = SIZE * 0.5**2
    found = []
    for _ in range(6):
        a, groups = sequences(rng, 100, 4, shift=0.5, likeness=0.3)
        b, others = sequences(rng, 100, 4, likeness=0.3)
        found.append(fgd_infinity(a, b, groups, others + 1000, rng, resamples=20))
    assert np.mean([each.value for each in found]) == pytest.approx(true, rel=0.1)
    assert np.mean([each.low <= true <= each.high for each in found]) >= 5 / 6
    assert all(each.low > 1.0 for each in found)  # clearly no zero


def test_paired_sequences_are_drawn_together():
    """A sequence against itself with a little noise: as pairs the interval is far tighter."""
    rng = np.random.default_rng(4)
    real, groups = sequences(rng, 100, 5, likeness=0.3)
    ours = real + 0.1 * rng.normal(size=real.shape)
    paired = fgd_infinity(ours, real, groups, groups, rng, resamples=20)
    apart = fgd_infinity(ours, real, groups, groups + 1000, rng, resamples=20)
    assert paired.high - paired.low < 0.5 * (apart.high - apart.low)
    assert paired.value == pytest.approx(0.0, abs=0.05)


def test_the_same_seed_gives_the_same_interval():
    a, groups = sequences(np.random.default_rng(5), 80, 5)
    b, others = sequences(np.random.default_rng(6), 80, 5)
    first, second = (
        fgd_infinity(a, b, groups, others, np.random.default_rng(7), resamples=20) for _ in range(2)
    )
    assert first == second


def test_two_thousand_windows_cost_seconds():
    rng = np.random.default_rng(8)
    (a, groups), (b, others) = sequences(rng, 200, 10), sequences(rng, 200, 10)
    start = time.process_time()
    fgd_infinity(a, b, groups, others, rng)
    assert time.process_time() - start < 10.0
