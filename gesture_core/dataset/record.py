"""One record of a training set: a clip of movement with its words, its person and its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gesture_core.motion import Motion


@dataclass(frozen=True, eq=False)
class Record:
    """A clip on HUMANOID and what is known of it.

    `name`: unique in its set and stable from build to build, such as `lecture.mp4#0003`;
    `motion`: its spans hold the words (kind "word"), glosses and gestures; `speaker`: who moves,
    the unit by which sets are split; `style`: "" where unknown; `source`: the kind of source it
    came from, such as "video" or "bvh"; `alignment`: where the word times came from, one of
    `ALIGNMENTS`; `licence`: of the source, "unknown" where nobody said; `provenance`: file, span
    in the source, estimator, hashes: numbers, texts, lists and mappings only.
    """

    name: str
    motion: Motion
    speaker: str
    style: str
    source: str
    alignment: str
    licence: str
    provenance: Mapping[str, Any]


ALIGNMENTS = ("none", "subtitles", "estimated", "recognised", "aligned", "annotated", "composed")
"""No words · word times of the subtitles · cue times spread over their words · a recogniser ·
text aligned with the sound · an annotator's · words and movement put together by us."""
