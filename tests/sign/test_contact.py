"""Hands stop at the skin: measured by points of our own, not by what moves them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.motion import EXPRESSIONS
from gesture_core.rotation import Array, quat_identity, rotvec_to_quat
from gesture_core.signing.arms import mirrored, track_to_rotations
from gesture_core.signing.contact import clear, segment_points
from gesture_core.signing.skin import on_skin, skin_depth
from gesture_core.signing.track import HandTrack, Track
from gesture_core.skeleton import HUMANOID, forward_kinematics

coordinate = st.floats(-1.0, 1.0)
point = st.tuples(coordinate, coordinate, coordinate)
KNUCKLES = tuple(
    f"left{finger}{bone}"
    for finger in ("Index", "Middle", "Ring", "Little")
    for bone in ("Proximal", "Intermediate", "Distal")
)


def passing(height: float, depth: float, last: float = 0.0) -> Track:
    """A flat hand that goes across the body at a height, `depth` metres in front of its axis, until
    its wrist is `last` metres from the middle."""
    frames = 40
    side = np.linspace(0.28, last, frames)
    wrist = np.stack([side, np.full(frames, height), np.full(frames, depth)], axis=-1)
    across = rotvec_to_quat(np.array([0.0, np.pi, 0.0]))
    hand = HandTrack(
        wrist,
        np.tile(across, (frames, 1)),
        quat_identity((frames, 15)),
        np.full(frames, 0.3),
        np.ones(frames, dtype=bool),
    )
    away = replace(hand, wrist=np.tile([0.45, 0.95, 0.2], (frames, 1)))
    face = np.zeros((frames, len(EXPRESSIONS)))
    return Track(30.0, mirrored(away), hand, np.zeros((frames, 3)), face)


def knuckles(track: Track) -> Array:
    root = np.tile(HUMANOID.rest_positions[0], (track.frames, 1))
    positions, _ = forward_kinematics(HUMANOID, track_to_rotations(track), root)
    return positions[:, HUMANOID.indices(KNUCKLES)]


@settings(max_examples=500, deadline=None)
@given(point, point, point, point)
def test_nearest_points_of_segments_are_as_near_as_any(
    p: Array, q: Array, r: Array, s: Array
) -> None:
    one, two = segment_points(*(np.array(end) for end in (p, q, r, s)))
    share = np.linspace(0.0, 1.0, 60)[:, None]
    along = np.array(p) + share * (np.array(q) - np.array(p))
    across = np.array(r) + share * (np.array(s) - np.array(r))
    tried = np.linalg.norm(along[:, None] - across[None], axis=-1).min()
    assert np.linalg.norm(one - two) <= tried + 1e-7
    for found, start, end in ((one, p, q), (two, r, s)):
        legs = np.linalg.norm(found - np.array(start)) + np.linalg.norm(found - np.array(end))
        np.testing.assert_allclose(
            legs, np.linalg.norm(np.subtract(q if start is p else s, start)), atol=1e-6
        )


def test_a_hand_through_the_chest_goes_round_it() -> None:
    track = passing(height=1.25, depth=0.05)
    assert skin_depth(knuckles(track)).max() > 0.03
    freed = clear(track)
    # a finger is at least 6.5 mm thick to either side of its joints
    assert skin_depth(knuckles(freed)).max() < -0.0065 + 0.005
    np.testing.assert_array_equal(freed.weak.turn, track.weak.turn)
    steps = np.linalg.norm(np.diff(freed.weak.wrist, axis=0), axis=-1)
    assert steps.max() < 0.05  # no jump at 30 frames a second


def test_a_hand_before_the_face_stays_out_of_it() -> None:
    freed = clear(passing(height=1.52, depth=0.10))
    assert skin_depth(knuckles(freed)).max() < -0.0065 + 0.005


def test_a_track_that_touches_nothing_is_left_alone() -> None:
    track = passing(height=1.25, depth=0.35)
    assert clear(track) is track


def test_two_hands_part_half_and_half() -> None:
    track = passing(height=1.2, depth=0.35, last=0.17)
    met = replace(track, strong=mirrored(track.weak))
    freed = clear(met)
    left, right = knuckles(freed), knuckles(replace(freed, weak=mirrored(freed.strong)))
    right = right * np.array([-1.0, 1.0, 1.0])
    gap = np.linalg.norm(left[:, :, None] - right[:, None], axis=-1)
    assert gap.min() > 2 * 0.0065 - 0.005
    moved = np.abs(mirrored(freed.strong).wrist - freed.weak.wrist)
    assert moved.max() < 0.012


def test_the_nose_is_found_where_the_landmarks_have_it() -> None:
    head = HUMANOID.rest_positions[HUMANOID.index("head")]
    tip = on_skin(head + np.array([0.0, 0.0019, 0.10]), np.array([0.0, 0.0, 1.0]))
    np.testing.assert_allclose(tip - head, [0.0, 0.0019, 0.1175], atol=0.006)
    assert abs(float(skin_depth(tip))) < 1e-3
