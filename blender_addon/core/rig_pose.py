"""Where a movement puts single bones of a rig, and the movement again after some were turned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from .alignment import IDENTITY
from .quaternion import Array, continuous, inverse, multiply, normalize, rotate
from .retarget import RigMotion
from .rig import Rig

Index = NDArray[np.intp]
Frames = slice | Index


class RigPose:
    """A moving rig, worked out bone by bone when asked: bones nobody asks for cost nothing.

    `frames` picks some of the motion's T frames.
    """

    def __init__(self, rig: Rig, motion: RigMotion, frames: Frames = slice(None)) -> None:
        self._rig = rig
        self._motion = motion
        self._frames = frames
        self._columns = {name: column for column, name in enumerate(motion.bones)}
        self._locations = motion.locations[frames]
        self._turns: dict[int, Array] = {}
        self._places: dict[int, Array] = {}

    def turn(self, name: str) -> Array:
        """Global rotation `(T, 4)` of a bone away from its rest."""
        return self._turn(self._rig.index(name))

    def place(self, name: str) -> Array:
        """Position `(T, 3)` of a bone's head, in the rig's space."""
        return self._place(self._rig.index(name))

    def carried(self, name: str) -> Array:
        """How far `(T, 4)` a bone is turned before its own rotation."""
        return self._carried(self._rig.index(name))

    def _carried(self, bone: int) -> Array:
        carrier = self._rig.carriers[bone]
        if carrier < 0:
            return np.broadcast_to(IDENTITY, (len(self._locations), 4))
        return self._turn(carrier)

    def _turn(self, bone: int) -> Array:
        if bone not in self._turns:
            turn = self._carried(bone)
            column = self._columns.get(self._rig.names[bone])
            if column is not None:
                own = self._motion.rotations[self._frames, column]
                turn = multiply(turn, _seen(own, self._rig.rotations[bone].T))
            self._turns[bone] = turn
        return self._turns[bone]

    def _place(self, bone: int) -> Array:
        if bone not in self._places:
            parent = self._rig.parents[bone]
            if parent < 0:
                place = np.broadcast_to(self._rig.heads[bone], (len(self._locations), 3))
            else:
                away = self._rig.heads[bone] - self._rig.heads[parent]
                place = self._place(parent) + rotate(self._turn(parent), away)
            if self._rig.names[bone] == self._motion.root:
                shift = self._locations @ self._rig.slide(self._motion.root).T
                carrier = IDENTITY if parent < 0 else self._turn(parent)
                place = place + rotate(carrier, shift)
            self._places[bone] = place
        return self._places[bone]


def repose(
    rig: Rig, motion: RigMotion, turns: dict[str, Array], frames: Frames = slice(None)
) -> RigMotion:
    """The movement with the bones of `turns` turned globally as they say, each `(T, 4)`.

    Bones below them that `turns` does not name keep their own rotation and so follow. `frames`
    picks the frames that `turns` is about.
    """
    columns = {name: column for column, name in enumerate(motion.bones)}
    moved = replace(motion, rotations=motion.rotations.copy())
    pose = RigPose(rig, moved, frames)
    for name in sorted(turns, key=rig.index):  # parents first: `pose` meets none before it is set
        column = columns[name]
        local = multiply(inverse(pose.carried(name)), turns[name])
        own = _seen(local, rig.rotations[rig.index(name)])
        moved.rotations[frames, column] = normalize(own)
        moved.rotations[:, column] = continuous(moved.rotations[:, column])
    return moved


def _seen(rotations: Array, axes: Array) -> Array:
    """The same rotations `(T, 4)` along other axes, the columns of `(3, 3)`."""
    seen = np.empty(rotations.shape)
    seen[:, 0] = rotations[:, 0]
    seen[:, 1:] = rotations[:, 1:] @ axes
    return seen
