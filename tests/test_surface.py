"""Subdivision, borders, normals and signed distance, against values worked out by hand."""

import numpy as np
import pytest

from gesture_core.avatar.surface import (
    NearestSurface,
    border_edges,
    neighbour_mean,
    subdivide,
    vertex_normals,
)

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
CUBE_FACES = np.array(
    [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
)
STRIP = np.array([[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0], [2, 1, 0]])
STRIP_FACES = np.array([[0, 1, 2, 3], [1, 4, 5, 2]])


def test_catmull_clark_moves_a_cube_as_the_paper_says() -> None:
    step = subdivide(CUBE_FACES, 8)
    refined = step.matrix @ CUBE
    # (F + 2R + (n - 3) V) / n with n = 3: F = 1/3, R = 2/3 of the corner
    np.testing.assert_allclose(refined[:8], CUBE * 5 / 9, atol=1e-12)
    edges = np.sort(np.abs(refined[8:20]), axis=1)
    np.testing.assert_allclose(edges, np.tile([0.0, 0.75, 0.75], (12, 1)), atol=1e-12)
    np.testing.assert_allclose(np.sort(np.abs(refined[20:]), 1), np.tile([0, 0, 1.0], (6, 1)))
    assert step.faces.shape == (24, 4)


def test_borders_follow_the_crease_rule() -> None:
    refined = subdivide(STRIP_FACES, 6).matrix @ STRIP
    np.testing.assert_allclose(refined[1], [1, 0, 0])  # (0 + 6 * 1 + 2) / 8
    np.testing.assert_allclose(refined[0], [0.125, 0.125, 0])


@pytest.mark.parametrize("smooth", [True, False])
def test_refining_preserves_constants_and_orientation(smooth: bool) -> None:
    step = subdivide(STRIP_FACES, 6, smooth=smooth)
    np.testing.assert_allclose(np.asarray(step.matrix.sum(1)).ravel(), 1.0)
    normals = vertex_normals(step.matrix @ STRIP, step.faces)
    np.testing.assert_allclose(normals, np.tile([0, 0, 1.0], (len(normals), 1)))


def test_linear_refinement_keeps_every_old_vertex() -> None:
    step = subdivide(STRIP_FACES, 6, smooth=False)
    np.testing.assert_allclose((step.matrix @ STRIP)[:6], STRIP)


def test_border_edges_run_once_round_the_strip() -> None:
    edges = border_edges(STRIP_FACES)
    following = dict(edges.tolist())
    loop = [0]
    while len(loop) < 6:
        loop.append(following[loop[-1]])
    assert sorted(loop) == list(range(6))
    assert following[loop[-1]] == 0


def test_neighbour_mean_of_a_grid_corner() -> None:
    np.testing.assert_allclose((neighbour_mean(STRIP_FACES, 6) @ STRIP)[0], [0.5, 0.5, 0])


def test_signed_distance_to_a_sphere(rng: np.random.Generator) -> None:
    points = rng.normal(size=(20_000, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    sphere = NearestSurface.of(points, points)
    places = rng.normal(size=(200, 3))
    signed, _ = sphere.query(places)
    np.testing.assert_allclose(signed, np.linalg.norm(places, axis=1) - 1, atol=0.02)
    pushed = sphere.push_out(places, 0.1)
    assert np.linalg.norm(pushed, axis=1).min() > 1.08


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
