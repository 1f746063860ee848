"""The plan: which gestures are made, with which hand, how large and when.

It is an editable value between the text and the generator: the planner proposes it, a user may
change it, the generator performs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

FUNCTIONS: tuple[str, ...] = (
    "beat",
    "negate",
    "stop",
    "you",
    "me",
    "we",
    "shrug",
    "ask",
    "point",
    "contrast",
    "example",
    "big",
    "think",
    "chop",
    "greet",
    "bow",
    "nod",
)
"""What a gesture does in the talk; `beat` only marks stress."""

Hand = Literal["left", "right", "both"]
HANDS: tuple[Hand, ...] = ("left", "right", "both")

SLOWEST, FASTEST = 0.7, 1.5
"""Limits of the speed at which a recorded gesture may be performed."""
SHORTEST_RETRACTION = 0.6
"""Seconds in which the hands can come back from a stroke that is cut short."""


@dataclass(frozen=True)
class PlannedGesture:
    """One gesture: `start` of preparation, `stroke` (its emphasis), `end` of retraction, seconds.

    `amplitude` is its size, 1 as recorded; `word` the index of the word it belongs to.
    """

    function: str
    hand: Hand
    amplitude: float
    start: float
    stroke: float
    end: float
    word: int

    def __post_init__(self) -> None:
        if self.function not in FUNCTIONS:
            raise ValueError(f"unknown function {self.function!r}; one of {', '.join(FUNCTIONS)}")
        if self.hand not in HANDS:
            raise ValueError(f"unknown hand {self.hand!r}; one of {', '.join(HANDS)}")
        if not self.start <= self.stroke <= self.end:
            raise ValueError(f"a gesture starts, strokes, ends in that order, not {self}")

    def fitted(self, preparation: float, retraction: float) -> PlannedGesture:
        """The same gesture with the times of a unit that takes so many seconds before and after.

        The unit is sped up or slowed down to the planned times, but no further than natural
        speeds allow; what follows the stroke may also be cut short. The stroke stays in place.
        """
        before = self.stroke - self.start
        before = min(max(before, preparation / FASTEST), preparation / SLOWEST)
        after = min(max(self.end - self.stroke, SHORTEST_RETRACTION), retraction / SLOWEST)
        return replace(self, start=self.stroke - before, end=self.stroke + after)


@dataclass(frozen=True)
class Plan:
    """Gestures in order of their strokes, within `duration` seconds."""

    gestures: tuple[PlannedGesture, ...]
    duration: float

    def __post_init__(self) -> None:
        strokes = [gesture.stroke for gesture in self.gestures]
        if strokes != sorted(strokes):
            raise ValueError("gestures must come in the order of their strokes")

    def __iter__(self) -> Iterator[PlannedGesture]:
        return iter(self.gestures)

    def __len__(self) -> int:
        return len(self.gestures)
