"""From motion files to records: BVH, glTF, SmartBody, clips and what else `pose.read` reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gesture_core.dataset.record import Record
from gesture_core.dataset.report import unfiltered
from gesture_core.dataset.sources import Source
from gesture_core.dataset.talks import Clip, word_spans
from gesture_core.dataset.transcript import Transcript
from gesture_core.errors import UserError
from gesture_core.formats.clip import load_clip
from gesture_core.formats.glb import animation_names
from gesture_core.motion import Motion, resample
from gesture_core.pose.read import read_motion
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply


@dataclass(frozen=True)
class MotionConfig:
    """Which motion files are worth keeping."""

    min_seconds: float = 1.0
    """Shorter ones are left out."""
    min_movement: float = 0.02
    """A motion in which no joint turns farther than this from its first pose, in radians, stands
    still."""


def motion_clips(
    source: Source,
    transcript: Transcript,
    provenance: dict[str, Any],
    *,
    fps: float,
    config: MotionConfig,
) -> Iterator[Clip]:
    """Yield every motion of a file, with its record at `fps` where it is kept.

    Of several animations one that cannot be read is refused alone; `UserError` when none can.
    """
    for animation, original in _motions(source):
        if isinstance(original, UserError):
            yield Clip(unfiltered(0, f"cannot be read: {original}"), None, fps)
            continue
        motion = resample(original, fps)
        fault = _fault(motion, config)
        if fault:
            yield Clip(unfiltered(motion.frames, fault), None, fps)
            continue
        spans = motion.spans or word_spans(transcript)
        told = _told(source)
        said = any(span.kind == "word" for span in spans)
        yield Clip(
            unfiltered(motion.frames),
            Record(
                name=f"{source.name}#{animation or ''}",
                motion=replace(motion, spans=spans),
                speaker=source.speaker,
                style=source.style or str(told.get("style", "")),
                source=source.path.suffix.lower().removeprefix("."),
                alignment=(transcript.alignment if transcript.words else "annotated")
                if said
                else "none",
                licence=source.licence,
                provenance={**provenance, "recorded_fps": round(original.fps, 4), **told},
            ),
            fps,
        )


def _motions(source: Source) -> Iterator[tuple[str | None, Motion | UserError]]:
    """Every animation of a file by name, or what is wrong with it."""
    first: UserError | None = None
    read = 0
    for animation in _animations(source):
        try:
            motion = read_motion(source.path, animation=animation)
        except UserError as error:
            first = first or error
            yield animation, error
        else:
            read += 1
            yield animation, motion
    if first is not None and not read:
        raise first


def _animations(source: Source) -> tuple[str | None, ...]:
    if source.path.suffix.lower() != ".glb":
        return (None,)
    names = animation_names(source.path)
    if not names:
        raise UserError(f"{source.path} holds no animation")
    return names


def _told(source: Source) -> dict[str, Any]:
    """What a clip file says of itself."""
    if source.path.suffix.lower() != ".npz":
        return {}
    kept = ("text", "style", "seed", "voice", "licence", "consent")
    provenance = load_clip(source.path).provenance
    return {key: provenance[key] for key in kept if key in provenance}


def _fault(motion: Motion, config: MotionConfig) -> str:
    if motion.duration < config.min_seconds:
        return "too short"
    turned = quat_angle(quat_multiply(quat_inverse(motion.rotations[0]), motion.rotations))
    moved = np.linalg.norm(motion.root - motion.root[0], axis=-1).max()
    if turned.max() < config.min_movement and moved < config.min_movement:
        return "stands still"
    return ""
