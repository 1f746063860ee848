"""Hands for tests of signing: still ones, and tracks made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gesture_core.motion import EXPRESSIONS
from gesture_core.rotation import quat_identity, rotvec_to_quat
from gesture_core.signing.arms import mirrored
from gesture_core.signing.track import FPS, HandTrack, Track

REST = (0.08, 1.0, 0.22)
CHEST = (0.15, 1.25, 0.30)
CHIN = (0.06, 1.45, 0.25)
SHOULDER = (0.25, 1.4, 0.28)


def still_hand(
    wrist: Sequence[float],
    frames: int = 10,
    *,
    active: bool = True,
    turn: Sequence[float] = (0.0, 0.0, 0.0),
) -> HandTrack:
    """A left hand that stays at a place, turned by a rotation vector, with straight fingers."""
    return HandTrack(
        np.tile(np.asarray(wrist, float), (frames, 1)),
        np.tile(rotvec_to_quat(np.asarray(turn, float)), (frames, 1)),
        quat_identity((frames, 15)),
        np.zeros(frames),
        np.full(frames, active),
    )


def track_of(strong: HandTrack, weak: HandTrack | None = None) -> Track:
    """Two left hands as a track, the first as its mirror image; a weak one that is free."""
    if weak is None:
        weak = still_hand(REST, strong.frames, active=False)
    head, face = np.zeros((strong.frames, 3)), np.zeros((strong.frames, len(EXPRESSIONS)))
    return Track(FPS, mirrored(strong), weak, head, face)


def resting() -> Track:
    """One frame of both hands before the belly."""
    return track_of(still_hand(REST, 1), still_hand(REST, 1))
