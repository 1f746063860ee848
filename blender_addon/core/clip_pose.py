"""Where a clip puts single joints."""

from __future__ import annotations

from .clip_reader import Clip
from .quaternion import Array, multiply, rotate
from .rig_pose import Frames


class ClipPose:
    """A clip's moving skeleton, worked out joint by joint when asked, in the clip's axes.

    `frames` picks some of the clip's T frames.
    """

    def __init__(self, clip: Clip, frames: Frames = slice(None)) -> None:
        self._clip = clip
        self._frames = frames
        self._joints = {name: joint for joint, name in enumerate(clip.joints)}
        self._turns: dict[int, Array] = {}
        self._places: dict[int, Array] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._joints

    def turn(self, name: str) -> Array:
        """Global rotation `(T, 4)` of a joint."""
        return self._turn(self._joints[name])

    def place(self, name: str) -> Array:
        """Position `(T, 3)` of a joint, metres."""
        return self._place(self._joints[name])

    def _turn(self, joint: int) -> Array:
        if joint not in self._turns:
            parent = self._clip.parents[joint]
            own = self._clip.rotations[self._frames, joint]
            self._turns[joint] = own if parent < 0 else multiply(self._turn(parent), own)
        return self._turns[joint]

    def _place(self, joint: int) -> Array:
        if joint not in self._places:
            parent = self._clip.parents[joint]
            if parent < 0:
                self._places[joint] = self._clip.root[self._frames]
            else:
                away = rotate(self._turn(parent), self._clip.offsets[joint])
                self._places[joint] = self._place(parent) + away
        return self._places[joint]
