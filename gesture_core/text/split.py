"""Where a text divides: eojeols (어절), sentences, and the pauses between words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from kiwipiepy import Sentence

Boundary = Literal["none", "comma", "sentence"]


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of a text."""

    start: int
    end: int


class Spanned(Protocol):
    """Anything with character offsets, such as `Span` and `NormalizedWord`."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


# An eojeol also ends where a writer forgot the space after punctuation: "네,알겠습니다.그럼".
_FORGOTTEN_SPACE = re.compile(r"(?<=[가-힣])[\"'”’)\]]*[.!?…,;]+[\"'”’)\]]*(?=[가-힣\"'“‘(])")
# Official dates and some telephone numbers have spaces inside: "2026. 11. 20.", "010 1234 5678".
_RUN = re.compile(r"(?<!\S)(?:\d{4}\. \d{1,2}\. \d{1,2}|0\d{1,2} \d{3,4} \d{4})(?!\d)\S*|\S+")
_SENTENCE_END = re.compile(r"[.!?…。]+[\"'”’」』)\]]*$")
_COMMA_END = re.compile(r"[,;:、，—–][\"'”’」』)\]]*$|[)\]」』]$")
_ONLY_DASHES = re.compile(r"[-—–/|·]+")


def eojeols(text: str) -> list[Span]:
    """Spans of the eojeols of `text`: the runs between white space or forgotten spaces.

    A date or telephone number is one eojeol even where it is written with spaces.
    """
    spans: list[Span] = []
    for run in _RUN.finditer(text):
        start = run.start()
        for mark in _FORGOTTEN_SPACE.finditer(text, run.start(), run.end()):
            if mark.end() < run.end():
                spans.append(Span(start, mark.end()))
                start = mark.end()
        spans.append(Span(start, run.end()))
    return spans


def split_sentences(text: str) -> list[Span]:
    """Spans of the sentences of `text`, also where nothing but a Korean ending divides them.

    Lines always divide; inside a line Kiwi finds the sentences ("안녕하세요 오늘은 …" is two).
    """
    from gesture_core.text.morphemes import kiwi

    spans: list[Span] = []
    for line in re.finditer(r"[^\n]*\S[^\n]*", text):
        for sentence in cast("list[Sentence]", kiwi().split_into_sents(line.group())):
            start, end = sentence.start + line.start(), sentence.end + line.start()
            if text[start:end].strip():
                spans.append(Span(start, end))
    return spans


def boundaries(
    text: str, words: Sequence[Spanned], sentences: Sequence[Span] | None = None
) -> list[Boundary]:
    """The pause after each word: none, as at a comma, or as at the end of a sentence.

    `words` are ascending spans of `text`; without `sentences`, `split_sentences` finds them.
    The last word always ends a sentence.
    """
    ends = [span.end for span in (split_sentences(text) if sentences is None else sentences)]
    found: list[Boundary] = []
    for index, word in enumerate(words):
        following = words[index + 1].start if index + 1 < len(words) else None
        found.append(_boundary(text, word, following, ends))
    return found


def _boundary(text: str, word: Spanned, following: int | None, ends: list[int]) -> Boundary:
    if following is None or any(word.start < end <= following for end in ends):
        return "sentence"
    between = text[word.end : following]
    if "\n" in between or _SENTENCE_END.search(between.strip()):
        return "sentence"
    if _SENTENCE_END.search(text[word.start : word.end]):
        # Kiwi read on through the mark ("1. 서론", "뭐... 그래요"): a short pause only.
        return "comma"
    if _COMMA_END.search(text[word.start : word.end]) or between.strip():
        return "comma"
    return "none"
