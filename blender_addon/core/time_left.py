"""How long work still takes."""

from __future__ import annotations


def time_left(share: float, elapsed: float) -> str:
    """Such as "1:05 left" when a `share` of the work took `elapsed` seconds; "" before any."""
    if share <= 0.0:
        return ""
    minutes, seconds = divmod(round(elapsed / share * (1.0 - share)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02} left" if hours else f"{minutes}:{seconds:02} left"
