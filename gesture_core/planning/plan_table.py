"""A plan as rows to be printed: which gesture is made on which word, and why."""

from __future__ import annotations

from collections.abc import Sequence

from gesture_core.plan import Plan, PlannedGesture
from gesture_core.planning.cues import PlanWord, cue

_PAUSES = ("SF", "SP", "SE", "SS", "SO")
"""Tags of what is written but not said."""


def plan_to_rows(plan: Plan, words: Sequence[PlanWord]) -> list[dict[str, str | float]]:
    """One row a gesture, in order: word, stroke time in seconds, function, hand, amplitude, why."""
    return [
        {
            "word": words[gesture.word].text,
            "time": round(gesture.stroke, 2),
            "function": gesture.function,
            "hand": gesture.hand,
            "amplitude": round(gesture.amplitude, 2),
            "why": _why(gesture, words),
        }
        for gesture in plan
    ]


def _why(gesture: PlannedGesture, words: Sequence[PlanWord]) -> str:
    """The morphemes that call for the function, stress, or the sense of the sentence."""
    if cue(words, gesture.word) == gesture.function:
        spoken = (form for form, tag in words[gesture.word].morphemes if tag not in _PAUSES)
        return "+".join(spoken)
    return "stress" if gesture.function == "beat" else "sense of the sentence"
