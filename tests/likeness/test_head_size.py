"""Sizes of skulls, ears and necks, and a population to hold them against."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.avatar.basemesh import BODY, load_base_mesh
from gesture_core.avatar.phenotype import shape_vertices
from gesture_core.evaluate.head_size import Population, adult_population, extents, head_sizes

ADULT = {"gender": 0.5, "age": 0.7, "african": 1.0, "asian": 1.0, "caucasian": 1.0}


def test_sizes_follow_the_body():
    body = load_base_mesh().vertices
    sizes = head_sizes(body)
    wide = head_sizes(body * [2.0, 1.0, 1.0])
    for name, size in sizes.items():
        assert wide[name] == pytest.approx(size * (2 if name.endswith("width") else 1))


def test_each_size_is_of_its_own_part():
    points = load_base_mesh().vertices[BODY]
    found = extents()
    skull, ear = (set(found[f"{part} depth"].vertices.tolist()) for part in ("skull", "ear"))
    assert not skull & ear
    assert (points[sorted(ear), 0] > 0).all()
    assert points[found["neck width"].vertices, 1].max() < points[sorted(ear), 1].min()


def test_scores_and_ends():
    population = Population({"a": 1.0}, {"a": 0.5}, {"a": 0.2}, {"a": 1.9})
    assert population.scores({"a": 2.0}) == {"a": 2.0}
    assert population.outside({"a": 2.0}) == ["a"]
    assert population.outside({"a": 1.9}) == []


@pytest.mark.bench
def test_an_adult_is_within_and_a_stretched_skull_is_not():
    population = adult_population(24)
    body = shape_vertices(ADULT, {})
    assert max(map(abs, population.scores(head_sizes(body)).values())) < 2.0
    assert population.outside(head_sizes(body)) == []
    skull = extents()["skull height"].vertices
    top = body[skull, 1].max()
    body[skull, 1] += np.where(body[skull, 1] > top - 0.03, 0.08, 0.0)
    assert population.outside(head_sizes(body)) == ["skull height"]
