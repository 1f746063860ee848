"""Reading off a shaken rig which bone carries which: the rig as it behaves, not as it is built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .quaternion import Array, normalize
from .rig import Rig

SAME_TURN = 3e-4
"""Radians up to which two turns are one: far below any shake, far above what float32 loses."""
SAME_PLACE = 1e-4
"""Share of the rig's size up to which two places are one."""
NONE, UNKNOWN = -1, -2


@dataclass(frozen=True)
class Shaken:
    """A rig at rest and in K poses that turn some of its B bones all at once.

    `poses`: `(K + 1, B, 4, 4)`, rest first; `keyed`: the N bones that were turned; `own`: their
    rotations `(K, N, 3, 3)` about their own axes.
    """

    poses: Array
    keyed: tuple[int, ...]
    own: Array

    @cached_property
    def rests(self) -> Array:
        """Orientations `(B, 3, 3)` of the resting bones."""
        return orientations(self.poses[0])

    @cached_property
    def turns(self) -> Array:
        """Turns `(K, B, 3, 3)` of all bones away from rest."""
        return orientations(self.poses[1:]) @ np.swapaxes(self.rests, -1, -2)

    @cached_property
    def carriers(self) -> tuple[int, ...]:
        """The keyed bone whose turn each bone takes over before it turns itself: `NONE` where
        nothing turns it, `UNKNOWN` where that is not how it moves."""
        keyed = list(self.keyed)
        rests = self.rests[keyed]
        taken = self.turns.copy()
        taken[:, keyed] @= rests @ np.swapaxes(self.own, -1, -2) @ np.swapaxes(rests, -1, -2)
        apart = taken[:, :, None] - self._above(self.turns, np.eye(3))[:, None]
        error = np.linalg.norm(apart, axis=(-2, -1)).max(axis=0) / np.sqrt(2.0)
        return tuple(self._nearest(error, SAME_TURN))

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """The keyed bone that moves each bone's head along, as `carriers`: where several could,
        the one that turns the bone too, or else none."""
        heads = self.poses[:, :, :3, 3]
        keyed = list(self.keyed)
        away = heads[0][:, None] - heads[0][keyed]
        turned = (self.turns[:, None, keyed] @ away[..., None])[..., 0]
        along = turned + heads[1:, None, keyed] - heads[1:, :, None]
        still = heads[None, 0] - heads[1:]
        moved = np.concatenate([along, still[:, :, None]], axis=2)
        error = np.linalg.norm(moved, axis=-1).max(axis=0) / self.size
        found = self._nearest(error, SAME_PLACE)
        columns = {bone: column for column, bone in enumerate((*self.keyed, NONE))}
        for bone, carrier in enumerate(self.carriers):
            for first in (carrier, NONE):
                if first in columns and error[bone, columns[first]] < SAME_PLACE:
                    found[bone] = first
                    break
        for bone in self.keyed:  # what nothing moves along rigidly still hangs from its carrier
            if found[bone] == UNKNOWN:
                found[bone] = self.carriers[bone]
        return tuple(found)

    @cached_property
    def size(self) -> float:
        """Largest extent of the resting bones."""
        return float(np.ptp(self.poses[0, :, :3, 3], axis=0).max())

    def _above(self, values: Array, still: Array) -> Array:
        """What the keyed bones do and, last, what nothing does."""
        rest = np.broadcast_to(still, (len(values), 1, *still.shape))
        return np.concatenate([values[:, list(self.keyed)], rest], axis=1)

    def _nearest(self, error: Array, limit: float) -> list[int]:
        """The keyed bone or `NONE` of the least `error` `(B, N + 1)`, if that is below `limit`."""
        error[list(self.keyed), range(len(self.keyed))] = np.inf  # no bone carries itself
        best = np.array([*self.keyed, NONE])[error.argmin(axis=1)]
        return np.where(error.min(axis=1) < limit, best, UNKNOWN).tolist()


def orientations(poses: Array) -> Array:
    """Rotation parts `(..., 3, 3)` of matrices `(..., 4, 4)`, without their scale."""
    return np.swapaxes(normalize(np.swapaxes(poses[..., :3, :3], -1, -2)), -1, -2)


def behaving_rig(names: tuple[str, ...], tails: Array, shaken: Shaken) -> Rig:
    """The rig of the bones that are known to ride on keyed ones or on nothing.

    `names` and resting `tails` `(B, 3)` belong to all bones of `shaken`.
    """
    above = dict(enumerate(zip(shaken.parents, shaken.carriers, strict=True)))
    order: list[int] = []
    waiting = [bone for bone, pair in above.items() if UNKNOWN not in pair]
    placed = {NONE}
    while ready := [bone for bone in waiting if placed.issuperset(above[bone])]:
        order += ready
        placed.update(ready)
        waiting = [bone for bone in waiting if bone not in placed]
    new = {bone: k for k, bone in enumerate(order)} | {NONE: NONE}
    turned_by = {
        names[bone]: new[above[bone][1]] for bone in order if above[bone][0] != above[bone][1]
    }
    return Rig(
        names=tuple(names[bone] for bone in order),
        parents=tuple(new[above[bone][0]] for bone in order),
        heads=shaken.poses[0, order, :3, 3],
        tails=tails[order],
        rotations=shaken.rests[order],
        turned_by=turned_by,
    )
