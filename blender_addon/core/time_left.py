"""How long work of equal steps still takes."""

from __future__ import annotations


def time_left(done: int, total: int, elapsed: float) -> str:
    """Such as "1:05 left" after `elapsed` seconds for `done` of `total` steps; "" before any."""
    if not done:
        return ""
    minutes, seconds = divmod(round(elapsed / done * (total - done)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left"
