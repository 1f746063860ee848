"""Breaking text into the lines of a panel, where Hangul is twice as wide as Latin."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ..core.columns import columns


def wrap(text: str, width: int, limit: int = 12) -> list[str]:
    """At most `limit` lines of at most `width` columns, broken at spaces where possible."""
    broken = (line for paragraph in text.splitlines() for line in _paragraph(paragraph, width))
    lines = list(islice(broken, limit + 1))  # no more: panels are drawn often, texts are long
    return lines if len(lines) <= limit else [*lines[: limit - 1], "…"]


def _paragraph(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for word in paragraph.split():
        if line and columns(line) + 1 + columns(word) > width:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while columns(line) > width:
            head = _fitting(line, width)
            yield line[:head]
            line = line[head:]
    if line:
        yield line


def _fitting(text: str, width: int) -> int:
    """How many characters of `text` fit, at least one."""
    used = 0
    for count, character in enumerate(text):
        used += columns(character)
        if used > width:
            return max(count, 1)
    return len(text)
