"""The course of a training as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from gesture_core.errors import UserError


def plot_curves(log: Sequence[Mapping[str, float]], path: Path) -> None:
    """Draw every logged figure over the iterations."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise UserError("curves need matplotlib: pip install 'momjit[train]'") from error
    names = sorted({name for row in log for name in row} - {"iteration", "time"})
    figure = Figure(figsize=(10, 1.8 * len(names)), layout="constrained")
    for number, name in enumerate(names, 1):
        axes = figure.add_subplot(len(names), 1, number)
        rows = [row for row in log if name in row]
        axes.plot([row["iteration"] for row in rows], [row[name] for row in rows])
        axes.set_ylabel(name)
    figure.savefig(path)
