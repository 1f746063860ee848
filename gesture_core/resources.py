"""Where the files that ship with momjit are, the caches it fills, and what the user keeps."""

from __future__ import annotations

import os
from pathlib import Path

from gesture_core.errors import UserError

_PACKAGE = Path(__file__).parent


def data_path(name: str) -> Path:
    """Path of a shipped file or folder below `data/`, in a checkout or an installed package."""
    for root in (_PACKAGE / "data", _PACKAGE.parent / "data"):
        if (root / name).exists():
            return root / name
    raise UserError(f"momjit's data file {name!r} is missing; reinstall momjit or restore the file")


def cache_dir() -> Path:
    """Folder for what can be rebuilt, such as characters: `$MOMJIT_CACHE` or the user's cache."""
    chosen = os.environ.get("MOMJIT_CACHE")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_cache_dir("momjit"))


def user_dir() -> Path:
    """Folder for what cannot be rebuilt, such as the user's own characters: `$MOMJIT_DATA` or the
    user's folder for programs' data."""
    chosen = os.environ.get("MOMJIT_DATA")
    if chosen:
        return Path(chosen)
    import platformdirs

    return Path(platformdirs.user_data_dir("momjit"))
