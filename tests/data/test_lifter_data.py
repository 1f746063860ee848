from dataclasses import replace

import numpy as np
import pytest
import torch

from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.body.marked import MARKED, finger_points
from gesture_core.keypoints import KEYPOINTS
from gesture_core.pose.lift import OBSERVED, PLACES
from gesture_core.resources import data_path
from gesture_core.rotation import quat_identity, quat_normalize, quat_to_rotmat
from gesture_core.skeleton import HUMANOID, forward_kinematics
from gesture_core.train.detector_noise import load_detector_noise
from gesture_core.train.lifter_camera import (
    HEIGHT,
    CameraConfig,
    Cameras,
    inside,
    project,
    sample_cameras,
    turn_aside,
)
from gesture_core.train.lifter_data import LifterData, random_proportions, sample_batch
from gesture_core.train.lifter_evaluation import with_dropout
from gesture_core.train.lifter_motions import Motions, load_motions, save_motions
from gesture_core.train.lifter_noise import (
    LEFT,
    RIGHT,
    Detector,
    displaced,
    measured_detector,
    observe,
)
from gesture_core.train.lifter_poses import (
    PoseConfig,
    facing_forward,
    fill_bank,
    global_rotations,
    marked_rotations,
    positions,
    random_arms,
    random_hands,
    sample_poses,
    turned,
)

_ALL = ("head", "shoulder", "elbow", "wrist", "hip", "hand")
NO_TURN = torch.tensor([[1.0, 0.0, 0.0, 0.0]])


def camera(distance: float = 2.0, focal: float = 720.0, width: float = 1280.0) -> Cameras:
    one = torch.ones(1)
    return Cameras(NO_TURN, NO_TURN, distance * one, focal * one, width * one)


def random_poses(count: int, seed: int = 0) -> torch.Tensor:
    quats = np.random.default_rng(seed).normal(size=(count, len(MARKED), 4))
    return torch.from_numpy(quat_normalize(quats).astype(np.float32))


@pytest.fixture(scope="module")
def motions() -> Motions:
    rng = np.random.default_rng(0)
    rotations = np.tile(quat_identity((len(HUMANOID),)), (120, 1, 1))
    joints = HUMANOID.indices(("leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand"))
    rotations[:, joints] = np.repeat(random_arms(12, rng), 10, axis=0)
    starts = np.array([0, 40, 80])
    return Motions(rotations.astype(np.float32), starts, ("ann", "bea", "cho"))


# ── cameras ───────────────────────────────────────────────────────────────────────────────────


def test_projection_by_hand():
    points = torch.tensor([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.5, 1.0], [-0.5, -0.5, -2.0]])
    pixels = project(camera(), points[None, None])[0, 0]
    expected = [[640.0, 360.0], [1000.0, 360.0], [640.0, 0.0], [550.0, 450.0]]
    torch.testing.assert_close(pixels, torch.tensor(expected))
    assert inside(camera(), pixels[None, None]).tolist() == [[[True, True, True, True]]]
    assert not inside(camera(width=500.0), pixels[None, None])[0, 0, 0]


def test_projection_agrees_with_opencv():
    cv2 = pytest.importorskip("cv2")
    rng = torch.Generator().manual_seed(1)
    cameras = sample_cameras(CameraConfig(), 20, rng)
    points = 0.4 * torch.randn(20, 1, 30, 3, generator=rng)
    ours = project(cameras, points)[:, 0].double().numpy()
    flip = np.diag([1.0, -1.0, -1.0])  # OpenCV looks along +z and counts y downwards
    for number in range(20):
        turn = flip @ quat_to_rotmat(cameras.aside[number].double().numpy())
        away = turn @ np.array([0.0, 0.0, -float(cameras.distance[number])])
        focal, width = float(cameras.focal[number]), float(cameras.width[number])
        matrix = np.array([[focal, 0, width / 2], [0, focal, HEIGHT / 2], [0, 0, 1]])
        theirs, _ = cv2.projectPoints(
            points[number, 0].double().numpy(), cv2.Rodrigues(turn)[0], away, matrix, None
        )
        near = -(points[number, 0].double().numpy() @ turn.T + away)[:, 2] > -0.2
        assert near.mean() < 0.2
        np.testing.assert_allclose(ours[number][~near], theirs[~near, 0], atol=0.05)


