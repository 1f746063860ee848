"""Writing a file so that an interruption leaves the old file or the new one, never half."""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from gesture_core.errors import UserError


def check_writable(final: Path, *, force: bool = False) -> None:
    """Raise `UserError` if `final` could not be written: exists without `force`, or bad folder."""
    if final.is_dir():
        raise UserError(f"{final} is a folder; give a file name")
    if final.exists() and not force:
        raise UserError(f"{final} already exists; use --force to overwrite it")
    folder = final.parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        raise UserError(f"cannot write {final}: {folder} is not a folder")
    try:
        tempfile.TemporaryFile(dir=folder).close()  # permissions alone do not tell: try it
    except OSError as error:
        raise UserError(f"cannot write {final}: {folder}: {error.strerror}") from error


@contextmanager
def atomic_path(final: Path, *, force: bool = False) -> Generator[Path, None, None]:
    """Yield a temporary path beside `final` that replaces it only when the block succeeds.

    The temporary file keeps the suffix of `final`, because many writers choose by suffix.
    Raises `UserError` when `final` exists and `force` is off, or when it cannot be written.
    """
    final = Path(final)
    check_writable(final, force=force)
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{final.stem[:40]}.", suffix=final.suffix, dir=final.parent
        )
    except OSError as error:
        raise UserError(f"cannot write {final}: {error.strerror}") from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, final)
    except OSError as error:
        raise UserError(f"cannot write {final}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def remove_leftovers(final: Path) -> None:
    """Delete the temporary files of `final` that a killed process left beside it."""
    for path in final.parent.glob(f".{glob.escape(final.stem[:40])}.*{glob.escape(final.suffix)}"):
        path.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
