"""The text that a command is given."""

from __future__ import annotations

import sys
from pathlib import Path

from gesture_core.errors import UserError


def read_text(text: str) -> str:
    """The text itself, the content of a .txt file, or stdin."""
    if text == "-":
        return sys.stdin.read()
    if text.endswith(".txt") and "\n" not in text:
        try:
            return Path(text).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise UserError(f"cannot read {text}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise UserError(f"{text} is not UTF-8 text (byte {error.start})") from error
    return text
