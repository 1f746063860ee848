"""The cues of WebVTT and SubRip files: from when to when which text is shown.

Both formats are read by the lines that hold times, so that a file with forgotten empty lines,
missing hours or another decimal mark is read as its author meant it, and what is not understood
is named by its line. Parsers at hand drop such cues or take their times for text, silently.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gesture_core.errors import UserError

LONGEST = 100 * 3600.0
"""Seconds; a later time is a slip of the keyboard."""

_CLOCK = re.compile(r"(?:(\d{1,4}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9}))?", re.ASCII)
_TIMES = re.compile(rf"\s*({_CLOCK.pattern})\s*-->\s*({_CLOCK.pattern})(?:\s.*)?", re.ASCII)
_MEANT_AS_TIMES = re.compile(r"(?=.*\d).*-->|\s*\d{1,4}:\d\S{0,20}\s*(?:[-–—]+(?:>|&gt;)|→)")
_NOT_SPOKEN = ("NOTE", "STYLE", "REGION")


class Cue(NamedTuple):
    """`text`, tags and all, shown from `start` to `end` seconds; `line`: that of its times."""

    start: float
    end: float
    text: str
    line: int


def read_cues(text: str, path: Path) -> tuple[Cue, ...]:
    """Return the cues of a WebVTT or SubRip `text` in the order of the file.

    Cues may end before they start: it is the caller who knows what to make of them. `path` is
    for the `UserError` that times which cannot be read raise, and a text without any.
    """
    lines = text.split("\n")
    vtt = is_vtt(text)
    found: list[tuple[int, float, float]] = []
    for number, line in enumerate(lines):
        if times := _times(line, f"{path}:{number + 1}"):
            found.append((number, *times))
    if not found and not vtt:
        raise UserError(f"{path}: no line with times such as 00:00:01,000 --> 00:00:02,000")
    stops = [*(number for number, _, _ in found), len(lines)][1:]
    cues: list[Cue] = []
    for (number, start, end), stop in zip(found, stops, strict=True):
        body = lines[number + 1 : stop]
        last = stop == len(lines)
        payload = _vtt_payload(body, last) if vtt else _srt_payload(body, last)
        cues.append(Cue(start, end, "\n".join(payload), number + 1))
    return tuple(cues)


def is_vtt(text: str) -> bool:
    """Whether a text is WebVTT by its first line, whatever its file is called."""
    return text.startswith("WEBVTT")


def clock_to_seconds(clock: str) -> float | None:
    """`[hours:]minutes:seconds[.fraction]` in seconds, a comma allowed; None if it is no time."""
    match = _CLOCK.fullmatch(clock)
    return _seconds(*match.groups()) if match else None


def _times(line: str, place: str) -> tuple[float, float] | None:
    """Start and end where the line holds times; `UserError` where it only means to."""
    if match := _TIMES.fullmatch(line):
        groups = match.groups()
        start, end = _seconds(*groups[1:5]), _seconds(*groups[6:10])
        if start is not None and end is not None:
            return start, end
    elif not _MEANT_AS_TIMES.match(line):
        return None
    raise UserError(
        f"{place}: cannot read the times in {line.strip()[:60]!r}; "
        "expected 00:00:01.000 --> 00:00:02.000"
    )


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float | None:
    if int(seconds) > 59 or (hours and int(minutes) > 59):
        return None
    whole = 3600 * int(hours or 0) + 60 * int(minutes) + int(seconds)
    # Through its digits, so that 32.296 is the very number a reader expects.
    time = float(f"{whole}.{fraction or 0}")
    return time if time <= LONGEST else None


def _vtt_payload(body: Sequence[str], last: bool) -> Sequence[str]:
    """The lines up to the first empty one.

    Editors that strip the ends of lines turn the blank first line of an automatic caption into an
    empty one: the text after it still belongs to the cue.
    """
    if not last and len(body) >= 2 and body[-1] and not body[-2]:
        body = body[:-1]  # the identifier of the next cue
    begin = next((i for i, line in enumerate(body) if line), len(body))
    if begin and any(body[begin:]) and body[begin].startswith(_NOT_SPOKEN):
        return ()
    end = next((i for i in range(begin, len(body)) if not body[i]), len(body))
    return body[begin:end]


def _srt_payload(body: Sequence[str], last: bool) -> Sequence[str]:
    """All lines but the blank ones and the number of the next cue."""
    if not last and body and body[-1].strip().isdigit():
        body = body[:-1]
    return [line for line in body if line.strip()]
