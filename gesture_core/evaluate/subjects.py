"""The models under judgement, and what they were trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gesture_core.checkpoint import load_checkpoint
from gesture_core.errors import UserError
from gesture_core.evaluate.rows import BASELINES
from gesture_core.gestures.synthesize import KIND, GestureModel, load_gesture_model

_FOLDERS = ("archives", "units", "sentences", "output")
"""Settings that say where files were on the machine that trained."""


@dataclass(frozen=True, eq=False)
class Subject:
    """A model under judgement: one or several trainings of one configuration."""

    name: str
    models: tuple[GestureModel, ...]
    trainings: tuple[dict[str, Any], ...]

    @property
    def hashes(self) -> list[str]:
        """Hashes of the checkpoints."""
        return [model.sha256 for model in self.models]

    @property
    def learns_exemplars(self) -> bool:
        """Whether the generators have an encoder of units."""
        return all(model.generator.unit is not None for model in self.models)


def load_subject(name: str, paths: Sequence[Path], *, trained_on: str, held_out: int) -> Subject:
    """Load the checkpoints of a row; `UserError` when they may have seen what is for judging.

    `trained_on` is the hash of the units to train on; the first `held_out` sentences are not.
    """
    if name in BASELINES:
        raise UserError(f"{name!r} names a row without a model; call the checkpoint something else")
    if not paths:
        raise UserError(f"row {name!r} has no checkpoint")
    trainings: list[dict[str, Any]] = []
    for path in paths:
        details = load_checkpoint(path, KIND).details
        training = details["training"]
        if details["data"]["units"] != trained_on:
            raise UserError(f"{path} was trained on other clips than those kept for training here")
        if training["held_out"] < held_out:
            raise UserError(
                f"{path} held out {training['held_out']} sentences, fewer than {held_out}"
            )
        trainings.append(plain(training))
    models = tuple(load_gesture_model(Path(path)) for path in paths)
    return Subject(name, models, tuple(trainings))


def plain(training: Mapping[str, Any]) -> dict[str, Any]:
    """A training configuration without where its files were."""
    return {key: value for key, value in training.items() if key not in _FOLDERS}
