"""Which bone of a rig plays which VRM 1.0 humanoid bone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .errors import UserError
from .humanoid import ESSENTIAL, HUMANOID, SIDES
from .rig import Rig
from .rig_names import RIGS, RigNames


@dataclass(frozen=True)
class BoneMap:
    """`bones`: VRM name → the rig's bone, or the bones of a split limb from the body outwards;
    `title`: the family of rigs whose names were recognised; `confidence`: how likely each bone is
    right, 0–1; `reasons`: why it was chosen, in words for an animator."""

    title: str
    bones: dict[str, tuple[str, ...]]
    confidence: dict[str, float]
    reasons: dict[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Humanoid bones without a counterpart, in the humanoid's order."""
        return tuple(name for name in HUMANOID if name not in self.bones)

    def first(self, humanoid: str) -> str:
        """The rig's bone at the start of a humanoid bone."""
        return self.bones[humanoid][0]


def map_bones(rig: Rig) -> BoneMap:
    """Recognise a rig by the names of its bones.

    `UserError` names what is missing when no known family covers the essential bones.
    """
    present = list(rig.names)
    maps = [_match(table, present) for table in RIGS]
    best = max(maps, key=lambda found: len(found.bones))
    lacking = [name for name in ESSENTIAL if name not in best.bones]
    if lacking:
        known = ", ".join(table.title for table in RIGS)
        raise UserError(
            f"this rig's bones are not known: the closest names are “{best.title}”, but "
            f"{', '.join(lacking)} could not be found (known: {known})"
        )
    return best


def _match(table: RigNames, present: list[str]) -> BoneMap:
    by_key = {_key(name, table.prefixes): name for name in reversed(present)}
    bones: dict[str, tuple[str, ...]] = {}
    for humanoid, candidates in _expanded(table):
        found = [by_key[key] for key in map(_key, candidates) if key in by_key]
        if _key(candidates[0]) in by_key:
            bones[humanoid] = tuple(found)
    reasons = {bone: f"named like {table.title}'s {names[0]}" for bone, names in bones.items()}
    return BoneMap(table.title, bones, dict.fromkeys(bones, 1.0), reasons)


def _expanded(table: RigNames) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The table's rows with their sides filled in."""
    for bone, names in table.bones.items():
        if "{side}" not in names[0]:
            yield bone, names
            continue
        for side, word in zip(SIDES, table.sides, strict=True):
            letter = side[0].upper()
            yield side + bone, tuple(name.format(side=word, letter=letter) for name in names)


def _key(name: str, prefixes: tuple[str, ...] = ()) -> str:
    """The name without letter case, namespace and known prefix; importers change the marks
    between words, so they do not count either."""
    plain = "".join(mark for mark in name.rsplit(":", 1)[-1].lower() if mark.isalnum())
    for prefix in prefixes:
        rest = plain.removeprefix(prefix)
        if rest != plain:
            return rest
    return plain
