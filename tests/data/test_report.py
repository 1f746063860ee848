"""Reports: the seed's record, files there and back, and sums worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gesture_core.dataset.clip_filters import FILTERS, PASS, Finding, Stretch, Verdict
from gesture_core.dataset.report import (
    SEED_FILTERS,
    ClipReport,
    SourceReport,
    clip_report,
    clock,
    headline,
    read_report,
    summarise,
    summary_json,
    summary_markdown,
    summary_text,
    unfiltered,
    write_report,
)
from gesture_core.errors import UserError


def stretch(message: str, **numbers: float | None) -> Stretch:
    """A stretch refused by one filter."""
    findings = {
        name: Finding(name != message, numbers.get(name.replace(" ", "_"), 0.0)) for name in FILTERS
    }
    return Stretch(10, 110, Verdict(message == PASS, findings, message))


def record(path: Path, clip: ClipReport) -> dict:
    write_report(path, SourceReport("a.mp4", "video", 25.0, (clip,)), force=True)
    return json.loads(path.read_text(encoding="utf-8"))["clips"][0]


def test_a_kept_clip_in_the_seeds_record(tmp_path: Path) -> None:
    numbers = {"looking_behind": 0.01234, "too_small": 0.5, "still_picture": 4.32109}
    clip = clip_report(stretch(PASS, **numbers), offset=1000)
    assert record(tmp_path / "r.json", clip) == {
        "clip_info": [1010, 1110, True],
        "filtering_results": [1, 1, 1, 1, 1, 1, 1],
        "message": "PASS",
        "debugging_info": [0.012, 0.0, 0.0, 0.5, 4.321],
    }


@pytest.mark.parametrize(
    ("name", "message", "results"),
    [
        ("too short", "too Short", [0, 0, 0, 0, 0, 0, 0]),
        ("too many people", "too many people", [1, 0, 0, 0, 0, 0, 0]),
        ("looking behind", "looking behind", [1, 1, 0, 0, 0, 0, 0]),
        ("too many missing joints", "too many missing joints", [1, 1, 1, 0, 0, 0, 0]),
        ("looking sideways", "looking sideways", [1, 1, 1, 1, 0, 0, 0]),
        ("too small", "too small.", [1, 1, 1, 1, 1, 0, 0]),
        ("still picture", "still picture", [1, 1, 1, 1, 1, 1, 0]),
        ("jump", "jump", [1, 1, 1, 1, 1, 1, 1]),
        ("empty frames", "empty frames", [1, 1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_rejected_clip_in_the_seeds_record(
    tmp_path: Path, name: str, message: str, results: list[int]
) -> None:
    clip = clip_report(stretch(name, still_picture=None))
    data = record(tmp_path / "r.json", clip)
    assert data["clip_info"] == [10, 110, False]
    assert data["filtering_results"] == results
    assert data["message"] == message
    assert data["debugging_info"] == [0.0, 0.0, 0.0, 0.0, "None"]
    assert read_report(tmp_path / "r.json").clips == (clip,)


def test_a_motion_that_no_clip_filter_applies_to() -> None:
    assert unfiltered(90) == ClipReport(0, 90, True, (1,) * 7, PASS, (None,) * 5)
    assert unfiltered(3, "too short") == ClipReport(0, 3, False, (0,) * 7, "too short", (None,) * 5)
    assert unfiltered(3, "it never stands").results == (1,) * 7


def example_reports() -> list[SourceReport]:
    clips = (
        ClipReport(0, 900, True, (1,) * 7, PASS, (0.0, 0.1, 0.0, 0.0, 3.2)),
        ClipReport(900, 990, False, (0,) * 7, "too short", (0.0,) * 4 + (None,)),
        ClipReport(990, 1200, False, (1, 1, 0, 0, 0, 0, 0), "looking behind", (0.4,) * 5),
    )
    return [
        SourceReport("강의/하나.mp4", "video", 30.0, clips, "mediapipe", problems=("말이 없음",)),
        SourceReport("cmu/02_01.bvh", "motion", 120.0, (unfiltered(1200),)),
        SourceReport("broken.mp4", "video", 0.0, skipped="not a video: it is empty"),
    ]


def test_reports_come_back_as_they_were_written_and_are_the_same_bytes(tmp_path: Path) -> None:
    for number, report in enumerate(example_reports()):
        one, other = tmp_path / f"{number}.json", tmp_path / f"again-{number}.json"
        write_report(one, report)
        write_report(other, report)
        assert read_report(one) == report
        assert one.read_bytes() == other.read_bytes()
    with pytest.raises(UserError, match="already exists"):
        write_report(tmp_path / "0.json", example_reports()[0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"source": "a"}',
        '{"source":"a","kind":"b","fps":"x","clips":[],"estimator":null,"skipped":null,"problems":[]}',
        '{"source":"a","kind":"b","fps":1,"clips":[{"clip_info":[1,2]}],"estimator":null,'
        '"skipped":null,"problems":[]}',
        '{"source":"a","kind":"b","fps":1,"clips":[{"clip_info":[1,2,true],"filtering_results":[1],'
        '"message":"","debugging_info":[]}],"estimator":null,"skipped":null,"problems":[]}',
    ],
)
def test_what_is_no_report_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="odd.json"):
        read_report(path)
    with pytest.raises(UserError, match="gone.json"):
        read_report(tmp_path / "gone.json")


def test_the_sums_are_right() -> None:
    summary = summarise(example_reports())
    assert (summary.sources, summary.clips, summary.frames) == (3, 4, 2400)
    assert summary.hours * 3600 == pytest.approx(50.0)
    kept, behind, short = summary.reasons
    assert (kept.clips, kept.frames, kept.share) == (2, 2100, pytest.approx(0.8))
    assert (behind.name, behind.hours * 3600) == ("looking behind", pytest.approx(7.0))
    assert (short.name, short.share) == ("too short", pytest.approx(0.06))
    motion, video = summary.kinds
    assert (motion.name, motion.share) == ("motion", 1.0)
    assert (video.name, video.share) == ("video", pytest.approx(0.75))
    assert summary.skipped == (("broken.mp4", "not a video: it is empty"),)
    assert summary.problems == (("강의/하나.mp4", "말이 없음"),)
    assert np.isclose(sum(reason.share for reason in summary.reasons), 1.0)


def test_the_summary_in_words() -> None:
    summary = summarise(example_reports())
    line = "kept 2 clips, 40.0 s of 50.0 s (80%), from 2 of 3 sources"
    assert headline(summary) == line
    text, markdown = summary_text(summary), summary_markdown(summary)
    assert line in text
    for shown in (text, markdown):
        assert "looking behind" in shown
        assert "14.0%" in shown
        assert "not a video: it is empty" in shown
        assert "강의/하나.mp4" in shown
    assert "| kept | 2 | 2,100 | 40.0 s | 80.0% |" in markdown
    data = json.loads(json.dumps(summary_json(summary)))
    assert data["kept"]["share"] == pytest.approx(0.8)
    assert [reason["name"] for reason in data["reasons"]] == ["looking behind", "too short"]


def test_nothing_kept_is_nothing() -> None:
    for reports in ([], [SourceReport("a.mp4", "video", 0.0, skipped="empty")]):
        summary = summarise(reports)
        assert summary.kept.clips == 0
        assert summary.kept.share == 0.0
        assert "kept 0 clips" in summary_text(summary)


def test_times_are_readable() -> None:
    assert [clock(s) for s in (0, 59.94, 59.96, 60, 3599.6, 128 * 3600)] == [
        *("0.0 s", "59.9 s", "0:01:00", "0:01:00", "1:00:00", "128:00:00")
    ]


def test_the_seeds_filters_are_seven() -> None:
    assert len(SEED_FILTERS) == 7
    assert SEED_FILTERS[-1] == "still picture"
