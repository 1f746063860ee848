"""Gaps between capsules, against a search along their axes."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.core.body import Capsules
from blender_addon.core.gaps import gaps, nearest_of_each


def capsules(seed: int, frames: int, count: int) -> Capsules:
    rng = np.random.default_rng(seed)
    ends = rng.normal(size=(2, frames, count, 3))
    return Capsules(ends[0], ends[1], rng.uniform(0.05, 0.2, count))


def single(start: list[float], end: list[float], radius: float) -> Capsules:
    return Capsules(np.array([[start]]), np.array([[end]]), np.array([radius]))


@pytest.mark.parametrize(
    ("second", "gap"),
    [
        (single([0.5, 1.0, 0.0], [0.5, 3.0, 0.0], 0.1), 0.7),  # end against the middle
        (single([0.0, 0.5, -1.0], [0.0, 0.5, 1.0], 0.1), 0.2),  # crossing, half above
        (single([0.0, 1.0, 0.0], [1.0, 1.0, 0.0], 0.1), 0.7),  # parallel
        (single([4.0, 4.0, 0.0], [4.0, 4.0, 0.0], 0.0), 4.8),  # a point, off the end
        (single([0.5, 0.1, 0.0], [0.5, 0.1, 0.0], 0.1), -0.2),  # inside
    ],
)
def test_gaps_known_by_hand(second: Capsules, gap: float):
    first = single([0.0, 0.0, 0.0], [1.0, 0.0, 0.0], 0.2)
    assert gaps(first, second).nearest()[0] == pytest.approx(gap)
    assert gaps(second, first).nearest()[0] == pytest.approx(gap)


def test_no_spot_of_two_axes_is_nearer_than_the_ones_found():
    first, second = capsules(0, 30, 4), capsules(1, 30, 5)
    found = gaps(first, second)
    steps = np.linspace(0.0, 1.0, 60)[:, None]
    for frame, i, j in np.ndindex(found.gap.shape):
        ours = first.start[frame, i] + steps * (first.end - first.start)[frame, i]
        others = second.start[frame, j] + steps * (second.end - second.start)[frame, j]
        nearest = np.linalg.norm(ours[:, None] - others, axis=-1).min()
        assert found.distance[frame, i, j] <= nearest + 1e-9
        assert found.distance[frame, i, j] == pytest.approx(nearest, abs=0.02)


def test_many_frames_are_measured_as_few_are():
    first, second = capsules(2, 3000, 6), capsules(3, 3000, 7)
    whole = gaps(first, second)
    some = np.array([0, 951, 952, 953, 2999])
    part = gaps(first.during(some), second.during(some))
    np.testing.assert_array_equal(whole.during(some).gap, part.gap)


def test_groups_measured_at_once_are_what_they_are_alone():
    first, groups = capsules(4, 20, 3), [capsules(5, 20, 2), capsules(6, 20, 5)]
    for gap, group in zip(nearest_of_each(first, groups), groups, strict=True):
        np.testing.assert_array_equal(gap, gaps(first, group).nearest())


def test_weights_name_the_nearest_pair_and_point_from_the_second_to_the_first():
    first = single([0.0, 0.0, 0.0], [1.0, 0.0, 0.0], 0.2)
    both = Capsules(
        np.array([[[0.5, 1.0, 0.0], [0.0, -9.0, 0.0]]]),
        np.array([[[0.5, 3.0, 0.0], [1.0, -9.0, 0.0]]]),
        np.array([0.1, 0.1]),
    )
    found = gaps(first, both)
    weights = found.weights()
    np.testing.assert_allclose(weights[0, 0], [1.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(found.direction(weights)[0], [0.0, -1.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found.between(weights, first, both)[0], [0.0, -1.0, 0.0], atol=1e-9)
