"""Styles: whose manner the character has, and with how much energy it talks."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.resources import data_path

DEFAULT_STYLE = "neutral"


@dataclass(frozen=True)
class Style:
    """A named style: the manner of a recorded performer and the energy of the talk."""

    name: str
    manner: str
    """Performer and posture in the training data."""
    energy: float
    """0.4 calm – 1 normal – 1.6 lively: how often and how large."""
    en: str
    """One line for the user, English."""
    ko: str
    """One line for the user, Korean."""

    @property
    def description(self) -> str:
        """Both lines."""
        return f"{self.ko} {self.en}"


def load_styles() -> dict[str, Style]:
    """All styles by name, from `data/styles.yaml`."""
    path = data_path("styles.yaml")
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise UserError(f"{path} must map style names to styles")
    return {
        str(name): config_from_dict(Style, {"name": str(name), **style}, f"{path}: {name}")
        for name, style in values.items()
    }


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
