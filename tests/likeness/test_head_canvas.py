"""The head's window of the texture, and the filters that work on it."""

import numpy as np
import pytest

from gesture_core.avatar.basemesh import load_base_mesh
from gesture_core.avatar.human import build_human
from gesture_core.avatar.part import carve
from gesture_core.likeness.canvas import head_canvas, head_quads
from gesture_core.likeness.filters import blur, fill, hull, lowest, sample, smooth_over
from gesture_core.likeness.skin_regions import regions

SIZE = 512


def test_upside_down_is_the_other_half_of_the_face():
    canvas = head_canvas(SIZE)
    place = canvas.spread(canvas.surface(load_base_mesh().vertices))
    both = canvas.inside & canvas.inside[::-1]
    apart = np.linalg.norm(place * [-1, 1, 1] - place[::-1], axis=-1)[both]
    assert both.sum() > 0.98 * canvas.inside.sum()
    assert np.percentile(apart, 99) < 0.002  # half a texel at this size


def test_surface_is_the_built_body():
    """The same subdivision as the character's, but for the border below the neck."""
    human = build_human({"caucasian": 1.0}, {})
    base, canvas = human.base, head_canvas(SIZE)
    chosen = head_quads(base)
    body = carve(human, "head", base.faces["body"][chosen], base.face_uvs["body"][chosen], levels=1)
    np.testing.assert_allclose(canvas.surface(human.vertices), body.positions, atol=1e-9)


def test_gather_gives_back_what_was_spread():
    canvas = head_canvas(SIZE)
    smooth = canvas.surface(load_base_mesh().vertices)
    values, sure = canvas.gather(canvas.spread(smooth), np.ones(canvas.inside.shape))
    seen = sure > 0.5
    assert seen.mean() > 0.6
    assert np.percentile(np.linalg.norm(values - smooth, axis=1)[seen], 90) < 0.004
    _, none = canvas.gather(canvas.spread(smooth), np.zeros(canvas.inside.shape))
    assert not none.any()


def test_regions_lie_where_they_should():
    canvas, place = head_canvas(SIZE), regions(SIZE)
    vertices = load_base_mesh().vertices
    eyes = vertices[14_598:14_742]
    where = canvas.spread(canvas.surface(vertices - [0, *eyes.mean(axis=0)[1:]]))
    lips, lids = where[place.lips > 0.5], where[place.lids > 0.5]
    nostrils = where[place.nostrils > 0.5]
    assert len(lips) > 50
    assert lips[:, 1].max() < -0.04
    assert np.abs(lips[:, 0]).max() < 0.04
    assert np.abs(lids[:, 1]).max() < 0.03
    assert len(nostrils) > 2
    assert np.abs(nostrils[:, 0]).max() < 0.02
    assert (np.abs(nostrils[:, 1] + 0.043) < 0.006).all()
    assert place.texel == pytest.approx(0.0021, abs=0.0005)


def test_filters_by_hand():
    square = fill([np.array([[2.0, 2], [8, 2], [8, 6], [2, 6]])], 10)
    # opencv paints the pixels that the border touches too
    assert square[3:5, 3:7].all()
    assert square.sum() in range(24, 36)
    assert lowest(square, 2).sum() < square.sum()
    picture = np.arange(12.0).reshape(3, 4)
    np.testing.assert_allclose(sample(picture, np.array([[[1.5, 0.5], [2.0, 1.5]]])), [[1, 5.5]])
    assert sample(picture, np.array([[[-3.0, 1.0]]]))[0, 0] == 0
    assert blur(np.ones((9, 9)), 2)[4, 4] == pytest.approx(1)
    corners = hull(np.array([[0.0, 0], [4, 0], [4, 4], [0, 4], [2, 2]]))
    assert sorted(map(tuple, corners)) == [(0, 0), (0, 4), (4, 0), (4, 4)]


def test_smooth_over_ignores_what_has_no_weight():
    values = np.full((40, 60, 2), 3.0)
    values[:, 30:] = 100.0
    weight = np.zeros((40, 60))
    weight[:, :30] = 1
    np.testing.assert_allclose(
        smooth_over(values, weight, 5, prior=0.0 + 1e-9)[:, :40], 3, rtol=0.1
    )
    assert smooth_over(values, np.zeros((40, 60)), 5).max() == 0
