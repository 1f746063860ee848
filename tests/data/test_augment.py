"""Augmentation of batches, against the slow functions on whole motions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.dataset.augment import (
    AugmentConfig,
    cut_out_rows,
    draw_changes,
    mirror_rows,
    resample_rows,
    turn_rows,
    uniform,
)
from gesture_core.dataset.packing import ROTATIONS, motion_to_rows, split_rows
from gesture_core.errors import UserError
from gesture_core.motion import EXPRESSIONS, mirror, resample
from gesture_core.rotation import (
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_normalize,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, forward_kinematics
from tests.data.set_records import wandering_motion

MOTIONS = [wandering_motion(40, np.random.default_rng(seed)) for seed in range(4)]
ROWS = np.stack([motion_to_rows(motion) for motion in MOTIONS])


def test_mirroring_equals_the_mirrored_motion():
    rows = ROWS.copy()
    mirror_rows(rows, np.array([True, False, True, False]))
    for number in (0, 2):
        np.testing.assert_array_equal(rows[number], motion_to_rows(mirror(MOTIONS[number])))
    np.testing.assert_array_equal(rows[1::2], ROWS[1::2])


def test_mirroring_exchanges_hands_and_smiles():
    rows = ROWS[:1].copy()
    mirror_rows(rows, np.array([True]))
    before, _, face_before = split_rows(ROWS[0])
    after, _, face = split_rows(rows[0])
    left, right = HUMANOID.index("leftHand"), HUMANOID.index("rightHand")
    np.testing.assert_array_equal(after[:, left], before[:, right] * [1, 1, -1, -1])
    smile, other = EXPRESSIONS.index("mouthSmileLeft"), EXPRESSIONS.index("mouthSmileRight")
    np.testing.assert_array_equal(face[:, smile], face_before[:, other])
    mirror_rows(rows, np.array([True]))
    np.testing.assert_array_equal(rows, ROWS[:1])


def test_turning_turns_every_joint_about_the_vertical():
    yaw = np.array([0.3, -1.2, 3.0, 0.0])
    rows = ROWS.copy()
    turn_rows(rows, yaw)
    for row, motion, angle in zip(rows, MOTIONS, yaw, strict=True):
        turn = rotvec_to_quat([0.0, angle, 0.0])
        rotations, root, _ = split_rows(row)
        positions, turned = forward_kinematics(HUMANOID, quat_normalize(rotations), root)
        before, facing = forward_kinematics(HUMANOID, motion.rotations, motion.root)
        np.testing.assert_allclose(positions, quat_rotate(turn, before), atol=1e-5)
        difference = quat_multiply(quat_inverse(turned), quat_multiply(turn, facing))
        assert quat_angle(difference).max() < 1e-5
    np.testing.assert_array_equal(rows[3], ROWS[3])


@settings(deadline=None, max_examples=20)
@given(st.floats(0.4, 2.5))
def test_resampling_equals_the_resampled_motion(speed: float):
    frames = int(39 / speed)
    positions = np.tile(np.arange(frames) * speed, (4, 1))
    rows = resample_rows(ROWS, positions)
    for row, motion in zip(rows, MOTIONS, strict=True):
        slow = resample(motion, motion.fps / speed, frames)
        rotations, root, face = split_rows(row)
        difference = quat_multiply(quat_inverse(slow.rotations), quat_normalize(rotations))
        assert quat_angle(difference).max() < 1e-5
        np.testing.assert_allclose(root, slow.root, atol=1e-6)
        np.testing.assert_allclose(face, slow.expressions, atol=1e-6)
        np.testing.assert_allclose(np.linalg.norm(rotations, axis=-1), 1.0, atol=1e-6)


def test_resampling_takes_the_short_way_round():
    rows = ROWS.copy()
    rows[:, 1::2, ROTATIONS] *= -1.0  # the same rotations
    positions = np.tile(np.arange(20) * 1.7, (4, 1))
    one, other = (split_rows(resample_rows(r, positions))[0] for r in (ROWS, rows))
    assert quat_angle(quat_multiply(quat_inverse(one), other)).max() < 1e-3
    np.testing.assert_allclose(np.abs(np.sum(one * other, axis=-1)), 1.0, atol=1e-6)


def test_at_whole_frames_nothing_changes_and_what_lies_behind_is_not_touched():
    rows = ROWS.copy()
    rows[:, 31:] = np.nan
    found = resample_rows(rows, np.tile(np.arange(31.0), (4, 1)))
    np.testing.assert_allclose(found, ROWS[:, :31], atol=1e-6)


def test_hidden_joints_rest():
    rows = ROWS.copy()
    hidden = np.zeros((4, len(HUMANOID)), dtype=bool)
    hidden[1, [3, 20]] = True
    cut_out_rows(rows, hidden)
    rotations = split_rows(rows)[0]
    np.testing.assert_array_equal(rotations[1][:, [3, 20]], np.tile([1, 0, 0, 0], (40, 2, 1)))
    rotations[1][:, [3, 20]] = split_rows(ROWS)[0][1][:, [3, 20]]
    np.testing.assert_array_equal(rows, ROWS)


def test_draws_do_not_depend_on_the_batch():
    one = uniform(3, 1, np.arange(100), 5)
    order = np.random.default_rng(0).permutation(100)
    np.testing.assert_array_equal(uniform(3, 1, order, 5), one[order])
    for other in (uniform(4, 1, np.arange(100), 5), uniform(3, 2, np.arange(100), 5)):
        assert (other != one).all()


def test_draws_are_uniform_and_independent():
    draws = [uniform(seed, epoch, np.arange(40_000), 2) for seed, epoch in ((0, 0), (0, 1), (1, 0))]
    neighbours = np.roll(draws[0], 1, axis=0)
    columns = np.concatenate([*draws, neighbours], axis=1)
    assert np.abs(columns.mean(axis=0) - 0.5).max() < 0.006
    for column in columns.T:
        counts = np.histogram(column, bins=20, range=(0, 1))[0]
        assert np.sum((counts - 2000.0) ** 2 / 2000.0) < 45.0  # χ² of 19, p = 0.0007
    assert np.abs(np.corrcoef(columns.T) - np.eye(columns.shape[1])).max() < 0.02


def test_changes_keep_to_their_limits():
    config = AugmentConfig(mirror=0.3, yaw=0.5, slowest=0.8, fastest=1.3, cut_out=0.1)
    changes = draw_changes(config, 0, 0, np.arange(5000))
    assert changes.mirrored.mean() == pytest.approx(0.3, abs=0.03)
    assert changes.hidden.mean() == pytest.approx(0.1, abs=0.01)
    assert -0.5 <= changes.yaw.min() < -0.45
    assert 0.45 < changes.yaw.max() <= 0.5
    assert 0.8 <= changes.speed.min() < 0.82
    assert 1.28 < changes.speed.max() <= 1.3
    nothing = draw_changes(AugmentConfig(), 0, 0, np.arange(50))
    assert not nothing.mirrored.any()
    assert not nothing.hidden.any()
    assert not nothing.yaw.any()
    assert (nothing.speed == 1.0).all()


@pytest.mark.parametrize(
    "values", [{"mirror": 1.5}, {"cut_out": 1.0}, {"yaw": -1.0}, {"slowest": 1.1}, {"fastest": 0.9}]
)
def test_wrong_settings_are_told(values):
    with pytest.raises(UserError, match="augment"):
        AugmentConfig(**values)
