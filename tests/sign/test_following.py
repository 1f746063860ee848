"""Hands at the head, and the head that moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.motion import rest_motion
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply
from gesture_core.signing.arms import track_to_motion
from gesture_core.signing.following import follow_head
from gesture_core.signing.track import FPS
from gesture_core.skeleton import HUMANOID, forward_kinematics
from tests.sign.hands import CHEST, still_hand, track_of

AT_THE_HEAD = (0.08, 1.55, 0.12)
NOD = np.radians([20.0, 0.0, 0.0])


def test_a_still_head_leaves_the_hands() -> None:
    track = track_of(still_hand(AT_THE_HEAD))
    assert follow_head(track) is track


def test_a_hand_on_the_face_keeps_its_place_on_it() -> None:
    track = track_of(still_hand(AT_THE_HEAD), still_hand(AT_THE_HEAD))
    nodding = replace(track, head=np.tile(NOD, (track.frames, 1)))
    followed = follow_head(nodding)
    motion = track_to_motion(nodding)
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    head = HUMANOID.index("head")
    rest = rest_motion(1, FPS).skeleton.rest_positions[head]
    for hand, before in ((followed.strong, track.strong), (followed.weak, track.weak)):
        wanted = np.linalg.norm(before.wrist - rest, axis=-1)
        np.testing.assert_allclose(
            np.linalg.norm(hand.wrist - positions[:, head], axis=-1), wanted, atol=1e-6
        )
        turn = quat_multiply(hand.turn, quat_inverse(before.turn))
        off = quat_angle(quat_multiply(quat_inverse(turned[:, head]), turn))
        assert off.max() < 1e-6


def test_a_hand_before_the_chest_does_not_care() -> None:
    track = track_of(still_hand(CHEST), still_hand(CHEST))
    followed = follow_head(replace(track, head=np.tile(NOD, (track.frames, 1))))
    np.testing.assert_array_equal(followed.strong.wrist, track.strong.wrist)
    np.testing.assert_array_equal(followed.weak.turn, track.weak.turn)
