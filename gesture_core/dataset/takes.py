"""Takes: stretches of one camera on one scene, as a detector or somebody's keypoint file saw it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.pictures import PictureChanges
from gesture_core.dataset.scenes import SceneConfig, find_scenes
from gesture_core.dataset.sources import MORPHEMES, Source
from gesture_core.formats.aihub import (
    parse_clip_name,
    read_aihub_keypoints,
    read_aihub_morphemes,
    read_niasl_script,
)
from gesture_core.formats.openpose import read_openpose
from gesture_core.formats.pose_file import read_pose
from gesture_core.formats.skels import read_skels
from gesture_core.formats.video import probe_video, read_frames
from gesture_core.keypoints import Crowd
from gesture_core.motion import Span
from gesture_core.pose.estimators import EstimationConfig, estimator_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Take:
    """Everybody seen in one take.

    `start`: where it begins in its source, seconds; `changes` (T,): how much each picture changed,
    None where the keypoints came without pictures; `label`: its name in a file of several;
    `speaker`: "" where the source's holds; `spans`: glosses, in seconds of the source.
    """

    crowd: Crowd
    start: float = 0.0
    changes: Array | None = None
    label: str = ""
    speaker: str = ""
    spans: tuple[Span, ...] = ()


class Block(NamedTuple):
    """Part of a scene of a video that a detector looks at in one go, in seconds."""

    scene: int
    start: float
    end: float


def video_blocks(video: Path, scenes: SceneConfig, longest: float, fps: float) -> tuple[Block, ...]:
    """The scenes of a video, cut into equal blocks of at most about `longest` seconds.

    Blocks are what an interrupted build need not see again, and what processes share; within a
    scene each starts where the next frame of the one before it would be.
    """
    blocks: list[Block] = []
    for number, scene in enumerate(find_scenes(video, scenes)):
        frames = max(1, round((scene.end - scene.start) * fps))
        count = -(-frames // max(1, round(longest * fps)))
        inner = [scene.start + frames * part // count / fps for part in range(1, count)]
        edges = [scene.start, *inner, scene.end]
        blocks += [Block(number, a, b) for a, b in zip(edges, edges[1:], strict=False)]
    return tuple(blocks)


def see_block(
    video: Path, block: Block, fps: float, config: EstimationConfig
) -> tuple[Crowd, Array]:
    """Let the estimator look at the pictures of a block; also how much each picture changed."""
    info = probe_video(video)
    frames = read_frames(
        video, fps=fps, start=block.start, end=block.end, max_height=config.max_height
    )
    watched = PictureChanges((picture for _, picture in frames), fps)
    crowd = estimator_of(config).estimate(watched, fps, info.width, info.height)
    return crowd, watched.values


def join_blocks(parts: list[tuple[Block, Crowd, Array]]) -> Iterator[Take]:
    """One take for every scene: its blocks, in order, put together again."""
    for number in sorted({block.scene for block, _, _ in parts}):
        own = [part for part in parts if part[0].scene == number]
        crowds = [crowd for _, crowd, _ in own]
        frames = tuple(people for crowd in crowds for people in crowd.frames)
        whole = Crowd(frames, crowds[0].fps, crowds[0].width, crowds[0].height)
        yield Take(whole, own[0][0].start, np.concatenate([changes for _, _, changes in own]))


@dataclass(frozen=True)
class OpenposeConfig:
    """What OpenPose's folders do not say of the video they came from."""

    fps: float = 30.0
    """Frames a second."""
    width: int | None = None
    """Columns of its pictures; needed where coordinates are relative, else found from them."""
    height: int | None = None
    """Rows of its pictures."""


def _pose_takes(source: Source, config: OpenposeConfig) -> Iterator[Take]:
    yield Take(read_pose(source.path))


def _openpose_takes(source: Source, config: OpenposeConfig) -> Iterator[Take]:
    size = {"width": config.width, "height": config.height}
    yield Take(read_openpose(source.path, fps=config.fps, **size))


def _aihub_takes(source: Source, config: OpenposeConfig) -> Iterator[Take]:
    yield Take(read_aihub_keypoints(source.path), spans=_annotated(source.annotation))


def _annotated(path: Path | None) -> tuple[Span, ...]:
    """The glosses of dataset 103, or the glosses and non-manuals of NIASL2021."""
    if path is None:
        return ()
    if path.name.endswith(MORPHEMES):
        return read_aihub_morphemes(path)
    return read_niasl_script(path).spans


def _skels_takes(source: Source, config: OpenposeConfig) -> Iterator[Take]:
    start = 0.0
    for clip in read_skels(source.path):
        end = start + len(clip.crowd.frames) / clip.crowd.fps
        gloss = Span("gloss", " ".join(clip.glosses), start, end, "skels")
        signer = parse_clip_name(clip.name).signer
        yield Take(clip.crowd, start, label=clip.name, speaker=signer, spans=(gloss,))
        start = end


KEYPOINT_READERS: dict[str, Callable[[Source, OpenposeConfig], Iterator[Take]]] = {
    "openpose": _openpose_takes,
    "pose": _pose_takes,
    "aihub": _aihub_takes,
    "skels": _skels_takes,
}
"""Readers of keypoints that others detected, by kind of source."""
