from dataclasses import replace

import numpy as np
import pytest

from gesture_core.body.speeds import joint_speeds
from gesture_core.metrics.plausibility import (
    GESTURE,
    beyond_limits,
    joint_distance,
    penetration,
    plausibility,
)
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID


def turned(frames: int, **degrees: list[int]) -> Motion:
    motion = rest_motion(frames, 30.0)
    for name, rotvec in degrees.items():
        motion.rotations[:, HUMANOID.index(name)] = rotvec_to_quat(np.radians(rotvec))
    return motion


def test_the_rest_pose_is_plausible_and_does_not_gesture():
    found = plausibility(rest_motion(10, 30.0))
    assert found.limit_use <= 1.0
    assert (found.limit_frames, found.body_depth, found.hands_depth) == (0.0, 0.0, 0.0)
    assert (found.jump, found.foot_slide, found.wrist_travel) == (0.0, 0.0, 0.0)
    assert not found.gestures


def test_a_wrist_bent_too_far_in_half_of_the_frames():
    motion = rest_motion(10, 30.0)
    motion.rotations[5:, HUMANOID.index("leftHand")] = rotvec_to_quat([0.0, 0.0, np.radians(-120)])
    found = plausibility(motion)
    assert found.limit_joint == "leftHand"
    assert found.limit_use == pytest.approx(120 / 90, abs=1e-3)
    assert found.limit_frames == 0.5
    assert beyond_limits(motion).tolist() == [False] * 5 + [True] * 5


def test_a_hand_in_the_belly_and_hands_in_each_other():
    folded = turned(10, leftLowerArm=[0, -115, 0])
    hanging, inwards = rotvec_to_quat(np.radians([[0, 0, -75], [70, 0, 0]]))
    folded.rotations[:, HUMANOID.index("leftUpperArm")] = quat_multiply(hanging, inwards)
    found = plausibility(folded)
    assert found.body_depth > 0.01
    assert found.hands_depth == 0.0
    prayer = {
        "leftUpperArm": [0, -80, 0],
        "rightUpperArm": [0, 80, 0],
        "leftLowerArm": [0, -85, 0],
        "rightLowerArm": [0, 85, 0],
    }
    assert plausibility(turned(10, **prayer)).hands_depth > 0.01


def test_penetration_is_told_frame_by_frame():
    motion = rest_motion(10, 30.0)
    hanging, inwards = rotvec_to_quat(np.radians([[0, 0, -75], [70, 0, 0]]))
    motion.rotations[7:, HUMANOID.index("leftLowerArm")] = rotvec_to_quat(np.radians([0, -115, 0]))
    motion.rotations[7:, HUMANOID.index("leftUpperArm")] = quat_multiply(hanging, inwards)
    depths = penetration(motion)
    assert depths.shape == (10,)
    np.testing.assert_array_equal(depths > 0.01, [False] * 7 + [True] * 3)
    assert depths.max() == plausibility(motion).body_depth
    assert plausibility(motion).deep_frames == pytest.approx(0.3)


def test_a_jump_is_measured_against_the_bound_of_its_joint():
    motion = rest_motion(4, 30.0)
    head = HUMANOID.index("head")
    step = 2.0 * joint_speeds()[head] / 30.0
    motion.rotations[2:, head] = rotvec_to_quat([0.0, step, 0.0])
    found = plausibility(motion)
    assert found.jump == pytest.approx(2.0)
    assert found.jump_joint == "head"
    motion.root[2:, 0] += 0.1
    assert plausibility(motion).jump_joint == "root"


def test_sliding_feet_and_travelling_wrists_are_measured_apart():
    motion = rest_motion(10, 30.0)
    motion.root[:, 0] += np.linspace(0.0, 0.03, 10)
    found = plausibility(motion)
    assert found.foot_slide == pytest.approx(0.03)
    assert found.wrist_travel == pytest.approx(0.0, abs=1e-12)


def test_a_folding_elbow_is_a_gesture():
    motion = rest_motion(10, 30.0)
    angles = np.linspace(0.0, -60.0, 10)[:, None] * [0.0, 1.0, 0.0]
    motion.rotations[:, HUMANOID.index("leftLowerArm")] = rotvec_to_quat(np.radians(angles))
    found = plausibility(motion)
    forearm = np.linalg.norm(HUMANOID.offsets[HUMANOID.index("leftHand")])
    assert found.wrist_travel == pytest.approx(2.0 * forearm * np.sin(np.radians(30.0)))
    assert found.wrist_travel > GESTURE
    assert found.gestures


def test_joint_distance_by_hand_and_over_the_common_frames():
    still, raised = rest_motion(5, 30.0), rest_motion(8, 30.0)
    raised.root[:, 1] += 0.25
    assert joint_distance(still, raised) == pytest.approx(0.25)
    with pytest.raises(ValueError, match="frame rate"):
        joint_distance(still, replace(still, fps=24.0))


def test_what_cannot_be_measured_is_refused():
    with pytest.raises(ValueError, match="without frames"):
        plausibility(rest_motion(0, 30.0))
    with pytest.raises(ValueError, match="HUMANOID"):
        plausibility(rest_motion(2, 30.0, replace(HUMANOID, offsets=HUMANOID.offsets * 1.1)))
