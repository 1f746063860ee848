from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.body.marked import MARKED
from gesture_core.errors import UserError
from gesture_core.keypoints import KEYPOINTS, Keypoints, crop_keypoints, keypoint
from gesture_core.models.lifter import Lifter, LifterConfig
from gesture_core.pose.lift import (
    FPS,
    GROUPS,
    LIFTED,
    OBSERVED,
    lift,
    load_lifter,
    resample_points,
)
from gesture_core.skeleton import HUMANOID
from gesture_core.train.lifter_data import LifterData
from gesture_core.train.lifter_evaluation import Filmed, film_clips, judge, mean_joints
from gesture_core.train.lifter_motions import Motions

PERFORMANCE = Path(__file__).resolve().parents[1] / "fixtures" / "performance.npz"


@pytest.fixture(scope="module")
def filmed() -> list[Filmed]:
    """Five seconds that our own gesture model performed, filmed four times by a poor detector."""
    with np.load(PERFORMANCE) as file:
        rotations = file["rotations"].astype(np.float32)
    rotations /= np.linalg.norm(rotations, axis=-1, keepdims=True)
    motions = Motions(rotations, np.array([0]), ("model",))
    return film_clips(motions, LifterData(), 1.0, takes=4)


@pytest.fixture(scope="module")
def clip(filmed) -> Keypoints:
    return filmed[0].keypoints


def test_names_are_those_that_positions_to_rotations_knows():
    assert len(LIFTED) == len(set(LIFTED)) == 61
    assert set(LIFTED) <= set(HUMANOID.names) | set(LANDMARKS)
    assert {"hips", "leftUpperLeg", "nose", "leftEar", "rightThumbTip"} <= set(LIFTED)
    names = [KEYPOINTS[number] for number in OBSERVED]
    assert names[GROUPS[1]][0] == "leftHandWrist"
    assert names[GROUPS[2]][-1] == "rightHandLittle4"


def test_the_shipped_weights_are_far_better_than_the_mean_pose(filmed):
    mean = mean_joints(load_lifter())
    ours = judge(filmed, lambda k: lift(k).positions)
    resting = judge(filmed, lambda k: np.tile(mean, (k.frames, 1, 1)))
    for measure in ("PA-MPJPE, all", "MPJPE, wrists", "PA-MPJPE, fingers"):
        assert ours[measure] < 0.5 * resting[measure], measure
    hands = "fingers from their wrist, hand seen"
    assert ours[hands] < 0.6 * resting[hands]
    assert ours["PA-MPJPE, all"] < 40.0


def test_bones_have_humanoids_lengths(clip):
    places = lift(clip).positions
    for name, end in (("leftLowerArm", "leftHand"), ("head", "nose"), ("hips", "leftUpperLeg")):
        bone = places[:, LIFTED.index(end)] - places[:, LIFTED.index(name)]
        expected = np.linalg.norm(MARKED.offsets[MARKED.index(end)])
        same_rate = np.linalg.norm(bone, axis=1)
        np.testing.assert_allclose(same_rate, expected, rtol=1e-6)


def test_lifting_repeats_and_does_not_care_for_resolution_and_place(clip):
    first = lift(clip)
    np.testing.assert_array_equal(first.positions, lift(clip).positions)
    seen = (clip.confidence > 0)[..., None]
    larger = replace(clip, points=(clip.points * 2.5 + [100.0, 40.0]) * seen, width=4000)
    np.testing.assert_allclose(lift(larger).positions, first.positions, atol=1e-3)


def test_frame_rates_come_out_as_they_went_in(clip):
    thirty = lift(clip).positions
    half = Keypoints(
        clip.points[::2], clip.confidence[::2], clip.people[::2], 15.0, clip.width, clip.height
    )
    lifted = lift(half)
    assert lifted.fps == 15.0
    assert len(lifted.positions) == half.frames == len(lifted.seen)
    gap = np.linalg.norm(lifted.positions - thirty[::2], axis=-1)
    assert gap.mean() < 0.02


def test_the_hips_or_the_shoulders_stay_in_place(clip):
    rest = dict(zip(HUMANOID.names, HUMANOID.rest_positions, strict=True))
    hips = [keypoint("leftHip"), keypoint("rightHip")]
    unseen, shown = clip.confidence.copy(), clip.confidence.copy()
    unseen[:, hips], shown[:, hips] = 0.0, 1.0
    whole = lift(replace(clip, confidence=shown)).positions
    np.testing.assert_allclose(whole[:, 0], np.tile(rest["hips"], (len(whole), 1)), atol=1e-9)
    bust = lift(replace(clip, confidence=unseen)).positions
    middle = bust[:, [LIFTED.index(f"{side}UpperArm") for side in ("left", "right")]].mean(axis=1)
    height = np.full(len(bust), rest["leftUpperArm"][1])
    np.testing.assert_allclose(middle[:, 1], height, atol=1e-9)


