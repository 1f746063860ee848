"""Lips at rest: closed in front of the teeth, and no further away than a millimetre."""

import numpy as np

from gesture_core.avatar.character import rest_expression, shape_human
from gesture_core.avatar.face import teeth
from gesture_core.avatar.human import Human, build_human
from gesture_core.avatar.library import load_bundled
from gesture_core.avatar.lips import MOST, close_lips
from gesture_core.avatar.part import carve
from gesture_core.likeness.raster import rasterise
from gesture_core.motion import EXPRESSIONS

SCALE = 5000.0
"""Pixels a metre."""


def _teeth_in_sight(human: Human, **weights: float) -> int:
    """Pixels of teeth seen straight from the front."""
    faces = human.base.faces["body"]
    head = faces[(human.vertices[faces, 1] > human.vertices[:, 1].max() - 0.25).all(1)]
    uvs = human.base.face_uvs["body"][: len(head)]
    skin, rows = carve(human, "skin", head, uvs, levels=1), teeth(human)
    places, triangles = [], []
    for part in (skin, rows):
        assert part.expressions is not None
        moved = sum(part.expressions[EXPRESSIONS.index(n)] * w for n, w in weights.items())
        start = sum(map(len, places))
        triangles.append(
            np.concatenate([part.faces[:, [0, 1, 2]], part.faces[:, [0, 2, 3]]]) + start
        )
        places.append(part.positions + moved)
    points = (np.concatenate(places) - rows.positions.mean(0)) * [SCALE, -SCALE, -1.0]
    points += [200.0, 200.0, 1.0]
    face = rasterise(points, np.concatenate(triangles), (400, 400)).face
    return int((face >= len(triangles[0])).sum())


def _parted() -> Human:
    human = build_human(load_bundled("jun").phenotype, {})
    return rest_expression(human, {"mouthSmileLeft": 0.2, "mouthSmileRight": 0.2})


def test_closed_lips_hide_the_teeth_that_a_slit_showed() -> None:
    human = _parted()
    assert _teeth_in_sight(human) > 200
    assert _teeth_in_sight(close_lips(human)) < 60


def test_an_opening_jaw_still_shows_teeth() -> None:
    assert _teeth_in_sight(close_lips(_parted()), jawOpen=0.3) > 500


def test_only_the_rims_move_and_by_a_millimetre_at_most() -> None:
    human = _parted()
    moved = close_lips(human).vertices - human.vertices
    assert 20 < np.any(moved != 0, axis=1).sum() < 200
    assert np.abs(moved).max() <= MOST
    assert not moved[:, [0, 2]].any()


def test_an_open_mouth_stays_open() -> None:
    agape = rest_expression(_parted(), {"jawOpen": 0.5})
    np.testing.assert_allclose(close_lips(agape).vertices, agape.vertices, atol=MOST)
    assert _teeth_in_sight(close_lips(agape)) > 500


def test_characters_are_shaped_with_closed_lips() -> None:
    assert _teeth_in_sight(shape_human(load_bundled("jun"))) < 60
