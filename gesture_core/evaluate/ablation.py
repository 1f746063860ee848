"""What each switch of the training bought: runs that differ from the default in one setting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gesture_core.errors import UserError
from gesture_core.evaluate.figures import Figures
from gesture_core.evaluate.subjects import Subject

CHECKPOINT = "gesture.safetensors"
DEFAULT_RUN = "default"
COMPARED = ("fgd_inf", "function_accuracy", "hand_range", "jerk")


def find_runs(folder: Path | None) -> dict[str, Path]:
    """Checkpoints by the name of the run folder that holds them; none without a folder."""
    if folder is None:
        return {}
    found = {path.parent.name: path for path in sorted(folder.glob(f"*/{CHECKPOINT}"))}
    if DEFAULT_RUN not in found:
        known = ", ".join(found) or "none"
        raise UserError(
            f"{folder} holds no run {DEFAULT_RUN!r} ({DEFAULT_RUN}/{CHECKPOINT}) that the others "
            f"can be compared with; found: {known}"
        )
    return {f"ablation_{name}": path for name, path in found.items()}


def ablation_table(runs: Sequence[Subject], figures: Mapping[str, Figures]) -> list[dict[str, Any]]:
    """One row for every run: what was changed, its figures, and their difference to the default."""
    default = next((run for run in runs if run.name == f"ablation_{DEFAULT_RUN}"), None)
    if default is None:
        return []
    table: list[dict[str, Any]] = []
    for run in sorted(runs, key=lambda run: run is not default):
        ours, base = figures[run.name], figures[default.name]
        table.append(
            {
                "name": run.name.removeprefix("ablation_"),
                "changed": changed(run.trainings[0], default.trainings[0]),
                **{key: ours[key] for key in ("ci", "n", "by_seed", *COMPARED)},
                "differences": {key: ours[key] - base[key] for key in COMPARED},
            }
        )
    return table


def changed(training: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    """Settings in which a training differs from the default, nested ones as `group.name`."""
    ours, base = _flat(training), _flat(default)
    return {key: ours.get(key) for key in sorted(ours | base) if ours.get(key) != base.get(key)}


def _flat(settings: Mapping[str, Any], place: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{place}{key}.")
        else:
            flat[f"{place}{key}"] = value
    return flat
