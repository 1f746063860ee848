"""The z-buffer against a rasteriser that asks every pixel about every triangle."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.likeness.raster import rasterise


def brute_force(points: np.ndarray, triangles: np.ndarray, shape: tuple[int, int]):
    """Depth of the nearest triangle per pixel, by ray and plane, no shared formula."""
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    depth = np.full(shape, np.inf)
    face = np.full(shape, -1)
    for index, corners in enumerate(points[triangles]):
        # back-project with focal length 1: the pixel (x, y) is the ray (x, y, 1)
        world = np.column_stack([corners[:, :2], np.ones(3)]) * corners[:, 2:]
        rays = np.stack([x, y, np.ones(shape)], axis=-1)
        try:
            inverse = np.linalg.inv(world.T)
        except np.linalg.LinAlgError:
            continue
        share = rays @ inverse.T  # ray = Σ share · corner, so the plane is met at 1 / Σ share
        away = 1 / share.sum(-1)
        inside = (share >= 0).all(-1) & (away < depth)
        depth[inside], face[inside] = away[inside], index
    return face, depth


def test_right_triangle_by_hand():
    points = np.array([[0.0, 0, 1], [4, 0, 1], [0, 4, 1]])
    drawn = rasterise(points, np.array([[0, 1, 2]]), (5, 5))
    rows = ["####.", "###..", "##...", "#....", "....."]
    assert [["#" if f == 0 else "." for f in row] for row in drawn.face] == [list(r) for r in rows]
    np.testing.assert_allclose(drawn.shares[0, 0], [0.75, 0.125, 0.125])
    assert drawn.shares[4].sum() == 0
    assert np.isinf(drawn.depth[4, 4])


def test_shares_are_perspective_correct():
    """Half-way on the picture between depths 1 and 3 lies a quarter of the way in space."""
    points = np.array([[0.0, 0, 1], [8, 0, 3], [0, 100, 1]])
    drawn = rasterise(points, np.array([[0, 1, 2]]), (1, 8))
    middle = drawn.shares[0, 3:5, 1].mean()
    assert middle == pytest.approx(0.25, abs=0.01)
    np.testing.assert_allclose(
        drawn.spread(np.array([[0, 1, 2]]), points[:, 2])[0], drawn.depth[0], rtol=0.01
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 40), size=st.floats(1, 60))
def test_agrees_with_brute_force(seed: int, count: int, size: float):
    rng = np.random.default_rng(seed)
    centre = rng.uniform(-5, 45, (count, 1, 2))
    spread = rng.uniform(-size, size, (count, 3, 2))
    depth = rng.uniform(0.5, 2, (count, 3, 1))
    points = np.concatenate([centre + spread, depth], axis=2).reshape(-1, 3)
    triangles = np.arange(3 * count).reshape(-1, 3)
    drawn = rasterise(points, triangles, (31, 40))
    face, away = brute_force(points, triangles, (31, 40))
    both = np.isfinite(away) & drawn.covered
    # pixels whose centre lies on an edge may fall either way
    assert (drawn.covered != np.isfinite(away)).sum() <= 1
    assert (drawn.face != face).sum() <= 2
    np.testing.assert_allclose(drawn.depth[both], away[both], rtol=1e-4)
    np.testing.assert_allclose(drawn.shares[both].sum(-1), 1, atol=1e-5)


def test_neighbours_leave_no_gap():
    """A wavy sheet of slivers covers every pixel between its borders."""
    rng = np.random.default_rng(0)
    x, y = np.meshgrid(np.linspace(0, 50, 201), np.linspace(0, 50, 29))
    points = np.stack([x, y, np.ones_like(x)], axis=-1)
    points[1:-1, 1:-1, :2] += rng.uniform(-0.1, 0.1, (27, 199, 2))
    index = np.arange(x.size).reshape(x.shape)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    assert rasterise(points.reshape(-1, 3), triangles, (50, 50)).covered.all()


def test_leaves_out_what_is_behind_the_camera_and_what_has_no_area():
    points = np.array([[0.0, 0, -1], [9, 0, 1], [0, 9, 1], [0, 0, 1], [3, 3, 1], [6, 6, 1]])
    assert not rasterise(points, np.array([[0, 1, 2], [3, 4, 5]]), (9, 9)).covered.any()
    assert not rasterise(points, np.zeros((0, 3), dtype=int), (9, 9)).covered.any()


def test_flat_drawing_puts_later_triangles_on_top():
    points = np.array([[0.0, 0], [8, 0], [0, 8]])
    drawn = rasterise(points, np.array([[0, 1, 2], [2, 0, 1]]), (4, 4))
    assert set(drawn.face.ravel()) == {1}
    np.testing.assert_allclose(
        drawn.spread(np.array([[0, 1, 2], [2, 0, 1]]), points)[1, 2], [2.5, 1.5], atol=1e-5
    )


def test_draws_a_body_texture_in_a_moment():
    """A head of 30,000 triangles on 768² pixels takes well under a second."""
    x, y = np.meshgrid(np.linspace(0, 768, 174), np.linspace(0, 768, 88))
    points = np.stack([x, y, 1 + 0.1 * np.sin(x)], axis=-1).reshape(-1, 3)
    index = np.arange(x.size).reshape(x.shape)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    triangles = np.concatenate([np.stack(t, -1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    start = time.process_time()
    assert rasterise(points, triangles, (768, 768)).covered.all()
    assert time.process_time() - start < 2.0
