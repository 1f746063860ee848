"""Joint positions become rotations on HUMANOID."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from gesture_core.body.landmarks import LANDMARKS, landmark_positions
from gesture_core.body.limits import draw_in, humanoid_limits, limit_use
from gesture_core.errors import UserError
from gesture_core.motion import Motion, crop
from gesture_core.pose.attitude import fit_rotation, lean
from gesture_core.pose.read import read_motion
from gesture_core.pose.solve import relaxed_pose, solve
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_identity,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_slerp,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, Skeleton, forward_kinematics

NAMES = (*HUMANOID.names, *LANDMARKS)
_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
BODY = tuple(name for name in NAMES if not any(finger in name for finger in _FINGERS))
Data = Callable[[str], Path]


def _points(motion: Motion, names: tuple[str, ...] = NAMES) -> Array:
    return landmark_positions(names, *forward_kinematics(HUMANOID, motion.rotations, motion.root))


def _turns(motion: Motion, *bones: str) -> Array:
    turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)[1]
    return turned[:, HUMANOID.indices(bones)]


def _apart(first: Array, second: Array) -> Array:
    return np.degrees(quat_angle(quat_multiply(quat_inverse(first), second)))


def _miss(points: Array, motion: Motion, names: tuple[str, ...] = NAMES) -> Array:
    """Distances (T, L) in millimetres."""
    return 1000.0 * np.linalg.norm(_points(motion, names) - points, axis=-1)


def _moving(keys: Array, frames: int) -> Motion:
    """A motion through relaxed poses turned by `keys` (K, J, 3), within the joints' limits."""
    poses = quat_multiply(relaxed_pose(), rotvec_to_quat(keys))
    limits = humanoid_limits()
    use = limit_use(limits, poses)
    poses = draw_in(limits, poses, np.where(use > 0.95, 1.0 - 0.95 / np.maximum(use, 0.95), 0.0))
    place = np.linspace(0.0, len(poses) - 1.001, frames)
    before = place.astype(int)
    rotations = quat_slerp(poses[before], poses[before + 1], (place - before)[:, None])
    root = np.tile(HUMANOID.rest_positions[0], (frames, 1))
    return Motion(HUMANOID, rotations, root, 30.0)


def _random(seed: int, size: float = 0.35, frames: int = 16) -> Motion:
    keys = np.random.default_rng(seed).normal(scale=size, size=(3, len(HUMANOID), 3))
    return _moving(keys, frames)


def _posed(**turns: list[float]) -> Array:
    pose = relaxed_pose().copy()
    for bone, turn in turns.items():
        pose[HUMANOID.index(bone)] = rotvec_to_quat(turn)
    return pose


@given(st.integers(0, 2**31))
@settings(max_examples=5, deadline=None)
def test_kinematics_of_any_pose_come_back(seed: int) -> None:
    motion = _random(seed)
    solved = solve(_points(motion), NAMES, 30.0)
    assert _miss(_points(motion), solved).mean() < 1.0
    assert _apart(_turns(motion, "head"), _turns(solved, "head")).max() < 0.5
    hands = ("leftHand", "rightHand")
    assert _apart(_turns(motion, *hands), _turns(solved, *hands)).max() < 0.5


