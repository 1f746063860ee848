"""Hands that touch the head go with it when it nods, turns or tilts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.body.description import load_body
from gesture_core.gestures.easing import ease
from gesture_core.rotation import Array, quat_identity, quat_multiply, quat_rotate, quat_slerp
from gesture_core.signing.arms import track_to_rotations
from gesture_core.signing.track import HandTrack, Track
from gesture_core.skeleton import HUMANOID, forward_kinematics

_WITH, _APART = 0.03, 0.12
"""Metres from the skin within which a hand goes with the head, and from which it does not."""
_HAND = np.array([0.03, 0.1, 0.17])
"""Metres from the wrist along straight fingers at which the hand is looked at."""


def follow_head(track: Track) -> Track:
    """The track with hands near the head carried along by its turns; others stay as they are."""
    if not track.head.any():
        return track
    root = np.broadcast_to(HUMANOID.rest_positions[0], (track.frames, 3))
    positions, turned = forward_kinematics(HUMANOID, track_to_rotations(track), root)
    head = HUMANOID.index("head")
    place, turn = positions[:, head], turned[:, head]
    return replace(
        track,
        strong=_carried(track.strong, -1.0, place, turn),
        weak=_carried(track.weak, 1.0, place, turn),
    )


def _carried(hand: HandTrack, fingers: float, place: Array, turn: Array) -> HandTrack:
    """A hand, whose fingers point along ±X in the T-pose, with the head at `place` and `turn`."""
    joint = HUMANOID.rest_positions[HUMANOID.index("head")]
    along = quat_rotate(hand.turn, np.array([fingers, 0.0, 0.0]))
    looked_at = hand.wrist[:, None] + _HAND[:, None] * along[:, None]
    skull = load_body().obstacles["head"]
    apart = looked_at - joint - np.array(skull.start_offset)
    gap = np.linalg.norm(apart, axis=-1).min(axis=1) - skull.radius
    share = ease((_APART - gap) / (_APART - _WITH))
    moved = place + quat_rotate(turn, hand.wrist - joint)
    carried = quat_multiply(quat_slerp(quat_identity((len(share),)), turn, share), hand.turn)
    return replace(hand, wrist=hand.wrist + share[:, None] * (moved - hand.wrist), turn=carried)
