"""Dynamic time warping: by hand, against the recursion written out, and what it must forgive."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.metrics.dtw import (
    align_in_time,
    dtw,
    dtw_by_length,
    dtw_mje,
    length_ratio,
    pck,
)


def written_out(made: np.ndarray, true: np.ndarray) -> float:
    """D(n, m) cell by cell."""
    total = np.full((len(made) + 1, len(true) + 1), np.inf)
    total[0, 0] = 0.0
    for i, a in enumerate(made, 1):
        for j, b in enumerate(true, 1):
            before = min(total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
            total[i, j] = np.abs(a - b).sum() + before
    return total[-1, -1]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_it_is_the_recursion(n: int, m: int, values: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    made, true = rng.normal(size=(n, values)), rng.normal(size=(m, values))
    found = align_in_time(made, true)
    assert found.cost == pytest.approx(written_out(made, true))
    paid = np.abs(made[found.path[:, 0]] - true[found.path[:, 1]]).sum()
    assert paid == pytest.approx(found.cost)
    steps = np.diff(found.path, axis=0)
    assert ((steps >= 0) & (steps <= 1)).all()
    assert steps.any(axis=1).all()
    assert found.path[0].tolist() == [0, 0]
    assert found.path[-1].tolist() == [n - 1, m - 1]


def test_by_hand() -> None:
    made, true = np.array([[0.0, 0.0], [3.0, 1.0]]), np.array([[0.0, 0.0], [1.0, 0.0], [3.0, 3.0]])
    # pairs (0,0) = 0, (0,1) = 1, (1,2) = 2: the other ways cost more
    assert dtw(made, true) == pytest.approx(3.0 / 3)
    assert dtw_by_length(made, true) == pytest.approx(3.0 / (3 * 2))
    assert length_ratio(made, true) == pytest.approx(2 / 3)


def test_joints_by_hand() -> None:
    true = np.array([[[0.0, 0.0], [1.0, 0.0]], [[0.0, 9.0], [1.0, 9.0]]])
    made = np.add(true, [[3.0, 4.0], [0.0, 0.0]])  # the first joint is 5 off, the second right
    assert dtw_mje(made, true) == pytest.approx(2.5)
    assert pck(made, true, width=1.0) == 0.5
    assert pck(made, true, width=25.0) == 1.0


def test_another_pace_costs_nothing() -> None:
    true = np.random.default_rng(0).normal(size=(12, 3))
    assert dtw(np.repeat(true, 3, axis=0), true) == 0.0
    assert dtw(true, true) == 0.0


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be aligned"):
        dtw(np.zeros((0, 2)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="differ"):
        dtw(np.zeros((3, 1)), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="finite"):
        dtw(np.full((3, 2), np.nan), np.zeros((3, 2)))
