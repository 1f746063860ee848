"""How long work still takes, told so that the number does not jump."""

from __future__ import annotations

EARLY = 0.05
"""Below this fraction nobody can tell."""
HALF_LIFE = 1.0
"""Seconds in which an estimate goes half the way to a new one."""


class Pace:
    """The end of some work, by how far it has come since it `started`, seconds of any clock.

    The end is estimated anew only when there is progress; until then the time left counts down.
    """

    def __init__(self, started: float) -> None:
        self._started = self._seen = started
        self._fraction = 0.0
        self._end: float | None = None

    def reach(self, fraction: float, now: float) -> None:
        """Take note that this much, 0–1, is done."""
        if fraction <= self._fraction:
            return
        self._fraction = fraction
        if not EARLY <= fraction < 1.0:
            return
        end = self._started + (now - self._started) / fraction
        if self._end is not None:
            end += 0.5 ** ((now - self._seen) / HALF_LIFE) * (self._end - end)
        self._end, self._seen = end, now

    def left(self, now: float) -> float | None:
        """Seconds that are left; None while it is too early to tell, and when it takes longer."""
        return self._end - now if self._end is not None and self._end > now else None
