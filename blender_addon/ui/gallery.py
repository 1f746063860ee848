"""Pictures from files, as icons of the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy.utils.previews

_shown: list[Any] = []
"""The one collection of previews, while the add-on is enabled."""


def icon_of(path: Path) -> int:
    """The number of the icon that shows a picture, or 0 where there is no such file."""
    try:
        changed = path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
    if not _shown:
        _shown.append(bpy.utils.previews.new())
    name = f"{path} {changed}"
    previews = _shown[0]
    preview = previews[name] if name in previews else previews.load(name, str(path), "IMAGE")
    return int(preview.icon_id)


def close() -> None:
    """Let go of all pictures."""
    while _shown:
        bpy.utils.previews.remove(_shown.pop())
