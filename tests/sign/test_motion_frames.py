"""Our own Motion as frames for a model, and back."""

from __future__ import annotations

import numpy as np

from gesture_core.motion import EXPRESSIONS, Motion
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply, rotvec_to_quat
from gesture_core.signing.motion_frames import JOINTS, VALUES, frames_to_motion, motion_to_frames
from gesture_core.skeleton import HUMANOID


def moving(frames: int) -> Motion:
    rng = np.random.default_rng(1)
    turns = rotvec_to_quat(rng.normal(scale=0.7, size=(frames, len(HUMANOID), 3)))
    root = np.tile(HUMANOID.rest_positions[0], (frames, 1))
    return Motion(HUMANOID, turns, root, 25.0, rng.uniform(size=(frames, len(EXPRESSIONS))))


def test_upper_body_and_face_come_back_and_the_legs_stand() -> None:
    motion = moving(5)
    back = frames_to_motion(motion_to_frames(motion), motion.fps)
    apart = quat_angle(quat_multiply(quat_inverse(motion.rotations), back.rotations))
    told = HUMANOID.indices(JOINTS)
    assert apart[:, told].max() < 1e-6
    others = np.setdiff1d(np.arange(len(HUMANOID)), told)
    assert quat_angle(back.rotations[:, others]).max() == 0.0
    np.testing.assert_allclose(back.expressions, motion.expressions)
    assert back.fps == 25.0


def test_what_is_told() -> None:
    assert len(JOINTS) == 43
    assert VALUES == 43 * 6 + 52
    assert {"head", "leftHand", "rightLittleDistal"} <= set(JOINTS)
    assert not {"hips", "leftFoot", "rightUpperLeg"} & set(JOINTS)


def test_frames_that_are_not_quite_rotations_become_some() -> None:
    frames = motion_to_frames(moving(3)) * 1.3 + 0.05
    motion = frames_to_motion(frames, 30.0)
    np.testing.assert_allclose(np.linalg.norm(motion.rotations, axis=-1), 1.0)
    assert motion.expressions.max() <= 1.0
