"""What can be trained: the model that a configuration names, and the function that trains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from gesture_core.config import read_yaml
from gesture_core.errors import UserError


class TrainFromFile(Protocol):
    """Trains as a YAML file and overrides say, perhaps going on; gives the checkpoint's path."""

    def __call__(self, path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path: ...


def _gesture() -> TrainFromFile:
    from gesture_core.train.gesture import train_from_file

    return train_from_file


def _planner() -> TrainFromFile:
    from gesture_core.train.planner import train_from_file

    return train_from_file


def _cues() -> TrainFromFile:
    from gesture_core.train.cues import train_from_file

    return train_from_file


def _judge() -> TrainFromFile:
    from gesture_core.train.gesture_judge import train_from_file

    return train_from_file


def _lifter() -> TrainFromFile:
    from gesture_core.train.lifter import train_from_file

    return train_from_file


def _sign() -> TrainFromFile:
    from gesture_core.train.sign import train_from_file

    return train_from_file


RUNS: dict[str, Callable[[], TrainFromFile]] = {
    "gesture": _gesture,
    "planner": _planner,
    "cues": _cues,
    "judge": _judge,
    "lifter": _lifter,
    "sign": _sign,
}
"""Imports the training of each model, which takes seconds, when it is wanted."""


def train(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train what the setting `model` of the YAML file at `path` names; return the checkpoint."""
    settings = read_yaml(path)
    model = settings.get("model") if isinstance(settings, dict) else None
    if model not in RUNS:
        raise UserError(f"{path}: model must be one of {', '.join(RUNS)}, not {model!r}")
    return RUNS[model]()(path, overrides, resume=resume)
