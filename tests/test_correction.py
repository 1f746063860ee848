from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.ndimage import gaussian_filter1d

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.body.speeds import angular_speeds, joint_speeds, root_speed, root_speeds
from gesture_core.body.volume import arms_of, humanoid_volume
from gesture_core.correction import correct
from gesture_core.correction.contact import ALLOWED
from gesture_core.correction.cover import cover
from gesture_core.correction.joints import limit_joints
from gesture_core.kinematics import two_bone_ik
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import (
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_swing_twist,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics

FPS = 30.0
ARMS_DOWN = {"leftUpperArm": [0, 0, -65], "rightUpperArm": [0, 0, 65]}


def turned(frames: int = 30, **degrees: ArrayLike) -> Motion:
    """A still motion whose named joints are turned by rotation vectors in degrees, `(3,)|(T,3)`."""
    motion = rest_motion(frames, FPS)
    for name, rotvec in degrees.items():
        motion.rotations[:, HUMANOID.index(name)] = rotvec_to_quat(np.radians(rotvec))
    return motion


def joint(motion, name):
    return motion.rotations[:, HUMANOID.index(name)]


def bone_angle(motion, name):
    """Degrees between a bone of the left arm and its rest direction."""
    along = quat_rotate(joint(motion, name), [1.0, 0.0, 0.0])
    return np.degrees(np.arccos(np.clip(along[:, 0], -1.0, 1.0)))


def worst(motion):
    """Largest share of a limit, deepest overlap in metres, largest share of the speed bound."""
    positions = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    return (
        limit_use(humanoid_limits(), motion.rotations).max(),
        max(arm.overlap().max() for arm in arms_of(humanoid_volume(), *positions)),
        (angular_speeds(motion) / joint_speeds()).max() if motion.frames > 1 else 0.0,
    )


def with_hand_at(motion, side, target):
    """Bring a wrist to a world position in all frames."""
    positions, facing = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    shoulder, upper, lower, hand = (
        HUMANOID.index(side + bone) for bone in ("Shoulder", "UpperArm", "LowerArm", "Hand")
    )
    turns = two_bone_ik(
        positions[:, upper],
        positions[:, lower],
        positions[:, hand],
        np.broadcast_to(target, (motion.frames, 3)),
        np.array([0.0, -1.0 if side == "left" else 1.0, 0.0]),
    )
    upper_facing = quat_multiply(turns[0], facing[:, upper])
    rotations = motion.rotations.copy()
    rotations[:, upper] = quat_multiply(quat_inverse(facing[:, shoulder]), upper_facing)
    rotations[:, lower] = quat_multiply(
        quat_inverse(upper_facing), quat_multiply(turns[1], facing[:, lower])
    )
    return replace(motion, rotations=rotations)


def test_a_valid_motion_comes_back_unchanged():
    sway = 20.0 * np.sin(np.linspace(0.0, 4.0, 60))[:, None] * [0.0, -1.0, 0.0]
    motion = turned(60, leftLowerArm=sway + [0, -45, 0], **ARMS_DOWN)
    corrected = correct(motion)
    np.testing.assert_array_equal(corrected.rotations, motion.rotations)
    np.testing.assert_array_equal(corrected.root, motion.root)


def test_a_wrist_flexed_by_120_degrees_is_held_at_its_limit():
    corrected = correct(turned(leftHand=[0, 0, -120]))
    np.testing.assert_allclose(bone_angle(corrected, "leftHand"), 90.0, atol=0.1)


def test_an_overstretched_elbow_is_straightened():
    corrected = correct(turned(leftLowerArm=[0, 40, 0]))
    np.testing.assert_allclose(bone_angle(corrected, "leftLowerArm"), 10.0, atol=1e-6)


def test_a_passing_violation_is_limited_without_a_pop():
    time = np.arange(60)[:, None]
    bend = -120.0 * np.exp(-(((time - 30) / 8.0) ** 2)) * [0.0, 0.0, 1.0]
    motion = turned(60, leftHand=bend)
    angle = bone_angle(correct(motion), "leftHand")
    assert angle.max() <= 90.1
    assert angle[30] == pytest.approx(90.0, abs=0.5)
    np.testing.assert_array_equal(angle[:15], bone_angle(motion, "leftHand")[:15])
    assert np.abs(np.diff(angle, n=2)).max() <= np.abs(np.diff(bend[:, 2], n=2)).max()


def test_wrist_twist_goes_to_the_forearm_and_the_hand_keeps_its_place():
    motion = turned(leftHand=[60, 0, 0], leftLowerArm=[0, -40, 0])
    limited = replace(motion, rotations=limit_joints(motion.rotations, FPS))
    before, after = (forward_kinematics(HUMANOID, m.rotations, m.root) for m in (motion, limited))
    np.testing.assert_allclose(before[0], after[0], atol=1e-12)
    twist = quat_swing_twist(joint(limited, "leftHand"), np.array([1.0, 0.0, 0.0]))[1]
    np.testing.assert_allclose(np.degrees(quat_angle(twist)), 10.0, atol=1e-6)


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_sideways_bend_of_the_elbow_goes_to_the_upper_arm(side, sign):
    bent = {f"{side}LowerArm": [0, -50 * sign, -30 * sign]}
    motion = turned(30, **bent)
    limited = replace(motion, rotations=limit_joints(motion.rotations, FPS))
    before, after = (forward_kinematics(HUMANOID, m.rotations, m.root) for m in (motion, limited))
    np.testing.assert_allclose(before[0], after[0], atol=1e-9)
    moved = quat_angle(joint(limited, f"{side}UpperArm"))
    assert np.all(moved > np.radians(5.0))
    assert limit_use(humanoid_limits(), limited.rotations).max() <= 1.0 + 1e-6


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_inside_the_chest_comes_out_at_the_front(side):
    place = HUMANOID.rest_positions
    sign = 1.0 if side == "left" else -1.0
    target = place[HUMANOID.index("chest")] + [0.05 * sign, 0.0, 0.10]
    motion = with_hand_at(turned(), side, target)
    assert worst(motion)[1] > 0.04
    corrected = correct(motion)
    assert worst(corrected)[1] <= ALLOWED
    wrist = forward_kinematics(HUMANOID, corrected.rotations, corrected.root)[0]
    moved = wrist[:, HUMANOID.index(f"{side}Hand")] - target
    assert np.all(moved[:, 2] > 0.03)
    np.testing.assert_allclose(moved, np.broadcast_to(moved[15], moved.shape), atol=1e-6)


def test_crossing_hands_make_way_for_each_other_alike():
    front = HUMANOID.rest_positions[HUMANOID.index("chest")] + [0.0, 0.05, 0.35]
    motion = with_hand_at(with_hand_at(turned(), "left", front), "right", front)
    assert worst(motion)[1] > 0.02
    corrected = correct(motion)
    assert worst(corrected)[1] <= ALLOWED
    wrists = forward_kinematics(HUMANOID, corrected.rotations, corrected.root)[0]
    left, right = (wrists[0, HUMANOID.index(f"{side}Hand")] - front for side in ("left", "right"))
    np.testing.assert_allclose(left * [-1.0, 1.0, 1.0], right, atol=2e-3)


def test_a_hand_that_passes_through_the_head_goes_around_it_smoothly():
    head = HUMANOID.rest_positions[HUMANOID.index("head")] + [0.0, 0.04, 0.0]
    path = np.linspace(-0.3, 0.3, 60)[:, None] * [-1.0, 0.0, 0.0] + head + [0.0, 0.0, 0.14]
    motion = with_hand_at(turned(60), "left", path)
    corrected = correct(motion)
    assert worst(corrected)[1] <= ALLOWED
    wrist = forward_kinematics(HUMANOID, corrected.rotations, corrected.root)[0]
    step = np.linalg.norm(np.diff(wrist[:, HUMANOID.index("leftHand")], axis=0), axis=1)
    assert step.max() < 0.06


def test_a_jump_becomes_a_ramp_around_its_moment():
    angles = np.where(np.arange(60) < 30, -20.0, -110.0)[:, None] * [0.0, 1.0, 0.0]
    motion = turned(60, leftLowerArm=angles, **ARMS_DOWN)
    corrected = correct(motion)
    flexion = bone_angle(corrected, "leftLowerArm")
    bound = np.degrees(joint_speeds()[HUMANOID.index("leftLowerArm")]) / FPS
    assert np.diff(flexion).max() <= bound * (1.0 + 1e-6)
    assert 0.5 * (flexion[29] + flexion[30]) == pytest.approx(65.0, abs=bound)
    np.testing.assert_array_equal(flexion[:24], np.full(24, flexion[0]))
    np.testing.assert_allclose(flexion[36:], 110.0, atol=1e-4)


def test_a_jump_of_the_root_becomes_a_ramp():
    motion = turned(60)
    motion.root[30:, 0] += 0.05
    corrected = correct(motion)
    assert root_speeds(corrected).max() <= root_speed() * (1.0 + 1e-6)
    np.testing.assert_allclose(corrected.root[[0, -1], 0], [0.0, 0.05], atol=1e-12)


def wild_motion(seed, frames, spread, smooth):
    rng = np.random.default_rng(seed)
    noise = gaussian_filter1d(rng.normal(size=(frames, len(HUMANOID), 3)), smooth, axis=0)
    noise *= spread / max(noise.std(), 1e-9)
    root = np.tile(HUMANOID.rest_positions[0], (frames, 1))
    return Motion(HUMANOID, rotvec_to_quat(noise), root, FPS)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 1000),
    frames=st.integers(1, 50),
    spread=st.floats(0.05, 0.35),
    smooth=st.floats(2.0, 8.0),
)
def test_corrected_motion_is_valid_and_needs_no_second_correction(seed, frames, spread, smooth):
    corrected = correct(wild_motion(seed, frames, spread, smooth))
    used, deep, fast = worst(corrected)
    assert used <= 1.0 + 1e-6
    assert deep <= ALLOWED + 1e-6
    assert fast <= 1.0 + 1e-5
    np.testing.assert_allclose(np.linalg.norm(corrected.rotations, axis=-1), 1.0, atol=1e-6)
    again = correct(corrected)
    np.testing.assert_allclose(again.rotations, corrected.rotations, atol=1e-6)


@given(st.lists(st.floats(0.0, 10.0), min_size=1, max_size=40), st.integers(1, 6))
def test_a_cover_is_never_below_what_it_covers(values, radius):
    need = np.array(values)[:, None]
    covered = cover(need, radius)
    assert np.all(covered >= need - 1e-9)
    assert np.all(covered <= need.max() + 1e-9)


def test_a_cover_of_nothing_is_nothing_and_of_a_spike_is_local():
    assert not cover(np.zeros((20, 2)), 3).any()
    spike = np.zeros(41)
    spike[20] = 1.0
    covered = cover(spike, 4)
    assert covered[20] == pytest.approx(1.0)
    assert np.flatnonzero(covered).tolist() == list(range(12, 29))


def test_a_motion_read_from_a_file_is_on_the_same_skeleton():
    stored = replace(HUMANOID, offsets=HUMANOID.offsets.astype(np.float32).astype(float))
    assert correct(rest_motion(2, FPS, stored)).skeleton is stored


def test_other_skeletons_are_refused():
    other = replace(HUMANOID, offsets=HUMANOID.offsets * 2.0)
    with pytest.raises(ValueError, match="HUMANOID"):
        correct(rest_motion(2, FPS, other))
