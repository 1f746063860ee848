import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.metrics.retrieval import median_rank, ranks, recall


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_ranks_by_hand():
    text = np.eye(4)
    motion = np.array([[1.0, 0, 0, 0], [0.9, 0.5, 0.1, 0], [0, 0, 1, 0], [0.4, 0.3, 0.2, 0.1]])
    found = ranks(motion, text, rng(), pool=4)
    assert sorted(found.tolist()) == [1, 1, 2, 4]
    assert recall(found) == 0.5
    assert recall(found, 2) == 0.75
    assert median_rank(found) == 1.5


def test_equal_vectors_gain_nothing():
    same = np.ones((64, 3))
    assert set(ranks(same, same, rng()).tolist()) == {32}


@given(st.integers(2, 6), st.integers(1, 40))
def test_chance_is_one_in_a_pool_and_the_rest_is_left_out(pool, extra):
    count = pool * extra + pool - 1
    vectors = np.random.default_rng(extra).normal(size=(2, count, 8))
    found = ranks(vectors[0], vectors[1], rng(), pool=pool)
    assert len(found) == pool * extra
    assert found.min() >= 1
    assert found.max() <= pool


def test_unrelated_pairs_are_found_by_chance():
    vectors = np.random.default_rng(1).normal(size=(2, 3200, 16))
    assert recall(ranks(vectors[0], vectors[1], rng())) == pytest.approx(1 / 32, abs=0.015)


def test_too_few_pairs_and_unequal_sides_raise():
    with pytest.raises(ValueError, match="do not fill"):
        ranks(np.eye(8), np.eye(8), rng())
    with pytest.raises(ValueError, match="not pairs"):
        ranks(np.eye(40), np.eye(41), rng())
