import numpy as np
import pytest

from gesture_core.metrics.interval import mean_interval
from gesture_core.metrics.variety import (
    diversity,
    multimodality,
    wrist_diversity,
    wrist_multimodality,
)


def test_diversity_counts_pairs_of_different_sequences_only():
    latents = [[0.0, 0.0], [9.0, 9.0], [3.0, 4.0]]
    assert diversity(latents, [0, 0, 1]) == pytest.approx((5.0 + np.hypot(6.0, 5.0)) / 2)
    assert diversity([[0.0, 0.0], [3.0, 4.0]], [0, 1]) == pytest.approx(5.0)


def test_multimodality_by_hand():
    versions = [[[0.0, 0.0], [1.0, 1.0]], [[3.0, 4.0], [1.0, 1.0]], [[0.0, 0.0], [1.0, 1.0]]]
    # window 1: 5, 0, 5; window 2: 0
    assert multimodality(versions) == pytest.approx(10.0 / 6)


def test_wrists_are_compared_in_metres_over_common_frames():
    a, b = np.zeros((10, 2, 3)), np.zeros((7, 2, 3))
    b[:, 0, 1] = 0.4  # one wrist 0.4 m higher
    assert wrist_diversity([a, b]) == pytest.approx(0.2)
    assert wrist_multimodality([a[:7], b]) == pytest.approx(0.2)
    assert wrist_multimodality([a, a]) == 0.0


def test_one_of_a_kind_has_no_variety():
    with pytest.raises(ValueError, match="two sequences"):
        diversity(np.zeros((3, 2)), [1, 1, 1])
    with pytest.raises(ValueError, match="two sequences"):
        wrist_diversity([np.zeros((4, 2, 3))])
    with pytest.raises(ValueError, match="two versions"):
        multimodality(np.zeros((1, 4, 2)))


def test_mean_interval_covers_the_true_mean():
    rng = np.random.default_rng(0)
    drawn = [mean_interval(rng.normal(3.0, 2.0, 60), rng, resamples=300) for _ in range(60)]
    assert 0.85 <= np.mean([found.low <= 3.0 <= found.high for found in drawn]) <= 1.0
    found = mean_interval([1.0, 2.0, 6.0], rng)
    assert (found.value, found.n) == (3.0, 3)
    assert 1.0 <= found.low <= found.high <= 6.0


@pytest.mark.parametrize("values", [[], [1.0, np.nan]])
def test_no_mean_of_nothing(values):
    with pytest.raises(ValueError, match=r"values"):
        mean_interval(values, np.random.default_rng(0))
