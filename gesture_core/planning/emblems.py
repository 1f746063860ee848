"""Where a text asks for an emblem: by its words first, by its meaning second."""

from __future__ import annotations

from dataclasses import dataclass

from gesture_core.plan import Hand


@dataclass(frozen=True)
class PlannedEmblem:
    """One emblem: `start` of preparation, `stroke`, `end` of retraction, seconds.

    `kept`: seconds from the stroke until the hands go back; `word`: index of its word; `score`:
    how sure, 1 for a pattern of words, else the likeness of meaning; `why`: what spoke for it.
    """

    name: str
    word: int
    hand: Hand
    amplitude: float
    start: float
    stroke: float
    kept: float
    end: float
    score: float
    why: str
