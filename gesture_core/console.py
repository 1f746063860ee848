"""Progress on the terminal: a bar where somebody watches, plain lines where a log is kept."""

from __future__ import annotations

import sys
import time
from types import TracebackType


class Reporter:
    """Shows progress on stderr and remembers how long each step took.

    Call it with a fraction 0–1 and the step under way, as "step" or "step: detail"; the detail is
    only for somebody who watches. `seconds` holds the time of every step in order of its first
    appearance.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.seconds: dict[str, float] = {}
        self._quiet = quiet
        self._step: str | None = None
        self._since = time.perf_counter()
        self._bar = None
        self._task = None

    def __enter__(self) -> Reporter:
        if not self._quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("", total=1.0)
            self._bar.start()
        self._since = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close_step()
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, fraction: float, message: str) -> None:
        step = message.partition(": ")[0]
        if step != self._step:
            self._close_step()
            self._step = step
            if self._bar is None and not self._quiet:
                print(f"momjit: {step}", file=sys.stderr, flush=True)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=fraction, description=message)

    def _close_step(self) -> None:
        now = time.perf_counter()
        if self._step is not None:
            self.seconds[self._step] = self.seconds.get(self._step, 0.0) + now - self._since
        self._step, self._since = None, now
