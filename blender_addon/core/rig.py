"""What retargeting needs to know of a rig: its bone tree and rest pose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .quaternion import Array


@dataclass(frozen=True)
class Rig:
    """The rest pose of an armature, in the armature's own space and unit.

    `names`: B bone names, parents before children; `parents`: the bone that carries each bone
    along, −1 for a root; `heads`, `tails`: `(B, 3)`; `rotations`: rest orientations `(B, 3, 3)`,
    columns are the bones' axes. Exceptions, by name: `turned_by`, the bone whose turning a bone
    takes over instead of its parent's, −1 for none; `slid_along`, the matrix `(3, 3)` whose
    columns are the directions of a bone's location instead of its axes. `skin`: rest points
    `(N, 3)` of the meshes that a bone moves most. `stretch`: symmetric `(3, 3)`, how the space
    shows when the armature is scaled unevenly.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    heads: Array
    tails: Array
    rotations: Array
    turned_by: Mapping[str, int] = field(default_factory=dict[str, int])
    slid_along: Mapping[str, Array] = field(default_factory=dict[str, Array])
    skin: Mapping[str, Array] = field(default_factory=dict[str, Array])
    stretch: Array | None = None

    def __post_init__(self) -> None:
        if any(
            max(above) >= k for k, above in enumerate(zip(self.parents, self.carriers, strict=True))
        ):
            raise ValueError("parents must come before their children")

    @cached_property
    def carriers(self) -> tuple[int, ...]:
        """The bone whose turning each bone takes over, −1 for none."""
        pairs = zip(self.names, self.parents, strict=True)
        return tuple(self.turned_by.get(name, parent) for name, parent in pairs)

    @cached_property
    def size(self) -> float:
        """The longest side of the box around all joints."""
        return float(np.ptp(self.heads, axis=0).max(initial=0.0))

    def above(self, bone: int) -> list[int]:
        """The bones that carry `bone` along, nearest first."""
        row: list[int] = []
        while self.parents[bone] >= 0:
            bone = self.parents[bone]
            row.append(bone)
        return row

    def slide(self, name: str) -> Array:
        """Matrix `(3, 3)`: where a bone's own location moves it in rest."""
        return self.slid_along.get(name, self.rotations[self.index(name)])

    @cached_property
    def _indices(self) -> dict[str, int]:
        return {name: bone for bone, name in enumerate(self.names)}

    def index(self, name: str) -> int:
        """Index of the bone called `name`; `KeyError` when there is none."""
        return self._indices[name]

    def __contains__(self, name: str) -> bool:
        return name in self._indices
