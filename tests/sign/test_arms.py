"""Arms reach what hands ask for, bend like arms, and stay within what joints can do."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.motion import EXPRESSIONS, Motion
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.signing.arms import (
    carry,
    hand_turn,
    mirrored,
    motion_hand,
    track_to_motion,
    track_to_rotations,
    wrist_angles,
)
from gesture_core.signing.track import HandTrack, Track
from gesture_core.skeleton import HUMANOID, forward_kinematics

SHOULDER = HUMANOID.rest_positions[HUMANOID.index("leftUpperArm")]


def track_of(left: HandTrack) -> Track:
    """Both hands doing the same in mirror image."""
    frames = left.frames
    return Track(
        30.0, mirrored(left), left, np.zeros((frames, 3)), np.zeros((frames, len(EXPRESSIONS)))
    )


def some_hand(seed: int, frames: int = 40) -> HandTrack:
    """Places that an arm reaches, any turn of the hand, any elbow."""
    rng = np.random.default_rng(seed)
    away = rng.normal(size=(frames, 3))
    away[:, 2] = np.abs(away[:, 2])
    away *= rng.uniform(0.2, 0.44, (frames, 1)) / np.linalg.norm(away, axis=-1, keepdims=True)
    return HandTrack(
        SHOULDER + away,
        quat_normalize(rng.normal(size=(frames, 4))),
        quat_identity((frames, 15)),
        rng.uniform(-0.5, 1.5, frames),
        np.ones(frames, dtype=bool),
    )


def world(track: Track) -> tuple[Array, Array]:
    root = np.tile(HUMANOID.rest_positions[0], (track.frames, 1))
    return forward_kinematics(HUMANOID, track_to_rotations(track), root)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_both_hands_are_where_the_track_has_them(seed: int) -> None:
    track = track_of(some_hand(seed))
    positions, turned = world(track)
    for side, hand in (("left", track.weak), ("right", track.strong)):
        joint = HUMANOID.index(f"{side}Hand")
        np.testing.assert_allclose(positions[:, joint], hand.wrist, atol=1e-9)
        off = quat_angle(quat_multiply(quat_inverse(turned[:, joint]), hand.turn))
        assert off.max() < 1e-6


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31))
def test_reading_a_motion_gives_the_hands_that_made_it(seed: int) -> None:
    track = track_of(some_hand(seed))
    rotations = track_to_rotations(track)
    root = np.tile(HUMANOID.rest_positions[0], (track.frames, 1))
    sway = rotvec_to_quat(np.tile([0.1, 0.3, -0.1], (track.frames, 1)))
    rotations[:, 0] = sway  # what the whole body does is none of the hands' doing
    motion = Motion(HUMANOID, rotations, root + 0.2, 30.0)
    for side, hand in (("left", track.weak), ("right", track.strong)):
        found = motion_hand(motion, side)
        np.testing.assert_allclose(found.wrist, hand.wrist, atol=1e-9)
        np.testing.assert_allclose(found.swivel, hand.swivel, atol=1e-6)
        assert quat_angle(quat_multiply(quat_inverse(found.turn), hand.turn)).max() < 1e-6


def test_a_place_out_of_reach_is_approached_along_its_line() -> None:
    far = SHOULDER + np.array([[0.0, 0.0, 2.0]])
    arm = carry(far, np.zeros(1))
    line = arm.wrist - far
    assert 0.45 < np.linalg.norm(arm.wrist - SHOULDER) < 0.53
    assert abs(line[0, 0]) + abs(line[0, 1]) < 0.06


def test_an_elbow_hangs_before_the_body_and_lies_behind_a_hanging_arm() -> None:
    forward, hanging = SHOULDER + np.array([[0.0, -0.1, 0.3], [0.0, -0.4, 0.05]])
    assert carry(forward, np.array(0.0)).elbow[1] < SHOULDER[1] - 0.15
    assert carry(hanging, np.array(0.0)).elbow[2] < SHOULDER[2] - 0.02
    lifted = carry(forward, np.array(np.pi / 2)).elbow
    assert lifted[0] > SHOULDER[0] + 0.1  # a positive swivel lifts it outwards


def test_the_elbow_moves_smoothly_wherever_the_hand_goes() -> None:
    angle = np.linspace(-0.3, np.pi + 0.3, 400)
    for height in (-0.3, 0.0, 0.3):  # round the shoulder, but never behind the body
        circle = [0.25 * np.cos(angle), np.full(400, height), 0.05 + 0.25 * np.sin(angle)]
        wrist = SHOULDER + np.stack(circle, axis=-1)
        elbow = carry(wrist, np.zeros(len(wrist))).elbow
        step = np.linalg.norm(np.diff(wrist, axis=0), axis=-1)
        assert np.all(np.linalg.norm(np.diff(elbow, axis=0), axis=-1) < 2.0 * step)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_wrist_angles_and_hand_turn_are_inverse(seed: int) -> None:
    hand = some_hand(seed)
    arm = carry(hand.wrist, hand.swivel)
    back = hand_turn(arm, wrist_angles(arm, hand.turn))
    assert quat_angle(quat_multiply(quat_inverse(back), hand.turn)).max() < 1e-6


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31))
def test_no_joint_is_beyond_its_limit_whatever_the_track_asks(seed: int) -> None:
    motion = track_to_motion(track_of(some_hand(seed)))
    assert limit_use(humanoid_limits(), motion.rotations).max() <= 1.0 + 1e-6


def test_the_head_nods_down_turns_left_and_tilts_left() -> None:
    still = some_hand(0, 3)
    track = track_of(still)
    track.head[:] = 0.3 * np.eye(3)
    positions, turned = world(track)
    head = turned[:, HUMANOID.index("head")]
    assert quat_rotate(head[0], [0.0, 0.0, 1.0])[1] < -0.2
    assert quat_rotate(head[1], [0.0, 0.0, 1.0])[0] > 0.2
    assert quat_rotate(head[2], [0.0, 1.0, 0.0])[0] > 0.2
    assert positions.shape == (3, len(HUMANOID), 3)
