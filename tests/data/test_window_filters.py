"""Window filters: bodies bent and wrists moved by known amounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gesture_core.dataset.window_filters import (
    DIRECTIONS,
    WindowFilterConfig,
    judge_windows,
    kept_windows,
    mean_pose,
    measure_windows,
    pose_directions,
)
from gesture_core.motion import Motion, Span, crop, rest_motion
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import HUMANOID

LENGTH, STRIDE = 30, 10


def turning(bone: str, rotvecs: np.ndarray, fps: float = 15.0) -> Motion:
    motion = rest_motion(len(rotvecs), fps)
    rotations = motion.rotations.copy()
    rotations[:, HUMANOID.index(bone)] = rotvec_to_quat(rotvecs)
    return replace(motion, rotations=rotations)


def swinging(frames: int, radians: float) -> Motion:
    """The left lower arm turns about the vertical, `radians` to one side and then to the other."""
    angle = np.where(np.arange(frames) % 2, radians, -radians)
    return turning("leftLowerArm", angle[:, None] * [0.0, 1.0, 0.0])


def passed(motion: Motion, config: WindowFilterConfig, mean: np.ndarray | None = None):
    mean = np.zeros((len(DIRECTIONS), 3)) if mean is None else mean
    return judge_windows(measure_windows(motion, LENGTH, STRIDE, mean), config)


def test_windows_start_every_stride_and_lie_inside() -> None:
    mean = np.zeros((len(DIRECTIONS), 3))
    starts = measure_windows(rest_motion(59, 15.0), LENGTH, STRIDE, mean).starts
    assert starts.tolist() == [0, 10, 20]
    assert measure_windows(rest_motion(60, 15.0), LENGTH, STRIDE, mean).starts[-1] == 30
    short = measure_windows(rest_motion(29, 15.0), LENGTH, STRIDE, mean)
    assert [len(value) for value in vars(short).values()] == [0] * 6


def test_words_count_where_any_part_is_heard() -> None:
    words = (
        Span("word", "하나", 0.5, 0.9),
        Span("word", "둘", 1.9, 2.5),
        Span("gloss", "셋", 0, 4),
    )
    motion = replace(rest_motion(90, 15.0), spans=words)
    measured = measure_windows(motion, LENGTH, STRIDE, np.zeros((len(DIRECTIONS), 3)))
    # Windows of 2 s start every 2/3 s: at 0, 0.67, 1.33, 2, 2.67, 3.33 and 4 s.
    assert measured.words.tolist() == [2, 2, 1, 1, 0, 0, 0]
    ok = judge_windows(measured, WindowFilterConfig())["too few words"]
    assert ok.tolist() == [True, True, False, False, False, False, False]


@pytest.mark.parametrize(("degrees", "kept"), [(0, True), (19.5, True), (20.5, False)])
def test_a_spine_that_leans_all_the_time(degrees: float, kept: bool) -> None:
    lean = np.tile([np.radians(degrees), 0, 0], (60, 1))
    motion = turning("hips", lean)
    measured = measure_windows(motion, LENGTH, STRIDE, np.zeros((len(DIRECTIONS), 3)))
    upright = np.degrees(np.arctan2(0.0039 - 0.0076, 1.4107 - 0.8859))  # of the resting spine
    np.testing.assert_allclose(measured.spine, abs(degrees + upright), atol=1e-9)
    config = WindowFilterConfig(max_mean_spine_degrees=20 + upright)
    assert passed(motion, config)["bent spine"].all() == kept


def test_a_bow_is_found_by_its_deepest_frame() -> None:
    lean = np.zeros((60, 3))
    lean[40, 0] = np.radians(31)
    ok = passed(turning("hips", lean), WindowFilterConfig())["bent spine"]
    assert ok.tolist() == [True, True, False, False]


@pytest.mark.parametrize("factor", [0.98, 1.02])
def test_wrists_that_hardly_move(factor: float) -> None:
    """A wrist .2273 m from its elbow, half the time at either end of its swing.

    Its place varies by (L·sin a)² across; along the arm it stays where it is.
    """
    reach = 0.6634 - 0.4361
    angle = np.arcsin(np.sqrt(factor * 0.0014) / reach)
    motion = swinging(60, angle)
    measured = measure_windows(motion, LENGTH, STRIDE, np.zeros((len(DIRECTIONS), 3)))
    np.testing.assert_allclose(measured.wrists, factor * 0.0014, rtol=1e-9)
    assert passed(motion, WindowFilterConfig())["still wrists"].all() == (factor > 1)


def test_walking_about_does_not_move_the_wrists() -> None:
    motion = rest_motion(60, 15.0)
    root = motion.root + np.linspace(0, 3, 60)[:, None] * [1.0, 0.0, 0.3]
    assert not passed(replace(motion, root=root), WindowFilterConfig())["still wrists"].any()


def test_the_mean_pose_itself_is_left_out() -> None:
    still, moving = rest_motion(60, 15.0), swinging(60, 1.0)
    mean = mean_pose([still])
    np.testing.assert_allclose(np.linalg.norm(mean, axis=1), 1.0)
    assert not passed(still, WindowFilterConfig(), mean)["mean pose"].any()
    # One of ten lines swings by ±1 rad: (1 − cos 1 + sin 1) / 30 away on average.
    measured = measure_windows(moving, LENGTH, STRIDE, mean)
    np.testing.assert_allclose(measured.pose_difference, (1 - np.cos(1) + np.sin(1)) / 30)
    assert passed(moving, WindowFilterConfig(), mean)["mean pose"].all()


def test_turning_round_is_no_other_pose() -> None:
    motion = swinging(60, 0.4)
    turned = replace(
        motion,
        rotations=np.concatenate(
            [np.tile(rotvec_to_quat([0, 2.0, 0]), (60, 1, 1)), motion.rotations[:, 1:]], axis=1
        ),
    )
    np.testing.assert_allclose(pose_directions(turned), pose_directions(motion), atol=1e-12)


def test_the_mean_pose_weighs_seconds_not_frames() -> None:
    slow, fast = rest_motion(15, 15.0), turning("hips", np.zeros((120, 3)), fps=120.0)
    bent = turning("leftLowerArm", np.tile([0.0, 1.0, 0.0], (120, 1)), fps=120.0)
    expected = (pose_directions(slow)[0] + pose_directions(bent)[0]) / 2
    np.testing.assert_allclose(mean_pose([slow, bent]), expected, atol=1e-12)
    np.testing.assert_allclose(mean_pose([slow, fast]), pose_directions(slow)[0], atol=1e-12)


def test_kept_windows_are_those_that_every_filter_lets_pass() -> None:
    words = tuple(Span("word", "말", t, t + 0.3) for t in np.arange(0, 8, 0.5))
    motion = replace(swinging(120, 0.8), spans=words)
    lean = motion.rotations.copy()
    lean[100:, 0] = rotvec_to_quat([1.0, 0, 0])
    motion = replace(motion, rotations=lean)
    mean, config = mean_pose([rest_motion(1, 15.0)]), WindowFilterConfig()
    assert kept_windows(motion, LENGTH, STRIDE, mean, config).tolist() == [*range(0, 71, 10)]
    for start in (0, 35):  # a window on its own is judged as it is among the others
        alone = measure_windows(crop(motion, start, start + LENGTH), LENGTH, STRIDE, mean)
        among = measure_windows(motion, LENGTH, 5, mean)
        for name in ("words", "pose_difference", "spine", "mean_spine", "wrists"):
            np.testing.assert_allclose(getattr(alone, name)[0], getattr(among, name)[start // 5])
