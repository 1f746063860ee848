"""What a cue says: its lines without tags and sound notes, and where in them a time stands."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import deque
from typing import NamedTuple

from gesture_core.formats.cues import clock_to_seconds

# <v 김 교수>, </c>, <00:00:32.296>; the override {\an8} that SubRip files have from SubStation.
_TAG = re.compile(r"<([^\s<>][^<>]*)?>|\{\\[^{}]*\}")
_NOTE = re.compile(r"\[[^\[\]]*\]|【[^【】]*】|(?<!\S)[(（][^()（）]*[)）](?!\S)")
_WORD = re.compile(r"\S+")
# Zero-width space, joiner of lines, byte order mark, direction marks, soft hyphen.
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u200e\u200f\u00ad"))


class Line(NamedTuple):
    """The words of one line of a cue; `times` holds for each when it begins, None if untold."""

    words: tuple[str, ...]
    times: tuple[float | None, ...]


def parse_cue_text(payload: str) -> tuple[Line, ...]:
    """Return the lines of a cue that say something.

    Tags and what stands above `<ruby>` fall away; so do sound notes in brackets, also in round
    ones that touch no word, and marks without a letter or digit such as ♪. An inline time belongs
    to the word after it.
    """
    text, anchors = _plain(payload.replace("\\N", "\n").replace("\\h", " "))
    text = _NOTE.sub(_blank, text)
    lines: list[Line] = []
    begin, waiting = 0, deque(anchors)
    for row in text.split("\n"):
        line = _line(text, begin, begin + len(row), waiting)
        if line.words:
            lines.append(line)
        begin += len(row) + 1
    return tuple(lines)


def clean_words(text: str) -> tuple[str, ...]:
    """The words of a text without mark-up, in NFC, as `parse_cue_text` would give them."""
    matches = _WORD.finditer(_NOTE.sub(_blank, _clean(text)))
    return tuple(match.group() for match in matches if _is_said(match.group()))


def count_syllables(word: str) -> int:
    """How many syllables a word has, at least one; exact for Hangul, a guess elsewhere."""
    count = 0
    for run in re.finditer(r"[A-Z]+(?![a-z])|[A-Za-z]+|[^\W_]", word):
        letters = run.group()
        if letters.isascii() and letters.isalpha():
            spelt = letters.isupper()  # CPU is three syllables, Speech one
            count += len(letters) if spelt else max(1, len(re.findall("[aeiouy]+", letters, re.I)))
        else:
            count += 1
    return max(1, count)


def _plain(payload: str) -> tuple[str, list[tuple[int, float]]]:
    """The text without tags, and the inline times with their offset in it, in order."""
    parts: list[str] = []
    anchors: list[tuple[int, float]] = []
    length, position, annotation = 0, 0, False
    for tag in (*_TAG.finditer(payload), None):
        part = payload[position : tag.start() if tag else len(payload)]
        if not annotation:
            parts.append(_clean(part))
            length += len(parts[-1])
        if tag is None:
            break
        position = tag.end()
        content = tag.group(1) or ""
        if content in ("rt", "/rt", "/ruby"):
            annotation = content == "rt"
        elif (time := clock_to_seconds(content)) is not None:
            anchors.append((length, time))
    return "".join(parts), anchors


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", html.unescape(text).translate(_INVISIBLE))


def _line(text: str, begin: int, end: int, anchors: deque[tuple[int, float]]) -> Line:
    """The words of `text[begin:end]`; uses up the anchors that stand before them."""
    words: list[str] = []
    times: list[float | None] = []
    for match in _WORD.finditer(text, begin, end):
        if not _is_said(match.group()):
            continue
        time = None
        while anchors and anchors[0][0] <= match.start():
            offset, found = anchors.popleft()
            if offset >= begin:  # else it stands inside the word before, or at the end of a line
                time = found
        words.append(match.group())
        times.append(time)
        begin = match.end()
    return Line(tuple(words), tuple(times))


def _is_said(word: str) -> bool:
    return any(character.isalnum() for character in word)


def _blank(note: re.Match[str]) -> str:
    """Spaces in the place of a note, so that offsets stay true; line breaks stay."""
    return re.sub(r"[^\n]", " ", note.group())
