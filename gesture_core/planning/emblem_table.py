"""Emblems: gestures that stand for a meaning by themselves, read from editable files.

An emblem file maps names to emblems; `shapes.yaml` of the same folder maps names to hand shapes,
`lists.yaml` names to lists of words.
`data/emblems/README.md` explains the format to whoever edits it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.planning.patterns import pattern_parts
from gesture_core.resources import data_path

Anchor = Literal["chest", "belly", "shoulder", "nose", "mouth", "chin", "cheek", "ear", "forehead"]
Point = Literal["wrist", "palm", "knuckles", "thumb", "index", "middle", "ring", "little"]
Polarity = Literal["affirmed", "negated", "any"]
SHAPES_FILE, LISTS_FILE = "shapes.yaml", "lists.yaml"


@dataclass(frozen=True)
class HandShape:
    """A hand shape: bend of the joints of each finger, degrees, from knuckle to tip.

    `spread`: degrees by which index, middle, ring and little finger lean towards the thumb's side.
    `thumb`: degrees of the thumb's base towards the palm (opposition), then of its base out of the
    palm's plane (abduction), then the bend of its two joints.
    """

    index: tuple[float, ...]
    middle: tuple[float, ...]
    ring: tuple[float, ...]
    little: tuple[float, ...]
    thumb: tuple[float, ...]
    spread: tuple[float, ...] = (0.0, 0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        for name, length in (("index", 3), ("middle", 3), ("ring", 3), ("little", 3)):
            _check_length(name, getattr(self, name), length)
        _check_length("thumb", self.thumb, 4)
        _check_length("spread", self.spread, 4)


@dataclass(frozen=True)
class HandPose:
    """Where one hand is and how it is turned.

    Directions and places are `[out, up, forward]`, out to the hand's own side. `place`: in arm
    lengths from the `anchor` to the `point` of the hand; `fingers`: where the straight fingers
    would point; `palm`: where the palm looks; `shape`: a hand shape by name; `elbow`: degrees by
    which the elbow is lifted outwards from where it falls by itself.
    """

    place: tuple[float, ...]
    fingers: tuple[float, ...]
    palm: tuple[float, ...]
    shape: str
    anchor: Anchor = "chest"
    point: Point = "wrist"
    elbow: float = 0.0

    def __post_init__(self) -> None:
        for name in ("place", "fingers", "palm"):
            _check_length(name, getattr(self, name), 3)
        across = sum(a * b for a, b in zip(self.fingers, self.palm, strict=True))
        size = sum(a * a for a in self.fingers) * sum(b * b for b in self.palm)
        if not size or across * across > 0.9 * size:
            raise UserError("fingers and palm must be two directions, nearly at right angles")


@dataclass(frozen=True)
class KeyPose:
    """One pose on the way: reached after `seconds`, then kept for `hold` seconds.

    `hand`: the hand that does it; `other`: the other one; `both`: the two in mirror image. A hand
    that is not named goes on with what it was doing. `head`: degrees of nod, turn and tilt (down,
    to the hand's side); `bow`: degrees of the trunk; `shrug`: degrees of both shoulders.
    """

    seconds: float
    hold: float = 0.0
    hand: HandPose | None = None
    other: HandPose | None = None
    both: HandPose | None = None
    head: tuple[float, ...] = (0.0, 0.0, 0.0)
    bow: float = 0.0
    shrug: float = 0.0

    def __post_init__(self) -> None:
        _check_length("head", self.head, 3)
        if self.seconds <= 0.0 or self.hold < 0.0:
            raise UserError("seconds must be positive and hold not negative")
        if self.both and (self.hand or self.other):
            raise UserError("give either both, or hand and other")

    @property
    def hands(self) -> tuple[HandPose | None, HandPose | None]:
        """What the leading and the other hand do."""
        return (self.both, self.both) if self.both else (self.hand, self.other)


@dataclass(frozen=True)
class Emblem:
    """One emblem: what it means, how it is recognised and how it is made.

    Meaning: `ko`, `en`. Recognition: `words` are patterns of morphemes (see `planning.patterns`;
    `@name` is a list of words); `unless`: patterns in the clause, or the one before it, that
    forbid it; `phrases`: clauses that mean it, `unlike`: clauses that look alike and do not;
    `polarity`: which clauses it goes with; `negated`: the emblem that a negated clause gets;
    `weight`: how strongly its words call for it, where two emblems compete.
    Form: `poses`, the first of which is the stroke, made `repeat` times; `retraction`: seconds of
    the way back; `stretch`: 0–1, how far the hands' places grow with the size of the gesture.
    `source` of the form and `review` status are for the reader.
    """

    name: str
    ko: str
    en: str
    poses: tuple[KeyPose, ...]
    source: str = "everyday knowledge"
    review: str = "looked at by its makers; no Korean gesture scholar has seen it"
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    polarity: Polarity = "affirmed"
    negated: str = ""
    weight: float = 1.0
    repeat: int = 1
    retraction: float = 0.6
    stretch: float = 0.0
    file: str = ""

    def __post_init__(self) -> None:
        if not self.poses or self.repeat < 1 or self.retraction <= 0.0:
            raise UserError("an emblem needs poses, a repeat of 1 or more and a retraction")
        for hand in range(2):
            if len({pose.hands[hand] is None for pose in self.poses}) > 1:
                raise UserError("a hand that takes part must be named in every pose")
        for pattern in (*self.words, *self.unless):
            try:
                pattern_parts(pattern)
            except ValueError as error:
                raise UserError(f"pattern {pattern!r}: {error}") from error

    @property
    def symmetric(self) -> bool:
        """Whether no hand leads: both do the same, or none does anything."""
        return all(pose.hands[0] == pose.hands[1] for pose in self.poses)

    @property
    def preparation(self) -> float:
        """Seconds from the start to the stroke."""
        return self.poses[0].seconds

    @property
    def kept(self) -> float:
        """Seconds from the stroke to the start of the retraction."""
        each = sum(pose.seconds + pose.hold for pose in self.poses)
        return self.repeat * each - self.preparation

    def timeline(self) -> tuple[tuple[int, float, float], ...]:
        """Which pose is reached when and left when, seconds after the stroke."""
        rows: list[tuple[int, float, float]] = []
        now = -self.preparation
        for index in [*range(len(self.poses))] * self.repeat:
            reached = now + self.poses[index].seconds
            now = reached + self.poses[index].hold
            rows.append((index, reached, now))
        return tuple(rows)


@dataclass(frozen=True)
class EmblemTable:
    """Emblems and hand shapes by name."""

    emblems: Mapping[str, Emblem]
    shapes: Mapping[str, HandShape] = field(default_factory=dict)


@cache
def load_emblems(folder: Path | None = None) -> EmblemTable:
    """The shipped emblems, with those of `folder` added or put in their place.

    Every `*.yaml` of the folder maps names to emblems, `shapes.yaml` to hand shapes. Raises
    `UserError` naming file, emblem and setting for anything that does not fit.
    """
    emblems: dict[str, Emblem] = {}
    shapes: dict[str, HandShape] = {}
    lists: dict[str, str] = {}
    for place in (data_path("emblems"), *([folder] if folder else [])):
        if not place.is_dir():
            raise UserError(f"there is no folder of emblems {place}")
        for path in sorted(place.glob("*.yaml")):
            if path.name == SHAPES_FILE:
                shapes |= {
                    name: config_from_dict(HandShape, values, f"{path}: {name}")
                    for name, values in _mapping(path)
                }
            elif path.name == LISTS_FILE:
                lists |= {
                    name: _words(values, f"{path}: {name}") for name, values in _mapping(path)
                }
            else:
                emblems |= {name: _emblem(name, values, path) for name, values in _mapping(path)}
    for emblem in emblems.values():
        _check_references(emblem, emblems, shapes)
    return EmblemTable({k: _with_lists(v, lists) for k, v in emblems.items()}, shapes)


def _words(values: Any, place: str) -> str:
    """A list of words as the alternatives of a pattern."""
    if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
        raise UserError(f"{place} must be a list of words")
    return "|".join(values)


def _with_lists(emblem: Emblem, lists: Mapping[str, str]) -> Emblem:
    """The emblem with the lists that its patterns name written out."""

    def written(pattern: str) -> str:
        for name in re.findall(r"@(\w+)", pattern):
            if name not in lists:
                place = f"{emblem.file}: {emblem.name}: {pattern!r}"
                raise UserError(f"{place}: no list {name!r}; valid: {', '.join(lists)}")
        return re.sub(r"@(\w+)", lambda found: lists[found[1]], pattern)

    return replace(
        emblem, words=tuple(map(written, emblem.words)), unless=tuple(map(written, emblem.unless))
    )


def _mapping(path: Path) -> list[tuple[str, Any]]:
    """Entries of a file; those whose name starts with `_` only hold YAML anchors."""
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise UserError(f"{path} must map names to emblems or hand shapes")
    return [(str(name), value) for name, value in values.items() if not str(name).startswith("_")]


def _emblem(name: str, values: Any, path: Path) -> Emblem:
    place = f"{path}: {name}"
    if isinstance(values, dict) and {"name", "file"} & set(values):
        raise UserError(f"{place}: the name of an emblem is its key; leave out name and file")
    named = {**values, "name": name} if isinstance(values, dict) else values
    return replace(config_from_dict(Emblem, named, place), file=path.name)


def _check_references(
    emblem: Emblem, emblems: Mapping[str, Emblem], shapes: Mapping[str, HandShape]
) -> None:
    """Names of shapes and emblems that an emblem refers to must exist."""
    used = [hand.shape for pose in emblem.poses for hand in pose.hands if hand]
    for kind, names, valid in (
        ("hand shape", used, shapes),
        ("emblem", [emblem.negated] if emblem.negated else [], emblems),
    ):
        for name in names:
            if name not in valid:
                near = difflib.get_close_matches(name, valid, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"valid: {', '.join(valid)}"
                raise UserError(f"{emblem.file}: {emblem.name}: no {kind} {name!r}; {hint}")


def _check_length(name: str, values: tuple[float, ...], length: int) -> None:
    if len(values) != length:
        raise UserError(f"{name} must have {length} numbers, not {len(values)}")
