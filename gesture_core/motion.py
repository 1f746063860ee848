"""Motion, the only currency of movement between the stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gesture_core.rotation import (
    Array,
    quat_continuous,
    quat_identity,
    quat_slerp,
)
from gesture_core.skeleton import HUMANOID, Skeleton

EXPRESSIONS: tuple[str, ...] = (
    *("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight"),
    *("cheekPuff", "cheekSquintLeft", "cheekSquintRight"),
    *("eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight"),
    *("eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight"),
    *("eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight"),
    *("eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen", "jawRight"),
    *("mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight"),
    *("mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight"),
    *("mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight"),
    *("mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper"),
    *("mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight"),
    *("mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight", "tongueOut"),
)
"""The 52 ARKit blend shapes, in the order of `Motion.expressions`."""


@dataclass(frozen=True)
class Span:
    """A named stretch of time in seconds: a word, a gloss or a gesture, and what it came from."""

    kind: str
    text: str
    start: float
    end: float
    source: str = ""


@dataclass(frozen=True)
class Motion:
    """T frames of a skeleton and a face.

    `rotations`: local unit quaternions `(T, J, 4)`; `root`: world position of the root joint
    `(T, 3)`, metres; `fps`: frames a second; `expressions`: `(T, 52)` within 0–1 in the order of
    `EXPRESSIONS`; `spans`: words, glosses and gestures on the same clock.
    """

    skeleton: Skeleton
    rotations: Array
    root: Array
    fps: float
    expressions: Array = field(default_factory=lambda: np.zeros((0, len(EXPRESSIONS))))
    spans: tuple[Span, ...] = ()

    def __post_init__(self) -> None:
        if not len(self.expressions):  # none given: a face at rest
            object.__setattr__(
                self, "expressions", np.zeros((len(self.rotations), len(EXPRESSIONS)))
            )
        frames = len(self.rotations)
        shapes = (self.rotations.shape, self.root.shape, self.expressions.shape)
        wanted = ((frames, len(self.skeleton), 4), (frames, 3), (frames, len(EXPRESSIONS)))
        if shapes != wanted:
            raise ValueError(f"Motion arrays have shapes {shapes}, expected {wanted}")
        if not self.fps > 0:
            raise ValueError(f"fps must be positive, not {self.fps}")

    @property
    def frames(self) -> int:
        """Number of frames T."""
        return len(self.rotations)

    @property
    def duration(self) -> float:
        """Length in seconds, each frame lasting 1/fps."""
        return self.frames / self.fps


def rest_motion(frames: int, fps: float, skeleton: Skeleton = HUMANOID) -> Motion:
    """A motion that stands still in the rest pose."""
    root = np.tile(skeleton.rest_positions[0], (frames, 1))
    return Motion(skeleton, quat_identity((frames, len(skeleton))), root, fps)


def resample(motion: Motion, fps: float, frames: int | None = None) -> Motion:
    """The same movement at another frame rate: slerp for rotations, linear for the rest.

    `frames` fixes the length; frames past the end hold the last pose. By default the duration is
    kept to the nearest frame.
    """
    if frames is None:
        frames = max(1, round(motion.duration * fps))
    position = np.clip(np.arange(frames) * (motion.fps / fps), 0, motion.frames - 1)
    before = np.floor(position).astype(int)
    after = np.minimum(before + 1, motion.frames - 1)
    blend = position - before

    def linear(values: Array) -> Array:
        return values[before] + blend[:, None] * (values[after] - values[before])

    rotations = quat_continuous(motion.rotations)
    return replace(
        motion,
        rotations=quat_slerp(rotations[before], rotations[after], blend[:, None]),
        root=linear(motion.root),
        expressions=linear(motion.expressions),
        fps=fps,
    )


def mirror(motion: Motion) -> Motion:
    """The movement seen in a mirror: left and right exchanged across the plane x = 0."""
    partner = motion.skeleton.mirror
    names = [_mirrored(name) for name in EXPRESSIONS]
    faces = [EXPRESSIONS.index(name) for name in names]
    return replace(
        motion,
        rotations=motion.rotations[:, partner] * np.array([1.0, 1.0, -1.0, -1.0]),
        root=motion.root * np.array([-1.0, 1.0, 1.0]),
        expressions=motion.expressions[:, faces],
    )


def crop(motion: Motion, start: int, stop: int) -> Motion:
    """Frames `start` to `stop`, spans moved along and those outside dropped."""
    shift = start / motion.fps
    end = (stop - start) / motion.fps
    spans = tuple(
        replace(span, start=max(0.0, span.start - shift), end=min(end, span.end - shift))
        for span in motion.spans
        if span.end > shift and span.start - shift < end
    )
    return replace(
        motion,
        rotations=motion.rotations[start:stop],
        root=motion.root[start:stop],
        expressions=motion.expressions[start:stop],
        spans=spans,
    )


def concatenate(motions: Sequence[Motion]) -> Motion:
    """Motions of one skeleton and rate after one another, their spans moved along."""
    first = motions[0]
    if any(m.skeleton is not first.skeleton or m.fps != first.fps for m in motions):
        raise ValueError("only motions of one skeleton and one rate follow each other")
    begins = np.cumsum([0, *(motion.frames for motion in motions[:-1])]) / first.fps
    return replace(
        first,
        rotations=np.concatenate([motion.rotations for motion in motions]),
        root=np.concatenate([motion.root for motion in motions]),
        expressions=np.concatenate([motion.expressions for motion in motions]),
        spans=tuple(
            replace(span, start=span.start + float(begin), end=span.end + float(begin))
            for begin, motion in zip(begins, motions, strict=True)
            for span in motion.spans
        ),
    )


def _mirrored(name: str) -> str:
    for one, other in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(one):
            return name.removesuffix(one) + other
    return {"jawLeft": "jawRight", "mouthLeft": "mouthRight"}.get(name, name)
