"""Poses that a motion must hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.formats.bvh import write_bvh
from gesture_core.gestures.encode import BONES, fit_motion_code, rotations_to_vector
from gesture_core.gestures.pins import (
    EASE,
    EASED,
    Pins,
    complete_pins,
    held_error,
    hold_pins,
    join_pins,
    motion_to_pins,
    parse_pin,
    pins_to_given,
    pose_pins,
    read_pins,
)
from gesture_core.motion import Motion, rest_motion
from gesture_core.rotation import (
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID

ELBOW = HUMANOID.index("rightLowerArm")
LEG = HUMANOID.index("leftUpperLeg")


def waving(frames: int = 90, fps: float = 30.0) -> Motion:
    """Every gesturing bone swings by up to half a radian, each at its own pace."""
    motion = rest_motion(frames, fps)
    time = np.arange(frames) / fps
    rng = np.random.default_rng(0)
    axes = rng.normal(size=(len(BONES), 3))
    pace = rng.uniform(1.0, 3.0, len(BONES))
    turns = 0.3 * np.sin(time[:, None] * pace)[..., None] * axes
    rotations = motion.rotations.copy()
    rotations[:, BONES] = rotvec_to_quat(turns)
    return replace(motion, rotations=rotations)


def pose_of(angle: float) -> np.ndarray:
    pose = quat_identity((len(HUMANOID),))
    pose[BONES] = rotvec_to_quat([0.0, 0.0, angle])
    return pose


def one_bone(joint: int = ELBOW) -> np.ndarray:
    held = np.zeros(len(HUMANOID), dtype=bool)
    held[joint] = True
    return held


def between(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return quat_angle(quat_multiply(quat_inverse(a), b))


times = st.lists(st.integers(0, 44), min_size=1, max_size=5, unique=True).map(
    lambda frames: [frame / 15 for frame in frames]
)


@given(times, st.sampled_from([24.0, 30.0, 60.0]), st.floats(-1.0, 1.0))
@settings(max_examples=25, deadline=None)
def test_pinned_poses_hold_and_the_rest_of_the_motion_stays(times, fps, angle):
    motion = waving(round(3.0 * fps), fps)
    pins = join_pins(pose_pins(time, pose_of(angle / (n + 1))) for n, time in enumerate(times))
    held = hold_pins(motion, pins)
    assert held_error(held, pins) < 1e-6
    clock = np.arange(motion.frames) / fps
    longest = EASE * np.sqrt(np.pi / EASED) + 0.5 / fps
    far = np.abs(clock[:, None] - pins.times).min(axis=1) > longest
    np.testing.assert_array_equal(held.rotations[far], motion.rotations[far])
    free = np.setdiff1d(np.arange(len(HUMANOID)), BONES)
    np.testing.assert_array_equal(held.rotations[:, free], motion.rotations[:, free])


def test_only_the_pinned_bone_moves():
    motion = waving()
    pins = pose_pins(1.0, pose_of(0.8), one_bone())
    held = hold_pins(motion, pins)
    others = np.arange(len(HUMANOID)) != ELBOW
    np.testing.assert_array_equal(held.rotations[:, others], motion.rotations[:, others])
    np.testing.assert_allclose(
        between(held.rotations[30, ELBOW], pose_of(0.8)[ELBOW]), 0, atol=1e-7
    )


@pytest.mark.parametrize("angle", [0.2, EASED, 2.0])
def test_a_pin_comes_and_goes_without_a_jump(angle):
    motion = rest_motion(600, 200.0)
    held = hold_pins(motion, pose_pins(1.5, pose_of(angle), one_bone()))
    turned = between(held.rotations[:, ELBOW], motion.rotations[:, ELBOW])
    assert turned[300] == pytest.approx(angle)
    np.testing.assert_allclose(turned[301:], turned[299:0:-1], atol=1e-7)
    reach = EASE * max(1.0, np.sqrt(angle / EASED))
    moving = np.flatnonzero(turned > 1e-9) / 200.0
    assert 1.5 - reach <= moving[0] <= 1.5 - 0.9 * reach
    # the minimum-jerk curve is never faster than 1.875 of its mean speed, nor does it
    # accelerate more than 10/√3 of what its length and time give
    assert np.abs(np.diff(turned)).max() * 200.0 <= 1.876 * angle / reach
    assert np.abs(np.diff(turned, 2)).max() * 200.0**2 <= 5.78 * min(angle, EASED) / EASE**2


def test_close_pins_lead_straight_from_one_to_the_next():
    motion = rest_motion(60, 30.0)
    pins = join_pins([pose_pins(1.0, pose_of(0.6)), pose_pins(1.2, pose_of(0.6))])
    turned = between(hold_pins(motion, pins).rotations[30:37, ELBOW], quat_identity())
    np.testing.assert_allclose(turned, 0.6, atol=1e-7)


def test_a_pin_that_agrees_changes_nothing():
    motion = waving()
    pins = motion_to_pins(motion, [0.5, 1.7])
    assert held_error(motion, pins) < 1e-12
    np.testing.assert_allclose(hold_pins(motion, pins).rotations, motion.rotations, atol=1e-12)


def test_a_generator_is_told_whole_poses_in_its_own_code():
    motion = waving(90)
    rest = pose_of(0.2)
    vectors = rotations_to_vector(motion.rotations, rest)
    code = fit_motion_code(vectors, 20)
    whole = motion_to_pins(motion, [0.4, 1.0])
    partial = pose_pins(2.0, pose_of(0.1), one_bone())
    given, known = pins_to_given(join_pins([whole, partial]), 46, code, rest)
    assert np.flatnonzero(known).tolist() == [6, 15]
    np.testing.assert_allclose(given[15], code.encode(vectors[30]), atol=1e-5)
    assert not given[known == 0].any()
    complete = complete_pins(partial, motion)
    given, known = pins_to_given(complete, 46, code, rest)
    assert np.flatnonzero(known).tolist() == [30]
    assert between(complete.rotations[0], motion.rotations[60])[BONES].max() > 0.05
    free = np.arange(len(HUMANOID)) != ELBOW
    np.testing.assert_array_equal(complete.rotations[0, free], motion.rotations[60, free])


def test_a_generator_is_told_poses_before_they_are_scaled():
    rest = pose_of(0.2)
    pose = quat_multiply(rest, rotvec_to_quat([0.0, 0.6, 0.0]))
    half = quat_multiply(rest, rotvec_to_quat([0.0, 0.4, 0.0]))
    code = fit_motion_code(rotations_to_vector(waving().rotations, rest), 40)
    given, _ = pins_to_given(pose_pins(0.2, pose), 10, code, rest, size=1.5)
    wanted = code.encode(rotations_to_vector(half[None], rest))[0]
    np.testing.assert_allclose(given[3], wanted, atol=1e-5)


def test_pins_after_the_end_or_on_one_frame_are_the_users_to_fix():
    motion = rest_motion(60, 30.0)
    with pytest.raises(UserError, match=r"pinned at 2.1 s, after the end at 2.00 s"):
        hold_pins(motion, pose_pins(2.1, pose_of(0.1)))
    hold_pins(motion, pose_pins(2.0, pose_of(0.1)))
    near = join_pins([pose_pins(1.0, pose_of(0.1)), pose_pins(1.01, pose_of(0.1))])
    with pytest.raises(UserError, match="1 and 1.01 s fall on one frame"):
        hold_pins(motion, near)
    with pytest.raises(UserError, match="two poses are pinned at 1 s"):
        join_pins([pose_pins(1.0, pose_of(0.1)), pose_pins(1.0, pose_of(0.2))])
    with pytest.raises(ValueError, match="order"):
        Pins(
            np.array([1.0, 0.5]),
            np.zeros((2, len(HUMANOID), 4)),
            np.zeros((2, len(HUMANOID)), bool),
        )


def test_a_pose_is_pinned_from_a_motion_file(tmp_path: Path):
    motion = waving()
    file = tmp_path / "a:pose.bvh"
    write_bvh(file, motion)
    first, later = parse_pin(f"2.1:{file}"), parse_pin(f"2.1:{file}:1.5")
    assert (first.times[0], later.times[0]) == (2.1, 2.1)
    assert between(first.rotations[0], motion.rotations[0]).max() < 1e-4
    assert between(later.rotations[0], motion.rotations[45]).max() < 1e-4
    assert later.held[0, BONES].all()
    assert not later.held[0, LEG]


def test_fingers_that_a_file_does_not_move_stay_free(tmp_path: Path):
    motion = waving()
    finger = HUMANOID.index("leftIndexProximal")
    motion.rotations[:, finger] = quat_identity()
    write_bvh(tmp_path / "pose.bvh", motion)
    pins = parse_pin(f"0:{tmp_path / 'pose.bvh'}")
    assert not pins.held[0, finger]
    assert pins.held[0].sum() == len(BONES) - 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pose.bvh", "not TIME:FILE"),
        ("2.1", "not TIME:FILE"),
        ("now:pose.bvh", "not TIME:FILE"),
        ("nan:pose.bvh", "not TIME:FILE"),
        ("-1:pose.bvh", "outside 0"),
        ("1:nowhere.bvh", "nowhere.bvh"),
        ("1:pose.txt.exe", "cannot read motion"),
    ],
)
def test_a_wrong_pin_is_the_users_to_fix(text, message):
    with pytest.raises(UserError, match=message):
        parse_pin(text)


def test_a_time_after_the_end_of_the_file_is_named(tmp_path: Path):
    write_bvh(tmp_path / "pose.bvh", waving())
    with pytest.raises(UserError, match=r"lasts 3.00 s, so it has no pose at 9 s"):
        parse_pin(f"0:{tmp_path / 'pose.bvh'}:9")


def test_pins_are_read_from_json(tmp_path: Path):
    file = tmp_path / "pins.json"
    turn = [0.8, 0.0, 0.6, 0.0]
    entries = [
        {"time": 2.0, "pose": {"rightLowerArm": turn, "head": [1, 0, 0, 0]}},
        {"time": 0.5, "pose": {"leftHand": turn}},
    ]
    file.write_text(json.dumps(entries))
    pins = read_pins(file)
    assert pins.times.tolist() == [0.5, 2.0]
    assert pins.held.sum(axis=1).tolist() == [1, 2]
    np.testing.assert_allclose(pins.rotations[1, ELBOW], turn)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({}, "expected a list"),
        ([3], r"\[0\]: expected an object"),
        ([{"time": 1.0}], r"\[0\]: expected time and pose, found time"),
        ([{"time": -1, "pose": {"head": [1, 0, 0, 0]}}], "outside 0"),
        ([{"time": 1, "pose": {}}], "pins no bone"),
        ([{"time": 1, "pose": {"hips": [1, 0, 0, 0]}}], "no bone 'hips' to pin; one of spine"),
        ([{"time": 1, "pose": {"head": [1, 0, 0]}}], "head is not a unit quaternion"),
        ([{"time": 1, "pose": {"head": [1, 1, 0, 0]}}], "head is not a unit quaternion"),
        ([{"time": 1, "pose": {"head": [0, 0, 0, "1"]}}], r"head\[3\]: expected a number"),
        ([{"time": 1, "pose": {"head": [1, 0, 0, 0]}}] * 2, "two poses are pinned at 1 s"),
    ],
)
def test_wrong_json_is_named_with_its_place(tmp_path: Path, entries, message):
    file = tmp_path / "pins.json"
    file.write_text(json.dumps(entries))
    with pytest.raises(UserError, match=message) as caught:
        read_pins(file)
    assert str(file) in str(caught.value)
