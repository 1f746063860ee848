"""What face and head do while the hands sign, as `nonmanuals.yaml` has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.liveliness.curves import bump
from gesture_core.motion import EXPRESSIONS
from gesture_core.resources import data_path
from gesture_core.rotation import Array
from gesture_core.signing.notation import CHANNELS

AXES = ("nod", "turn", "tilt")
MOUTHING = "Mmo"
"""The channel whose value is a Korean word; see `signing.mouthing`."""
MOUTH_CHANNELS = ("Mo1", "Mctr", "Ci", "Tbt")

LEAD, RISE, FALL = 0.12, 0.22, 0.28
"""Seconds by which face and head are ahead of the hands, and in which they come and go."""
_FARTHEST = np.radians(25.0)


@dataclass(frozen=True)
class Beat:
    """The head moves `times` times by `degrees`; 0 times: for the whole stretch."""

    axis: Literal["nod", "turn", "tilt"]
    degrees: float
    seconds: float
    times: int
    both_ways: bool = False


@dataclass(frozen=True)
class Form:
    """One value of a channel: expressions within 0–1, degrees of the head, a movement of it."""

    expressions: dict[str, float] = field(default_factory=dict[str, float])
    nod: float = 0.0
    turn: float = 0.0
    tilt: float = 0.0
    beat: Beat | None = None


class TimedNonManual(NamedTuple):
    """A channel's `value` from `start` to `end` seconds."""

    channel: str
    value: str
    start: float
    end: float


@lru_cache(maxsize=1)
def load_forms() -> Mapping[str, Mapping[str, Form]]:
    """Forms by channel and value; `UserError` for an unknown channel or expression."""
    path = data_path("lexicon/nonmanuals.yaml")
    forms: dict[str, dict[str, Form]] = {}
    for channel, values in read_yaml(path).items():
        if channel not in CHANNELS or channel == MOUTHING:
            raise UserError(f"{path}: no channel {channel!r}; valid: {', '.join(CHANNELS)}")
        place = f"{path}: {channel}"
        forms[channel] = {
            name: config_from_dict(Form, form, f"{place}: {name}") for name, form in values.items()
        }
        for name, form in forms[channel].items():
            for expression in form.expressions:
                _columns(expression, f"{place}: {name}")
    return forms


def face_and_head(timed: Iterable[TimedNonManual], times: Array) -> tuple[Array, Array]:
    """Expressions `(T, 52)` within 0–1 and nod, turn, tilt `(T, 3)` rad at `times` `(T,)`.

    The same value asked for twice at a time is done once. Of two forms that use one expression
    the stronger one is seen; turns of the head add up. Raises `UserError` for a value that the
    channel does not have.
    """
    face, head = np.zeros((len(times), len(EXPRESSIONS))), np.zeros((len(times), 3))
    for item in united(timed):
        form = find_form(item.channel, item.value)
        start = item.start - LEAD
        held = bump(times, start, RISE, max(0.0, item.end - start - RISE), FALL)
        for name, value in form.expressions.items():
            columns = _columns(name, item.channel)
            face[:, columns] = np.maximum(face[:, columns], value * held[:, None])
        head += held[:, None] * np.radians([form.nod, form.turn, form.tilt])
        if form.beat is not None:
            head[:, AXES.index(form.beat.axis)] += _beaten(form.beat, item, times)
    return face, np.clip(head, -_FARTHEST, _FARTHEST)


def united(timed: Iterable[TimedNonManual]) -> list[TimedNonManual]:
    """The same non-manuals, those of one value that touch or overlap made one."""
    made: list[TimedNonManual] = []
    for item in sorted(timed, key=lambda item: (item.channel, item.value, item.start)):
        last = made[-1] if made else None
        if last and last[:2] == item[:2] and item.start <= last.end:
            made[-1] = last._replace(end=max(last.end, item.end))
        else:
            made.append(item)
    return made


def find_form(channel: str, value: str) -> Form:
    """The form of a channel's value; `UserError` with the valid ones if there is none."""
    forms = load_forms().get(channel, {})
    if value not in forms:
        raise UserError(f"{channel} has no value {value!r}; valid: {', '.join(forms)}")
    return forms[value]


def check_value(channel: str, value: str, place: str) -> None:
    """Raise `UserError` that begins with `place` unless there is the channel and it has the value;
    `MOUTHING` takes any word."""
    if channel not in CHANNELS:
        raise UserError(f"{place}: no channel {channel!r}; valid: {', '.join(CHANNELS)}")
    if channel == MOUTHING:
        return
    try:
        find_form(channel, value)
    except UserError as error:
        raise UserError(f"{place}: {error}") from error


def _beaten(beat: Beat, item: TimedNonManual, times: Array) -> Array:
    """Radians `(T,)` of the beats: at the end of the stretch, or spread over all of it."""
    lasts = max(item.end - item.start, beat.seconds)
    count = beat.times or max(1, round(lasts / beat.seconds))
    each = beat.seconds if beat.times else lasts / count
    begin = max(item.start, item.end - count * each)
    size = np.radians(beat.degrees)
    if beat.both_ways:
        fade = min(RISE, 0.3 * count * each)
        held = bump(times, begin, fade, count * each - 2 * fade, fade)
        return size * held * np.sin(2.0 * np.pi * (times - begin) / each)
    half = 0.5 * each
    beats = [bump(times, begin + n * each, half, 0.0, half) for n in range(count)]
    return size * np.sum(beats, axis=0)


def _columns(expression: str, place: str) -> list[int]:
    """Columns of an expression, both sides if it names none."""
    names = (
        [expression] if expression in EXPRESSIONS else [f"{expression}Left", f"{expression}Right"]
    )
    if not set(names) <= set(EXPRESSIONS):
        raise UserError(f"{place}: there is no expression {expression!r}")
    return [EXPRESSIONS.index(name) for name in names]