def test_what_was_seen_is_told_by_group(clip):
    confidence = clip.confidence.copy()
    confidence[:, [OBSERVED[n] for n in range(GROUPS[2].start, GROUPS[2].stop)]] = 0.0
    lifted = lift(replace(clip, confidence=confidence))
    assert np.all(lifted.seen[:, 2] == 0.0)
    assert lifted.seen[:, 0].mean() > 0.5
    trust = lifted.confidence()
    assert np.all(trust[:, LIFTED.index("rightIndexTip")] == 0.0)
    elbow = confidence[:, keypoint("leftElbow")] > 0.0
    expected = np.where(elbow, 1.0, lifted.seen[:, 0] / 3.0)
    np.testing.assert_allclose(trust[:, LIFTED.index("leftLowerArm")], expected)
    np.testing.assert_allclose(trust[:, LIFTED.index("neck")], lifted.seen[:, 0])


def test_one_frame_is_enough_and_none_is_too_few(clip):
    def only(frames: int) -> Keypoints:
        short = crop_keypoints(clip, 40, 40 + frames)
        return replace(short, fps=25.0)

    for frames in (1, 2, 9):
        positions = lift(only(frames)).positions
        assert positions.shape == (frames, 61, 3)
        assert np.all(np.isfinite(positions))
    nobody = replace(clip, confidence=np.zeros_like(clip.confidence))
    with pytest.raises(UserError, match="no frame shows a person"):
        lift(nobody)


def test_points_between_frames_are_interpolated_where_both_were_seen():
    points = np.zeros((3, 2, 2))
    points[:, :, 0] = [[0.0, 0.0], [4.0, 4.0], [8.0, 8.0]]
    confidence = np.array([[1.0, 1.0], [1.0, 0.0], [0.5, 0.0]])
    places = np.array([0.0, 2.0, 4.0])  # 15 fps
    found, sure = resample_points(points, confidence, places, 5)
    np.testing.assert_allclose(found[:, 0, 0], [0.0, 2.0, 4.0, 6.0, 8.0])
    np.testing.assert_allclose(sure[:, 0], [1.0, 1.0, 1.0, 0.75, 0.5])
    np.testing.assert_allclose(sure[[0, 2, 4], 1], [1.0, 0.0, 0.0])
    assert FPS == 30.0


def test_the_network_ignores_place_and_size_and_what_was_not_seen():
    torch.manual_seed(0)
    config = LifterConfig(
        (8, 9), (0, 1, 2, 3, 4, 8, 9), (12, 13), (19, 23), (10, 11), (0, 4, 5), 16, 1, 16, 1
    )
    model = Lifter(config).eval()
    for layer in (model.body.leave, model.body.direct, model.hand.leave):
        torch.nn.init.normal_(layer.weight, std=0.1)
    points = torch.randn(2, 12, 58, 2)
    confidence = (torch.rand(2, 12, 58) > 0.2).float()
    joints, up = model(points, confidence)
    assert joints.shape == (2, 12, len(MARKED), 3)
    torch.testing.assert_close(up.norm(dim=-1), torch.ones(2, 12))
    moved = model(points * 300.0 + 50.0, confidence)[0]
    torch.testing.assert_close(moved, joints, atol=1e-3, rtol=1e-3)
    hidden = points + 9.0 * (confidence == 0.0)[..., None]
    torch.testing.assert_close(model(hidden, confidence)[0], joints)
    empty = model(points, torch.zeros_like(confidence))[0]
    assert torch.all(torch.isfinite(empty))


def test_hands_are_mirror_images_to_the_network():
    torch.manual_seed(1)
    config = LifterConfig(
        (8, 9), (0, 1, 2, 3, 4, 8, 9), (12, 13), (19, 23), (10, 11), (0, 4, 5), 16, 1, 16, 1
    )
    model = Lifter(config).eval()
    torch.nn.init.normal_(model.hand.leave.weight, std=0.1)
    for tell in model.tell:  # without what the body network says of each arm
        for parameter in tell.parameters():
            torch.nn.init.zeros_(parameter)
    points, confidence = torch.randn(1, 12, 58, 2), torch.ones(1, 12, 58)
    swap = [*range(58)]
    for left, right in ((8, 9), (10, 11), (12, 13)):
        swap[left], swap[right] = right, left
    swap[16:] = [*range(37, 58), *range(16, 37)]
    mirrored = points[:, :, swap] * torch.tensor([-1.0, 1.0])
    ours, other = model(points, confidence)[0], model(mirrored, confidence)[0]
    flip = torch.tensor([-1.0, 1.0, 1.0])

    def fingers(joints: torch.Tensor, side: str) -> torch.Tensor:
        first = 24 if side == "left" else 44
        return joints[:, :, first : first + 20] - joints[:, :, [MARKED.index(f"{side}Hand")]]

    torch.testing.assert_close(fingers(other, "left"), fingers(ours, "right") * flip)