def test_the_line_of_sight_leaves_the_middle_as_far_as_wanted():
    right, above = torch.tensor([0.1, 0.0, -0.3]), torch.tensor([0.0, 0.2, 0.15])
    one = torch.ones(3)
    cameras = Cameras(NO_TURN.expand(3, 4), turn_aside(right, above), 2 * one, 700 * one, 900 * one)
    pixels = project(cameras, torch.zeros(3, 1, 1, 3))[:, 0, 0]
    expected = torch.stack([450.0 + 700.0 * right, 360.0 - 700.0 * above], dim=-1)
    torch.testing.assert_close(pixels, expected, atol=1e-2, rtol=0.0)


def test_a_mirrored_person_gives_a_mirrored_picture():
    poses = random_poses(5)[None]
    mirrored = poses[:, :, torch.from_numpy(MARKED.mirror)] * torch.tensor([1.0, 1.0, -1.0, -1.0])
    offsets = torch.from_numpy(MARKED.offsets).float()
    places = positions(global_rotations(poses), offsets)
    other = positions(global_rotations(mirrored), offsets)
    swapped = places[:, :, torch.from_numpy(MARKED.mirror)] * torch.tensor([-1.0, 1.0, 1.0])
    torch.testing.assert_close(other, swapped, atol=1e-5, rtol=0.0)
    width = torch.tensor([1280.0, 0.0])
    pixels, flipped = project(camera(), places), project(camera(), other)
    partners = pixels[:, :, torch.from_numpy(MARKED.mirror)] * torch.tensor([-1.0, 1.0]) + width
    torch.testing.assert_close(flipped, partners, atol=0.05, rtol=1e-4)


# ── poses ─────────────────────────────────────────────────────────────────────────────────────


def test_kinematics_agree_with_the_skeletons_own():
    poses = random_poses(7)
    places = positions(global_rotations(poses), torch.from_numpy(MARKED.offsets).float())
    expected, turns = forward_kinematics(MARKED, poses.double().numpy(), np.zeros(3))
    np.testing.assert_allclose(places.numpy(), expected, atol=1e-5)
    ours = global_rotations(poses).double().numpy()
    np.testing.assert_allclose(np.abs(np.sum(ours * turns, axis=-1)), 1.0, atol=1e-5)


def test_marked_keeps_humanoids_bones_and_ends_fingers_in_tips():
    for name in MARKED.names:
        if name in HUMANOID.names:
            place = MARKED.rest_positions[MARKED.index(name)]
            np.testing.assert_allclose(place, HUMANOID.rest_positions[HUMANOID.index(name)])
    assert len(finger_points("left")) == 20
    tips = [MARKED.rest_positions[MARKED.index(f"left{f}Tip"), 0] for f in ("Index", "Middle")]
    assert tips[1] > tips[0] > 0.8


def test_seen_keypoints_mark_joints_of_their_own_name():
    marked = {KEYPOINTS[k]: MARKED.names[place] for k, place in zip(OBSERVED, PLACES, strict=True)}
    assert marked["leftElbow"] == "leftLowerArm"
    assert marked["rightHandIndex4"] == "rightIndexTip"
    assert marked["leftHandThumb1"] == "leftThumbMetacarpal"
    for keypoint, place in marked.items():
        for side in ("left", "right"):
            assert not keypoint.startswith(side) or place.startswith(side)


