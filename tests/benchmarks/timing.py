"""Timing a case and its baseline, and the table of all of them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds on the clock, and of processor time in this process and the children it ended.

    On a busy machine the second one tells what the first would be on an idle one; None where the
    work is done by a process that goes on.
    """

    clock: float
    processor: float | None


@dataclass(frozen=True)
class Row:
    """One case, the seconds it may take if there is a limit, and its baseline."""

    case: str
    timing: Timing
    limit: float | None
    baseline: str
    baseline_timing: Timing

    @property
    def kept(self) -> bool:
        """Whether the case stays within its limit on the clock."""
        return self.limit is None or self.timing.clock <= self.limit


def timing_of(function: Callable[[], object], runs: int = 3, *, inside: bool = True) -> Timing:
    """Median of some calls; `inside`: the work is done here or in children that end."""
    clock, processor = [], []
    for _ in range(runs):
        start, used = time.perf_counter(), _processor_seconds()
        function()
        clock.append(time.perf_counter() - start)
        processor.append(_processor_seconds() - used)
    return Timing(statistics.median(clock), statistics.median(processor) if inside else None)


def table(rows: Sequence[Row]) -> str:
    """Plain text, one line a case; the ratio is the case's clock time by its baseline's."""
    head = ("case", "seconds", "limit", "CPU s", "ratio", "to the baseline", "seconds")
    lines = [head, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    words = (0, 5)
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _cells(row: Row) -> tuple[str, ...]:
    limit = "" if row.limit is None else f"{row.limit:g}" + ("" if row.kept else " OVER")
    processor = row.timing.processor
    return (
        row.case,
        f"{row.timing.clock:.3f}",
        limit,
        "" if processor is None else f"{processor:.3f}",
        f"{row.timing.clock / row.baseline_timing.clock:.2f}",
        row.baseline,
        f"{row.baseline_timing.clock:.3f}",
    )


def _processor_seconds() -> float:
    children = os.times()
    return time.process_time() + children.children_user + children.children_system
