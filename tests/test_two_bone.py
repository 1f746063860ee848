"""Two-bone inverse kinematics, by hand and by chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from blender_addon.core.quaternion import from_rotvec, rotate
from blender_addon.core.two_bone import Chain, bend_to, within_reach

ORIGIN = np.zeros(3)
BACK = np.array([0.0, 0.0, -1.0])
directions = arrays(float, 3, elements=st.floats(-1.0, 1.0)).filter(
    lambda vector: np.linalg.norm(vector) > 0.2
)


def right_angle() -> Chain:
    """An upper bone of 3 along x and a lower bone of 4 along y: the end is 5 away."""
    return Chain(ORIGIN, np.array([3.0, 0.0, 0.0]), np.array([3.0, 4.0, 0.0]))


def moved(chain: Chain, target: np.ndarray, fold: np.ndarray = BACK) -> Chain:
    upper, lower = bend_to(chain, target, fold)
    middle = chain.base + rotate(upper, chain.middle - chain.base)
    return Chain(chain.base, middle, middle + rotate(lower, chain.end - chain.middle))


def test_a_limb_that_is_there_already_does_not_turn():
    for turn in bend_to(right_angle(), right_angle().end, BACK):
        np.testing.assert_allclose(np.abs(turn), [1.0, 0.0, 0.0, 0.0], atol=1e-12)


def test_pulling_the_end_in_folds_the_limb_in_its_own_plane():
    # the sides 3, 4 and √7 have a right angle between the 3 and the √7
    chain = right_angle()
    end = chain.end / 5.0 * np.sqrt(7.0)
    folded = moved(chain, end)
    np.testing.assert_allclose(folded.end, end, atol=1e-12)
    assert folded.middle @ end == pytest.approx(0.0, abs=1e-12)
    assert folded.middle[2] == pytest.approx(0.0, abs=1e-12)
    assert np.cross(folded.middle, end)[2] > 0.0, "the middle stays on its side"


def test_a_target_aside_swings_the_whole_limb_rigidly():
    chain = right_angle()
    turn = from_rotvec(np.array([0.0, 0.0, 0.7]))
    swung = moved(chain, rotate(turn, chain.end))
    np.testing.assert_allclose(swung.middle, rotate(turn, chain.middle), atol=1e-12)


@pytest.mark.parametrize("bend", [0.0, 1e-4, -0.01])
def test_a_straight_limb_folds_where_it_is_told_even_if_bent_a_little_back(bend: float):
    chain = Chain(ORIGIN, np.array([1.0, 0.0, bend]), np.array([2.0, 0.0, 0.0]))
    folded = moved(chain, np.array([1.4, 0.0, 0.0]))
    np.testing.assert_allclose(folded.end, [1.4, 0.0, 0.0], atol=1e-9)
    assert folded.middle[2] < -0.6


@given(directions, directions, directions, st.floats(0.3, 1.9), st.floats(0.3, 1.9))
def test_the_end_gets_there_and_no_bone_changes_its_length(upper, lower, aim, start, wanted):
    upper, lower = (vector / np.linalg.norm(vector) for vector in (upper, lower))
    chain = Chain(ORIGIN, upper, upper + start * lower)
    target = within_reach(chain, wanted * aim / np.linalg.norm(aim))
    after = moved(chain, target, np.array([0.3, -0.5, 0.8]))
    np.testing.assert_allclose(after.end, target, atol=1e-6)
    assert np.linalg.norm(after.middle) == pytest.approx(1.0)
    assert np.linalg.norm(after.end - after.middle) == pytest.approx(start)


def test_reach_ends_softly_and_never_beyond_the_limb():
    chain = right_angle()
    far = np.linspace(4.0, 12.0, 400)[:, None] * [1.0, 0.0, 0.0]
    many = Chain(*(np.tile(place, (400, 1)) for place in (chain.base, chain.middle, chain.end)))
    reached = within_reach(many, far)[:, 0]
    steps = np.diff(reached)
    assert (steps > -1e-12).all()
    assert reached.max() < 7.0
    np.testing.assert_allclose(reached[far[:, 0] < 6.7], far[far[:, 0] < 6.7, 0])
    assert np.abs(np.diff(steps)).max() < 0.1 * steps[0], "it brakes, it does not stop dead"


def test_a_limb_folds_to_its_tightest_without_wasting_room():
    chain = right_angle()
    least, most = chain.reach()
    at_least = within_reach(chain, np.array([least, 0.0, 0.0]))[0]
    assert least < at_least < least + 0.005 * most
    np.testing.assert_allclose(
        within_reach(chain, np.array([1.1 * least, 0.0, 0.0]))[0], 1.1 * least
    )


def test_a_limb_may_stay_as_straight_or_as_bent_as_it_is():
    straight = Chain(ORIGIN, np.array([1.0, 0.0, 0.0]), np.array([2.0, 0.0, 0.0]))
    np.testing.assert_allclose(within_reach(straight, straight.end), straight.end)
    shut = Chain(ORIGIN, np.array([1.0, 0.0, 0.0]), np.array([0.05, 0.0, 0.0]))
    np.testing.assert_allclose(within_reach(shut, shut.end), shut.end)
    assert within_reach(shut, np.zeros(3) + [0.01, 0.0, 0.0])[0] == pytest.approx(0.05)
