"""An LMDB file that is only read, where it lies."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

from gesture_core.errors import UserError


class LmdbPages:
    """An open LMDB file and one read transaction on it.

    The file is never changed in place, so it needs no lock, and a forked process may go on
    reading what its parent mapped.
    """

    def __init__(self, path: Path) -> None:
        import lmdb

        self.path = path
        try:
            self._environment = lmdb.open(str(path), subdir=False, readonly=True, lock=False)
            info, stat = self._environment.info(), self._environment.stat()
            self._transaction = self._environment.begin(buffers=True)
        except lmdb.Error as error:
            raise UserError(f"{path} is not a readable LMDB file: {error}") from error
        self.entries = int(stat["entries"])
        if os.path.getsize(path) < (info["last_pgno"] + 1) * stat["psize"]:
            raise UserError(f"{path} is truncated; copy or build it again")  # reading would crash

    def value(self, key: bytes) -> memoryview:
        """The value of a key in the memory map."""
        import lmdb

        try:
            value = self._transaction.get(key)
        except lmdb.Error as error:
            raise UserError(f"{self.path} is damaged: {error}") from error
        if value is None:
            raise UserError(f"{self.path} is no training set: it lacks {key.decode()!r}")
        return value


_open_pages: weakref.WeakValueDictionary[tuple[int, int], LmdbPages] = weakref.WeakValueDictionary()


def open_pages(path: Path) -> LmdbPages:
    """The pages of a file, shared by all who read it: LMDB opens a file only once a process."""
    if not path.is_file():
        raise UserError(f"{path} does not exist; build it with: momjit dataset build")
    status = path.stat()
    key = (status.st_dev, status.st_ino)
    pages = _open_pages.get(key)
    if pages is None:
        pages = _open_pages[key] = LmdbPages(path)
    return pages
