"""What a performance is laid over: the animation that goes on before, after and beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from .. import compat
from ..core.blend import eased, mix, turn
from ..core.manner import Manner
from ..core.quaternion import Array, continuous
from ..core.retarget import RigMotion
from .below import Below
from .channels import Place, rotation_place, shape_path
from .curve_keys import span
from .hidden import Hidden
from .still import Still, Value, label, put_back, read_value
from .takes import Take, laid_over, part_for, playing, take_of
from .tracks import has_tracks

Shapes = Mapping[Any, Mapping[str, Array]]
"""For the shape keys of a mesh: values `(T,)` by the name of the block."""
Actions = Mapping[Any, bpy.types.Action | None]
"""What each owner plays."""


@dataclass(frozen=True)
class Underlay:
    """What a performance of the scene frames `first` to `last` is laid over.

    `levels`: by owner the actions that play now, then those under the take that plays, and so on
    down to where no take plays at that time. What a take keys is not the ground of the next one:
    `level` says for every property that the performance animates whose actions are; `curves` are
    its curves there. `takes` are those between the levels. `hidden` controls act in the performance
    alone; `around` are the curves of whatever moves their limbs otherwise.
    """

    armature: bpy.types.Object
    levels: Sequence[Actions]
    takes: Sequence[Take]
    level: Mapping[Place, int]
    curves: Mapping[Place, Mapping[int, bpy.types.FCurve]]
    first: float
    last: float
    hidden: Sequence[Hidden] = ()
    around: Sequence[bpy.types.FCurve] = ()

    @property
    def before(self) -> bool:
        """Whether anything goes on before the performance."""
        return self._on_tracks or any(span(curve)[0] < self.first for curve in self._all())

    @property
    def after(self) -> bool:
        """Whether anything goes on after the performance."""
        return self._on_tracks or any(span(curve)[1] > self.last for curve in self._all())

    @property
    def _on_tracks(self) -> bool:
        """Whether NLA tracks alone move what the performance animates: they hold their ends."""
        grounds = {(owner, level) for (owner, _), level in self.level.items()}
        return any(self.levels[k][owner] is None and has_tracks(owner) for owner, k in grounds)

    def still(self, places: Iterable[Place]) -> Still:
        """What properties are without this performance and without any take."""
        values: dict[str, dict[str, Value]] = {}
        for owner, path in places:
            level, name = self.level[owner, path], label(owner)
            value = self.takes[level - 1].still[name][path] if level else read_value(owner, path)
            values.setdefault(name, {})[path] = value
        return values

    def _all(self) -> Iterator[bpy.types.FCurve]:
        yield from self.around
        for axes in self.curves.values():
            yield from axes.values()


def find_underlay(
    owners: Sequence[Any],
    places: Collection[Place],
    first: float,
    last: float,
    hidden: Sequence[Hidden] = (),
) -> Underlay:
    """What the `owners`, the armature first, go on with around a performance that animates
    `places`, switches of `hidden` controls among them."""
    levels: list[Actions] = [{owner: playing(owner) for owner in owners}]
    takes: list[Take] = []
    while (take := take_of(levels[-1][owners[0]])) and take.overlaps(first, last):
        takes.append(take)
        levels.append(_under(levels[-1], owners[0]))
    level = {
        place: next((k for k, take in enumerate(takes) if not take.keys(*place)), len(takes))
        for place in places
    }
    curves: dict[Place, dict[int, bpy.types.FCurve]] = {}
    for k, actions in enumerate(levels):
        curves |= curves_at(actions, [place for place in places if level[place] == k])
    armature = owners[0]
    moving = {level[armature, control.path] for control in hidden}
    around = [curve for k in moving for curve in _curves(levels[k][armature], armature)]
    return Underlay(armature, levels, takes, level, curves, first, last, hidden, around)


def _curves(action: bpy.types.Action | None, owner: Any) -> Sequence[bpy.types.FCurve]:
    return list(compat.curves_in(action, owner)) if action else ()


def _under(actions: Actions, armature: bpy.types.Object) -> Actions:
    """What the owners played before the take that the armature plays."""
    whole = actions[armature]
    assert whole is not None
    return {
        owner: laid_over(whole, owner) if action == part_for(whole, owner) else action
        for owner, action in actions.items()
    }


def curves_at(
    actions: Actions, places: Iterable[Place]
) -> dict[Place, dict[int, bpy.types.FCurve]]:
    """The curves by axis with which the actions of their owners animate some places."""
    wanted = set(places)
    curves: dict[Place, dict[int, bpy.types.FCurve]] = {}
    for owner, action in actions.items():
        for curve in _curves(action, owner):
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

    @property
    def is_own(self) -> NDArray[np.bool_]:
        """Whether each frame `(T,)` is the performance's own."""
        flags = np.zeros(len(self.times), dtype=bool)
        flags[self.own] = True
        return flags

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
    for level, actions in enumerate(underlay.levels if frames.size else ()):
        columns = [
            column
            for column, bone in enumerate(motion.bones)
            if underlay.level[rotation_place(underlay.armature, bone)] == level
        ]
        blocks = {
            keys: [name for name in values if underlay.level[keys, shape_path(keys, name)] == level]
            for keys, values in mixed.items()
        }
        moved = {mesh.data.shape_keys: mesh for mesh in faces if blocks.get(mesh.data.shape_keys)}
        bones = [motion.bones[column] for column in columns]
        if not bones and not moved:
            continue
        with _played(actions, underlay.takes[:level]):
            times = stretch.times[frames]
            below = Below(underlay.armature, bones, [*moved.values()], times, underlay.hidden)
        share = weights[frames]
        at = frames[:, None], np.array(columns, dtype=np.intp)
        rotations[at] = turn(below.rotations, rotations[at], share)
        if motion.root in bones:
            root = below.locations[:, bones.index(motion.root)]
            locations[frames] = mix(root, locations[frames], share)
        for keys in moved:
            order = {block.name: column for column, block in enumerate(keys.key_blocks)}
            for name in blocks[keys]:
                resting = below.shapes[keys.name][:, order[name]]
                mixed[keys][name][frames] = mix(resting, mixed[keys][name][frames], share)
    return replace(motion, rotations=continuous(rotations), locations=locations), mixed


@contextmanager
def _played(actions: Actions, left: Sequence[Take]) -> Iterator[None]:
    """Let every owner play its action for a while, without the poses of the takes `left`."""
    now = {owner: playing(owner) for owner in actions}
    changed = [owner for owner in actions if now[owner] != actions[owner]]
    for owner in changed:
        compat.play(owner, actions[owner])
    for take in left:
        put_back(actions, take.still)
    try:
        yield
    finally:
        for owner in changed:
            compat.play(owner, now[owner])
