"""How wide text is: Hangul is twice as wide as Latin."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Width in columns: wide and full-width characters take two, combining ones none."""
    return sum(
        0
        if unicodedata.combining(character)
        else 2
        if unicodedata.east_asian_width(character) in "WF"
        else 1
        for character in text
    )
