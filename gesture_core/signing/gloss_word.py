"""What the steps of glossing hand on: a row of morphemes to be read, and the words read from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gesture_core.signing.gloss_rules import Place
from gesture_core.text.morphemes import Morpheme

Origin = Literal["word", "name", "foreign", "symbol", "number", "dropped"]


@dataclass(frozen=True)
class Word:
    """Something to be signed, or dropped, for the characters `start` to `end` of the sentence.

    `glosses`: the best first. `clause` and `segment` say where it stands; a segment ends with any
    clause, also with one that describes a noun.
    `number` are its figures, given digit by digit if `digits`; `counters` are the name of what is
    counted and the sign for it, "" where the number says enough. `said` is the Korean word where
    it is not the gloss.
    """

    glosses: tuple[str, ...]
    rule: str
    start: int
    end: int
    origin: Origin = "word"
    place: Place = "here"
    optional: bool = False
    marks: frozenset[str] = frozenset()
    number: str = ""
    digits: bool = False
    counters: tuple[str, ...] = ()
    said: str = ""
    clause: int = 0
    segment: int = 0

    @property
    def dropped(self) -> bool:
        """Whether nothing is signed for it."""
        return self.origin == "dropped"


@dataclass(frozen=True)
class Row:
    """The plain morphemes of one sentence; past its end all tags and forms are ""."""

    text: str
    morphemes: Sequence[Morpheme]

    def __len__(self) -> int:
        return len(self.morphemes)

    def tag(self, at: int) -> str:
        """The Sejong tag."""
        return self.morphemes[at].tag if at < len(self) else ""

    def form(self, at: int) -> str:
        """The dictionary form; of endings the one form in which they are compared."""
        return self.morphemes[at].form if at < len(self) else ""

    def joined(self, first: int, end: int) -> str:
        """The forms from `first` to before `end`, written together."""
        return "".join(self.form(at) for at in range(first, end))

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Characters of the morphemes from `first` to before `end`."""
        inside = self.morphemes[first:end]
        return inside[0].start, max(morpheme.end for morpheme in inside)
