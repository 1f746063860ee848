"""What commands print: results to stdout, notes and times to stderr."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gesture_core.console import Reporter

Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def print_results(paths: list[Path], notes: tuple[str, ...], report: Reporter) -> None:
    """Notes and times to stderr, the files that were written to stdout."""
    for note in notes:
        print(f"momjit: note: {note}", file=sys.stderr)
    for step, seconds in report.seconds.items():
        print(f"  {seconds:7.2f} s  {step}", file=sys.stderr)
    for path in paths:
        print(path)


def lacking(lost: tuple[str, ...]) -> tuple[str, ...]:
    """A note on what the character had no counterpart for, if anything."""
    return (f"the character has no {', '.join(lost)}",) if lost else ()


def print_table(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        cells = (
            "yes" if cell is True else "" if cell is False else str(cell) for cell in row.values()
        )
        table.add_row(*cells)
    Console().print(table)
