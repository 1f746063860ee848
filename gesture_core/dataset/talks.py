"""From what a detector saw of a speaker or signer to records: follow, clean, cut, lift, solve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gesture_core.dataset.clip_filters import FilterConfig, Stretch, cut_scene
from gesture_core.dataset.record import Record
from gesture_core.dataset.report import ClipReport, clip_report
from gesture_core.dataset.sources import Source
from gesture_core.dataset.takes import Take
from gesture_core.dataset.transcript import Transcript
from gesture_core.keypoints import Keypoints, crop_keypoints
from gesture_core.motion import Motion, Span, resample
from gesture_core.pose.cleaning import CleaningConfig, clean
from gesture_core.pose.lift import LIFTED, lift
from gesture_core.pose.solve import solve
from gesture_core.pose.tracking import follow

PARTS = ("body", "leftHand", "rightHand")
"""What `Lifted.seen` tells of."""


@dataclass(frozen=True, eq=False)
class Clip:
    """A stretch of a take: the report on it, and the record where it is kept.

    `fps`: the frames a second on which the report counts.
    """

    report: ClipReport
    record: Record | None
    fps: float


def talk_clips(
    source: Source,
    takes: Iterable[Take],
    transcript: Transcript,
    provenance: dict[str, Any],
    *,
    fps: float,
    cleaning: CleaningConfig,
    filters: FilterConfig,
    keep: Callable[[Keypoints], None],
) -> Iterator[Clip]:
    """Yield every stretch of every take, in order, with its record where it is kept.

    `provenance` goes into every record; `fps` is the records' rate; `keep` is given the cleaned
    keypoints of each take.
    """
    for take in takes:
        keypoints = clean(follow(take.crowd), cleaning)
        keep(keypoints)
        offset = round(take.start * keypoints.fps)
        for stretch in cut_scene(keypoints, take.changes, filters):
            report = clip_report(stretch, offset)
            if not stretch.verdict.kept:
                yield Clip(report, None, keypoints.fps)
                continue
            start = take.start + stretch.start / keypoints.fps
            motion, seen = keypoints_to_motion(_part(keypoints, stretch), fps)
            spans = spans_within(
                (*word_spans(transcript), *take.spans), start, start + motion.duration
            )
            yield Clip(
                report,
                Record(
                    name=_name(source, take, start),
                    motion=replace(motion, spans=spans),
                    speaker=take.speaker or source.speaker,
                    style=source.style,
                    source=source.kind,
                    alignment=_alignment(transcript, spans),
                    licence=source.licence,
                    provenance={
                        **provenance,
                        "start": round(start, 3),
                        "end": round(start + motion.duration, 3),
                        "seen": seen,
                    },
                ),
                keypoints.fps,
            )


def keypoints_to_motion(keypoints: Keypoints, fps: float) -> tuple[Motion, dict[str, float]]:
    """The movement behind keypoints at `fps`, and the share of frames each part was seen in."""
    lifted = lift(keypoints)
    motion = solve(lifted.positions, LIFTED, lifted.fps, confidence=lifted.confidence())
    shares = (lifted.seen > 0).mean(axis=0).tolist()
    return resample(motion, fps), dict(zip(PARTS, np.round(shares, 3).tolist(), strict=True))


def spans_within(spans: Sequence[Span], start: float, end: float) -> tuple[Span, ...]:
    """The spans whose middle lies between two times, on a clock that begins at `start`."""
    return tuple(
        replace(
            span,
            start=float(np.clip(span.start - start, 0.0, end - start)),
            end=float(np.clip(span.end - start, 0.0, end - start)),
        )
        for span in spans
        if start <= (span.start + span.end) / 2 < end
    )


def word_spans(transcript: Transcript) -> tuple[Span, ...]:
    """The words of a transcript as spans."""
    return tuple(
        Span("word", word.text, word.start, word.end, transcript.alignment)
        for word in transcript.words
    )


def _alignment(transcript: Transcript, spans: Sequence[Span]) -> str:
    """Where the times of a clip's words came from; an annotator's where it has only glosses."""
    if any(span.kind == "word" for span in spans):
        return transcript.alignment
    return "annotated" if spans else "none"


def _part(keypoints: Keypoints, stretch: Stretch) -> Keypoints:
    return crop_keypoints(keypoints, stretch.start, stretch.stop)


def _name(source: Source, take: Take, start: float) -> str:
    """A name that stays when other clips of the same source come or go."""
    label = f"{take.label}@" if take.label else ""
    return f"{source.name}#{label}{start:010.3f}"
