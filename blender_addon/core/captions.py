"""Which texts are written into a picture: the sentences, the glosses of the signs, or both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .clip_reader import Clip, Span
from .errors import UserError
from .picture import Size, safe_area
from .quaternion import Array
from .subtitles import LINE, Cue, clip_cues

CaptionKind = Literal["none", "ko", "gloss", "both"]
CAPTIONS: tuple[CaptionKind, ...] = ("none", "ko", "gloss", "both")

_LETTER = 0.06
"""Size of a letter, of the height of the picture, where a whole line of that fits."""
LEADING = 1.25
"""From one line to the next, in letters."""
SOON = 0.6
"""Seconds between signs that the gloss of the one before rather bridges."""


@dataclass(frozen=True)
class Captions:
    """Texts over a video: what is `said`, on up to two lines, and above it what is `signed`."""

    said: Sequence[Cue] = ()
    signed: Sequence[Cue] = ()

    def __bool__(self) -> bool:
        return bool(self.said or self.signed)

    def during(self, start: float, end: float) -> Captions:
        """Those that are shown between two moments, seconds."""
        kept = [
            tuple(cue for cue in cues if cue.start <= end and cue.end >= start)
            for cues in (self.said, self.signed)
        ]
        return Captions(*kept)

    @property
    def lines(self) -> int:
        """How many lines they take at most."""
        said = max((len(cue.lines) for cue in self.said), default=0)
        return said + (1 if self.signed else 0)


def clip_captions(clip: Clip, name: Path, kind: CaptionKind) -> Captions:
    """The captions of a clip; `UserError` when it has none of that kind."""
    said = clip_cues(clip, name) if kind in ("ko", "both") else ()
    signed = gloss_cues(clip.spans) if kind in ("gloss", "both") else ()
    if kind in ("gloss", "both") and not signed:
        raise UserError(f"{name} has no signs, so there are no glosses to write")
    return Captions(said, signed)


def gloss_cues(spans: Iterable[Span]) -> tuple[Cue, ...]:
    """The glosses of the signs, each until the next when that follows soon."""
    glosses = sorted((s for s in spans if s.kind == "gloss" and s.text), key=lambda s: s.start)
    ends = [
        after.start if after.start - gloss.end < SOON else gloss.end
        for gloss, after in pairwise(glosses)
    ] + [gloss.end for gloss in glosses[-1:]]
    return tuple(Cue(g.start, end, (g.text,)) for g, end in zip(glosses, ends, strict=True))


def while_signing(times: Array, spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Which of the `times` `(T,)`, seconds, lie in a sign; all of them where nothing is signed."""
    signs = [span for span in spans if span.kind == "gloss"]
    inside = [(span.start <= times) & (times <= span.end) for span in signs]
    during = np.any(inside, axis=0) if inside else np.zeros(len(times), dtype=bool)
    return during if during.any() else np.ones(len(times), dtype=bool)


def letter_size(size: Size) -> float:
    """Pixels of a letter, so that the longest line keeps inside the margins."""
    return min(_LETTER * size[1], (1.0 - 2.0 * safe_area(size).side) * size[0] / LINE)


def caption_share(captions: Captions, size: Size) -> float:
    """Share of the picture's height, from its lower edge, that captions lie over."""
    if not captions:
        return 0.0
    return safe_area(size).bottom + captions.lines * LEADING * letter_size(size) / size[1]