def test_random_poses_stay_within_the_joint_limits():
    rng = np.random.default_rng(0)
    poses = quat_identity((300, len(HUMANOID)))
    arm = HUMANOID.indices(("leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand"))
    poses[:, arm] = random_arms(300, rng)
    hands = random_hands(300, rng)
    for place, name in enumerate(finger_points("left")):
        if name in HUMANOID.names:
            poses[:, HUMANOID.index(name)] = hands[:, place]
    assert limit_use(humanoid_limits(), poses).max() < 1.001
    places = forward_kinematics(HUMANOID, poses, HUMANOID.rest_positions[0])[0]
    wrists = places[:, HUMANOID.index("leftHand")]
    assert np.all(np.ptp(wrists, axis=0) > 0.4)  # the whole space before the body
    tips = np.linalg.norm(places[:, HUMANOID.index("leftIndexDistal")] - wrists, axis=-1)
    assert np.ptp(tips) > 0.06  # fists and open hands


def test_windows_face_forward_and_repeat_with_their_seed(motions):
    bank = fill_bank(motions, 20, 0)
    for drawn in (0.0, 1.0):
        config = PoseConfig(arms=1.0, fingers=1.0, drawn=drawn)
        first = sample_poses(bank, config, 6, 32, torch.Generator().manual_seed(3))
        again = sample_poses(bank, config, 6, 32, torch.Generator().manual_seed(3))
        assert torch.equal(first, again)
        torch.testing.assert_close(first.norm(dim=-1), torch.ones(first.shape[:-1]))
    turn = torch.tensor([[0.0, 1.0, 0.0]]).expand(6, 3)
    torch.testing.assert_close(facing_forward(turned(first, turn)), first, atol=1e-4, rtol=0.0)


def test_bodies_of_other_proportions_are_alike_on_both_sides():
    offsets = random_proportions(0.1, 50, torch.Generator().manual_seed(0))
    ratio = offsets.norm(dim=-1)[:, 1:] / torch.from_numpy(MARKED.offsets)[1:].norm(dim=-1)
    assert 0.03 < ratio.std() < 0.25
    mirrored = offsets[:, torch.from_numpy(MARKED.mirror)] * torch.tensor([-1.0, 1.0, 1.0])
    torch.testing.assert_close(offsets, mirrored, atol=1e-6, rtol=0.0)


def test_motions_survive_their_file_and_are_chosen_by_performer(motions, tmp_path):
    save_motions(tmp_path / "motions.npz", motions)
    loaded = load_motions(tmp_path / "motions.npz")
    assert loaded.sha256 == motions.sha256
    others = loaded.of(("bea",), others=True)
    assert others.performers == ("ann", "cho")
    np.testing.assert_array_equal(others.rotations[40:], motions.rotations[80:])
    assert [len(piece) for piece in others.stretches()] == [40, 40]
    with pytest.raises(Exception, match="ann, bea, cho"):
        loaded.of(("dan",))


# ── the detector ──────────────────────────────────────────────────────────────────────────────


def observed(noise: Detector, level: float, batch: int = 8, seed: int = 0):
    pixels = 200.0 + 100.0 * torch.rand(batch, 64, len(OBSERVED), 2)
    visible = torch.ones(pixels.shape[:3], dtype=torch.bool)
    rng = torch.Generator().manual_seed(seed)
    unit, levels = torch.full((batch,), 50.0), torch.full((batch,), level)
    return pixels, *observe(noise, pixels, visible, unit, levels, rng)


def test_a_perfect_detector_tells_the_truth():
    pixels, points, confidence = observed(with_dropout(Detector(), 0.0), 0.0)
    torch.testing.assert_close(points, pixels)
    assert confidence.min() > 0.1


def test_noise_is_as_large_as_configured():
    noise = with_dropout(Detector(), 0.0)
    pixels, points, _ = observed(noise, 1.0, batch=64)
    error = (points - pixels).std(dim=(0, 1, 3)) / 50.0
    elbow = [KEYPOINTS[k] for k in OBSERVED].index("leftElbow")
    assert error[elbow] == pytest.approx(noise.std["elbow"], rel=0.1)
    assert error[LEFT].mean() == pytest.approx(noise.std["hand"], rel=0.1)
    step = (points - pixels).diff(dim=1).std(dim=(0, 1, 3)) / 50.0
    assert torch.all(step < 1.2 * error)  # correlated in time: white noise would give 1.41


