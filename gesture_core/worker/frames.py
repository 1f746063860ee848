"""Frames: what both ends of a connection send (the protocol is described in `gesture_core.worker`).

The add-on's reader of them is `blender_addon.client.frames`.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO, Protocol, cast

PROTOCOL = 2
MAGIC = b"MJIT"
PREFIX = struct.Struct(">4sIQ")
MAX_HEADER = 1 << 20
MAX_BODY = 1 << 30

Header = dict[str, Any]


class FrameError(Exception):
    """The byte stream does not follow the protocol."""


class Sink(Protocol):
    """Where frames are written to."""

    def write(self, data: bytes, /) -> Any:
        """Write all of `data`."""
        ...

    def flush(self) -> None:
        """Send what is still kept back."""
        ...


def encode_frame(header: Header, body: bytes = b"") -> bytes:
    """One frame's bytes; FrameError over the bounds, ValueError if the header is not JSON."""
    # A client's text may hold half a character, which UTF-8 cannot: never fail over telling of it.
    head = json.dumps(header, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    _check_sizes(len(head), len(body), MAX_HEADER, MAX_BODY)
    return PREFIX.pack(MAGIC, len(head), len(body)) + head + body


def read_frame(
    stream: BinaryIO, max_header: int = MAX_HEADER, max_body: int = MAX_BODY
) -> tuple[Header, bytes] | None:
    """Read one frame; None at a clean end of the stream, FrameError for anything malformed."""
    prefix = stream.read(PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < PREFIX.size:
        raise FrameError("the stream ended inside a frame's prefix")
    magic, head_size, body_size = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FrameError(f"expected a frame, found the bytes {prefix!r}")
    _check_sizes(head_size, body_size, max_header, max_body)
    head, body = _read_exactly(stream, head_size), _read_exactly(stream, body_size)
    try:
        decoded: Any = json.loads(head, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a frame's header is not JSON: {error}") from error
    if not isinstance(decoded, dict):
        raise FrameError("a frame's header is not an object")
    header = cast(Header, decoded)
    if not isinstance(header.get("type"), str):
        raise FrameError("a frame's header is without a type")
    return header, body


def join_files(files: Mapping[str, bytes]) -> tuple[list[Header], bytes]:
    """The list of files that a header holds, and the body that holds their contents."""
    listing: list[Header] = [{"name": name, "size": len(data)} for name, data in files.items()]
    return listing, b"".join(files.values())


def split_files(listing: object, body: bytes) -> list[tuple[Header, bytes]]:
    """Each listed file with its content; FrameError unless names are plain and sizes add up."""
    if not isinstance(listing, list):
        raise FrameError("the list of files is none")
    files: list[tuple[Header, bytes]] = []
    names: set[str] = set()
    start = 0
    for entry in cast("list[Any]", listing):
        name, size = _name_and_size(entry)
        files.append((entry, body[start : start + size]))
        names.add(name.casefold())
        start += size
    if start != len(body) or len(names) != len(files):
        raise FrameError("the files do not fill the body, or two have one name")
    return files


def _name_and_size(entry: object) -> tuple[str, int]:
    fields = cast(Header, entry) if isinstance(entry, dict) else {}
    name, size = fields.get("name"), fields.get("size")
    if not isinstance(name, str) or not isinstance(size, int) or size < 0:
        raise FrameError(f"a file needs a name and a size, not {entry!r:.100}")
    if name in ("", ".", "..") or set(name) & set("/\\:\0") or len(name) > 200:
        raise FrameError(f"{name!r:.100} is not a plain file name")
    return name, size


def _check_sizes(head: int, body: int, max_header: int, max_body: int) -> None:
    if head > max_header or body > max_body:
        raise FrameError(f"a frame of {head} + {body} bytes is over the limit")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number")


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:  # in pieces, so that a lying prefix alone cannot claim memory
        piece = stream.read(min(size - len(data), 1 << 20))
        if not piece:
            raise FrameError(f"the stream ended {size - len(data)} bytes inside a frame")
        data += piece
    return bytes(data)
