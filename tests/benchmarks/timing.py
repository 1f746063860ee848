"""Timing a case and its baseline, and the table of all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One case: seconds, the limit it must keep if there is one, and its baseline's seconds."""

    case: str
    seconds: float
    limit: float | None
    baseline: str
    baseline_seconds: float

    @property
    def kept(self) -> bool:
        """Whether the case stays within its limit."""
        return self.limit is None or self.seconds <= self.limit


def seconds_of(function: Callable[[], object], runs: int = 3) -> float:
    """Median wall time of some calls."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def table(rows: Sequence[Row]) -> str:
    """Plain text, one line a case; the ratio is the case's time by its baseline's."""
    head = ("case", "seconds", "limit", "ratio", "of the baseline", "seconds")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numeric = (False, True, True, True, False, True)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    limit = "" if row.limit is None else f"{row.limit:g}" + ("" if row.kept else " OVER")
    ratio = f"{row.seconds / row.baseline_seconds:.2f}"
    return (
        row.case,
        f"{row.seconds:.3f}",
        limit,
        ratio,
        row.baseline,
        f"{row.baseline_seconds:.3f}",
    )
