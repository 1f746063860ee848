"""Scripts: many lines to perform, from a text block, a table (CSV) or subtitles (SRT, WebVTT)."""

from __future__ import annotations

import csv
import html
import io
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from .errors import UserError

MAX_BYTES = 4 << 20
MAX_LINES = 2000
MAX_TEXT = 20_000
LONGEST = 24 * 3600.0
"""Seconds; a later start is a slip of the keyboard."""
MAX_INTENSITY = 2.0
MAX_SEED = 2**31 - 1

COMMENT = "#"
COLUMNS = ("text", "style", "intensity", "seed", "voice", "start", "character")
SUBTITLES = (".srt", ".vtt")

_N = TypeVar("_N", int, float)
_KOREAN = {
    "대사": "text",
    "스타일": "style",
    "강도": "intensity",
    "시드": "seed",
    "목소리": "voice",
    "시작": "start",
    "캐릭터": "character",
}
_CLOCK = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,9}))?"
_TIMES = re.compile(rf"\s*{_CLOCK}\s*-->\s*{_CLOCK}(?:\s.*)?", re.ASCII)
_TAGS = re.compile(
    r"<[^<>]*>|\{\\[^{}]*\}|\[[^\[\]]*\]|【[^【】]*】|(?<!\S)[(（][^()（）]*[)）](?!\S)"
)
_NOT_SPOKEN = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True)
class Line:
    """One performance to make. What is None is as the panel says.

    `number`: the line of the source, from 1; `start`: seconds from the beginning of the scene.
    """

    text: str
    number: int
    style: str | None = None
    intensity: float | None = None
    seed: int | None = None
    voice: str | None = None
    start: float | None = None
    character: str | None = None


def read_script(path: Path) -> tuple[Line, ...]:
    """The lines of a `.csv`, `.srt`, `.vtt` or `.txt` file, in Unicode or CP949 as Excel writes it.

    `UserError` names the file, the line and the column.
    """
    text = _decoded(path)
    if path.suffix.lower() in SUBTITLES:
        return subtitle_lines(text, str(path))
    if path.suffix.lower() in (".csv", ".tsv"):
        return table_lines(text, str(path))
    if path.suffix.lower() == ".txt":
        return block_lines(text, str(path))
    raise UserError(f"{path}: a script is one of .csv .tsv .srt .vtt .txt")


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: is larger than {MAX_BYTES >> 20} MB")
        data = path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise UserError(f"{path}: is neither in UTF-8 nor in CP949")


def block_lines(text: str, place: str) -> tuple[Line, ...]:
    """Every line is a performance; empty ones, and those that begin with `#`, are none."""
    rows = enumerate(text.splitlines(), start=1)
    lines = (Line(row.strip(), number) for number, row in rows)
    return _checked((line for line in lines if line.text and line.text[0] != COMMENT), place)


def table_lines(text: str, place: str) -> tuple[Line, ...]:
    """The rows of a table with a header, separated by commas, semicolons or tabs.

    Columns are `COLUMNS`, or their Korean names; only `text` must be there. `UserError` names the
    line and the column of what cannot be read.
    """
    if not text.strip():
        raise UserError(f"{place}: is empty")
    first = text.split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        names: list[str] = next(reader)
        header = [_column(name, place) for name in names]
        if "text" not in header:
            raise UserError(
                f"{place}:1: the header needs a column “text” (of {', '.join(COLUMNS)})"
            )
        if len(set(header)) < len(header):
            raise UserError(f"{place}:1: a column is there twice: {', '.join(header)}")
        return _checked(_rows(reader, header, place), place)
    except csv.Error as error:
        raise UserError(f"{place}:{reader.line_num}: cannot be read ({error})") from error


def _column(name: str, place: str) -> str:
    plain = name.strip().lower()
    column = _KOREAN.get(plain, plain)
    if column not in COLUMNS:
        raise UserError(f"{place}:1: unknown column “{name}”; choose from {', '.join(COLUMNS)}")
    return column


