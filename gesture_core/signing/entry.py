"""Reading an entry of the lexicon: what YAML holds becomes a `Sign`, strictly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from gesture_core.config import config_from_dict
from gesture_core.errors import UserError
from gesture_core.signing.nonmanual import check_value
from gesture_core.signing.notation import (
    DIRECTIONS,
    HANDS,
    PLACES,
    PLANES,
    Bend,
    Circle,
    Course,
    Hand,
    HandPosture,
    Movement,
    Nod,
    Point,
    Review,
    Shake,
    Sign,
    Step,
    Tap,
    Twist,
    Vector,
    Wiggle,
)

_MOST_STEPS = 50
_WORD = re.compile(r"([0-9]{0,3}(?:\.[0-9]{1,3})?)([a-z]+)")
_MOVEMENTS: dict[str, type[Movement]] = {
    "circle": Circle,
    "shake": Shake,
    "tap": Tap,
    "twist": Twist,
    "nod": Nod,
    "wiggle": Wiggle,
    "bend": Bend,
}
_MOST = {"radius": 0.5, "size": 0.5, "degrees": 120.0}
"""Metres and degrees beyond which no hand moves at a posture."""
_MOST_LIFTED = 90.0
"""Degrees."""


def parse_direction(text: str, place: str = "direction") -> Vector:
    """The unit vector `(side, up, forward)` of words such as "forward+up" or "2forward+up"."""
    total = [0.0, 0.0, 0.0]
    for part in str(text).replace(" ", "").split("+"):
        found = _WORD.fullmatch(part)
        if not found or found[2] not in DIRECTIONS:
            valid = ", ".join(DIRECTIONS)
            raise UserError(f"{place}: no direction {part!r}; valid: {valid}, joined by +")
        weight = float(found[1] or 1.0)
        total = [a + weight * b for a, b in zip(total, DIRECTIONS[found[2]], strict=True)]
    length = sum(a * a for a in total) ** 0.5
    if length < 1e-6:
        raise UserError(f"{place}: {text!r} points nowhere")
    return (total[0] / length, total[1] / length, total[2] / length)


def parse_sign(gloss: str, values: Any, place: str, file: Path = Path()) -> Sign:
    """The `Sign` of one entry of `file` as YAML gives it; `UserError` begins with `place`."""
    written, raw = _apart(values, ("steps", "face"), place)
    entry = config_from_dict(_Entry, written, place)
    if entry.recording:
        _check_recording(entry, raw, place)
        steps = ()
    else:
        steps = _parse_steps(raw.get("steps"), place)
    if not 1 <= entry.repeat <= 10 or not 0 <= entry.repeat_from < max(1, len(steps)):
        raise UserError(f"{place}: repeat must be 1 to 10, repeat_from the number of a step from 0")
    values = {field.name: getattr(entry, field.name) for field in fields(entry)}
    values["recording"] = file.parent / entry.recording if entry.recording else None
    face = _parse_face(raw.get("face", {}), f"{place}: face")
    return Sign(gloss, steps, face=face, file=file.name, **values)


@dataclass(frozen=True)
class _Entry:
    en: str = ""
    source: str = ""
    review: Review = "draft"
    synonyms: tuple[str, ...] = ()
    repeat: int = 1
    repeat_from: int = 0
    recording: str = ""
    licence: str = ""
    consent: str = ""
    signer: str = ""


@dataclass(frozen=True)
class _HandEntry:
    """A hand as it is written: what is left out is taken over from the step before."""

    shape: str | None = None
    fingers: str | None = None
    palm: str | None = None
    at: str | None = None
    off: tuple[float, ...] | None = None
    by: Point | None = None
    touch: bool = False
    elbow: float | None = None


@dataclass(frozen=True)
class _StepEntry:
    seconds: float | None = None
    hold: float | None = None
    path: Course = "straight"
    height: float = 0.06
    alternate: bool = False


def _apart(values: Any, raw: Iterable[str], place: str) -> tuple[dict[Any, Any], dict[str, Any]]:
    """The plain settings of a group, and those under the names `raw` as they were written."""
    if not isinstance(values, Mapping):
        raise UserError(f"{place} must be a group of settings")
    taken = {name: values[name] for name in raw if name in values}
    return {key: value for key, value in values.items() if key not in taken}, taken


def _parse_steps(entries: Any, place: str) -> tuple[Step, ...]:
    if not isinstance(entries, Sequence) or isinstance(entries, str) or not entries:
        raise UserError(f"{place}: steps must be a list of one posture or more")
    if len(entries) > _MOST_STEPS:
        raise UserError(f"{place}: {len(entries)} steps; a sign has at most {_MOST_STEPS}")
    steps: list[Step] = []
    before = Step()
    for number, values in enumerate(entries):
        before = _parse_step(values, before, f"{place}: steps[{number}]")
        steps.append(before)
    return tuple(steps)


def _check_recording(entry: _Entry, raw: Mapping[str, Any], place: str) -> None:
    if "steps" in raw:
        raise UserError(f"{place}: give either steps or a recording")
    if Path(entry.recording).name != entry.recording:
        raise UserError(f"{place}: recording must name a file beside its entry")
    for name in ("licence", "consent"):
        if not getattr(entry, name).strip():
            raise UserError(f"{place}: a recording needs its {name}")


def _parse_step(values: Any, before: Step, place: str) -> Step:
    scalars, written = _apart(values, (*_MOVEMENTS, *HANDS, "both"), place)
    entry = config_from_dict(_StepEntry, scalars, place)
    if "both" in written and not written.keys().isdisjoint(HANDS):
        raise UserError(f"{place}: give either both, or strong and weak")
    named: tuple[Hand, ...] = tuple(n for n in HANDS if n in written or "both" in written)
    hands: dict[Hand, HandPosture | None] = {name: before.hand(name) for name in HANDS}
    for name in named:
        values = written.get(name, written.get("both"))
        hands[name] = _parse_hand(values, hands[name], f"{place}: {name}")
    step = Step(
        hands["strong"],
        hands["weak"],
        named or tuple(name for name in HANDS if hands[name]),
        movements=tuple(
            _parse_movement(kind, written[kind], f"{place}: {kind}")
            for kind in _MOVEMENTS
            if kind in written
        ),
        **{k: getattr(entry, k) for k in ("seconds", "hold", "path", "height", "alternate")},
    )
    _check_step(step, place)
    return step


def _check_step(step: Step, place: str) -> None:
    if not step.named:
        raise UserError(f"{place}: the first step must name strong, weak or both")
    if step.seconds is not None and not 0.0 < step.seconds <= 10.0:
        raise UserError(f"{place}: seconds must be above 0 and at most 10, not {step.seconds:g}")
    if step.hold is not None and not 0.0 <= step.hold <= 10.0:
        raise UserError(f"{place}: hold must be 0 to 10 seconds, not {step.hold:g}")
    if not 0.0 <= step.height <= 0.5:
        raise UserError(f"{place}: height must be 0 to 0.5 metres, not {step.height:g}")
    targets = {name: hand.other_hand for name in HANDS if (hand := step.hand(name))}
    for name, target in targets.items():
        if target == name:
            raise UserError(f"{place}: {name} cannot be at a place on itself")
        if target is not None and target not in targets:
            raise UserError(f"{place}: {name} is at a place on {target}, which no step has named")
    if len(targets) == 2 and all(targets.values()):
        raise UserError(f"{place}: each hand is at a place on the other; give one a place itself")


def _parse_hand(values: Any, before: HandPosture | None, place: str) -> HandPosture:
    scalars, _ = _apart(values, (), place)
    # YAML 1.1 reads the bare word off as false
    scalars = {"off" if key is False else key: value for key, value in scalars.items()}
    entry = config_from_dict(_HandEntry, scalars, place)
    if entry.at is not None and entry.at not in PLACES:
        raise UserError(f"{place}: no place {entry.at!r}; valid: {', '.join(PLACES)}")
    if before is None:
        missing = [name for name in ("shape", "fingers", "palm") if getattr(entry, name) is None]
        if missing:
            raise UserError(f"{place}: the hand's first step must give {', '.join(missing)}")
        before = HandPosture("", DIRECTIONS["up"], DIRECTIONS["forward"])
    posture = replace(
        before,
        **{k: v for k in ("shape", "elbow") if (v := getattr(entry, k)) is not None},
        **{
            k: parse_direction(word, f"{place}: {k}")
            for k, word in (("fingers", entry.fingers), ("palm", entry.palm))
            if word is not None
        },
        **_placing(entry, before, place),
    )
    if abs(posture.elbow) > _MOST_LIFTED:
        raise UserError(f"{place}: elbow must be -90 to 90 degrees, not {posture.elbow:g}")
    if abs(sum(a * b for a, b in zip(posture.fingers, posture.palm, strict=True))) > 0.9:
        raise UserError(f"{place}: fingers and palm must be directions nearly at right angles")
    return posture


def _placing(entry: _HandEntry, before: HandPosture, place: str) -> dict[str, Any]:
    """Where the hand is: a new place forgets the offset and point of the old one."""
    if entry.at is None and entry.off is None:
        kept = {"touch": True} if entry.touch else {}
        return kept | ({"by": entry.by} if entry.by else {})
    at = entry.at or before.at
    off = entry.off if entry.off is not None else (0.0, 0.0, 0.0)
    if len(off) != 3 or max(map(abs, off)) > 1.0:
        raise UserError(f"{place}: off must be 3 numbers (side, up, forward) of at most 1 metre")
    placed = replace(before, at=at, off=tuple(off), touch=entry.touch)
    by = entry.by or (
        before.by if entry.at is None else "palm" if placed.in_space else "fingertips"
    )
    return {"at": at, "off": tuple(off), "by": by, "touch": entry.touch}


def _parse_movement(kind: str, values: Any, place: str) -> Movement:
    cls = _MOVEMENTS[kind]
    scalars, directions = _apart(values, _DIRECTED.get(cls, ()), place)
    if cls is Circle and "turns" in scalars:
        scalars["times"] = scalars.pop("turns")
    built: Any = config_from_dict(cls, scalars, place)
    for name, most in _MOST.items():
        size = getattr(built, name, most)
        if not 0.0 < size <= most:
            raise UserError(f"{place}: {name} must be above 0 and at most {most:g}, not {size:g}")
    for name, written in directions.items():
        word = str(written)
        word = {"out": "side", "in": "across"}.get(word, word)
        built = replace(built, **{name: parse_direction(word, f"{place}: {name}")})
    if isinstance(built, Bend) and not built.shape:
        raise UserError(f"{place}: shape is missing: the shape the hand takes on the way")
    if isinstance(built, Circle):
        return _checked_circle(built, "way" in directions, place)
    return built


_DIRECTED: dict[type[Movement], tuple[str, ...]] = {
    Circle: ("way",),
    Shake: ("along",),
    Tap: ("along",),
}


def _checked_circle(circle: Circle, directed: bool, place: str) -> Circle:
    """The circle, running forward at its top by default if the plane has no sides."""
    along = PLANES[circle.plane][0]
    if not directed:
        return replace(circle, way=DIRECTIONS["side"] if along == 0 else DIRECTIONS["forward"])
    if abs(circle.way[along]) < 0.9:
        words = [word for word, vector in DIRECTIONS.items() if vector[along]]
        raise UserError(f"{place}: way of a {circle.plane} circle must be {' or '.join(words)}")
    return circle


def _parse_face(values: Any, place: str) -> dict[str, str]:
    channels, _ = _apart(values, (), place)
    face = {channel: _face_value(value) for channel, value in channels.items()}
    for channel, value in face.items():
        check_value(channel, value, place)
    return face


def _face_value(value: object) -> str:
    """`true` of YAML as a word, so that all values are text."""
    return "true" if value is True else "false" if value is False else str(value)
