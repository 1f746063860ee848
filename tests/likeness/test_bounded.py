"""Quadratic functions inside a box."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from gesture_core.likeness.bounded import minimise_in_box


def test_by_hand() -> None:
    # (x − 3)² + (y + 0.2)² within 0 … 1
    found = minimise_in_box(2 * np.eye(2), np.array([6.0, -0.4]), np.zeros(2), np.ones(2))
    assert found == pytest.approx([1, 0])


def test_a_bound_moves_what_hangs_together() -> None:
    # x² + y² + (x + y − 4)², x held at most 0.5: then y minimises y² + (y − 3.5)²
    matrix = np.array([[4.0, 2.0], [2.0, 4.0]])
    found = minimise_in_box(matrix, np.array([8.0, 8.0]), np.full(2, -9.0), np.array([0.5, 9.0]))
    assert found == pytest.approx([0.5, 1.75])


@given(st.integers(0, 10_000), st.integers(1, 25), st.floats(0.05, 2))
def test_agrees_with_scipy(seed: int, size: int, reach: float) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(size + 5, size))
    wanted = rng.normal(size=size + 5) * 3
    found = minimise_in_box(
        rows.T @ rows, rows.T @ wanted, np.full(size, -reach), np.full(size, reach)
    )
    reference = lsq_linear(rows, wanted, (-reach, reach), method="bvls", tol=1e-12)
    assert np.abs(found).max() <= reach + 1e-12
    assert np.sum((rows @ found - wanted) ** 2) == pytest.approx(2 * reference.cost, rel=1e-6)


def test_a_fixed_variable_stays() -> None:
    found = minimise_in_box(np.eye(3), np.ones(3), np.array([0.0, -5, -5]), np.array([0.0, 5, 5]))
    assert found == pytest.approx([0, 1, 1])
