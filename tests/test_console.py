"""The reporter: steps once in a log, time per step, details only where somebody watches."""

from __future__ import annotations

import time

import pytest

from gesture_core.console import Reporter


def test_a_log_names_every_step_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Reporter() as report:
        report(0.0, "speaking")
        for frame in range(5):
            report(frame / 5, f"rendering: frame {frame} of 5")
    assert capsys.readouterr().err.splitlines() == ["momjit: speaking", "momjit: rendering"]


def test_time_is_kept_per_step() -> None:
    with Reporter(quiet=True) as report:
        report(0.0, "slow")
        time.sleep(0.05)
        report(0.5, "quick")
        report(0.6, "slow: again")
        time.sleep(0.05)
    assert list(report.seconds) == ["slow", "quick"]
    assert report.seconds["slow"] >= 0.1 > report.seconds["quick"]


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Reporter(quiet=True) as report:
        report(0.0, "speaking")
    assert capsys.readouterr().err == ""
