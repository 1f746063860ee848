"""What the backend offers, remembered between sessions so that menus are never empty."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .files import write_whole

KINDS = ("styles", "voices", "avatars")


@dataclass(frozen=True)
class Choice:
    """One row of a menu; `name` is what the backend is told, `offline` if it needs no network."""

    name: str
    description: str
    offline: bool = True


@dataclass(frozen=True)
class Catalogue:
    """Menu rows by kind: styles, voices and avatars."""

    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict[str, tuple[Choice, ...]])

    @classmethod
    def from_rows(cls, rows: Mapping[str, Any]) -> Catalogue:
        """Take rows from the backend or from a file; ValueError when they are none."""
        try:
            return cls({kind: tuple(_choices(rows[kind])) for kind in KINDS})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"these are not lists of choices: {error!r:.200}") from error

    def save(self, path: Path) -> None:
        """Write the rows as JSON, in one step."""
        rows = {kind: [asdict(choice) for choice in row] for kind, row in self.choices.items()}
        write_whole(path, json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8"))


def _choices(rows: Sequence[Mapping[str, Any]]) -> Iterator[Choice]:
    """What works here: voices that are not installed are left out."""
    for row in rows:
        if row.get("installed", True):
            yield Choice(str(row["name"]), str(row["description"]), bool(row.get("offline", True)))


def load_catalogue(path: Path) -> Catalogue:
    """What was saved; an empty one before the first time. ValueError for a damaged file."""
    if not path.is_file():
        return Catalogue()
    return Catalogue.from_rows(json.loads(path.read_text(encoding="utf-8")))
