"""Text files of movement that are nothing but rows of numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError


def read_number_table(path: Path, columns: int, max_bytes: int) -> NDArray[np.float64]:
    """Read comma-separated finite numbers, (lines, `columns`); empty lines do not count.

    A comma may end a line. Raises `UserError` naming the line that is broken, or when the file
    cannot be read, is larger than `max_bytes` or empty.
    """
    try:
        if path.stat().st_size > max_bytes:
            raise UserError(f"{path} is larger than {max_bytes // 2**20} MiB")
        lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    rows: list[NDArray[np.float64]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = np.array(line.rstrip(", ").split(","), dtype=np.float64)
        except ValueError as error:
            raise UserError(f"{path}, line {number}: {error}") from error
        if len(row) != columns or not np.all(np.isfinite(row)):
            raise UserError(f"{path}, line {number}: not {columns} finite numbers but {len(row)}")
        rows.append(row)
    if not rows:
        raise UserError(f"{path} is empty")
    return np.stack(rows)
