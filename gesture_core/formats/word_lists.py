"""Word times in JSON, in the shapes that recognisers and YouTube write.

- `[{"word": "일", "start": 32.296, "end": 32.583}, …]`; "text" may stand for "word"; "end" may be
  missing, and "start" of a word that follows at once
- `{"words": [as above], "language": "ko"}`
- Whisper's `{"segments": [{"words": [as above]}, …], "language": "ko"}`; a segment without "words"
  is a text with start and end
- YouTube's json3: `{"events": [{"tStartMs": 32296, "dDurationMs": 2000,
  "segs": [{"utf8": " 이", "tOffsetMs": 287}]}, …]}`
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

from gesture_core.errors import UserError
from gesture_core.formats.cue_text import clean_words
from gesture_core.formats.cues import LONGEST
from gesture_core.formats.json_file import json_list, json_number, json_object, json_text, read_json
from gesture_core.formats.text_file import MAX_BYTES
from gesture_core.formats.word_times import Stretch

Item = Mapping[str, object]


class WordList(NamedTuple):
    """The stretches of a file, its language or "", and which entries were left out and why."""

    stretches: tuple[Stretch, ...]
    language: str
    notes: tuple[str, ...]


def read_word_list(path: Path) -> WordList:
    """Read a JSON file in one of the shapes above; `UserError` names the entry that is wrong."""
    data = read_json(path, MAX_BYTES)
    language: object = ""
    if isinstance(data, list):
        found = _words(cast("object", data), f"{path}: ")
    else:
        members = json_object(data, str(path))
        language = members.get("language")
        if "events" in members:
            found = _events(members["events"], f"{path}: events")
        elif "segments" in members:
            found = _segments(members["segments"], f"{path}: segments")
        elif "words" in members:
            found = _words(members["words"], f"{path}: words")
        else:
            raise UserError(f"{path}: no word list; expected a list, or words, segments or events")
    stretches: list[Stretch] = []
    notes: list[str] = []
    for place, stretch in found:
        if stretch.end > stretch.start:
            stretches.append(stretch)
        elif stretch.words:
            notes.append(f"{place} is left out: it ends before it starts")
    return WordList(tuple(stretches), language if isinstance(language, str) else "", tuple(notes))


def _words(data: object, place: str, begin: object = None) -> Iterator[tuple[str, Stretch]]:
    """One stretch for every word with a start; words without one are said after the one before.

    `begin`: when the first word is said if it has no start itself.
    """
    current: tuple[str, Stretch] | None = None
    for inner, item in _items(data, place):
        text = json_text(item.get("word", item.get("text")), f"{inner}.word")
        words = clean_words(text)
        end = item.get("end")
        until = math.inf if end is None else _seconds(end, f"{inner}.end")
        if current and item.get("start") is None:
            first, stretch = current
            current = first, Stretch((*stretch.words, *words), stretch.start, until, heard=True)
        else:
            if current:
                yield current
            told = item.get("start")
            start = _seconds(begin if told is None else told, f"{inner}.start")
            current = inner, Stretch(words, start, until, heard=True)
    if current:
        yield current


def _segments(data: object, place: str) -> Iterator[tuple[str, Stretch]]:
    for inner, item in _items(data, place):
        if item.get("words"):
            yield from _words(item["words"], f"{inner}.words", item.get("start"))
        else:
            yield from _words([item], inner)


def _events(data: object, place: str) -> Iterator[tuple[str, Stretch]]:
    for inner, event in _items(data, place):
        if "segs" not in event:
            continue  # the place and colours of a caption window
        start = _seconds(event.get("tStartMs"), f"{inner}.tStartMs", 1000)
        length = _seconds(event.get("dDurationMs", 0), f"{inner}.dDurationMs", 1000)
        parts: list[tuple[tuple[str, ...], float]] = []
        for spot, part in _items(event["segs"], f"{inner}.segs"):
            text = part.get("utf8")
            offset = _seconds(part.get("tOffsetMs", 0), f"{spot}.tOffsetMs", 1000)
            if isinstance(text, str) and (words := clean_words(text)):
                parts.append((words, start + offset))
        ends = [*(time for _, time in parts), start + length][1:]
        for (words, time), end in zip(parts, ends, strict=True):
            yield inner, Stretch(words, time, end)


def _items(data: object, place: str) -> Iterator[tuple[str, Item]]:
    for index, item in enumerate(json_list(data, place)):
        inner = f"{place}[{index}]"
        yield inner, json_object(item, inner)


def _seconds(value: object, place: str, per_second: int = 1) -> float:
    number = json_number(value, place)
    if not 0 <= number <= LONGEST * per_second:
        raise UserError(f"{place}: {number:g} is not a time")
    return number / per_second
