"""How long movements of signs last."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.signing.timing import (
    SHOULDER_WIDTH,
    frames_of,
    load_timing,
    movement_seconds,
)


def test_a_way_of_one_shoulder_width_takes_the_measured_time() -> None:
    assert SHOULDER_WIDTH == pytest.approx(0.358)
    assert movement_seconds(SHOULDER_WIDTH) == pytest.approx(0.40)


def test_four_times_the_way_takes_about_twice_as_long() -> None:
    ratio = movement_seconds(4.0 * 0.15) / movement_seconds(0.15)
    assert ratio == pytest.approx(4.0**0.53)


def test_a_hand_that_stays_and_turns_over_needs_time_all_the_same() -> None:
    assert movement_seconds(0.0) == load_timing().movement.shortest
    turned = movement_seconds(0.0, turn=np.pi)
    assert turned == pytest.approx(1.875 * np.pi / 11.6)
    opened = movement_seconds(0.0, bend=np.pi / 2)
    assert opened == pytest.approx(1.875 * np.pi / 2 / 14.0)
    assert movement_seconds(0.5, np.pi, np.pi / 2) == max(movement_seconds(0.5), turned, opened)


def test_speed_divides_time_and_nothing_takes_no_frame() -> None:
    assert frames_of(0.5, 30.0) == 15
    assert frames_of(0.5, 30.0, speed=2.0) == 8
    assert frames_of(0.5, 30.0, speed=0.5) == 30
    assert frames_of(0.0, 30.0) == 1


def test_measured_ranges_run_upwards() -> None:
    measured = load_timing().measured
    for low, high in (
        *(measured.speed.common, measured.speed.largest),
        *(measured.acceleration.common, measured.acceleration.largest),
        measured.glosses_per_second,
    ):
        assert 0.0 < low < high
