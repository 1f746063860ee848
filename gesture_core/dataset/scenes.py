"""Scenes of a video: the stretches between its cuts, found by PySceneDetect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from gesture_core.errors import UserError

if TYPE_CHECKING:
    from scenedetect import SceneDetector, SceneManager, VideoStream


class Scene(NamedTuple):
    """A stretch of a video without a cut, from `start` to `end` seconds."""

    start: float
    end: float


@dataclass(frozen=True)
class SceneConfig:
    """How cuts are found."""

    detector: Literal["adaptive", "content"] = "adaptive"
    """`content` compares neighbouring pictures; `adaptive` compares their difference with that of
    the pictures around, so that a fast pan is no cut."""
    content_threshold: float = 27.0
    """Difference of two pictures that is a cut for `content`: mean change of hue, saturation and
    lightness, each 0–255."""
    adaptive_threshold: float = 3.0
    """How many times the difference of the pictures around it a cut reaches for `adaptive`."""
    adaptive_minimum: float = 15.0
    """Least difference of two pictures that can be a cut for `adaptive`, in the same measure."""
    fade_threshold: float = 12.0
    """Mean brightness, 0–255, below which a picture is black: a fade through black is cut in its
    middle. 0 finds no fades."""
    min_seconds: float = 0.6
    """No scene is shorter than this: cuts that follow each other faster are one."""


def find_scenes(video: Path, config: SceneConfig = SceneConfig()) -> tuple[Scene, ...]:  # noqa: B008
    """Scenes of a video in order, without gaps: they start at 0 s and end with its last picture.

    Times are seconds from the first picture, by time stamps, so that a variable frame rate does
    no harm. A video without a cut is one scene. Raises `UserError` for a file that is no video or
    holds no picture that can be decoded.
    """
    manager, stream = _open(video, config)
    decoded = manager.detect_scenes(stream)
    if not decoded:
        raise UserError(f"{video}: no picture of this video can be decoded")
    length = stream.position.seconds + 1.0 / float(stream.frame_rate)
    cuts = [start.seconds for start, _ in manager.get_scene_list()[1:]]
    edges = [0.0, *_far_apart(cuts, config.min_seconds, length), length]
    return tuple(Scene(start, end) for start, end in zip(edges, edges[1:], strict=False))


def _open(video: Path, config: SceneConfig) -> tuple[SceneManager, VideoStream]:
    try:
        from scenedetect import SceneManager, VideoOpenFailure, open_video
        from scenedetect.video_stream import FrameRateUnavailable
    except ImportError as error:
        raise UserError("scenes need PySceneDetect: pip install 'momjit[data]'") from error
    try:
        stream = open_video(str(video), backend="pyav", suppress_output=True)
    except (OSError, VideoOpenFailure, FrameRateUnavailable, ValueError, IndexError) as error:
        raise UserError(f"{video} cannot be read as a video: {error}") from error
    manager = SceneManager()
    for detector in _detectors(config):
        manager.add_detector(detector)
    return manager, stream


def _detectors(config: SceneConfig) -> list[SceneDetector]:
    from scenedetect import AdaptiveDetector, ContentDetector, ThresholdDetector

    found: list[SceneDetector] = [
        ContentDetector(config.content_threshold, min_scene_len=1)
        if config.detector == "content"
        else AdaptiveDetector(
            config.adaptive_threshold, min_scene_len=1, min_content_val=config.adaptive_minimum
        )
    ]
    if config.fade_threshold > 0:
        found.append(ThresholdDetector(config.fade_threshold, min_scene_len=1))
    return found


def _far_apart(cuts: list[float], apart: float, length: float) -> list[float]:
    """Those of the cuts that leave scenes of at least `apart` seconds, the first of each crowd."""
    kept: list[float] = []
    for cut in sorted(cuts):
        if cut - (kept[-1] if kept else 0.0) >= apart and length - cut >= apart:
            kept.append(cut)
    return kept
