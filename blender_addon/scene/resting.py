"""Where the bones of an armature rest beside each other."""

from __future__ import annotations

import bpy
import numpy as np

from ..core.quaternion import Array, normalize

NEAR = 0.01
"""Share of the rig's size within which a control lies where the bone is that it moves."""
ALIGNED = np.cos(np.radians(20.0))


class Resting:
    """Rest places of all bones of an armature."""

    def __init__(self, armature: bpy.types.Object) -> None:
        bones = armature.data.bones
        self._names = tuple(bone.name for bone in bones)
        self._index = {name: k for k, name in enumerate(self._names)}
        self._heads = np.array([bone.head_local for bone in bones])
        self._tails = np.array([bone.tail_local for bone in bones])
        self._deform = np.array([bone.use_deform for bone in bones])
        self.near = NEAR * float(np.ptp(self._heads, axis=0).max())

    def apart(self, one: str, other: str) -> tuple[float, float]:
        """Distances between the beginnings and between the ends of two bones."""
        first, second = self._index[one], self._index[other]
        ends = (self._heads, self._tails)
        heads, tails = (float(np.linalg.norm(end[first] - end[second])) for end in ends)
        return heads, tails

    def covering(self, bone: str) -> list[str]:
        """Bones on which `bone` begins, in the direction in which it points."""
        own = self._index[bone]
        lines = self._tails - self._heads
        found = self._beside(self._heads, lines, self._heads[own], lines[own])
        return [self._names[k] for k in np.flatnonzero(found)]

    def deforming(self, bone: str) -> str:
        """The bone that moves the skin where `bone` is; itself where there is none."""
        own = self._index[bone]
        if self._deform[own]:
            return bone
        lines = self._tails - self._heads
        beside = self._beside(self._heads[own], lines[own], self._heads, lines) & self._deform
        if not beside.any():
            return bone
        distance = np.linalg.norm(self._heads - self._heads[own], axis=-1)
        return self._names[int(np.where(beside, distance, np.inf).argmin())]

    def _beside(self, start: Array, line: Array, head: Array, other: Array) -> Array:
        """Whether bones that begin at `head` begin on the line from `start`, and go its way."""
        length = np.maximum(np.sum(line * line, axis=-1), 1e-12)
        share = np.clip(np.sum((head - start) * line, axis=-1) / length, 0.0, 1.0)
        apart = np.linalg.norm(start + share[..., None] * line - head, axis=-1)
        same = np.sum(normalize(line) * normalize(other), axis=-1) > ALIGNED
        return (apart < self.near) & same
