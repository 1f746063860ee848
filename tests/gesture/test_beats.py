import numpy as np
import pytest

from gesture_core.metrics.beats import (
    beat_consistency,
    motion_beats,
    smooth_motion_beats,
    stroke_distances,
    strokes,
    timing,
)

FPS = 15.0


def swinging(seconds: float = 20.0, period: float = 2.0, size: float = 0.3) -> np.ndarray:
    """A wrist (T, 1, 3) that swings back and forth: slowest at both ends, every half period."""
    time = np.arange(round(seconds * FPS)) / FPS
    x = -size * np.cos(2 * np.pi * time / period)
    return np.stack([x, 0 * x, 0 * x], axis=1)[:, None]


def test_beats_are_where_the_hand_turns():
    beats = motion_beats(swinging(), FPS)
    np.testing.assert_allclose(beats, np.arange(1, 20), atol=0.05)
    np.testing.assert_allclose(smooth_motion_beats(swinging(), FPS), beats, atol=0.07)


def test_beat_consistency_by_hand():
    assert beat_consistency([1.0, 2.0], [1.0, 2.1]) == pytest.approx((1 + np.exp(-0.5)) / 2)
    assert beat_consistency([1.0], []) == 0.0
    with pytest.raises(ValueError, match="onsets"):
        beat_consistency([], [1.0])


def test_jitter_inflates_the_plain_beats_and_not_the_smooth_ones():
    """Onsets that have nothing to do with the motion: jitter makes it look in time."""
    rng = np.random.default_rng(0)
    onsets = np.sort(rng.uniform(0.0, 20.0, 40))
    still = swinging()
    jittery = still + rng.normal(0.0, 0.01, still.shape)
    plain, inflated = (beat_consistency(onsets, motion_beats(m, FPS)) for m in (still, jittery))
    smooth, same = (beat_consistency(onsets, smooth_motion_beats(m, FPS)) for m in (still, jittery))
    assert inflated > 1.6 * plain
    assert same < 1.15 * smooth


def test_strokes_are_the_far_points_of_each_hand():
    time = np.arange(round(6.0 * FPS)) / FPS
    excursion = np.stack(
        [0.3 * np.exp(-(((time - 2.0) / 0.4) ** 2)), 0.3 * np.exp(-(((time - 4.2) / 0.4) ** 2))],
        axis=1,
    )
    np.testing.assert_allclose(strokes(excursion, FPS), [2.0, 4.2], atol=0.04)
    swaying = 0.02 * np.sin(2 * np.pi * time)[:, None] + 0.02
    assert len(strokes(swaying, FPS)) == 0


def test_distance_to_the_nearest_stroke_is_limited():
    apart = stroke_distances([0.0, 1.1, 9.0], [1.0, 2.0])
    np.testing.assert_allclose(apart, [1.0, 0.1, 1.0])
    np.testing.assert_allclose(stroke_distances([3.0], [], limit=0.7), [0.7])


def test_timing_compares_own_words_with_those_of_others():
    words = [[1.0, 3.0], [2.0], [0.5, 8.0]]
    found = timing(words, words, [4.0, 4.0, 10.0], limit=1.0)
    assert found.matched == 0.0
    # onto the first: 2 → 1, .5 → .5 (8 lies beyond its end); onto the second: 1, 3 and .5 → 1;
    # onto the third: 1 → .5, 3 and 2 → 1
    assert found.shuffled == pytest.approx((1 + 0.5 + 1 + 1 + 1 + 0.5 + 1 + 1) / 8)


def test_timing_without_words_means_nothing():
    with pytest.raises(ValueError, match="two sequences"):
        timing([[1.0]], [[1.0]], [2.0])
    with pytest.raises(ValueError, match="no word"):
        timing([[], []], [[1.0], [1.0]], [2.0, 2.0])