def _rows(reader: Any, header: Sequence[str], place: str) -> Iterator[Line]:
    end = 1
    for row in reader:
        number, end = end + 1, reader.line_num
        values = [value.strip() for value in row]
        if not any(values) or values[0].startswith(COMMENT):
            continue
        if len(row) != len(header):
            raise UserError(f"{place}:{number}: {len(row)} columns, the header has {len(header)}")
        yield _row(dict(zip(header, values, strict=True)), number, f"{place}:{number}")


def _row(values: dict[str, str], number: int, place: str) -> Line:
    if not values["text"]:
        raise UserError(f"{place}: column “text”: is empty")
    return Line(
        values["text"],
        number,
        style=values.get("style") or None,
        intensity=_number(values, "intensity", place, float, MAX_INTENSITY),
        seed=_number(values, "seed", place, int, MAX_SEED),
        voice=values.get("voice") or None,
        start=_number(values, "start", place, _seconds, LONGEST),
        character=values.get("character") or None,
    )


def _number(
    values: dict[str, str], column: str, place: str, read: Callable[[str], _N], most: float
) -> _N | None:
    value = values.get(column)
    if not value:
        return None
    try:
        number = read(value)
    except ValueError:
        raise UserError(f"{place}: column “{column}”: {value!r:.40} is no number") from None
    if not (math.isfinite(number) and 0 <= number <= most):
        raise UserError(f"{place}: column “{column}”: {value} is outside 0 to {most:g}")
    return number


def _seconds(text: str) -> float:
    """`12.5`, `0:12.5` or `00:00:12,500`; ValueError for anything else."""
    match = re.fullmatch(_CLOCK, text, re.ASCII)
    return _clock_to_seconds(*match.groups()) if match else float(text)


def subtitle_lines(text: str, place: str) -> tuple[Line, ...]:
    """Every cue of an SRT or WebVTT text, at its time, without tags and sound notes like [음악]."""
    rows = text.split("\n")
    found = [(n, match) for n, row in enumerate(rows) if (match := _TIMES.fullmatch(row))]
    if not found:
        raise UserError(f"{place}: no line with times such as 00:00:01,000 --> 00:00:02,000")
    ends = [n for n, _ in found[1:]] + [len(rows)]
    lines = (
        Line(said, n + 1, start=_clock_to_seconds(*match.groups()[:4]))
        for (n, match), end in zip(found, ends, strict=True)
        if (said := _said(rows[n + 1 : end], last=end == len(rows)))
    )
    return _checked(lines, place)


def _said(rows: Sequence[str], *, last: bool) -> str:
    """What a cue says: its rows up to the empty one before the next cue's number or name."""
    stop = next((n for n, row in enumerate(rows) if not row.strip()), len(rows))
    if stop == len(rows) and not last and rows and rows[-1].strip().isdigit():
        stop -= 1  # a forgotten empty line: the next cue's number
    spoken = [row for row in rows[:stop] if not row.startswith(_NOT_SPOKEN)]
    words = _TAGS.sub(" ", html.unescape("\n".join(spoken))).split()
    return " ".join(word for word in words if any(mark.isalnum() for mark in word))


def _clock_to_seconds(hours: str | None, minutes: str, seconds: str, part: str | None) -> float:
    return 3600 * int(hours or 0) + 60 * int(minutes) + float(f"{int(seconds)}.{part or 0}")


def _checked(lines: Iterator[Line], place: str) -> tuple[Line, ...]:
    """The lines, when they are as many and as long as can be performed."""
    kept: list[Line] = []
    for line in lines:
        if len(line.text) > MAX_TEXT:
            raise UserError(f"{place}:{line.number}: {len(line.text)} characters in one line")
        kept.append(line)
        if len(kept) > MAX_LINES:
            raise UserError(f"{place}: more than {MAX_LINES} lines")
    if not kept:
        raise UserError(f"{place}: there is nothing to say in it")
    return tuple(kept)
