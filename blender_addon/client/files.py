"""Files that travel in a frame: several contents in one body, listed by plain name and size."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import BackendError
from .frames import ProtocolError


@dataclass(frozen=True)
class Parcel:
    """A job's arguments without paths, and the files that go along."""

    arguments: dict[str, Any]
    listing: list[dict[str, Any]]
    body: bytes


def pack(arguments: Mapping[str, Any], beside: Sequence[Path] = ()) -> Parcel:
    """Read the files that `arguments` names by a `Path`, and those that lie beside them.

    BackendError for a file that cannot be read, or when two of them have one name.
    """
    wanted: list[tuple[str | None, Path]] = [
        (argument, value) for argument, value in arguments.items() if isinstance(value, Path)
    ]
    wanted += [(None, path) for path in beside]
    contents = [_read(path) for _, path in wanted]
    listing: list[dict[str, Any]] = [
        {"name": path.name, "size": len(content), "argument": argument}
        for (argument, path), content in zip(wanted, contents, strict=True)
    ]
    if len({path.name.casefold() for _, path in wanted}) < len(wanted):
        names = ", ".join(str(path) for _, path in wanted)
        raise BackendError(f"two files of one job have the same name; rename one: {names}")
    plain = {name: value for name, value in arguments.items() if not isinstance(value, Path)}
    return Parcel(plain, listing, b"".join(contents))


def unpack(listing: Sequence[Mapping[str, Any]], body: bytes) -> dict[str, memoryview]:
    """The files of a body, by name and without copying; ProtocolError when it is not as listed."""
    files: dict[str, memoryview] = {}
    start = 0
    for entry in listing:
        name, size = str(entry["name"]), int(entry["size"])
        if size < 0 or not _is_plain(name):
            raise ProtocolError(f"the backend sent a file with the bad name {name!r:.100}")
        files[name] = memoryview(body)[start : start + size]
        start += size
    if start != len(body) or len(files) != len(listing):
        raise ProtocolError("the backend's files do not fill its message")
    return files


def write_whole(path: Path, content: bytes | memoryview) -> None:
    """Write a file, in a folder that is made if need be, so that it is never seen half-written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{secrets.token_hex(4)}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BackendError(f"cannot read {path}: {error.strerror}") from error


def _is_plain(name: str) -> bool:
    return name not in ("", ".", "..") and len(name) <= 200 and not set(name) & set("/\\:\0")