def test_a_hands_points_wander_together():
    noise = replace(with_dropout(Detector(), 0.0), together=1.0, white=dict.fromkeys(_ALL, 0.0))
    pixels, points, _ = observed(noise, 1.0)
    error = points - pixels
    assert error[:, :, LEFT].std(dim=2).max() < 1e-4
    assert (error[:, :, LEFT.start] - error[:, :, RIGHT.start]).std() > 0.2


def test_a_measured_detector_errs_as_measured():
    noise = measured_detector(Detector(), data_path("models/lifter/detector_noise.yaml"))
    measured = load_detector_noise()
    elbow = measured.keypoints["leftElbow"]
    assert noise.bias["leftElbow"] == elbow.bias
    assert noise.std["leftElbow"] == elbow.std
    assert noise.white["leftElbow"] == elbow.jitter
    names = [KEYPOINTS[k] for k in OBSERVED]
    quiet = replace(noise, spread=dict.fromkeys([*noise.spread, *_ALL], 0.0))
    still = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(2, 3, len(MARKED), 4)
    shift = displaced(quiet, still, torch.Generator().manual_seed(0))
    expected = torch.tensor(elbow.bias).expand(2, 3, 3)
    torch.testing.assert_close(shift[:, :, names.index("leftElbow")], expected)


def test_what_is_lost_has_no_confidence_and_lies_at_the_origin():
    _, points, confidence = observed(Detector(hand_absent=1.0, swap=0.0), 1.0)
    assert confidence[:, :, LEFT.start :].max() == 0.0
    assert points[confidence == 0].abs().max() == 0.0
    _, _, kept = observed(Detector(), 1.0, batch=64)
    hands = (kept[:, :, LEFT] > 0).any(dim=2).float().mean()
    assert 0.5 < hands < 0.95


def test_a_swap_exchanges_left_and_right():
    noise = with_dropout(Detector(), 0.0)
    swapping = replace(noise, swap=1.0)
    pixels, points, confidence = observed(swapping, 0.0)
    same = (points == pixels).all(dim=3)
    torch.testing.assert_close(same[:, :, LEFT].all(dim=2), same[:, :, RIGHT].all(dim=2))
    frame = torch.nonzero(~same.all(dim=2))[0]
    torch.testing.assert_close(points[*frame, LEFT], pixels[*frame, RIGHT])
    nose = [KEYPOINTS[k] for k in OBSERVED].index("nose")
    assert same[:, :, nose].all()


def test_batches_hold_humanoids_bones_about_the_shoulders(motions):
    bank = fill_bank(motions, 20, 0)
    batch = sample_batch(bank, LifterData(), 6, torch.Generator().manual_seed(0))
    lengths = (batch.joints[:, :, 1:] - batch.joints[:, :, list(MARKED.parents[1:])]).norm(dim=-1)
    expected = torch.from_numpy(MARKED.offsets[1:]).float().norm(dim=-1)
    torch.testing.assert_close(lengths, expected.expand_as(lengths), atol=1e-5, rtol=0.0)
    shoulders = MARKED.indices(("leftUpperArm", "rightUpperArm")).tolist()
    assert batch.joints[:, :, shoulders].mean(dim=2).abs().max() < 1e-6
    torch.testing.assert_close(batch.up.norm(dim=-1), torch.ones(6))
    assert batch.up[:, 1].min() > 0.8


def test_motions_are_marked_by_name(motions):
    marked = marked_rotations(motions.rotations)
    place = MARKED.index("leftLowerArm")
    joint = HUMANOID.index("leftLowerArm")
    np.testing.assert_array_equal(marked[:, place], motions.rotations[:, joint])
    assert torch.all(marked[:, MARKED.index("nose"), 0] == 1.0)
