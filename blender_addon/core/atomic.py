"""Files that appear whole or not at all."""

from __future__ import annotations

import itertools
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from .errors import UserError


def check_writable(final: Path, *, force: bool) -> None:
    """`UserError` when `final` exists and must not be replaced, or cannot be written."""
    if final.exists() and not force:
        raise UserError(f"{final} exists already; give --force to replace it")
    if final.is_dir() or not final.parent.is_dir() or not os.access(final.parent, os.W_OK):
        raise UserError(f"{final} cannot be written: {final.parent} is not a writable folder")


def free_path(path: Path) -> Path:
    """The path itself, or, while there is such a file, the next with a number: `talk-2.mp4`."""
    numbered = (path.with_name(f"{path.stem}-{k}{path.suffix}") for k in itertools.count(2))
    return next(one for one in itertools.chain([path], numbered) if not one.exists())


@contextmanager
def atomic_path(final: Path, *, force: bool = False) -> Generator[Path, None, None]:
    """A path beside `final`, with its suffix, that becomes `final` when the block succeeds.

    `UserError` when `final` exists and not `force`, or when its folder cannot be written.
    """
    check_writable(final, force=force)
    temporary = final.with_name(f".{final.stem}.{secrets.token_hex(4)}{final.suffix}")
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(final)
    finally:
        temporary.unlink(missing_ok=True)
