"""What a performance is laid over: the animation that goes on before, after and beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np

from .. import compat
from ..core.blend import eased, mix, turn
from ..core.manner import Manner
from ..core.quaternion import Array, continuous
from ..core.retarget import RigMotion
from .below import Below
from .curve_keys import span
from .takes import laid_over, part_for, playing, take_of

Shapes = Mapping[Any, Mapping[str, Array]]
"""For the shape keys of a mesh: values `(T,)` by the name of the block."""
Place = tuple[Any, str]
"""A property: its owner and its path there."""


@dataclass(frozen=True)
class Underlay:
    """For each owner the action that a performance of the scene frames `first` to `last` is laid
    over, and that action's `curves` for what the performance animates."""

    over: dict[Any, bpy.types.Action | None]
    curves: dict[Place, dict[int, bpy.types.FCurve]]
    first: float
    last: float

    @property
    def before(self) -> bool:
        """Whether anything goes on before the performance."""
        return any(span(curve)[0] < self.first for curve in self._all())

    @property
    def after(self) -> bool:
        """Whether anything goes on after the performance."""
        return any(span(curve)[1] > self.last for curve in self._all())

    def _all(self) -> Iterator[bpy.types.FCurve]:
        return (curve for axes in self.curves.values() for curve in axes.values())


def find_underlay(
    owners: Sequence[Any], places: Iterable[Place], first: float, last: float
) -> Underlay:
    """What the `owners`, the armature first, would go on with.

    A take that plays at the same time is what the new one replaces: that one's ground is ours.
    """
    whole = playing(owners[0])
    take = take_of(whole)
    replaced = take is not None and take.overlaps(first, last)
    over: dict[Any, bpy.types.Action | None] = {}
    for owner in owners:
        action = playing(owner)
        if replaced and whole and action is not None and action == part_for(whole, owner):
            action = laid_over(whole, owner)
        over[owner] = action
    return Underlay(over, curves_at(over, places), first, last)


def curves_at(
    actions: Mapping[Any, bpy.types.Action | None], places: Iterable[Place]
) -> dict[Place, dict[int, bpy.types.FCurve]]:
    """The curves by axis with which the actions of their owners animate some places."""
    wanted = set(places)
    curves: dict[Place, dict[int, bpy.types.FCurve]] = {}
    for owner, action in actions.items():
        for curve in compat.curves_in(action, owner) if action else ():
            if (owner, curve.data_path) in wanted:
                curves.setdefault((owner, curve.data_path), {})[curve.array_index] = curve
    return curves


def held_paths(owner: Any) -> frozenset[str]:
    """Properties of `owner` that are not ours to key: their curve is locked, or a driver has
    them."""
    data = owner.animation_data
    if data is None:
        return frozenset()
    locked = {curve.data_path for curve in compat.curves_of(owner) if curve.lock}
    return frozenset(locked | {driver.data_path for driver in data.drivers})


@dataclass(frozen=True)
class Stretch:
    """Scene frames `(T,)` that get keys. The first `lead` and the last `tail` of them are not the
    performance's: there it borders on what goes on before and after it."""

    times: Array
    lead: int
    tail: int

    @classmethod
    def of(cls, times: Array, underlay: Underlay) -> Stretch:
        """The frames of a performance with a frame on either side where the underlay goes on."""
        lead, tail = int(underlay.before), int(underlay.after)
        before, after = [times[:1] - 1.0] * lead, [times[-1:] + 1.0] * tail
        return cls(np.concatenate([*before, times, *after]), lead, tail)

    @property
    def own(self) -> slice:
        """The frames of the performance itself."""
        return slice(self.lead, len(self.times) - self.tail)

    def widened(self, values: Array) -> Array:
        """What the performance does `(T, ...)`, with its first and last frame repeated."""
        return np.pad(values, [(self.lead, self.tail)] + [(0, 0)] * (values.ndim - 1), mode="edge")


def blend(
    underlay: Underlay,
    faces: Sequence[bpy.types.Object],
    motion: RigMotion,
    shapes: Shapes,
    stretch: Stretch,
    manner: Manner,
) -> tuple[RigMotion, Shapes]:
    """The performance, which replaces its underlay as far as the manner says, at all frames of
    the stretch."""
    ease = manner.ease * motion.fps
    count = len(motion.locations)
    weights = eased(count, manner.strength, ease * stretch.lead, ease * stretch.tail)
    weights = np.pad(weights, (stretch.lead, stretch.tail))
    rotations, locations = map(stretch.widened, (motion.rotations, motion.locations))
    mixed = {
        keys: {name: stretch.widened(values) for name, values in blocks.items()}
        for keys, blocks in shapes.items()
    }
    frames = np.flatnonzero(weights < 1.0)
    if frames.size:
        armature = next(iter(underlay.over))
        moved = {mesh.data.shape_keys: mesh for mesh in faces if mixed.get(mesh.data.shape_keys)}
        with _played(underlay.over):
            below = Below(armature, motion.bones, [*moved.values()], stretch.times[frames])
        share = weights[frames]
        rotations[frames] = turn(below.rotations, rotations[frames], share)
        rotations = continuous(rotations)
        if motion.root in motion.bones:
            root = below.locations[:, motion.bones.index(motion.root)]
            locations[frames] = mix(root, locations[frames], share)
        for keys, blocks in mixed.items():
            order = {block.name: column for column, block in enumerate(keys.key_blocks)}
            for name, values in blocks.items():
                values[frames] = mix(below.shapes[keys.name][:, order[name]], values[frames], share)
    return replace(motion, rotations=rotations, locations=locations), mixed


@contextmanager
def _played(over: dict[Any, bpy.types.Action | None]) -> Iterator[None]:
    """Let every owner play what is under the performance, for a while."""
    now = {owner: playing(owner) for owner in over}
    changed = [owner for owner in over if now[owner] != over[owner]]
    for owner in changed:
        compat.play(owner, over[owner])
    try:
        yield
    finally:
        for owner in changed:
            compat.play(owner, now[owner])
