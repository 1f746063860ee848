"""Small made-up records for the tests and benchmarks of training sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gesture_core.dataset.record import Record
from gesture_core.motion import EXPRESSIONS, Motion, Span
from gesture_core.rotation import quat_multiply, rotvec_to_quat
from gesture_core.skeleton import HUMANOID

FPS = 15.0


def wandering_motion(
    frames: int, rng: np.random.Generator, fps: float = FPS, spans: tuple[Span, ...] = ()
) -> Motion:
    """Every joint swings about an axis of its own, so that no two frames are alike."""
    axes = rng.normal(size=(len(HUMANOID), 3))
    swing = np.sin(np.arange(frames)[:, None, None] / fps * rng.uniform(1, 3) + axes[:, :1])
    start = rotvec_to_quat(rng.normal(size=(len(HUMANOID), 3)) * 0.3)
    return Motion(
        skeleton=HUMANOID,
        rotations=quat_multiply(start, rotvec_to_quat(0.4 * swing * axes)),
        root=np.cumsum(rng.normal(size=(frames, 3)), axis=0) * 0.01,
        fps=fps,
        expressions=rng.uniform(size=(frames, len(EXPRESSIONS))),
        spans=spans,
    )


def make_record(
    name: str = "talk.mp4#000000.000",
    speaker: str = "kim",
    frames: int = 60,
    *,
    seed: int = 0,
    fps: float = FPS,
    style: str = "",
) -> Record:
    """A talk in which a word lasts 0.4 s and a pause 0.1 s."""
    seconds = frames / fps
    starts = np.arange(0.0, max(seconds - 0.4, 0.0), 0.5)
    words = tuple(
        Span("word", f"말{n % 7}", float(t), float(t) + 0.4) for n, t in enumerate(starts)
    )
    return Record(
        name=name,
        motion=wandering_motion(frames, np.random.default_rng(seed), fps, words),
        speaker=speaker,
        style=style,
        source="video",
        alignment="subtitles",
        licence="CC0-1.0",
        provenance={"file": name.partition("#")[0], "quality": [1, 0.5, None], "kept": True},
    )


def make_records(count: int, frames: int = 60, fps: float = FPS) -> list[Record]:
    """Clips of three speakers, by name; lengths differ."""
    return [
        make_record(
            f"talk{n % 3}/{n // 3}.mp4#{n:010.3f}",
            ("kim", "lee", "park")[n % 3],
            frames + n,
            seed=n,
            fps=fps,
            style=("calm", "")[n % 2],
        )
        for n in range(count)
    ]


def many_records(count: int, frames: int) -> Iterator[Record]:
    """A stream of clips by name, made one by one, that share their movement."""
    motion = wandering_motion(frames, np.random.default_rng(0))
    first = make_record(frames=frames)
    for number in range(count):
        yield replace(
            first,
            name=f"talk{number:06d}.mp4",
            speaker=f"speaker {number % 20}",
            motion=replace(motion, spans=first.motion.spans),
        )
