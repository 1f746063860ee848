"""A text as the glosser reads it, with the way back to the characters as they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gesture_core.errors import UserError
from gesture_core.text.clean import clean_text

MAX_CHARACTERS = 20_000
MAX_SENTENCE = 300
"""Characters signed in one go: what has no full stop for longer is parted, between words."""

# A letter with the marks that combine with it: accents, variation selectors, conjoining jamo.
_CHARACTER = re.compile(
    r"\r\n|[\u1100-\u115f][\u1160-\u11ff]{0,2}|[^\r][\u0300-\u036f\ufe00-\ufe0f]{0,16}|\r",
    re.DOTALL,
)

Span = tuple[int, int]


@dataclass(frozen=True)
class GlossText:
    """A cleaned `text`; `spans` are the characters of the original behind each of its own.

    `lost` are the original's characters that clean to nothing: control and zero-width ones.
    """

    text: str
    spans: tuple[Span, ...]
    lost: tuple[Span, ...]

    def original(self, start: int, end: int) -> Span:
        """The original's characters behind `start` to `end` of the cleaned text, not empty."""
        return self.spans[start][0], self.spans[end - 1][1]


def parted(text: str, start: int, end: int) -> Iterator[Span]:
    """The stretch from `start` to `end`, in parts of at most `MAX_SENTENCE` characters, which end
    before a space where there is one."""
    while end - start > MAX_SENTENCE:
        space = text.rfind(" ", start + 1, start + MAX_SENTENCE + 1)
        cut = space if space > 0 else start + MAX_SENTENCE
        yield start, cut
        start = cut + len(text[cut:end]) - len(text[cut:end].lstrip())
    if start < end:
        yield start, end


def read_text(text: str) -> GlossText:
    """Clean a text of at most `MAX_CHARACTERS`, character by character; `UserError` if longer."""
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"the text has {len(text):,} characters; at most {MAX_CHARACTERS:,} can be glossed at "
            "once: split it"
        )
    letters: list[str] = []
    spans: list[Span] = []
    lost: list[Span] = []
    for match in _CHARACTER.finditer(text):
        cleaned = clean_text(match.group())
        if not cleaned:
            lost.append(match.span())
        letters.append(cleaned)
        spans.extend([match.span()] * len(cleaned))
    return GlossText("".join(letters), tuple(spans), tuple(lost))
