"""How long work tells its caller where it stands."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Called with the fraction done, 0–1, and the step under way, as "step" or "step: detail".

It may raise to cancel: work in progress then ends without leaving half a file.
"""


def silent(fraction: float, step: str) -> None:
    """A progress callback for callers that do not watch."""


def part(progress: Progress, start: float, end: float) -> Progress:
    """A callback whose 0–1 covers `start` to `end` of `progress`."""

    def scaled(fraction: float, step: str) -> None:
        progress(start + (end - start) * fraction, step)

    return scaled
