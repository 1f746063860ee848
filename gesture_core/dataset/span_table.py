"""All spans of one kind in many clips, as columns: which word is said on which frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.packing import ClipMeta

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NONE = -1
"""Number of the span on a frame where there is none."""


@dataclass(frozen=True, eq=False)
class SpanTable:
    """N spans of a kind, clip by clip, in order of their starts.

    `vocabulary`: the distinct texts, sorted; `texts` (N,): indices into it; `starts` and `ends`
    (N,): seconds in the clip; `first` (C + 1,): the first span of each clip.
    """

    vocabulary: tuple[str, ...]
    texts: Ints
    starts: Floats
    ends: Floats
    first: Ints

    def __len__(self) -> int:
        return len(self.texts)

    def text(self, number: int) -> str:
        """The text of one span."""
        return self.vocabulary[int(self.texts[number])]

    def within(self, clips: Ints, starts: Floats, ends: Floats) -> Ints:
        """The first span that lies partly between each start and end, and the one after the last.

        `starts` and `ends` (W,) are seconds in the clips (W,); returns (W, 2).
        """
        begins, over = self._clock
        first, last = self.first[clips], self.first[clips + 1]
        shift = clips * self._longest
        begun = np.clip(np.searchsorted(begins, shift + ends, side="left"), first, last)
        ended = np.clip(np.searchsorted(over, shift + starts, side="right"), first, begun)
        return np.stack([ended, begun], axis=1)

    @cached_property
    def _longest(self) -> float:
        """More seconds than any clip has spans for."""
        return float(self.ends.max(initial=0.0)) + 1.0

    @cached_property
    def _clock(self) -> tuple[Floats, Floats]:
        """Starts, and times when a span and all before it are over, on one clock for all clips."""
        clips = np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))
        shift = clips * self._longest
        return self.starts + shift, np.maximum.accumulate(self.ends + shift)

    def frames(self, counts: Sequence[int], fps: float) -> NDArray[np.int32]:
        """The number of the span on every frame of all clips, one clip after the other.

        `counts` (C,) are the clips' frames. Every span gets at least the frame at its start, if
        no other begins there; where spans overlap the later one counts; `NONE` elsewhere.
        """
        offsets = np.concatenate([[0], np.cumsum(counts)])
        out = np.full(int(offsets[-1]), NONE, dtype=np.int32)
        begins = np.maximum(np.round(self.starts * fps).astype(np.int64), 0)
        ends = np.maximum(np.round(self.ends * fps).astype(np.int64), begins + 1)
        for clip, count in enumerate(counts):
            frames = out[offsets[clip] : offsets[clip + 1]]
            for number in range(int(self.first[clip]), int(self.first[clip + 1])):
                frames[begins[number] : min(int(ends[number]), count)] = number
        return out


def span_table(clips: Sequence[ClipMeta], kind: str) -> SpanTable:
    """The spans of a kind in these clips."""
    spans = [
        sorted(
            (span for span in clip.spans if span.kind == kind),
            key=lambda span: (span.start, span.end),
        )
        for clip in clips
    ]
    flat = [span for own in spans for span in own]
    vocabulary = tuple(sorted({span.text for span in flat}))
    index = {text: number for number, text in enumerate(vocabulary)}
    return SpanTable(
        vocabulary=vocabulary,
        texts=np.array([index[span.text] for span in flat], dtype=np.int64),
        starts=np.array([span.start for span in flat], dtype=np.float64),
        ends=np.array([span.end for span in flat], dtype=np.float64),
        first=np.cumsum([0, *(len(own) for own in spans)], dtype=np.int64),
    )
