"""The plan file: a plan in JSON that a person can edit, one gesture a line.

    {
     "format": "momjit-plan", "version": 1, "duration": 2.417,
     "words": [
      {"text": "안녕하세요", "start": 0.35, "end": 1.204}
     ],
     "gestures": [
      {"function": "greet", "hand": "right", "amplitude": 1.0, "start": 0.1, "stroke": 0.69,
       "end": 1.8, "word": 0}
     ]
    }

Times are seconds on the clock of the speech, to the millisecond; `word` is the number of the word
a gesture belongs to, from 0. The words tell which text the plan is for, and where its gestures go
when another voice says it at other times.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from gesture_core.atomic import atomic_path
from gesture_core.errors import UserError
from gesture_core.formats.json_file import (
    json_list,
    json_number,
    json_object,
    json_text,
    read_json,
)
from gesture_core.plan import FUNCTIONS, HANDS, Hand, Plan, PlannedGesture
from gesture_core.planning.cues import PlanWord
from gesture_core.utterance import Word

FORMAT = "momjit-plan"
VERSION = 1
MAX_BYTES = 8 << 20
MAX_ROWS = 20_000
MAX_SECONDS = 3600.0
MAX_AMPLITUDE = 2.0
_DECIMALS = 3
_SAME = 2e-3
"""Seconds by which the times of a word may differ from those written for it."""
_KEYS = ("format", "version", "duration", "words", "gestures")
_WORD_KEYS = ("text", "start", "end")
_GESTURE_KEYS = ("function", "hand", "amplitude", "start", "stroke", "end", "word")


@dataclass(frozen=True)
class WrittenPlan:
    """A plan and the words, with their times, that it was written for."""

    plan: Plan
    words: tuple[Word, ...]

    def fitted_to(self, words: Sequence[Word] | Sequence[PlanWord], duration: float) -> Plan:
        """The plan for the same words at other times, as another voice says them.

        A stroke keeps its place in its word, the rest of the gesture its distance from the stroke.
        Raises `UserError` when the words are others.
        """
        then, now = [word.text for word in self.words], [word.text for word in words]
        if then != now:
            pairs = enumerate(zip(then, now, strict=False))
            what = next((f": word {n} is {a!r}, not {b!r}" for n, (a, b) in pairs if a != b), "")
            raise UserError(f"the plan is for another text{what}; plan this one anew")
        moved = (self._moved(gesture, words[gesture.word], duration) for gesture in self.plan)
        return _ordered(moved, duration)

    def _moved(
        self, gesture: PlannedGesture, word: Word | PlanWord, duration: float
    ) -> PlannedGesture:
        then = self.words[gesture.word]
        times = (then.start, then.end)
        if np.allclose(times, (word.start, word.end), rtol=0.0, atol=_SAME):
            shift = 0.0
        else:
            within = np.interp(gesture.stroke, times, (word.start, word.end))
            shift = float(within - np.clip(gesture.stroke, *times))
        stroke = min(max(gesture.stroke + shift, 0.0), duration)
        return replace(
            gesture,
            start=min(max(gesture.start + shift, 0.0), stroke),
            stroke=stroke,
            end=max(gesture.end + shift, stroke),
        )


def write_plan(path: Path, plan: Plan, words: Sequence[PlanWord], *, force: bool = False) -> None:
    """Write a plan and the words it goes with; `UserError` when `path` cannot be written."""
    head = {"format": FORMAT, "version": VERSION, "duration": _rounded(plan.duration)}
    rows = {
        "words": [{key: _rounded(getattr(word, key)) for key in _WORD_KEYS} for word in words],
        "gestures": [
            {key: _rounded(getattr(gesture, key)) for key in _GESTURE_KEYS} for gesture in plan
        ],
    }
    parts = [_json(head)[1:-1], *(f'"{name}": {_lines(row)}' for name, row in rows.items())]
    with atomic_path(path, force=force) as temporary:
        temporary.write_text("{\n " + ",\n ".join(parts) + "\n}\n", encoding="utf-8")


def read_plan(path: Path) -> WrittenPlan:
    """Read a plan file; whatever is wrong with it becomes a `UserError` naming the place.

    Gestures may stand in any order; the plan has them in the order of their strokes.
    """
    document = json_object(read_json(path, MAX_BYTES), str(path))
    if document.get("format") != FORMAT:
        raise UserError(f'{path} is not a plan: it does not say "format": "{FORMAT}"')
    if document.get("version") != VERSION:
        raise UserError(
            f"{path} has plan version {document.get('version')}; this program reads {VERSION}"
        )
    _check_keys(document, _KEYS, str(path))
    duration = _within(document["duration"], 0.0, MAX_SECONDS, f"{path}: duration")
    rows = _rows(document["words"], f"{path}: words")
    words = tuple(_word(row, place, duration, n) for n, (place, row) in enumerate(rows))
    rows = _rows(document["gestures"], f"{path}: gestures")
    gestures = [_gesture(row, place, duration, len(words)) for place, row in rows]
    return WrittenPlan(_ordered(gestures, duration), words)


def _ordered(gestures: Iterable[PlannedGesture], duration: float) -> Plan:
    return Plan(tuple(sorted(gestures, key=lambda gesture: gesture.stroke)), duration)


def _word(row: dict[str, object], place: str, duration: float, number: int) -> Word:
    _check_keys(row, _WORD_KEYS, place)
    text = json_text(row["text"], f"{place}: text")
    start = _within(row["start"], 0.0, duration, f"{place}: start")
    return Word(text, start, _within(row["end"], start, duration, f"{place}: end"), number)


def _gesture(row: dict[str, object], place: str, duration: float, words: int) -> PlannedGesture:
    _check_keys(row, _GESTURE_KEYS, place)
    function = _choice(row["function"], FUNCTIONS, f"{place}: function")
    hand = cast(Hand, _choice(row["hand"], HANDS, f"{place}: hand"))
    amplitude = _within(row["amplitude"], 0.0, MAX_AMPLITUDE, f"{place}: amplitude")
    start = _within(row["start"], 0.0, duration, f"{place}: start")
    stroke = _within(row["stroke"], start, duration, f"{place}: stroke")
    end = _within(row["end"], stroke, MAX_SECONDS, f"{place}: end")
    word = _within(row["word"], 0, words - 1, f"{place}: word")
    if not word.is_integer():
        raise UserError(f"{place}: word {word:g} is not a whole number")
    return PlannedGesture(function, hand, amplitude, start, stroke, end, int(word))


def _rows(value: object, place: str) -> list[tuple[str, dict[str, object]]]:
    """The objects of a list, each with the name of its place."""
    rows = json_list(value, place)
    if len(rows) > MAX_ROWS:
        raise UserError(f"{place}: {len(rows)} rows, more than the limit {MAX_ROWS}")
    named = [(f"{place}[{number}]", row) for number, row in enumerate(rows)]
    return [(name, json_object(row, name)) for name, row in named]


def _check_keys(row: dict[str, object], keys: Sequence[str], place: str) -> None:
    for key in row:
        if key not in keys:
            raise UserError(f"{place}: unknown key {key!r}; {_hint(key, keys)}")
    if missing := [key for key in keys if key not in row]:
        raise UserError(f"{place}: {', '.join(missing)} missing")


def _choice(value: object, choices: Sequence[str], place: str) -> str:
    text = json_text(value, place)
    if text not in choices:
        raise UserError(f"{place} {text!r} is unknown; {_hint(text, choices)}")
    return text


def _hint(text: str, choices: Sequence[str]) -> str:
    near = difflib.get_close_matches(text, choices, n=1)
    return f"did you mean {near[0]!r}?" if near else f"one of {', '.join(choices)}"


def _within(value: object, low: float, high: float, place: str) -> float:
    number = json_number(value, place)
    if not low <= number <= high:
        raise UserError(f"{place} {number:g} is outside {low:g} to {high:g}")
    return number


def _rounded(value: Any) -> Any:
    return round(value, _DECIMALS) if isinstance(value, float) else value


def _lines(rows: Iterable[dict[str, Any]]) -> str:
    lines = ",\n".join(f"  {_json(row)}" for row in rows)
    return f"[\n{lines}\n ]" if lines else "[]"


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
