"""What the speech engines are given: the eojeols (어절) of a text and the pause after each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gesture_core.speech.phonemes import hangul_to_syllables

Pause = Literal["none", "comma", "sentence"]

# Seconds of silence at speed 1, as measured in read Korean.
PAUSE_SECONDS: dict[Pause, float] = {"none": 0.0, "comma": 0.25, "sentence": 0.45}

# Nobody says more than this in one breath; a longer clause is broken between two eojeols.
BREATH_SYLLABLES = 60


@dataclass(frozen=True)
class Eojeol:
    """One eojeol: as the user wrote it, its reading in Hangul, and the Hangul as pronounced.

    `pause` is the pause after it. An eojeol whose `pronounced` has no Hangul is not spoken.
    """

    text: str
    reading: str
    pronounced: str
    pause: Pause = "none"

    @property
    def syllables(self) -> int:
        """Number of syllables spoken."""
        return len(hangul_to_syllables(self.pronounced))

    @property
    def mark(self) -> str:
        """The punctuation that gives an engine the right intonation after this eojeol."""
        if self.pause == "comma":
            return ","
        if self.pause == "none":
            return ""
        last = next((c for c in reversed(self.text) if c in ".?!…。？！"), ".")
        return {"?": "?", "？": "?", "!": "!", "！": "!"}.get(last, ".")


def split_clauses(eojeols: Sequence[Eojeol]) -> Iterator[tuple[Eojeol, ...]]:
    """Yield runs of eojeols that end at a pause; the last eojeol always ends its clause."""
    clause: list[Eojeol] = []
    syllables = 0
    for eojeol in eojeols:
        if clause and syllables + eojeol.syllables > BREATH_SYLLABLES:
            yield (*clause[:-1], replace(clause[-1], pause="comma"))
            clause, syllables = [], 0
        clause.append(eojeol)
        syllables += eojeol.syllables
        if eojeol.pause != "none":
            yield tuple(clause)
            clause, syllables = [], 0
    if clause:
        yield (*clause[:-1], replace(clause[-1], pause="sentence"))
