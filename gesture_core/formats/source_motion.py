"""A motion as a foreign file holds it: its own joints, its own rest pose, no naming rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.rotation import quat_identity, quat_inverse, quat_multiply, quat_rotate

Array = NDArray[np.float64]

MAX_POSES = 20_000_000
"""Most joints times frames that a reader accepts from one file, about 1.5 GB in memory."""


@dataclass(frozen=True, eq=False)
class SourceMotion:
    """A raw motion read from a BVH, glTF or SmartBody file, in metres, Y up.

    The local transform of a joint maps its own frame into its parent's: rotate, then move.
    Rotations and positions are complete, not differences from the rest pose.
    """

    names: tuple[str, ...]
    """Joint names as the file spells them, parents before children."""
    parents: tuple[int, ...]
    """Index of each joint's parent, -1 for a root; there may be several roots."""
    rest_offsets: Array
    """(J, 3) rest position of each joint in its parent's frame, metres."""
    rest_rotations: Array
    """(J, 4) rest rotation of each joint in its parent's frame, wxyz."""
    rotations: Array
    """(T, J, 4) rotation of each joint in its parent's frame, wxyz."""
    positions: Array
    """(T, J, 3) position of each joint in its parent's frame; `rest_offsets` where not animated."""
    fps: float
    """Frames per second."""
    markers: Mapping[str, float] = field(default_factory=dict[str, float])
    """Named times in seconds that the file carries, such as the stroke of a gesture."""

    def __post_init__(self) -> None:
        joints, frames = len(self.names), len(self.rotations)
        shapes = {
            "rest_offsets": (joints, 3),
            "rest_rotations": (joints, 4),
            "rotations": (frames, joints, 4),
            "positions": (frames, joints, 3),
        }
        for name, shape in shapes.items():
            values = getattr(self, name)
            if values.shape != shape:
                raise ValueError(f"{name} is {values.shape}, expected {shape}")
            if not np.all(np.isfinite(values)):
                raise ValueError(f"{name} holds numbers that are not finite")
        if len(self.parents) != joints:
            raise ValueError(f"{len(self.parents)} parents for {joints} joints")
        if any(not -1 <= parent < joint for joint, parent in enumerate(self.parents)):
            raise ValueError("a joint must come after its parent")

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(self.rotations)

    @property
    def duration(self) -> float:
        """Length in seconds, every frame lasting 1 / fps."""
        return self.frames / self.fps

    def index(self, name: str) -> int:
        """Index of the joint called `name`; ValueError if there is none."""
        return self.names.index(name)

    def world(self) -> tuple[Array, Array]:
        """World positions (T, J, 3) and rotations (T, J, 4) of every joint in every frame."""
        return local_to_world(self.parents, self.positions, self.rotations)

    def turned(self, rotation: Array) -> SourceMotion:
        """The whole motion and its rest pose turned about the origin by a quaternion (4,)."""
        roots = [joint for joint, parent in enumerate(self.parents) if parent < 0]
        turned = {
            "rest_offsets": self.rest_offsets.copy(),
            "rest_rotations": self.rest_rotations.copy(),
            "rotations": self.rotations.copy(),
            "positions": self.positions.copy(),
        }
        for name, values in turned.items():
            turn = quat_multiply if name.endswith("rotations") else quat_rotate
            values[..., roots, :] = turn(rotation, values[..., roots, :])
        return replace(self, **turned)

    def with_rest(self, world_rotations: Mapping[str, Array]) -> SourceMotion:
        """The same motion with another rest pose: world rotations (4,) of some joints by name.

        The other joints keep their rest rotation relative to their parents.
        """
        rest_rotations, world = self.rest_rotations.copy(), self.rest_rotations.copy()
        for joint, (name, parent) in enumerate(zip(self.names, self.parents, strict=True)):
            above = world[parent] if parent >= 0 else quat_identity()
            if name in world_rotations:
                rest_rotations[joint] = quat_multiply(quat_inverse(above), world_rotations[name])
            world[joint] = quat_multiply(above, rest_rotations[joint])
        return replace(self, rest_rotations=rest_rotations)

    def rest_world(self) -> tuple[Array, Array]:
        """World positions (J, 3) and rotations (J, 4) of every joint at rest."""
        return local_to_world(self.parents, self.rest_offsets, self.rest_rotations)


def metres_per_unit(rest_offsets: Array) -> float:
    """Guess the unit of a human skeleton from its rest offsets (J, 3): metre, cm or mm.

    The longest bone of a person is about 0.5 m, so lengths above 3 are not metres.
    """
    longest = float(np.linalg.norm(rest_offsets[1:], axis=-1).max(initial=0.0))
    if longest <= 3.0:
        return 1.0
    return 0.01 if longest <= 300.0 else 0.001


def local_to_world(
    parents: tuple[int, ...], positions: Array, rotations: Array
) -> tuple[Array, Array]:
    """Chain local transforms (..., J, 3) and (..., J, 4) into world transforms of those shapes."""
    world_positions, world_rotations = positions.copy(), rotations.copy()
    for joint, parent in enumerate(parents):
        if parent >= 0:
            turn = world_rotations[..., parent, :]
            world_rotations[..., joint, :] = quat_multiply(turn, rotations[..., joint, :])
            world_positions[..., joint, :] = world_positions[..., parent, :] + quat_rotate(
                turn, positions[..., joint, :]
            )
    return world_positions, world_rotations