@given(st.integers(0, 2**31))
@settings(max_examples=4, deadline=None)
def test_missing_joints_leave_the_others_in_place(seed: int) -> None:
    rng = np.random.default_rng(seed)
    motion = _random(seed, 0.2)
    names = tuple(name for name in NAMES if rng.random() < 0.8 or name in ("hips", "neck"))
    solved = solve(_points(motion, names), names, 30.0)
    assert np.isfinite(solved.rotations).all()
    np.testing.assert_allclose(np.linalg.norm(solved.rotations, axis=-1), 1.0, atol=1e-9)
    arms = [
        names.index(bone)
        for side in ("left", "right")
        for bone in (f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand")
        if {f"{side}UpperArm", f"{side}LowerArm", f"{side}Hand"} <= set(names)
    ]
    assert not arms or _miss(_points(motion, names), solved, names)[:, arms].mean() < 25.0


def test_bones_keep_their_lengths_in_the_direction_seen() -> None:
    motion = _random(1)
    rng = np.random.default_rng(1)
    lengths = rng.uniform(0.9, 1.1, (len(HUMANOID), 1))
    other = Skeleton(HUMANOID.names, HUMANOID.parents, HUMANOID.offsets * lengths)
    points = forward_kinematics(other, motion.rotations, motion.root)[0]
    solved = solve(points, HUMANOID.names, 30.0)
    ours = forward_kinematics(HUMANOID, solved.rotations, solved.root)[0]
    for start, end in (("leftUpperArm", "leftLowerArm"), ("rightLowerLeg", "rightFoot")):
        first, second = HUMANOID.index(start), HUMANOID.index(end)
        theirs = points[:, second] - points[:, first]
        bone = ours[:, second] - ours[:, first]
        np.testing.assert_allclose(
            np.linalg.norm(bone, axis=-1), np.linalg.norm(HUMANOID.offsets[second]), atol=1e-9
        )
        cosine = np.sum(bone * theirs, axis=-1) / (
            np.linalg.norm(bone, axis=-1) * np.linalg.norm(theirs, axis=-1)
        )
        assert np.degrees(np.arccos(np.clip(cosine, -1, 1))).max() < 3.0


def test_noise_does_not_grow() -> None:
    motion = _random(2, 0.25, frames=60)
    clean = _points(motion)
    noisy = clean + np.random.default_rng(2).normal(scale=0.01, size=clean.shape)
    solved = solve(noisy, NAMES, 30.0)
    assert _miss(clean, solved).mean() < 1000.0 * np.linalg.norm(noisy - clean, axis=-1).mean()
    assert _miss(clean, solved).mean() < 20.0
    assert (limit_use(humanoid_limits(), solved.rotations) > 1.0).mean() < 0.05


def test_other_proportions_and_noise_stay_within_two_centimetres_of_the_bodys_own_joints() -> None:
    motion = _random(3, 0.25)
    rng = np.random.default_rng(3)
    other = Skeleton(HUMANOID.names, HUMANOID.parents, HUMANOID.offsets * 1.1)
    points = forward_kinematics(other, motion.rotations, motion.root * 1.1)[0]
    noisy = points + rng.normal(scale=0.005, size=points.shape)
    solved = solve(noisy, HUMANOID.names, 30.0)
    assert _miss(points / 1.1, solved, HUMANOID.names).mean() < 20.0


def test_a_straight_arm_never_flips() -> None:
    """An elbow that folds, straightens for a second and folds again keeps its upper arm's twist."""
    bend = np.concatenate([np.linspace(1.0, 0.0, 15), np.zeros(30), np.linspace(0.0, 1.0, 15)])
    poses = np.stack([_posed(leftLowerArm=[0.0, -angle, 0.0]) for angle in bend])
    motion = Motion(HUMANOID, poses, np.tile(HUMANOID.rest_positions[0], (60, 1)), 30.0)
    points = _points(motion, BODY)
    noisy = points + np.random.default_rng(4).normal(scale=0.001, size=points.shape)
    for seen in (points, noisy):
        solved = solve(seen, BODY, 30.0)
        upper = solved.rotations[:, HUMANOID.index("leftUpperArm")]
        assert _apart(upper[1:], upper[:-1]).max() < 12.0
        assert _apart(upper, motion.rotations[:, HUMANOID.index("leftUpperArm")]).max() < 40.0


def test_an_arm_bent_back_by_noise_does_not_turn_round() -> None:
    poses = np.stack([_posed(leftLowerArm=[0.0, -angle, 0.0]) for angle in [0.5, -0.1, -0.15, 0.5]])
    motion = Motion(HUMANOID, poses, np.tile(HUMANOID.rest_positions[0], (4, 1)), 30.0)
    solved = solve(_points(motion, BODY), BODY, 30.0)
    upper = HUMANOID.index("leftUpperArm")
    assert _apart(solved.rotations[:, upper], motion.rotations[:, upper]).max() < 30.0


def test_a_turning_body_goes_round_without_a_jump() -> None:
    yaw = np.linspace(0.0, 4.0 * np.pi, 90)
    poses = np.tile(relaxed_pose(), (90, 1, 1))
    poses[:, 0] = rotvec_to_quat(yaw[:, None] * np.array([0.0, 1.0, 0.0]))
    motion = Motion(HUMANOID, poses, np.tile(HUMANOID.rest_positions[0], (90, 1)), 30.0)
    solved = solve(_points(motion), NAMES, 30.0)
    assert _apart(solved.rotations[:, 0], poses[:, 0]).max() < 0.5
    assert np.all(np.sum(solved.rotations[1:] * solved.rotations[:-1], axis=-1) > 0.0)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_turns_over_with_its_forearm(side: str) -> None:
    """Pronation from -80° to 80° is twist of the lower arm, and none of the wrist."""
    sign = 1.0 if side == "left" else -1.0
    poses = []
    for turn in np.linspace(-1.4, 1.4, 30):
        fold = rotvec_to_quat([0.0, -1.4 * sign, 0.0])
        pose = relaxed_pose().copy()
        lower = quat_multiply(fold, rotvec_to_quat([turn, 0.0, 0.0]))
        pose[HUMANOID.index(f"{side}LowerArm")] = lower
        poses.append(pose)
    motion = Motion(HUMANOID, np.stack(poses), np.tile(HUMANOID.rest_positions[0], (30, 1)), 30.0)
    solved = solve(_points(motion), NAMES, 30.0)
    for bone in ("LowerArm", "Hand"):
        joint = HUMANOID.index(side + bone)
        assert _apart(solved.rotations[:, joint], motion.rotations[:, joint]).max() < 1.0


def test_a_lost_hand_is_held_and_relaxes() -> None:
    motion = _random(5)
    motion = Motion(
        HUMANOID,
        np.tile(motion.rotations[:1], (150, 1, 1)),
        np.tile(motion.root[:1], (150, 1)),
        30.0,
    )
    points = _points(motion)
    hand = [NAMES.index(name) for name in NAMES if name.startswith("left") and name not in BODY]
    points[20:, hand] = np.nan
    solved = solve(points, NAMES, 30.0)
    joint = HUMANOID.index("leftIndexIntermediate")
    finger = solved.rotations[:, joint]
    assert _apart(finger[:28], finger[0]).max() < 2.0
    assert _apart(finger[-1], relaxed_pose()[joint]) < 2.0
    assert _apart(finger[1:], finger[:-1]).max() < 8.0


def test_legs_never_seen_stand_at_rest() -> None:
    names = tuple(name for name in BODY if not any(w in name for w in ("Leg", "Foot", "Toes")))
    names = (*names, "leftUpperLeg", "rightUpperLeg")
    motion = _random(6, 0.1)
    solved = solve(_points(motion, names), names, 30.0)
    legs = HUMANOID.indices(("leftUpperLeg", "leftLowerLeg", "rightFoot"))
    assert _apart(solved.rotations[:, legs], quat_identity()).max() < 1e-6


def test_low_confidence_leans_on_the_neighbours() -> None:
    motion = _random(7, 0.2)
    points = _points(motion)
    wrong = points.copy()
    elbow = NAMES.index("leftLowerArm")
    wrong[8, elbow] += [0.0, 0.0, 0.2]
    confidence = np.ones(points.shape[:2])
    confidence[8, elbow] = 0.02
    doubted = solve(wrong, NAMES, 30.0, confidence=confidence)
    believed = solve(wrong, NAMES, 30.0)
    assert _miss(points, doubted)[8, elbow] < 0.25 * _miss(points, believed)[8, elbow]


@pytest.mark.parametrize(
    ("names", "message"),
    [(("hips", "elbow"), "unknown joint 'elbow'"), (("hips", "hips"), "named twice")],
)
def test_wrong_names_are_refused(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(UserError, match=message):
        solve(np.zeros((3, 2, 3)), names, 30.0)


def test_nobody_is_refused() -> None:
    with pytest.raises(UserError, match="no joint is seen"):
        solve(np.full((3, 1, 3), np.nan), ("hips",), 30.0)


@given(st.integers(0, 2**31))
@settings(max_examples=15, deadline=None)
def test_fit_rotation_agrees_with_scipy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rest, turn = rng.normal(size=(5, 3)), Rotation.from_quat(rng.normal(size=4))
    seen = turn.apply(rest) + rng.normal(scale=0.05, size=(5, 3))
    weight = rng.uniform(0.1, 2.0, 5)
    ours = fit_rotation(rest, seen, weight, quat_identity(), 1e-9)
    theirs = Rotation.align_vectors(seen, rest, weights=weight)[0].as_quat(scalar_first=True)
    assert quat_angle(quat_multiply(quat_inverse(theirs), ours)) < 1e-4


def test_fit_rotation_leaves_the_unseen_to_the_prior() -> None:
    """One vector decides two angles; the turn about it is the prior's."""
    prior = rotvec_to_quat([0.3, 0.0, 0.0])
    fitted = fit_rotation(
        np.array([[1.0, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]]), np.array([1e6]), prior, 1.0
    )
    assert _apart(fitted, prior) < 1e-3
    swung = fit_rotation(
        np.array([[1.0, 0.0, 0.0]]),
        np.array([[0.0, 1.0, 0.0]]),
        np.array([1e6]),
        quat_identity(),
        1.0,
    )
    np.testing.assert_allclose(quat_rotate(swung, [1.0, 0.0, 0.0]), [0.0, 1.0, 0.0], atol=1e-4)


def test_lean_keeps_what_is_trusted() -> None:
    rotations = rotvec_to_quat(np.random.default_rng(8).normal(size=(20, 2, 3)))
    kept = lean(rotations, np.ones((20, 2)), quat_identity((2,)), 30.0)
    assert _apart(kept, rotations).max() < 1e-4
    unseen = lean(rotations, np.zeros((20, 2)), quat_identity((2,)), 30.0)
    assert _apart(unseen, quat_identity()).max() < 1e-6


def test_real_motion_comes_back(shared_data: Data) -> None:
    """SmartBody and CMU: joints to 1 mm, the hands' and head's turns; less beyond joint limits."""
    smartbody = sorted(shared_data("smartbody").rglob("*NegativeBt01.skm"))[0]
    for path in (smartbody, next(shared_data("cmu").rglob("005_03.bvh"))):
        motion = read_motion(path)
        motion = crop(motion, 0, min(motion.frames, 120))
        solved = solve(_points(motion), NAMES, motion.fps)
        assert _miss(_points(motion), solved).mean() < 1.0
        ends = ("leftHand", "rightHand", "head")
        assert _apart(_turns(motion, *ends), _turns(solved, *ends)).mean() < 0.5
        limits = humanoid_limits()
        beyond = [(limit_use(limits, m.rotations) > 1.0).mean() for m in (motion, solved)]
        assert beyond[1] < beyond[0] + 0.01
