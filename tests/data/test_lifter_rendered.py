"""The comparison of lifters on made-up poses whose errors are known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from gesture_core.formats.mediapipe_layout import BODY_LANDMARKS
from gesture_core.skeleton import HUMANOID
from gesture_core.train.lifter_rendered import (
    BODY,
    HANDS,
    WHOLE,
    advantage,
    compare,
    fit_offsets,
    mean_method,
    mediapipe_body,
    mediapipe_whole,
    own_axes,
    shift,
)

REST = HUMANOID.rest_positions[HUMANOID.indices(BODY.names)]


def poses(seed: int, frames: int = 20) -> np.ndarray:
    """Bodies (T, 8, 3) that turn and wave their forearms."""
    rng = np.random.default_rng(seed)
    bodies = np.tile(REST, (frames, 1, 1))
    bodies[:, 2:6] += 0.1 * rng.standard_normal((frames, 4, 3))
    yaw = Rotation.from_rotvec(rng.uniform(-0.7, 0.7, (frames, 1)) * [0.0, 1.0, 0.0]).as_matrix()
    return np.einsum("tij,tnj->tni", yaw, bodies)


def test_the_body_s_axes_are_across_up_and_forward() -> None:
    assert own_axes(BODY, REST[None])[0] == pytest.approx(np.eye(3), abs=0.06)
    quarter = REST @ np.array([[0.0, 0, -1], [0, 1, 0], [1, 0, 0]])  # turned to their left
    assert own_axes(BODY, quarter[None])[0, :, 2] == pytest.approx([1.0, 0.0, 0.0], abs=0.06)


def test_hands_are_named_as_mediapipe_counts_them() -> None:
    names = HANDS["left"].names
    assert len(names) == 21
    assert names[0] == "leftHand"
    assert [names[k] for k in (1, 5, 9, 13, 17)] == [
        "leftThumbMetacarpal",
        *(f"left{finger}Proximal" for finger in ("Index", "Middle", "Ring", "Little")),
    ]
    assert names[4] == "leftThumbTip"
    assert sorted(k for group in HANDS["left"].groups.values() for k in group) == list(range(21))


def test_constant_offsets_are_found_and_mended() -> None:
    offsets = 0.03 * np.random.default_rng(0).standard_normal((8, 3))
    offsets -= offsets.mean(axis=0)
    calibration, truth = poses(1, 200), poses(2, 50)
    fitted = fit_offsets(
        BODY, [calibration], [np.einsum("tij,nj->tni", own_axes(BODY, calibration), offsets)
                              + calibration]
    )  # fmt: skip
    target = shift(BODY, truth, offsets)
    before = compare(BODY, {"raw": [truth]}, [target])["methods"]["raw"]["pa_mpjpe"]
    after = compare(BODY, {"mended": [shift(BODY, truth, fitted)]}, [target])
    assert before > 30.0
    assert after["methods"]["mended"]["pa_mpjpe"] < 0.15 * before


def test_methods_are_judged_on_the_frames_that_all_of_them_have() -> None:
    truth = [poses(3, 10), poses(4, 6)]
    good = [clip.copy() for clip in truth]
    bad = [clip.copy() for clip in truth]
    for clip in bad:
        clip[:, 4, 2] += 0.1  # the left wrist comes forward by 10 cm
    good[0][:3] = np.nan
    bad[1][:] = np.nan
    report = compare(BODY, {"good": good, "bad": bad}, truth)
    assert (report["clips"], report["frames"]) == (1, 7)
    assert report["methods"]["good"]["pa_mpjpe"] == 0.0
    assert report["methods"]["bad"]["mpjpe"] == pytest.approx(100.0 / 8)
    groups = report["methods"]["bad"]["groups"]
    assert groups["wrists"]["mpjpe"] == pytest.approx(50.0)
    assert groups["hips"]["mpjpe"] == 0.0
    assert groups["wrists"]["pa_mpjpe"] > groups["hips"]["pa_mpjpe"]
    assert advantage(report, "good", "bad") == 1.0


def test_the_interval_holds_the_value_and_widens_with_unequal_clips() -> None:
    truth = [poses(k) for k in range(8)]
    found = [clip + 0.01 * (k + 1) * np.random.default_rng(k).standard_normal(clip.shape)
             for k, clip in enumerate(truth)]  # fmt: skip
    figures = compare(BODY, {"one": found}, truth)["methods"]["one"]
    low, high = figures["interval"]
    assert low < figures["pa_mpjpe"] < high
    assert high - low > 0.1 * figures["pa_mpjpe"]


def test_the_mean_pose_is_right_for_those_who_never_move() -> None:
    still = [np.tile(REST, (5, 1, 1)), np.tile(REST, (3, 1, 1)) @ np.diag([-1.0, 1.0, -1.0])]
    report = compare(BODY, {"mean": mean_method(still, still)}, still)
    assert report["methods"]["mean"]["pa_mpjpe"] == pytest.approx(0.0, abs=0.1)
    assert [clip.shape for clip in mean_method(still, still)] == [(5, 8, 3), (3, 8, 3)]


def test_mediapipe_s_axes_and_wrists() -> None:
    world = np.full((2, 33, 4), 9.0)
    world[:, BODY_LANDMARKS.index("leftWrist"), :3] = [0.3, -0.2, -0.4]
    hands = np.zeros((2, 2, 21, 3))
    hands[:, 0, 0] = [0.01, 0.02, 0.03]
    hands[:, 0, 8] = [0.01, -0.08, 0.03]  # the index finger's tip, ten centimetres above
    body = mediapipe_body(world)
    assert BODY.names[4] == "leftHand"
    assert body[0, 4] == pytest.approx([0.3, 0.2, 0.4])
    whole = mediapipe_whole(world, hands)
    assert whole[0, WHOLE.names.index("leftIndexTip")] == pytest.approx([0.3, 0.3, 0.4])
    assert whole[:, :8] == pytest.approx(body)
