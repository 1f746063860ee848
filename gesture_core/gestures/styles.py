"""Styles: whose manner the character has, with how much energy it talks, and how it moves."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.plan import FUNCTIONS, HANDS
from gesture_core.resources import data_path

DEFAULT_STYLE = "neutral"

BOUNDS: dict[str, tuple[float, float]] = {
    "energy": (0.4, 1.6),
    "tempo": (0.7, 1.4),
    "space": (0.6, 1.3),
    "fluidity": (0.0, 0.15),
}
"""How far each quality may go before the movement stops looking like a person's."""
LARGEST_TURN = 0.25
"""Radians that a part of the posture may turn."""
LARGEST_ODDS = 4.0
EMPHASES: tuple[str, ...] = ("chop", "stop", "nod", "big")
"""Functions that can take the place of a beat, since they stress a word and name nobody."""


@dataclass(frozen=True)
class Posture:
    """How the body is held, in radians beyond the recorded posture."""

    bow: float = 0.0
    """Trunk forward; negative is more upright."""
    head: float = 0.0
    """Face down, whatever the trunk does."""
    tilt: float = 0.0
    """Head towards the right shoulder."""
    shoulders: float = 0.0
    """Shoulders up."""
    arms: float = 0.0
    """Upper arms away from the sides."""


@dataclass(frozen=True)
class Style:
    """A named style: a recorded manner, the energy of the talk, and qualities laid over both."""

    name: str
    manner: str
    """Performer and posture in the training data."""
    energy: float
    """0.4 calm – 1 normal – 1.6 lively: how often and how large."""
    en: str
    """One line for the user, English."""
    ko: str
    """One line for the user, Korean."""
    tempo: float = 1.0
    """Speed of the strokes against the planned one."""
    space: float = 1.0
    """How far from the body the hands gesture, against the recording."""
    fluidity: float = 0.0
    """Seconds over which movement is evened out beyond the usual."""
    posture: Posture = field(default_factory=Posture)
    hands: dict[str, float] = field(default_factory=dict)
    """Odds of left, right and both hands against the planned one; 1 where unsaid."""
    functions: dict[str, float] = field(default_factory=dict)
    """Odds of gesture functions; 1 where unsaid. See `qualities.apply_to_plan`."""

    @property
    def description(self) -> str:
        """Both lines."""
        return f"{self.ko} {self.en}"


@cache
def load_styles() -> dict[str, Style]:
    """All styles by name, from `data/styles.yaml`."""
    path = data_path("styles.yaml")
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise UserError(f"{path} must map style names to styles")
    return {
        str(name): style_from_dict(str(name), style, f"{path}: {name}")
        for name, style in values.items()
    }


def style_from_dict(name: str, values: Mapping[str, object], place: str) -> Style:
    """The style that plain values describe; `UserError` names the place of one out of bounds."""
    style = config_from_dict(Style, {"name": name, **values}, place)
    for key, (low, high) in BOUNDS.items():
        _check(getattr(style, key), low, high, f"{place}: {key}")
    for key, turn in asdict(style.posture).items():
        _check(turn, -LARGEST_TURN, LARGEST_TURN, f"{place}: posture.{key}")
    for key, known in (("hands", HANDS), ("functions", FUNCTIONS)):
        for choice, odds in getattr(style, key).items():
            if choice not in known:
                raise UserError(f"{place}: {key}: unknown {choice!r}; one of {', '.join(known)}")
            grows = key == "hands" or choice in EMPHASES
            _check(odds, 0.0, LARGEST_ODDS if grows else 1.0, f"{place}: {key}.{choice}")
    return style


def list_styles() -> list[Style]:
    """All styles in the order of the file."""
    return list(load_styles().values())


def find_style(name: str) -> Style:
    """The style called `name`; `UserError` lists the valid names."""
    styles = load_styles()
    if name not in styles:
        near = difflib.get_close_matches(name, styles, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UserError(f"unknown style {name!r}; {hint}one of {', '.join(styles)}")
    return styles[name]


def _check(value: float, low: float, high: float, place: str) -> None:
    if not low <= value <= high:
        raise UserError(f"{place} is {value:g}, outside {low:g} to {high:g}")
