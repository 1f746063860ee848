"""The likeliest place of a whole humanoid in a tree of bones.

A tree of slots (the humanoid's bones) is laid into a tree of bones. Every slot weighs every bone
by itself (`own`), and every pair of slots, such as forearm and hand, weighs how one bone lies
below the other. A slot may stay empty, and then lends its parent's bone to what hangs below it.
Belief propagation finds the best whole (`best`) and how far it beats every other whole that puts
another bone in a slot's place (`leads`). All weights are logarithms of odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .quaternion import Array

Weights = tuple[Array, Array]
"""Of a slot that sits at each bone, and of an empty one whose parent does."""
Indices = NDArray[np.intp]
IMPOSSIBLE = -1e9


@dataclass(frozen=True)
class Pairs:
    """Every bone with every bone below it: P pairs, sorted by `above`.

    `starts` are the first pairs of the bones `tops`; `order`, `bottoms`, `bottom_starts` are the
    same seen from below: the pairs sorted by `below`.
    """

    above: Indices
    below: Indices
    hops: Array
    tops: Indices
    starts: Indices
    order: Indices
    bottoms: Indices
    bottom_starts: Indices

    @classmethod
    def of(cls, parents: tuple[int, ...]) -> Pairs:
        """The pairs of a tree whose parents come before their children."""
        rows: list[tuple[int, int, int]] = []
        for bone, parent in enumerate(parents):
            hops, upper = 0, parent
            while upper >= 0:
                rows.append((upper, bone, hops))
                hops, upper = hops + 1, parents[upper]
        rows.sort()
        above, below, hops = np.array(rows, dtype=np.intp).reshape(-1, 3).T
        order = np.argsort(below, kind="stable")
        starts, bottom_starts = _starts(above), _starts(below[order])
        tops, bottoms = above[starts], below[order][bottom_starts]
        return cls(above, below, hops.astype(float), tops, starts, order, bottoms, bottom_starts)


def _starts(values: Indices) -> Indices:
    """Where each new value begins in a sorted row."""
    return np.flatnonzero(np.diff(values, prepend=-1))


def _sums(one: Weights, other: Weights) -> Weights:
    return one[0] + other[0], one[1] + other[1]


@dataclass(frozen=True)
class Search:
    """`parent`: slot → slot above it, parents first, the first slot hanging from nothing;
    `own`: slot → weight of each of the B bones `(B,)`; `joined`: slot → weight of each pair
    `(P,)` for the slot below and its parent; `empty`: slot → weight of doing without;
    `apart`: weight of a bone that does not hang below its parent's."""

    pairs: Pairs
    parent: Mapping[str, str]
    own: Mapping[str, Array]
    joined: Mapping[str, Array]
    empty: Mapping[str, float]
    apart: float

    @property
    def slots(self) -> tuple[str, ...]:
        """All slots, parents first."""
        return tuple(self.own)

    def best(self) -> tuple[dict[str, int], float]:
        """The likeliest bone of every slot that is not empty, and the weight of the whole."""
        inward = self._gather()
        first = self.slots[0]
        bones = {first: int(np.argmax(inward[first][0]))}
        total = float(inward[first][0].max())
        at = dict(bones)
        for slot in self.slots[1:]:
            host = at[self.parent[slot]]
            present, absent = inward[slot]
            mine = self.pairs.above == host
            choices = self.joined[slot][mine] + present[self.pairs.below[mine]]
            below = choices.max(initial=IMPOSSIBLE)
            elsewhere = self.apart + present.max()
            if absent[host] >= max(below, elsewhere):
                at[slot] = host
                continue
            found = (
                self.pairs.below[mine][np.argmax(choices)]
                if below >= elsewhere
                else np.argmax(present)
            )
            at[slot] = bones[slot] = int(found)
        return bones, total

    def leads(self, bones: Mapping[str, int]) -> dict[str, tuple[float, int | None]]:
        """For each of the best `bones`, how far the best whole beats every other that puts
        another bone, or none, in its place; and that other bone."""
        inward = self._gather()
        first = self.slots[0]
        nowhere = np.full_like(inward[first][0], IMPOSSIBLE)
        outward = {first: (np.zeros_like(nowhere), nowhere)}
        leads: dict[str, tuple[float, int | None]] = {}
        for slot in self.slots:
            if slot != first:
                above = self.parent[slot]
                here = np.maximum(*_sums(outward[above], inward[above]))
                here = here - self._message(slot, inward)
                outward[slot] = (self._passed_down(slot, here), here)
            present, absent = _sums(outward[slot], inward[slot])
            if slot in bones:
                weight = float(present[bones[slot]])
                present[bones[slot]] = IMPOSSIBLE
                rival = int(np.argmax(present))
                empty = float(absent.max()) >= present[rival]
                other = max(float(absent.max()), float(present[rival]))
                leads[slot] = (weight - other, None if empty else rival)
        return leads

    def _passed_down(self, slot: str, here: Array) -> Array:
        """What everything else says about each bone `(B,)` for a slot, when its parent's bones
        weigh `here`."""
        passed = np.full_like(here, self.apart + here.max())
        weights = (self.joined[slot] + here[self.pairs.above])[self.pairs.order]
        if len(weights):
            bottoms = self.pairs.bottoms
            best = np.maximum.reduceat(weights, self.pairs.bottom_starts)
            passed[bottoms] = np.maximum(passed[bottoms], best)
        return passed

    def _gather(self) -> dict[str, Weights]:
        """For each slot what it and all below it weigh when it sits at a bone, and when it is
        empty and its parent sits there."""
        inward: dict[str, Weights] = {}
        hanging: dict[str, Array] = {slot: np.zeros_like(own) for slot, own in self.own.items()}
        for slot in reversed(self.slots):
            below = hanging[slot]
            inward[slot] = (self.own[slot] + below, self.empty[slot] + below)
            if slot in self.parent:
                above = self.parent[slot]
                hanging[above] = hanging[above] + self._message(slot, inward)
        return inward

    def _message(self, slot: str, inward: Mapping[str, Weights]) -> Array:
        """The most that a slot and all below it add to each bone `(B,)` of its parent."""
        present, absent = inward[slot]
        said = np.maximum(absent, self.apart + present.max())
        weights = self.joined[slot] + present[self.pairs.below]
        if len(weights):
            tops = self.pairs.tops
            said[tops] = np.maximum(said[tops], np.maximum.reduceat(weights, self.pairs.starts))
        return said
