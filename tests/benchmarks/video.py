"""Timing the way from a video file to keypoints."""

from __future__ import annotations

from pathlib import Path

from gesture_core.formats.video import probe_video, read_frames
from gesture_core.pose.estimators import EstimationConfig, estimator_of
from tests.benchmarks.timing import Row, timing_of

TALK = Path(__file__).parent.parent / "fixtures" / "talks" / "mina_talk.mp4"
SECONDS = 2.0


def extraction(video: Path = TALK) -> Row:
    """Finding people with MediaPipe in two seconds of a video, against decoding them only."""
    estimator, info = estimator_of(EstimationConfig()), probe_video(video)

    def pictures() -> list[object]:
        return [picture for _, picture in read_frames(video, end=SECONDS)]

    def extract() -> None:
        frames = (picture for _, picture in read_frames(video, end=SECONDS))
        estimator.estimate(frames, info.fps, info.width, info.height)

    count = len(pictures())
    timing = timing_of(extract)
    rate = count / timing.clock
    return Row(
        f"MediaPipe on {count} pictures {info.width}×{info.height} ({rate:.0f} fps)",
        timing,
        None,
        "decoding alone",
        timing_of(pictures),
    )
