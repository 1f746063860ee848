"""Finished parts of an evaluation, kept by what they depend on, so that a killed one goes on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from gesture_core.atomic import atomic_path
from gesture_core.formats.json_file import json_object, read_json

Figures = dict[str, Any]
MAX_BYTES = 16 * 2**20
_PACKAGE = Path(__file__).parent.parent
_DECIDING = (
    *("evaluate", "train", "metrics", "gestures", "planning", "dataset"),
    *("models", "correction", "body"),
)
"""Packages whose code decides the figures: when it changes, nothing old is believed."""


class Finished:
    """A folder of figures by the hash of all that decides them."""

    def __init__(self, folder: Path, **decided_by: object) -> None:
        """`decided_by`: what all parts depend on, beside the code; anything JSON can say."""
        self.folder = folder
        self.measured = 0
        """Figures that were not there yet."""
        self._common = {"code": code_hash(), **decided_by}

    def figures(self, name: str, decided_by: object, measure: Callable[[], Figures]) -> Figures:
        """The figures called `name`: as kept, or else measured now and kept."""
        known = json.dumps([self._common, name, decided_by], sort_keys=True, ensure_ascii=False)
        path = (
            self.folder
            / f"{name.replace(' ', '-')}-{hashlib.sha256(known.encode()).hexdigest()[:24]}.json"
        )
        if path.exists():
            return json_object(read_json(path, MAX_BYTES), str(path))
        figures = measure()
        self.measured += 1
        write_figures(path, figures, force=True)
        return figures


def write_figures(path: Path, figures: Figures, *, force: bool) -> None:
    """Write figures as JSON, whole or not at all."""
    text = figures_text(figures)
    with atomic_path(path, force=force) as temporary:
        temporary.write_text(text + "\n", "utf-8")


def figures_text(figures: Figures) -> str:
    """Figures as JSON; `ValueError` when one is not finite."""
    return json.dumps(figures, indent=1, ensure_ascii=False, allow_nan=False)


@cache
def code_hash() -> str:
    """Hash of the code that decides the figures."""
    digest = hashlib.sha256()
    for package in _DECIDING:
        for path in sorted((_PACKAGE / package).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
