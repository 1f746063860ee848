import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.kinematics import nearest_on_segment, two_bone_ik
from gesture_core.rotation import quat_rotate

ARM = {"base": np.zeros(3), "middle": np.array([0.3, 0.0, 0.0]), "end": np.array([0.3, 0.0, 0.2])}
DOWN = np.array([0.0, -1.0, 0.0])


def reached(upper, lower, base, middle, end):
    elbow = base + quat_rotate(upper, middle - base)
    return elbow, elbow + quat_rotate(lower, end - middle)


@given(
    direction=st.tuples(*[st.floats(-1.0, 1.0)] * 3).filter(lambda d: np.linalg.norm(d) > 0.1),
    distance=st.floats(0.11, 0.49),
    swivel=st.floats(-3.0, 3.0),
)
def test_the_end_reaches_any_target_within_reach(direction, distance, swivel):
    target = np.array(direction) / np.linalg.norm(direction) * distance
    turns = two_bone_ik(**ARM, target=target, bend_axis=DOWN, swivel=swivel)
    elbow, wrist = reached(*turns, **ARM)
    np.testing.assert_allclose(wrist, target, atol=1e-7)
    assert np.linalg.norm(elbow) == pytest.approx(0.3)


def test_a_straight_leg_folds_at_the_knee_in_the_hinge_s_direction():
    leg = {"base": np.zeros(3), "middle": np.array([0.0, -0.4, 0.0])}
    leg["end"] = np.array([0.0, -0.8, 0.0])
    turns = two_bone_ik(**leg, target=[0.0, -0.64, 0.0], bend_axis=[1.0, 0.0, 0.0])
    knee, ankle = reached(*turns, **leg)
    # Two sides of 0.4 over a base of 0.64: the knee stands out by sqrt(0.4² − 0.32²) = 0.24.
    np.testing.assert_allclose(knee, [0.0, -0.32, 0.24], atol=1e-6)
    np.testing.assert_allclose(ankle, [0.0, -0.64, 0.0], atol=1e-6)


def test_a_target_out_of_reach_stretches_the_limb_towards_it():
    turns = two_bone_ik(**ARM, target=[0.0, 5.0, 0.0], bend_axis=DOWN)
    _, wrist = reached(*turns, **ARM)
    np.testing.assert_allclose(wrist, [0.0, 0.5, 0.0], atol=1e-5)


def test_swivel_turns_the_elbow_about_the_line_to_the_target():
    plain = reached(*two_bone_ik(**ARM, target=ARM["end"], bend_axis=DOWN), **ARM)[0]
    turned = reached(*two_bone_ik(**ARM, target=ARM["end"], bend_axis=DOWN, swivel=np.pi), **ARM)[0]
    line = ARM["end"] / np.linalg.norm(ARM["end"])
    np.testing.assert_allclose(plain, ARM["middle"], atol=1e-9)
    np.testing.assert_allclose(turned, 2.0 * np.dot(plain, line) * line - plain, atol=1e-9)


def test_a_target_that_is_already_reached_needs_no_turn():
    for turn in two_bone_ik(**ARM, target=ARM["end"], bend_axis=DOWN):
        np.testing.assert_allclose(np.abs(turn), [1.0, 0.0, 0.0, 0.0], atol=1e-9)


@pytest.mark.parametrize(
    ("point", "nearest"),
    [
        ([1.0, 1.0, 0.0], [1.0, 0.0, 0.0]),
        ([-2.0, 1.0, 0.0], [0.0, 0.0, 0.0]),
        ([9.0, 0, 0], [3, 0, 0]),
    ],
)
def test_nearest_point_of_a_segment(point, nearest):
    np.testing.assert_allclose(nearest_on_segment(point, [0, 0, 0], [3.0, 0, 0]), nearest)


def test_nearest_point_of_a_segment_without_length_is_its_start():
    np.testing.assert_allclose(nearest_on_segment([1.0, 2, 3], [4.0, 5, 6], [4.0, 5, 6]), [4, 5, 6])
