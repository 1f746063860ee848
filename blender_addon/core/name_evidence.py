"""What is said of a rig's bones: by its file, by a known family's names, by words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .humanoid import ESSENTIAL, HUMANOID, SIDES
from .name_words import Reading
from .quaternion import Array
from .rig_names import RIGS, RigNames

FAMILY = 16.0
"""Weight of a bone named as in the family whose names a rig has, when all essential ones are."""
STATED = 100.0
"""Weight of what the rig's own file says."""
SHARED = 0.8
"""Share of the bones from which on a beginning or a numbering says nothing: importers add them."""
_NUMBER = re.compile(r"_\d+$")
_START = re.compile(r"[^\W_]+[\W_]")
ENOUGH = 0.6
"""Share of the essential bones from which on a family's names are believed."""


@dataclass(frozen=True)
class Names:
    """`title`: the family that was recognised, or nothing; `loose`: its bones do not hang
    together as a body's; `listed`: humanoid bone → the bones that it calls so; `stated`: what the
    rig's file says; `weights`: humanoid bone → weight of each bone `(B,)`."""

    title: str
    loose: bool
    listed: dict[str, tuple[str, ...]]
    stated: dict[str, str]
    weights: dict[str, Array]

    @classmethod
    def of(cls, names: tuple[str, ...], stated: Mapping[str, str]) -> Names:
        """Weigh the names of a rig, and what its file has `stated`."""
        readings = [Reading.of(name) for name in names]
        weights = {
            slot: np.array([reading.weight(slot) for reading in readings]) for slot in HUMANOID
        }
        spellings = list(_spellings(names))
        found = [(table, _listed(table, names, spelt)) for spelt in spellings for table in RIGS]
        table, listed = max(found, key=lambda pair: _rank(*pair))
        index = {name: bone for bone, name in enumerate(names)}
        told = {slot: bone for slot, bone in stated.items() if slot in weights and bone in index}
        for slot, bone in told.items():
            weights[slot][index[bone]] += STATED
        trust = (_covered(listed) - ENOUGH) / (1.0 - ENOUGH)
        if trust <= 0.0:
            return cls("VRM" if told else "", False, {}, told, weights)
        for slot, bones in listed.items():
            weights[slot][index[bones[0]]] += FAMILY * trust
        for slot in weights.keys() - listed.keys() if table.controls else ():
            weights[slot] -= FAMILY  # a control rig's “eye” is what the eyes look at
        return cls(table.title, table.controls, listed, told, weights)


def _covered(listed: dict[str, tuple[str, ...]]) -> float:
    return sum(name in listed for name in ESSENTIAL) / len(ESSENTIAL)


def _rank(table: RigNames, listed: dict[str, tuple[str, ...]]) -> tuple[float, bool, int]:
    return _covered(listed), table.controls, len(listed)


def _spellings(names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The names, and, where they share a beginning or a numbering, the names without it."""
    yield names
    bare = tuple(name.rsplit(":", 1)[-1].rsplit("|", 1)[-1] for name in names)
    numbered = {number for name in bare if (number := _NUMBER.search(name))}
    if len({number.group() for number in numbered}) >= SHARED * len(names):
        bare = tuple(_NUMBER.sub("", name) for name in bare)
    starts = Counter(start.group() for name in bare if (start := _START.match(name)))
    start, count = max(starts.items(), key=lambda item: item[1], default=("", 0))
    if count >= SHARED * len(names):
        bare = tuple(name.removeprefix(start) for name in bare)
    if bare != names:
        yield bare


def _listed(
    table: RigNames, names: tuple[str, ...], spelt: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    pairs = zip(reversed(spelt), reversed(names), strict=True)
    by_key = {_key(spelling, table.prefixes): name for spelling, name in pairs}
    listed: dict[str, tuple[str, ...]] = {}
    for slot, candidates in _expanded(table):
        keys = [_key(name, table.prefixes) for name in candidates]
        if keys[0] in by_key:
            listed[slot] = tuple(by_key[key] for key in keys if key in by_key)
    return listed


def _expanded(table: RigNames) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The table's rows with their sides filled in."""
    for bone, names in table.bones.items():
        if "{side}" not in names[0]:
            yield bone, names
            continue
        for side, word in zip(SIDES, table.sides, strict=True):
            letter = side[0].upper()
            yield side + bone, tuple(name.format(side=word, letter=letter) for name in names)


def _key(name: str, prefixes: tuple[str, ...]) -> str:
    """The name without letter case, marks, namespace and known prefix with its number."""
    plain = _plain(name)
    for prefix in prefixes:
        rest = plain.removeprefix(prefix).lstrip("0123456789")
        if rest and plain.startswith(prefix):
            return rest
    return plain


@lru_cache(maxsize=8192)
def _plain(name: str) -> str:
    """Importers change the marks between words, so only letters and digits count."""
    last = unicodedata.normalize("NFKC", name).rsplit(":", 1)[-1].rsplit("|", 1)[-1].lower()
    return "".join(mark for mark in last if mark.isalnum())
