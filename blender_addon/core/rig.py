"""What retargeting needs to know of a rig: its bone tree and rest pose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from .quaternion import Array


@dataclass(frozen=True)
class Rig:
    """The rest pose of an armature, in the armature's own space and unit.

    `names`: B bone names, parents before children; `parents`: −1 for a root; `heads`, `tails`:
    `(B, 3)`; `rotations`: rest orientations `(B, 3, 3)`, columns are the bones' axes; `level`:
    bones that follow their parent's place but not its rotation.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: Array
    tails: Array
    rotations: Array
    level: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if any(parent >= bone for bone, parent in enumerate(self.parents)):
            raise ValueError("parents must come before their children")

    @cached_property
    def _indices(self) -> dict[str, int]:
        return {name: bone for bone, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """Index of the bone called `name`; `KeyError` when there is none."""
        return self._indices[name]

    def __contains__(self, name: str) -> bool:
        return name in self._indices
