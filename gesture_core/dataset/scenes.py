"""Scenes of a video: the stretches between its cuts, found by PySceneDetect."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from gesture_core.errors import UserError
from gesture_core.formats.video import probe_video, read_frames

if TYPE_CHECKING:
    from scenedetect import SceneDetector

HEIGHT = 180
"""Rows of the pictures that are compared: cuts are seen as well, and noise averages out."""


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


def find_scenes(video: Path, config: SceneConfig | None = None) -> tuple[Scene, ...]:
    """Scenes of a video in order, without gaps: the first starts at 0 s, the last ends with it.

    Times are those of `formats.video.read_frames`, a cut being the time of the first picture after
    it, so that a variable frame rate does no harm. A video without a cut is one scene; where its
    pictures are damaged a scene ends, and what follows is the last one. Raises `UserError` for a
    file that is no video or whose first pictures cannot be decoded.
    """
    config = config or SceneConfig()
    duration = probe_video(video).duration
    cuts, end = _watch(video, config)
    edges = [0.0, *_far_apart(cuts, config.min_seconds, end), end]
    if end < duration:
        edges.append(duration)
    return tuple(Scene(start, end) for start, end in zip(edges, edges[1:], strict=False))


def _watch(video: Path, config: SceneConfig) -> tuple[list[float], float]:
    """Times of the cuts, and the time up to which the pictures can be decoded."""
    from scenedetect import FrameTimecode

    detectors, info = _detectors(config), probe_video(video)
    cuts: list[float] = []
    number = 0
    try:
        for _, picture in read_frames(video, max_height=HEIGHT):
            blue_first = np.ascontiguousarray(picture[..., ::-1])
            for detector in detectors:
                found = detector.process_frame(FrameTimecode(number, fps=info.fps), blue_first)
                cuts += [cut.frame_num / info.fps for cut in found]
            number += 1
    except UserError:
        if not number:
            raise
        return cuts, number / info.fps
    return cuts, info.duration


def _detectors(config: SceneConfig) -> list[SceneDetector]:
    try:
        from scenedetect import AdaptiveDetector, ContentDetector, ThresholdDetector
    except ModuleNotFoundError as error:
        raise UserError("scenes need PySceneDetect: pip install 'momjit[data]'") from error
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
