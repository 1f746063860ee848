"""What the hands of a signer do, frame by frame, before arms carry them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.motion import EXPRESSIONS
from gesture_core.rotation import Array

FINGER_JOINTS = 15
FPS = 30.0


@dataclass(frozen=True)
class HandTrack:
    """One hand over T frames, in the frame of the body standing at rest.

    `wrist` `(T, 3)` metres; `turn` `(T, 4)`: its rotation away from the T-pose; `fingers`
    `(T, 15, 4)`: local rotations of its finger joints, thumb first; `swivel` `(T,)` radians by
    which its elbow is lifted outwards (see `signing.arms`); `active` `(T,)`: whether a sign uses
    the hand. Where it is free the other values may be anything valid.
    """

    wrist: Array
    turn: Array
    fingers: Array
    swivel: Array
    active: NDArray[np.bool_]

    def __post_init__(self) -> None:
        frames = len(self.wrist)
        shapes = (
            *(self.wrist.shape, self.turn.shape, self.fingers.shape),
            *(self.swivel.shape, self.active.shape),
        )
        wanted = ((frames, 3), (frames, 4), (frames, FINGER_JOINTS, 4), (frames,), (frames,))
        if shapes != wanted:
            raise ValueError(f"HandTrack arrays have shapes {shapes}, expected {wanted}")

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(self.wrist)

    def during(self, frames: slice | NDArray[np.intp]) -> HandTrack:
        """The same hand in some frames only."""
        return HandTrack(
            self.wrist[frames],
            self.turn[frames],
            self.fingers[frames],
            self.swivel[frames],
            self.active[frames],
        )


@dataclass(frozen=True)
class Track:
    """Both hands, head and face over T frames; the strong hand is the right one.

    `head` `(T, 3)`: nod (down), turn (to the left) and tilt (to the left shoulder), radians;
    `face` `(T, 52)` by `EXPRESSIONS`.
    """

    fps: float
    strong: HandTrack
    weak: HandTrack
    head: Array
    face: Array

    def __post_init__(self) -> None:
        frames = self.strong.frames
        shapes = (self.weak.frames, self.head.shape, self.face.shape)
        if shapes != (frames, (frames, 3), (frames, len(EXPRESSIONS))):
            raise ValueError(f"Track arrays have shapes {shapes} for {frames} frames")

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return self.strong.frames

    def during(self, frames: slice | NDArray[np.intp]) -> Track:
        """The same track in some frames only."""
        return replace(
            self,
            strong=self.strong.during(frames),
            weak=self.weak.during(frames),
            head=self.head[frames],
            face=self.face[frames],
        )


def join_hands(hands: Sequence[HandTrack]) -> HandTrack:
    """What one hand does in several tracks, after one another."""
    names = ("wrist", "turn", "fingers", "swivel", "active")
    return HandTrack(*(np.concatenate([getattr(hand, name) for hand in hands]) for name in names))
