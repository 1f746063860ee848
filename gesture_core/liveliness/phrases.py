"""The stretches of speech between pauses, which breath, blinks and gaze follow."""

from __future__ import annotations

from dataclasses import dataclass

from gesture_core.utterance import Utterance, Word

PAUSE = 0.2
"""Seconds of silence that end a phrase."""


@dataclass(frozen=True)
class Phrase:
    """Words spoken in one go, from `start` to `end` seconds."""

    words: tuple[Word, ...]

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def asks(self) -> bool:
        """Whether the phrase ends as a question."""
        return self.words[-1].text.rstrip("\"'”’)").endswith("?")

    @property
    def exclaims(self) -> bool:
        """Whether the phrase ends in an exclamation mark."""
        return self.words[-1].text.rstrip("\"'”’)").endswith("!")


def phrases(utterance: Utterance) -> tuple[Phrase, ...]:
    """Split the words of an utterance at pauses and at the ends of sentences."""
    groups: list[list[Word]] = []
    for word in utterance.words:
        last = groups[-1][-1] if groups else None
        if last is None or word.start - last.end >= PAUSE or last.text.endswith((".", "?", "!")):
            groups.append([])
        groups[-1].append(word)
    return tuple(Phrase(tuple(group)) for group in groups)
