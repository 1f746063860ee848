"""What can be trained: the model that a configuration names, and the function that trains it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from gesture_core.config import read_yaml
from gesture_core.errors import UserError


def _gesture(path: Path, overrides: Sequence[str], resume: bool) -> Path:
    from gesture_core.train.gesture import train_from_file

    return train_from_file(path, overrides, resume=resume)


def _lifter(path: Path, overrides: Sequence[str], resume: bool) -> Path:
    from gesture_core.train.lifter import train_from_file

    return train_from_file(path, overrides, resume=resume)


RUNS: dict[str, Callable[[Path, Sequence[str], bool], Path]] = {
    "gesture": _gesture,
    "lifter": _lifter,
}
"""Takes the configuration's path, overrides and whether to go on; gives the checkpoint's path."""


def train(path: Path, overrides: Sequence[str], *, resume: bool = False) -> Path:
    """Train what the setting `model` of the YAML file at `path` names; return the checkpoint."""
    settings = read_yaml(path)
    model = settings.get("model") if isinstance(settings, dict) else None
    if model not in RUNS:
        raise UserError(f"{path}: model must be one of {', '.join(RUNS)}, not {model!r}")
    return RUNS[model](path, overrides, resume)
