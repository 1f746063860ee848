"""Ways between postures: smooth, within the joints, and round the body."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.body.volume import humanoid_volume
from gesture_core.gestures.easing import ease
from gesture_core.kinematics import nearest_on_segment
from gesture_core.rotation import quat_angle, quat_identity, quat_inverse, quat_multiply
from gesture_core.signing.arms import carry, hand_turn, wrist_angles
from gesture_core.signing.timing import movement_seconds
from gesture_core.signing.track import HandTrack, join_hands
from gesture_core.signing.transitions import (
    bridge,
    brinks,
    held,
    quintic,
    travel_seconds,
)
from gesture_core.skeleton import HUMANOID
from tests.sign.hands import CHEST, CHIN, SHOULDER, still_hand

FRAMES = 14

places = st.tuples(st.floats(-0.1, 0.4), st.floats(0.95, 1.6), st.floats(0.18, 0.4))
turns = st.tuples(st.floats(-1.2, 1.2), st.floats(-0.6, 0.6), st.floats(-0.6, 0.6))


def way(before: HandTrack, after: HandTrack, frames: int = FRAMES) -> HandTrack:
    return bridge(brinks(before)[1], brinks(after)[0], frames)


def test_between_two_that_stand_it_is_the_minimum_jerk_curve() -> None:
    curve = quintic(np.array([[2.0]]), np.array([[5.0]]), 9)
    np.testing.assert_allclose(curve[:, 0], 2.0 + 3.0 * ease(np.arange(1, 10) / 10.0), atol=1e-12)


def test_a_steady_movement_just_goes_on() -> None:
    line = np.arange(12.0)[:, None]
    np.testing.assert_allclose(quintic(line[:2], line[10:], 8), line[2:10], atol=1e-9)


@given(st.lists(st.floats(-2, 2), min_size=4, max_size=4), st.integers(4, 40))
@settings(max_examples=50, deadline=None)
def test_speed_is_kept_at_both_ends(values: list[float], frames: int) -> None:
    before, after = np.array(values[:2])[:, None], np.array(values[2:])[:, None]
    curve = np.concatenate([before, quintic(before, after, frames), after])[:, 0]
    # the acceleration is zero there, so the first and last change differ by the third order only
    steps = np.diff(curve)
    # a quintic's third derivative, bounded by what drives it
    drive = abs(curve[-1] - curve[0]) + (abs(steps[0]) + abs(steps[-1])) * (frames + 1)
    slack = 60.0 * drive / (frames + 1) ** 3 + 1e-9
    assert abs(steps[1] - steps[0]) <= slack
    assert abs(steps[-1] - steps[-2]) <= slack


@given(places, places, turns, turns)
@settings(max_examples=40, deadline=None)
def test_joints_stay_between_those_of_the_ends(
    here: tuple[float, ...],
    there: tuple[float, ...],
    one: tuple[float, ...],
    other: tuple[float, ...],
) -> None:
    before, after = still_hand(here, 2, turn=one), still_hand(there, 2, turn=other)
    made = way(before, after)
    ends = [wrist_angles(carry(h.wrist[:1], h.swivel[:1]), h.turn[:1])[0] for h in (before, after)]
    angles = wrist_angles(carry(made.wrist, made.swivel), made.turn)
    assert (angles >= np.minimum(*ends) - 1e-6).all()
    assert (angles <= np.maximum(*ends) + 1e-6).all()


def test_a_way_past_the_head_goes_round_it() -> None:
    before, after = still_hand((0.13, 1.58, 0.05)), still_hand((-0.12, 1.55, 0.08))
    made = way(before, after, 24)
    capsules = humanoid_volume().body
    start, end = capsules.endpoints(HUMANOID.rest_positions, quat_identity((len(HUMANOID),)))

    def gap(points: np.ndarray) -> np.ndarray:
        nearest = nearest_on_segment(points[:, None], start, end)
        return np.min(np.linalg.norm(points[:, None] - nearest, axis=-1) - capsules.radius, axis=1)

    straight = quintic(before.wrist[:1], after.wrist[:1], 24)
    assert gap(straight)[6:18].min() < 0.0
    assert gap(made.wrist)[6:18].min() > 0.0


def test_a_free_way_hardly_bends() -> None:
    before, after = still_hand(CHEST), still_hand(SHOULDER)
    made = way(before, after)
    straight = quintic(before.wrist[:1], after.wrist[:1], FRAMES)
    length = np.linalg.norm(np.subtract(SHOULDER, CHEST))
    assert np.abs(made.wrist - straight).max() <= 0.041 * length


def test_there_is_no_jump_at_either_end() -> None:
    before, after = still_hand(CHEST, turn=(0.5, 0, 0)), still_hand(CHIN, turn=(-0.5, 0.2, 0))
    whole = join_hands([before, way(before, after), after])
    steps = np.linalg.norm(np.diff(whole.wrist, axis=0), axis=-1)
    assert np.abs(np.diff(steps)).max() < 0.25 * steps.max()
    turns = quat_angle(quat_multiply(quat_inverse(whole.turn[:-1]), whole.turn[1:]))
    assert turns.max() < 3.0 * turns.sum() / FRAMES


def test_a_way_takes_as_long_as_its_slowest_part() -> None:
    last, first = brinks(still_hand(CHEST))[1], brinks(still_hand(CHIN))[0]
    distance = float(np.linalg.norm(np.subtract(CHIN, CHEST)))
    assert travel_seconds(last, first) >= movement_seconds(distance)
    arm = carry(np.array([CHEST]), np.zeros(1))
    straight, pronated = (
        replace(still_hand(CHEST, 1), turn=hand_turn(arm, np.array([[twist, 0.1, -0.2]])))
        for twist in (-0.4, 1.2)
    )
    turned = travel_seconds(brinks(straight)[1], brinks(pronated)[0])
    assert turned == pytest.approx(movement_seconds(0.0, 1.6))


def test_a_held_frame_stands_still() -> None:
    moving = join_hands([still_hand(CHEST, 1), still_hand(CHIN, 1)])
    stays = held(moving, -1, 5)
    assert stays.frames == 5
    np.testing.assert_allclose(stays.wrist, np.tile(CHIN, (5, 1)))


def test_a_way_through_the_other_hand_goes_before_it() -> None:
    before, after = still_hand((-0.15, 1.2, 0.3)), still_hand((0.25, 1.2, 0.3))
    raised = np.stack([np.full(9, 0.05), np.linspace(1.1, 1.4, 9), np.full(9, 0.3)], axis=-1)
    ends = brinks(before)[1], brinks(after)[0]
    free = bridge(*ends, 24)
    avoiding = bridge(*ends, 24, np.tile(raised, (24, 1, 1)))

    def nearest(hand: HandTrack) -> float:
        return float(np.linalg.norm(hand.wrist[:, None] - raised, axis=-1).min())

    assert nearest(free) < 0.04
    assert nearest(avoiding) > 0.07
    assert avoiding.wrist[12, 2] > free.wrist[12, 2]
