"""Reading which points of a character's meshes each bone moves, in Blender."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def skin(blender) -> dict[str, Any]:
    return blender("read_skin.py")


def test_points_go_to_the_bone_that_moves_them_most_and_not_to_unknown_ones(skin):
    assert set(skin) == {"arm", "head"}


def test_points_are_in_the_armatures_space(skin):
    assert skin["head"]["low"][0] == pytest.approx(0.0, abs=1e-5)
    assert skin["head"]["high"][2] == pytest.approx(1.2, abs=1e-5)


def test_neither_hair_nor_brows_count_where_there_is_a_face(skin):
    assert skin["head"]["low"][2] == pytest.approx(skin["head"]["high"][2])


def test_fine_meshes_are_thinned(skin):
    assert 1_000 < skin["arm"]["count"] <= 12_000
