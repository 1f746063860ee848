"""Noise put on true points by known rules must be measured as what it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gesture_core.errors import UserError
from gesture_core.keypoints import KEYPOINTS, keypoint
from gesture_core.skeleton import HUMANOID
from gesture_core.train.detector_noise import (
    SHOULDER,
    DetectorNoise,
    autocovariance,
    class_shares,
    correlation_time,
    fit_offset,
    hand_dropout,
    load_detector_noise,
    measure_noise,
    run_lengths,
    save_detector_noise,
    split_variance,
)
from gesture_core.train.sighting import CLIP_TO_CAMERA, MARKS, Sighting, make_sighting

FPS = 30.0
STEP = 1.0 / FPS
FOCAL, SIZE = 1000.0, (640, 480)
TAKES = 16
OFFSET = np.array([0.02, -0.01, 0.03])
"""Of every left keypoint from its joint, metres on HUMANOID."""
SPREAD, WANDER, WHITE, SECONDS = 0.04, 0.05, 0.03, 0.2
"""Shoulder widths and seconds."""


def wandering(rng: np.random.Generator, frames: int, count: int) -> np.ndarray:
    """Noise (T, count, 2) of deviation 1 whose autocorrelation is exp(−seconds / SECONDS)."""
    keep = np.exp(-STEP / SECONDS)
    values = rng.standard_normal((frames, count, 2))
    for frame in range(1, frames):
        values[frame] = keep * values[frame - 1] + np.sqrt(1.0 - keep**2) * values[frame]
    return values


def synthetic(rng: np.random.Generator, frames: int = 150, scale: float = 1.2) -> Sighting:
    """A body `scale` times HUMANOID's size, tumbling bones, and a detector of known errors."""
    count = len(KEYPOINTS)
    names = sorted({point for mark in MARKS.values() for point in mark.points})
    ends = {"leftUpperArm": [SHOULDER / 2, 0, 0], "rightUpperArm": [-SHOULDER / 2, 0, 0]}
    rest = np.array([ends.get(name, rng.uniform(-0.2, 0.2, 3)) for name in names])
    camera = scale * (rest + [0.0, 0.0, 4.0]) * np.ones((frames, 1, 1))
    turns = Rotation.from_quat(rng.standard_normal((frames * len(HUMANOID), 4)))
    bones = turns.as_quat(scalar_first=True).reshape(frames, len(HUMANOID), 4)
    empty = np.zeros((frames, count, 2))
    true = make_sighting(empty, np.ones((frames, count)), names, camera, bones, FOCAL, SIZE, FPS)
    mirror = np.array([-1.0, 1.0, 1.0])
    offsets = np.array([OFFSET * (mirror if name.startswith("right") else 1) for name in KEYPOINTS])
    moved = replace(
        true, places=true.places + scale * np.einsum("tkij,kj->tki", true.turns, offsets)
    )
    noise = (
        SPREAD * rng.standard_normal((1, count, 2))
        + WANDER * wandering(rng, frames, count)
        + WHITE * rng.standard_normal((frames, count, 2))
    )
    found = moved.true + noise * true.unit[:, None, None]
    return replace(true, found=np.nan_to_num(found))


@pytest.fixture(scope="module")
def sightings() -> list[Sighting]:
    rng = np.random.default_rng(1)
    return [synthetic(rng, scale=scale) for scale in np.linspace(0.8, 1.3, TAKES)]


@pytest.fixture(scope="module")
def noise(sightings: list[Sighting]) -> DetectorNoise:
    return measure_noise(sightings, "made up")


def test_known_noise_is_recovered(noise: DetectorNoise) -> None:
    assert noise.frames == TAKES * 150
    assert noise.correlation_seconds == pytest.approx(SECONDS, rel=0.15)
    hand = noise.groups["hand"]
    assert hand.spread == pytest.approx(SPREAD * SHOULDER, rel=0.1)
    assert hand.std == pytest.approx(np.hypot(WANDER, WHITE), rel=0.05)
    assert hand.jitter == pytest.approx(WHITE, rel=0.1)
    assert noise.keypoints["leftWrist"].bias == pytest.approx(OFFSET, abs=0.006)
    assert noise.keypoints["rightWrist"].bias == pytest.approx(OFFSET * [-1, 1, 1], abs=0.006)
    every = np.array([noise.keypoints[name].bias for name in MARKS if name.startswith("left")])
    assert every.mean(axis=0) == pytest.approx(OFFSET, abs=0.0015)


def test_mistakes_and_unseen_points_are_counted_apart(
    sightings: list[Sighting], noise: DetectorNoise
) -> None:
    wrist = keypoint("leftWrist")
    found, confidence = sightings[0].found.copy(), sightings[0].confidence.copy()
    found[:15, wrist] += 2.0 * sightings[0].unit[:15, None]
    confidence[15:45, wrist] = 0.0
    spoiled = [replace(sightings[0], found=found, confidence=confidence), *sightings[1:]]
    clean = noise.keypoints["leftWrist"]
    noisy = measure_noise(spoiled, "made up").keypoints["leftWrist"]
    total = 2 * TAKES * 150  # left and right
    assert clean.missing == 0.0
    assert noisy.missing == pytest.approx(30 / total)
    assert noisy.gross - clean.gross == pytest.approx(15 / total, abs=3 / total)
    assert noisy.std == pytest.approx(clean.std, rel=0.03)


