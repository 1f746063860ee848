"""Subtitles out of words with times: what is shown together, on which lines, and how long.

Lengths are in ems: a Hangul syllable is one wide, a Latin letter, a digit or a space half.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from .atomic import atomic_path
from .clip_reader import Clip, Span
from .columns import columns
from .errors import UserError

LINE = 16.0
"""Longest line in ems; Korean subtitles of broadcasters and streaming services keep to it."""
SHORTEST, LONGEST = 1.0, 6.0
"""Seconds that a reader needs for the least, and then has had enough of the same."""
LINGER = 0.4
"""Seconds that a cue stays after its last word."""
FLICKER = 0.3
"""Seconds without a subtitle that the one before rather bridges."""

_PAUSE = 0.4  # seconds of silence that sound like the end of a phrase
_APART = 0.05  # seconds between the beginnings of cues whose words are said at once
_SENTENCE_END = re.compile(r"[.!?…。！？]+[\"'”’」』)\]]*$")
_COMMA = re.compile(r"[,;:、，—–)\]」』]$")
_LEANING = re.compile(
    r"(수|것|거|게|걸|건|때|줄|데|뿐|만큼|적|지|동안|중)(?=[은는이가을를도만에의로]|$)"
    r"|(있|없|싶|않|못하|주세|주시|주셔|드리|드릴|드려|드립|봐|보세|보겠|버리|버렸)"
)
"""Words that lean on the one before: bound nouns and auxiliary verbs."""
_CONNECTING = re.compile(
    r"[가-힣](지만|는데|은데|니까|면서|려고|도록|다가|어서|아서|해서|[면며고])$"
)
"""Words that end a clause."""


@dataclass(frozen=True)
class Cue:
    """One or two lines, shown from `start` to `end`, seconds."""

    start: float
    end: float
    lines: tuple[str, ...]


@dataclass(frozen=True)
class _Word:
    """`tie`: from 0, where a sentence ends after it, to 7, where the next word leans on it."""

    text: str
    start: float
    end: float
    tie: float


def make_cues(spans: Iterable[Span], duration: float) -> tuple[Cue, ...]:
    """What is said or signed in a clip that lasts `duration` seconds as cues that never overlap.

    Cues of words end where phrases do and lines between eojeols (어절): of all divisions of the
    text, the one with the least to object to. A signed sentence, whose signs have another order
    than its words, is shown as a whole while it is signed, unless it is too long.
    """
    spans = tuple(spans)
    sentences = [span for span in spans if span.kind == "subtitle"]
    cues = [*_word_cues(spans, duration), *(c for s in sentences for c in _sentence_cues(s))]
    cues.sort(key=lambda cue: cue.start)
    limits = [*(cue.start for cue in cues[1:]), float("inf")]
    return tuple(
        replace(cue, end=min(cue.end, limit)) for cue, limit in zip(cues, limits, strict=False)
    )


def _word_cues(spans: Iterable[Span], duration: float) -> Iterator[Cue]:
    words = _words(spans)
    ends = _best_ends(words, duration)
    groups = [words[first:last] for first, last in pairwise([0, *ends])]
    starts = list(accumulate((g[0].start for g in groups), lambda a, b: max(b, a + _APART)))
    limits = [*starts[1:], max(duration, *(word.end for word in words))] if words else []
    for start, group, limit in zip(starts, groups, limits, strict=True):
        yield Cue(start, _shown_until(start, group[-1].end, limit), _lines(group))


def _sentence_cues(sentence: Span) -> Iterator[Cue]:
    """One cue, or, for more than two lines, several that share the time by their length."""
    texts = sentence.text.split()
    ends = np.cumsum([max(width(text), 0.5) for text in texts])
    times = sentence.start + (sentence.end - sentence.start) * np.array([0, *ends]) / ends[-1:]
    spread = [
        Span("word", text, start, end, sentence.source)
        for text, (start, end) in zip(texts, pairwise(times.tolist()), strict=True)
    ]
    words = _words(spread)
    lines = _lines(words) if words else ()
    if len(lines) > 2:
        yield from _word_cues(spread, sentence.end)
    elif lines:
        yield Cue(max(sentence.start, 0.0), sentence.end, lines)


def clip_cues(clip: Clip, name: Path) -> tuple[Cue, ...]:
    """The cues of a clip; `UserError` when it has no words."""
    cues = make_cues(clip.spans, clip.duration)
    if not cues:
        raise UserError(f"{name} has no words with times, so there is nothing for subtitles")
    return cues


def write_subtitles(path: Path, cues: Sequence[Cue], *, force: bool = False) -> None:
    """Write a .srt or .vtt file."""
    with atomic_path(path, force=force) as temporary:
        temporary.write_text(WRITERS[path.suffix.lower()](cues), encoding="utf-8", newline="\n")


def cut_cues(cues: Iterable[Cue], start: float, end: float) -> tuple[Cue, ...]:
    """The cues of the stretch from `start` to `end` seconds, on its own clock."""
    return tuple(
        Cue(max(cue.start, start) - start, min(cue.end, end) - start, cue.lines)
        for cue in cues
        if cue.start < end and cue.end > start
    )


def srt_text(cues: Sequence[Cue]) -> str:
    """The cues as a SubRip file."""
    blocks = (
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n" + "\n".join(cue.lines)
        for number, cue in enumerate(cues, start=1)
    )
    return "".join(f"{block}\n\n" for block in blocks)


def vtt_text(cues: Sequence[Cue]) -> str:
    """The cues as a WebVTT file."""
    blocks = (
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n"
        + "\n".join(line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    for line in cue.lines)
        for cue in cues
    )  # fmt: skip
    return "WEBVTT\n\n" + "".join(f"{block}\n\n" for block in blocks)


WRITERS: dict[str, Callable[[Sequence[Cue]], str]] = {".srt": srt_text, ".vtt": vtt_text}
"""File suffix → text of the file."""


def width(text: str) -> float:
    """Length of a text in ems."""
    return columns(text) / 2.0


def _words(spans: Iterable[Span]) -> list[_Word]:
    """What is said, in order and in printable letters."""
    said = [
        (max(span.start, 0.0), max(span.end, span.start, 0.0), text)
        for span in spans
        if span.kind == "word"
        for text in [" ".join("".join(c if c.isprintable() else " " for c in span.text).split())]
        if text
    ]
    said.sort(key=lambda word: word[0])
    following = [*said[1:], (float("inf"), 0.0, "")]
    return [
        _Word(text, start, end, _tie(text, after[0] - end, after[2]))
        for (start, end, text), after in zip(said, following, strict=False)
    ]


def _tie(text: str, silence: float, following: str) -> float:
    if _SENTENCE_END.search(text):
        return 0.0
    if _COMMA.search(text):
        return 1.0
    if silence >= _PAUSE:
        return 0.5
    tie = (3.0 if _CONNECTING.search(text) else 4.0) - 2.0 * max(silence, 0.0) / _PAUSE
    return tie + 3.0 if _LEANING.match(following) else tie


def _best_ends(words: Sequence[_Word], duration: float) -> list[int]:
    """After which words a cue ends: the least sum of objections, found from the start on."""
    costs, before = [0.0], [0]
    for last in range(1, len(words) + 1):
        costs.append(float("inf"))
        before.append(last - 1)
        for first in range(last - 1, -1, -1):
            group = words[first:last]
            if first < last - 1 and width(_joined(group)) > 2.0 * LINE:
                break
            following = words[last].start if last < len(words) else duration
            cost = costs[first] + _objection(group, following)
            if cost < costs[last]:
                costs[last], before[last] = cost, first
    ends, last = list[int](), len(words)
    while last > 0:
        ends.append(last)
        last = before[last]
    return ends[::-1]


def _objection(group: Sequence[_Word], following: float) -> float:
    """What speaks against showing these words as one cue until the `following` one."""
    shown = following - group[0].start
    spoken = group[-1].end - group[0].start
    lines = _lines(group)
    crossed = sum(2.0 for word in group[:-1] if word.tie < 1.0)  # phrases that end inside
    hurried = 100.0 * max(0.0, SHORTEST - shown)
    tired = 4.0 * max(0.0, spoken - LONGEST)
    crowded = 2.0 * (len(lines) - 1) + 20.0 * max(0, len(lines) - 2)
    return 1.0 + group[-1].tie + crossed + hurried + tired + crowded


def _lines(group: Sequence[_Word]) -> tuple[str, ...]:
    """On one line if it fits, else on two that are about as long; more only for endless words."""
    text = _joined(group)
    if width(text) <= LINE:
        return (text,)
    splits = [(_joined(group[:k]), _joined(group[k:]), group[k - 1].tie)
              for k in range(1, len(group))]  # fmt: skip
    fitting = [split for split in splits if max(width(split[0]), width(split[1])) <= LINE]
    if not fitting:
        return tuple(line for word in group for line in _broken(word.text))
    upper, lower, _ = min(fitting, key=lambda s: s[2] + 0.5 * abs(width(s[0]) - width(s[1])))
    return upper, lower


def _broken(text: str) -> list[str]:
    """A word in pieces no longer than a line."""
    pieces = [""]
    for letter in text:
        if width(pieces[-1] + letter) > LINE:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _joined(group: Sequence[_Word]) -> str:
    return " ".join(word.text for word in group)


def _shown_until(start: float, spoken: float, limit: float) -> float:
    """A little longer than it is spoken, and as long as reading takes, but not past `limit`."""
    end = max(spoken + LINGER, start + SHORTEST)
    return limit if end > limit - FLICKER else end


def _clock(seconds: float, point: str) -> str:
    whole = round(seconds * 1000.0)
    minutes, milliseconds = divmod(whole, 60_000)
    hours, minutes = divmod(minutes, 60)
    second, milliseconds = divmod(milliseconds, 1000)
    return f"{hours:02}:{minutes:02}:{second:02}{point}{milliseconds:03}"
