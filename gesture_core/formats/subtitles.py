"""Subtitles as words with times: WebVTT, SubRip and word lists in JSON.

YouTube's automatic captions carry a time for every word and roll: each line is shown while it is
spoken, held alone for 10 ms, and stays as the first line above the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from gesture_core.errors import UserError
from gesture_core.formats.cue_text import Line, parse_cue_text
from gesture_core.formats.cues import Cue, is_vtt, read_cues
from gesture_core.formats.text_file import read_text
from gesture_core.formats.word_lists import read_word_list
from gesture_core.formats.word_times import Stretch, count_timed, spread
from gesture_core.utterance import Word

SUBTITLE_SUFFIXES = (".vtt", ".srt", ".json", ".json3")
"""Best first, where one talk has several."""

Timing = Literal["subtitles", "estimated"]

_OWN_SHARE = 0.9
"""Share of the words that must have a time of their own for the whole to count as timed."""
_HELD = 0.05  # seconds; a cue as short as this only holds what was there
_TOUCHING = 0.1  # seconds between two cues of which one may repeat the other
_ROLLING_SHARE = 1 / 3

_HEADER_LANGUAGE = re.compile(r"^Language:\s*([A-Za-z]{2,3}(?:-\w+)*)\s*$", re.MULTILINE)
_NAME_LANGUAGE = re.compile(r"\.([a-z]{2,3}(?:-[A-Za-z0-9]+)*)\.[A-Za-z0-9]+$")


@dataclass(frozen=True)
class Subtitles:
    """The words of a file in the order in which they begin.

    No word ends before it starts or after the next one starts, unless two people speak at once.
    `timing`: "subtitles" where nearly all words have a time of their own, "estimated" where cues
    were shared out among their words by syllables; `language`: as the file or its name says, such
    as "ko" or "ko-orig", by its letters where neither does, "" where those do not tell; `notes`:
    what was left out or estimated, for the user.
    """

    words: tuple[Word, ...]
    timing: Timing
    language: str
    notes: tuple[str, ...] = ()


def read_subtitles(path: Path) -> Subtitles:
    """Read a `.vtt`, `.srt`, `.json` or `.json3` file, in Unicode or CP949.

    Sound notes such as [음악] are not words. Raises `UserError`, naming file and line or entry,
    for what cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in SUBTITLE_SUFFIXES:
        raise UserError(f"{path}: no subtitles; expected one of {', '.join(SUBTITLE_SUFFIXES)}")
    if suffix.startswith(".json"):
        stretches, language, notes = read_word_list(path)
    else:
        text = read_text(path)
        stretches, notes = _cue_stretches(read_cues(text, path), path)
        language = _header_language(text)
    words = spread(stretches)
    timed, count = count_timed(stretches)
    if timed < count:
        notes += (f"{path.name}: the times of {count - timed} of {count} words are estimated",)
    return Subtitles(
        words,
        "subtitles" if timed >= _OWN_SHARE * count else "estimated",
        language or name_language(path) or _language_of(words),
        notes,
    )


def name_language(path: Path) -> str:
    """The language in a name such as `talk.ko-orig.vtt`, "" where there is none."""
    match = _NAME_LANGUAGE.search(path.name)
    return match[1] if match else ""


def _header_language(text: str) -> str:
    """The language that YouTube writes into the head of a WebVTT file."""
    if not is_vtt(text):
        return ""
    match = _HEADER_LANGUAGE.search(text.partition("\n\n")[0])
    return match[1] if match else ""


def _language_of(words: Sequence[Word]) -> str:
    """ "ko" where most words have Hangul; other scripts are shared by many languages."""
    korean = sum(bool(re.search("[가-힣]", word.text)) for word in words)
    return "ko" if 2 * korean > len(words) else ""


class _Said(NamedTuple):
    """A cue and those of its lines that say something."""

    cue: Cue
    lines: tuple[Line, ...]

    @property
    def is_held(self) -> bool:
        return self.cue.end - self.cue.start <= _HELD


def _cue_stretches(cues: Sequence[Cue], path: Path) -> tuple[tuple[Stretch, ...], tuple[str, ...]]:
    """The stretches of all cues without repeated lines, and which cues are left out and why."""
    said: list[_Said] = []
    notes: list[str] = []
    for cue in cues:
        lines = parse_cue_text(cue.text)
        if lines and cue.end <= cue.start:
            notes.append(f"{path.name}:{cue.line}: this cue is left out: it ends before it starts")
        elif lines:
            said.append(_Said(cue, lines))
    return tuple(s for item in _unroll(said) for s in _stretches(item)), tuple(notes)


def _unroll(said: Sequence[_Said]) -> list[_Said]:
    """Without the lines that a cue takes over from the cue before, where the file rolls.

    A line said twice is no sign of rolling; a cue that only holds, or that adds to what it
    repeats, is.
    """
    repeats = [0, *(_repeated(before, after) for before, after in pairwise(said))]
    pairs = list(zip(said, repeats, strict=False))  # one repeat too many where nothing is said
    signs = sum(bool(count) and (item.is_held or count < len(item.lines)) for item, count in pairs)
    if not signs or signs < _ROLLING_SHARE * (len(said) - 1):
        return list(said)
    return [_Said(item.cue, item.lines[count:]) for item, count in pairs]


def _repeated(before: _Said, after: _Said) -> int:
    """How many lines `after` takes over from the end of `before`; never lines with times."""
    if after.cue.start > before.cue.end + _TOUCHING:
        return 0
    shown = [line.words for line in before.lines]
    lines = [line.words for line in after.lines]
    timed = [any(time is not None for time in line.times) for line in after.lines]
    for count in range(min(len(shown), len(lines)), 0, -1):
        if shown[-count:] == lines[:count] and not any(timed[:count]):
            return count
    return 0


def _stretches(item: _Said) -> Iterator[Stretch]:
    """Divide a cue at its inline times; times outside the cue or out of order count for nothing."""
    start, end = item.cue.start, item.cue.end
    words: list[str] = []
    for line in item.lines:
        for word, time in zip(line.words, line.times, strict=True):
            if time is not None and start <= time < end and (time > start or not words):
                if words:
                    yield Stretch(tuple(words), start, time)
                words, start = [], time
            words.append(word)
    if words:
        yield Stretch(tuple(words), start, end)
