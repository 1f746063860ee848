"""How fast hands sign: hand-made movements, and the figures kept of real signers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gesture_core.formats.skels import read_skels
from gesture_core.gestures.easing import ease
from gesture_core.keypoints import KEYPOINTS, Keypoints, keypoint
from gesture_core.metrics.sign_pace import (
    HandPace,
    holds,
    keypoints_pace,
    motion_pace,
    movements,
    signing_seconds,
    wrist_pace,
)
from gesture_core.motion import rest_motion
from gesture_core.pose.tracking import follow
from gesture_core.signing.timing import load_timing

FPS = 30.0
REPEATS = "NIA_SL_SEN0622_REAL10_F"
"""Three rounds of the same frames, which timing.yaml leaves out."""


def there_and_back(distance: float = 1.0, seconds: float = 0.5, wait: float = 0.4) -> np.ndarray:
    """The right wrist goes `distance` to the side, waits and returns; the left one stands."""
    times = np.arange(round(2.4 * FPS)) / FPS
    out = ease((times - 0.4) / seconds) - ease((times - 0.4 - seconds - wait) / seconds)
    wrists = np.zeros((len(times), 2, 2))
    wrists[:, 1, 0] = distance * out
    return wrists


def pace_of(wrists: np.ndarray) -> HandPace:
    return wrist_pace(wrists, np.ones(wrists.shape[:2], bool), FPS)


def test_a_minimum_jerk_movement_has_its_known_peaks() -> None:
    pace = pace_of(there_and_back())
    assert np.nanmax(pace.speed[:, 1]) == pytest.approx(1.875 / 0.5, rel=0.03)
    assert np.nanmax(pace.acceleration[:, 1]) == pytest.approx(5.7735 / 0.5**2, rel=0.1)
    assert np.nanmax(pace.speed[:, 0]) < 1e-6


def test_movements_and_holds_are_told_apart() -> None:
    pace = pace_of(there_and_back())
    out, back = movements(pace)
    for movement in (out, back):
        assert movement.distance == pytest.approx(1.0, rel=0.06)
        assert movement.seconds == pytest.approx(0.5, rel=0.06)
    (hold,) = holds(pace)
    assert hold == pytest.approx(0.4, abs=0.2)
    assert signing_seconds(pace) == pytest.approx(1.4, abs=0.2)


def test_a_still_signer_neither_moves_nor_holds() -> None:
    pace = pace_of(np.zeros((40, 2, 2)))
    assert movements(pace) == ()
    assert holds(pace) == ()
    assert signing_seconds(pace) == 0.0


def test_frames_beside_unseen_ones_tell_nothing() -> None:
    wrists = there_and_back()
    seen = np.ones(wrists.shape[:2], bool)
    seen[30:33, 1] = False
    pace = wrist_pace(wrists, seen, FPS)
    assert np.isnan(pace.speed[27:36, 1]).all()
    assert np.isfinite(pace.speed[:26, 1]).all()
    assert np.isfinite(pace.speed[:, 0]).all()


def people(scale: float) -> Keypoints:
    wrists = there_and_back()
    points = np.zeros((len(wrists), len(KEYPOINTS), 2))
    for side, x in (("left", 0.5), ("right", -0.5)):
        points[:, keypoint(f"{side}Shoulder")] = (x, 0.0)
    points[:, [keypoint("leftWrist"), keypoint("rightWrist")]] = wrists
    shown = np.ones(points.shape[:2])
    return Keypoints(scale * points + 300.0, shown, np.ones(len(points), np.int64), FPS, 640, 480)


def test_the_size_of_the_picture_does_not_matter() -> None:
    small, large = keypoints_pace(people(80.0)), keypoints_pace(people(310.0))
    np.testing.assert_allclose(small.speed, large.speed, atol=1e-9)
    np.testing.assert_allclose(small.speed, pace_of(there_and_back()).speed, atol=1e-9)


def test_a_signer_without_shoulders_has_no_scale() -> None:
    hidden = replace(people(80.0), confidence=np.zeros((len(there_and_back()), len(KEYPOINTS))))
    with pytest.raises(ValueError, match="no shoulders"):
        keypoints_pace(hidden)


def test_a_standing_motion_is_still() -> None:
    assert np.nanmax(motion_pace(rest_motion(30, FPS)).speed) < 1e-9


def test_the_kept_figures_are_those_of_the_sample(shared_data: Callable[[str], Path]) -> None:
    clips = [
        clip
        for path in sorted(shared_data("ksl_sample").rglob("*.skels"))
        for clip in read_skels(path)
        if clip.name != REPEATS
    ]
    assert len(clips) == 9
    measured = load_timing().measured
    paces = [keypoints_pace(follow(clip.crowd)) for clip in clips]
    rates = [
        len(clip.glosses) / signing_seconds(pace)
        for clip, pace in zip(clips, paces, strict=True)
        if len(clip.glosses) > 1
    ]
    assert (round(min(rates), 1), round(max(rates), 1)) == measured.glosses_per_second
    for kept, values in (
        (measured.speed, [pace.speed for pace in paces]),
        (measured.acceleration, [pace.acceleration for pace in paces]),
    ):
        common = [np.nanpercentile(value, 95) for value in values]
        largest = [np.nanmax(value) for value in values]
        # the lowest are the sample's; the highest are those of the films of single signs
        assert round(min(common), 1) == kept.common[0]
        assert max(common) < kept.common[1]
        assert max(largest) < kept.largest[1]
    found = [m for pace in paces for m in movements(pace) if m.distance > 0.1]
    distance, seconds = np.log([[m.distance, m.seconds] for m in found]).T
    exponent, factor = np.polyfit(distance, seconds, 1)
    law = load_timing().movement
    assert law.exponent == pytest.approx(exponent, abs=0.01)
    assert law.factor == pytest.approx(np.exp(factor) * (2.0 / 3.0) ** (0.5 * exponent), abs=0.01)