def test_a_point_is_projected_and_its_bone_is_turned() -> None:
    names = sorted({point for mark in MARKS.values() for point in mark.points})
    camera = np.tile([0.1, -0.2, 2.0], (1, len(names), 1))
    camera[:, names.index("leftUpperArm")] = [0.15, -0.2, 2.0]
    camera[:, names.index("rightUpperArm")] = [-0.15, -0.2, 2.0]
    bones = np.tile([1.0, 0.0, 0.0, 0.0], (1, len(HUMANOID), 1))
    empty = np.zeros((1, len(KEYPOINTS), 2))
    sighting = make_sighting(empty, empty[..., 0], names, camera, bones, FOCAL, SIZE, FPS)
    assert sighting.true[0, keypoint("leftHandIndex4")] == pytest.approx([370.0, 140.0])
    assert sighting.true[0, keypoint("neck")] == pytest.approx([320.0, 140.0])
    assert sighting.unit == pytest.approx([150.0])
    assert sighting.turns[0, keypoint("nose")] == pytest.approx(CLIP_TO_CAMERA)
    assert np.isnan(sighting.true[0, keypoint("face30")]).all()
    assert sighting.inside[0, keypoint("neck")]
    assert not sighting.inside[0, keypoint("face30")]


def test_offset_by_hand() -> None:
    """Seen once from the front and once from the side, all three coordinates are known."""
    tilts = np.array([[[1.0, 0, 0], [0, 1, 0]], [[0.0, 0, 1], [0, 1, 0]], [[9.0, 9, 9], [9, 9, 9]]])
    errors = np.array([[1.0, 2.0], [3.0, 2.0], [0.0, 0.0]])
    assert fit_offset(errors, tilts, np.array([True, True, False])) == pytest.approx([1, 2, 3])
    assert fit_offset(errors, tilts, np.zeros(3, bool)) == pytest.approx([0, 0, 0])


def test_autocovariance_by_hand() -> None:
    take = np.array([[1.0, 0.0], [2.0, 0.0], [np.nan, np.nan], [4.0, 0.0]])
    assert autocovariance([take], 0) == pytest.approx((1 + 4 + 16) / 6)
    assert autocovariance([take], 1) == pytest.approx(2 / 2)
    assert autocovariance([take], 2) == pytest.approx(8 / 2)
    assert autocovariance([take], 9) == 0.0


def test_variance_is_split_exactly_where_the_model_holds() -> None:
    lags = STEP * np.arange(31)
    covariances = 0.5 + 2.0 * np.exp(-lags / 0.3)
    covariances[0] += 0.7
    assert split_variance(covariances, STEP, 0.3) == pytest.approx((0.5, 2.0, 0.7))
    assert correlation_time(covariances[None], STEP) == pytest.approx(0.3, rel=0.05)


def test_classes_and_runs_by_hand() -> None:
    values = np.repeat([0.1, 0.7, 5.0], [20, 30, 3])
    happened = np.arange(53) % 2 == 0
    assert class_shares(values, happened, (0.0, 0.5, 4.0)) == (0.5, 0.5, -1.0)
    assert run_lengths(np.array([True, False, True, True, True, False])) == [1, 3]
    assert run_lengths(np.zeros(4, bool)) == []


def test_lost_hands_are_counted_by_speed(sightings: list[Sighting]) -> None:
    """The left hand rests and is lost in a third of the frames; the right one is always found."""
    sighting = sightings[0]
    places = sighting.places.copy()
    places[..., 2] = 5.0
    places[..., :2] = np.clip(places[..., :2], -0.5, 0.5)
    places[:, keypoint("leftHandWrist")] = [0.3, 0.0, 5.0]
    places[:, keypoint("rightHandWrist"), 0] = -0.2 + np.arange(150) * 0.5 * STEP
    confidence = sighting.confidence.copy()
    confidence[50:100, keypoint("leftHandWrist")] = 0.0
    dropout = hand_dropout([replace(sighting, places=places, confidence=confidence)])
    right_width = np.linalg.norm(
        places[0, keypoint("leftShoulder")] - places[0, keypoint("rightShoulder")]
    )
    assert 0.5 / right_width > 1.0, "the right hand moves by more than a shoulder width a second"
    assert dropout.share == pytest.approx(50 / 300, abs=0.06)
    assert dropout.by_speed[0] == pytest.approx(1 / 3)
    assert dropout.by_speed[1] == -1.0
    assert dropout.gap_seconds == pytest.approx(50 * STEP)


def test_the_file_keeps_the_measurement(noise: DetectorNoise, tmp_path: Path) -> None:
    path = tmp_path / "noise.yaml"
    save_detector_noise(path, noise)
    again = load_detector_noise(path)
    assert again.measured_on == "made up"
    assert list(again.keypoints) == list(MARKS)
    for name, one in noise.keypoints.items():
        assert again.keypoints[name].bias == pytest.approx(one.bias, abs=6e-5)
        assert again.keypoints[name].std == pytest.approx(one.std, abs=6e-5)
    path.write_text(path.read_text(encoding="utf-8").replace("frames:", "pictures:"))
    with pytest.raises(UserError, match="unknown setting 'pictures'"):
        load_detector_noise(path)


def test_the_shipped_measurement_is_complete_and_plausible() -> None:
    noise = load_detector_noise()
    assert list(noise.keypoints) == list(MARKS)
    assert noise.frames >= 500
    assert 0.02 < noise.correlation_seconds < 1.01
    for name, one in noise.keypoints.items():
        assert 0.0 < one.std < 0.3, name
        assert one.jitter <= one.std, name
        assert np.abs(one.bias).max() < 0.15, name
    for side_name in ("Shoulder", "HandIndex4"):
        left, right = (noise.keypoints[side + side_name].bias for side in ("left", "right"))
        assert left == pytest.approx(np.multiply(right, [-1, 1, 1]))
