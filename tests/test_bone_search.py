"""The search against trying every possibility."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blender_addon.core.bone_search import Pairs, Search

PARENT = {"b": "a", "c": "a", "d": "b"}
SLOTS = ("a", "b", "c", "d")


def a_search(seed: int, bones: int = 5) -> tuple[Search, tuple[int, ...]]:
    rng = np.random.default_rng(seed)
    parents = tuple(int(rng.integers(-1, k)) for k in range(bones))
    pairs = Pairs.of(parents)
    search = Search(
        pairs,
        PARENT,
        {slot: rng.normal(0.0, 3.0, bones) for slot in SLOTS},
        {slot: rng.normal(0.0, 3.0, len(pairs.above)) for slot in SLOTS[1:]},
        {slot: float(rng.normal(0.0, 2.0)) for slot in SLOTS},
        -3.0,
    )
    return search, parents


def every_whole(search: Search, parents: tuple[int, ...]) -> list[tuple[dict[str, int], float]]:
    """All assignments with their weights; −1 is an empty slot, which lends its parent's bone."""
    count = len(parents)
    below = zip(search.pairs.above, search.pairs.below, strict=True)
    pair = {(int(a), int(b)): k for k, (a, b) in enumerate(below)}
    wholes = []
    for choice in product(range(count), *[range(-1, count)] * (len(SLOTS) - 1)):
        at, weight = {"a": choice[0]}, float(search.own["a"][choice[0]])
        for slot, bone in zip(SLOTS[1:], choice[1:], strict=True):
            host = at[PARENT[slot]]
            at[slot] = host if bone < 0 else bone
            if bone < 0:
                weight += search.empty[slot]
                continue
            joined = search.joined[slot][pair[host, bone]] if (host, bone) in pair else -np.inf
            weight += float(search.own[slot][bone]) + max(joined, search.apart)
        wholes.append(({s: b for s, b in zip(SLOTS, choice, strict=True) if b >= 0}, weight))
    return wholes


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_best_whole_is_the_best_of_all(seed: int):
    search, parents = a_search(seed)
    wholes = every_whole(search, parents)
    bones, total = search.best()
    best, weight = max(wholes, key=lambda whole: whole[1])
    assert total == pytest.approx(weight)
    assert bones == best


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_lead_is_how_far_the_best_beats_the_best_without_that_bone(seed: int):
    search, parents = a_search(seed)
    wholes = every_whole(search, parents)
    bones, total = search.best()
    for slot, (lead, rival) in search.leads(bones).items():
        others = [whole for whole in wholes if whole[0].get(slot) != bones[slot]]
        other, weight = max(others, key=lambda whole: whole[1])
        assert lead == pytest.approx(total - weight)
        assert rival == other.get(slot)


def test_pairs_are_all_bones_with_all_bones_below_them():
    pairs = Pairs.of((-1, 0, 1, 0))
    found = sorted(zip(pairs.above, pairs.below, pairs.hops, strict=True))
    assert found == [(0, 1, 0), (0, 2, 1), (0, 3, 0), (1, 2, 0)]


def test_a_single_bone_can_be_searched():
    search, _ = a_search(1, bones=1)
    assert search.best()[0]["a"] == 0
