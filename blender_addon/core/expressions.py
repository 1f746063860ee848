"""Which shape key of a face shows which ARKit expressions, and how much of each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .face_names import ARKIT, FACES, REGIONS, VRM, FaceNames, Weights
from .quaternion import Array

SIDES = ("Left", "Right")

_LETTERS = {"left": "l", "right": "r", "左": "l", "右": "r"}
_LETTER_SIDE = re.compile(r"(?:[_.\- ][lrLR]|(?<=[a-z])[LR])$")
_PREFIX = re.compile(r"^(?:[AT]\d\d_|!ex-|CTRL_expressions_|.*Fcl_)", re.IGNORECASE)
"""What ARKit profiles, MPFB, MetaHuman and VRoid put before a name."""


@dataclass(frozen=True)
class FaceMap:
    """`blocks`: shape key → ARKit expression → weight; `title`: the families recognised.

    A shape key's value is the weighted sum of its expressions, held within 0–1. A weight may be
    negative: an open mouth takes away from what closed lips leave.
    """

    title: str
    blocks: dict[str, Weights]

    @property
    def carried(self) -> frozenset[str]:
        """The expressions that show on this face."""
        return _carried(self.blocks)

    def curves(self, expressions: Mapping[str, Array]) -> dict[str, Array]:
        """Values `(T,)` within 0–1 of every shape key, from those of the expressions, each `(T,)`.

        Shape keys of expressions that are all absent have none.
        """
        curves: dict[str, Array] = {}
        for block, weights in self.blocks.items():
            parts = [w * expressions[name] for name, w in weights.items() if name in expressions]
            if parts:
                curves[block] = np.clip(np.sum(parts, axis=0), 0.0, 1.0)
        return curves


def map_face(shape_keys: Sequence[str], tables: Sequence[FaceNames] = FACES) -> FaceMap:
    """Recognise the shape keys of a mesh by their names; nothing of an unknown face is mapped.

    Every part of the face is left to the one family that has most shape keys for it: where they
    are there twice, as visemes and as expressions, they would add up.
    """
    found = [(table.title, _match(table, shape_keys)) for table in tables]
    found.sort(key=lambda one: -len(one[1]))
    blocks: dict[str, Weights] = {}
    titles: list[str] = []
    for region in REGIONS:
        shares = [(title, _share(match, region)) for title, match in found]
        title, share = max(shares, key=lambda one: len(one[1]))
        if share and title not in titles:
            titles.append(title)
        for block, weights in share.items():
            blocks[block] = blocks.get(block, {}) | weights
    ordered = {name: blocks[name] for name in shape_keys if name in blocks}
    return FaceMap(" + ".join(titles), ordered)


def stated_names(stated: Mapping[str, Mapping[str, float]]) -> FaceNames:
    """The family of one face whose VRM file says which shape key shows which VRM expression."""
    return FaceNames(VRM.title, *(_stated(rows, stated) for rows in (VRM.shapes, VRM.spare)))


def _stated(
    rows: Mapping[str, Weights], stated: Mapping[str, Mapping[str, float]]
) -> dict[str, Weights]:
    """Shape keys by the rows of the table of VRM that they are parts of."""
    table = {_key(name): weights for name, weights in _expanded(rows)}
    shapes: dict[str, Weights] = {}
    for shape, parts in stated.items():
        for expression, share in parts.items():
            for name, weight in table.get(_key(expression), {}).items():
                weights = shapes.setdefault(shape, {})
                weights[name] = weights.get(name, 0.0) + share * weight
    return shapes


def _carried(blocks: Mapping[str, Weights]) -> frozenset[str]:
    return frozenset(name for weights in blocks.values() for name, w in weights.items() if w)


def _share(match: dict[str, Weights], region: str) -> dict[str, Weights]:
    """What a family's shape keys have to do with one part of the face."""
    shares = {
        block: {name: weight for name, weight in weights.items() if _region(name) == region}
        for block, weights in match.items()
    }
    return {block: weights for block, weights in shares.items() if weights}


def _region(expression: str) -> str:
    """The part of the face that an expression belongs to."""
    return next(region for region, begins in REGIONS.items() if expression.startswith(begins))


def _match(table: FaceNames, shape_keys: Sequence[str]) -> dict[str, Weights]:
    """The shape keys that a family knows, spare ones only for what no other carries."""
    present = {_key(name): name for name in reversed(shape_keys)}
    match: dict[str, Weights] = {}
    for name, weights in _expanded(table.shapes):
        if (key := _key(name)) in present:
            match[present[key]] = weights
    for name, weights in _expanded(table.spare):
        if (key := _key(name)) in present and not weights.keys() <= _carried(match):
            match[present[key]] = weights
    return match


def _expanded(shapes: Mapping[str, Weights]) -> Iterator[tuple[str, Weights]]:
    """A table's rows with their sides filled in, and expressions by their full names."""
    for shape, weights in shapes.items():
        if "{side}" not in shape:
            yield shape, _full(weights, SIDES)
            continue
        for side in SIDES:
            yield shape.replace("{side}", side[0]), _full(weights, (side,))


def _full(weights: Weights, sides: Sequence[str]) -> Weights:
    full: Weights = {}
    for name, weight in weights.items():
        if name in ARKIT:
            full[name] = weight
        else:
            full |= {name + side: weight / len(sides) for side in sides}
    return full


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    """A name without what its writers differ in: case, marks, width of letters, the side's
    spelling, and what they put before it."""
    name = _without_owner(unicodedata.normalize("NFKC", name))
    plain = "".join(mark for mark in name.lower() if mark.isalnum())
    for word, letter in _LETTERS.items():
        if plain.endswith(word) and plain != word:
            return plain.removesuffix(word) + "|" + letter
    return plain[:-1] + "|" + plain[-1] if _LETTER_SIDE.search(name) else plain


def _without_owner(name: str) -> str:
    """`head.jawOpen`, `node:jawOpen` and `A25_Jaw_Open` without what is before the name;
    `blink.L` keeps its side."""
    owner, mark, rest = name.replace(":", ".").rpartition(".")
    return _PREFIX.sub("", rest if mark and owner and len(rest) > 1 else name)
