"""Frames of the worker's protocol, version 2 (described in gesture_core/worker).

A frame is `MJIT`, the header's and the body's byte counts (big endian, 4 and 8 bytes), a JSON
object, and raw bytes. The other side's code is separate on purpose: a test runs one against the
other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

PROTOCOL = 2
MARK = b"MJIT"
HEADER_LIMIT = 1024**2
BODY_LIMIT = 1024**3
CHUNK = 1024**2


class ProtocolError(Exception):
    """The peer sent, or was about to be sent, something that is not a frame."""


@dataclass(frozen=True)
class Frame:
    """One message: a JSON object with a "type", and bytes."""

    header: dict[str, Any]
    body: bytes = b""

    @property
    def type(self) -> str:
        """What kind of message this is."""
        return self.header["type"]

    def encode(self) -> bytes:
        """The frame's bytes; ProtocolError when it is too large or not JSON."""
        try:
            text = json.dumps(self.header, allow_nan=False).encode("ascii")
        except (TypeError, ValueError) as error:
            raise ProtocolError(f"this message cannot be sent: {error}") from error
        _check_sizes(len(text), len(self.body))
        sizes = len(text).to_bytes(4, "big") + len(self.body).to_bytes(8, "big")
        return b"".join((MARK, sizes, text, self.body))


def receive(
    stream: BinaryIO, header_limit: int = HEADER_LIMIT, body_limit: int = BODY_LIMIT
) -> Frame | None:
    """The next frame, None at the stream's end; ProtocolError when the bytes are no frame."""
    mark = stream.read(len(MARK))
    if mark == b"":
        return None
    if mark != MARK:
        raise ProtocolError(f"the backend sent {mark!r} where a message should begin")
    sizes = _take(stream, 12)
    text_size, body_size = int.from_bytes(sizes[:4], "big"), int.from_bytes(sizes[4:], "big")
    _check_sizes(text_size, body_size, header_limit, body_limit)
    header = _parse(_take(stream, text_size))
    return Frame(header, _take(stream, body_size))


def _check_sizes(
    text_size: int,
    body_size: int,
    header_limit: int = HEADER_LIMIT,
    body_limit: int = BODY_LIMIT,
) -> None:
    if text_size > header_limit:
        raise ProtocolError(f"a message header of {text_size:,} bytes is over {header_limit:,}")
    if body_size > body_limit:
        raise ProtocolError(f"a message body of {body_size:,} bytes is over {body_limit:,}")


def _take(stream: BinaryIO, count: int) -> bytes:
    pieces: list[bytes] = []
    while count > 0:
        piece = stream.read(min(count, CHUNK))
        if not piece:
            raise ProtocolError(f"the backend's message broke off {count:,} bytes early")
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _parse(text: bytes) -> dict[str, Any]:
    try:
        header: Any = json.loads(text.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the backend's message is not JSON: {error}") from error
    if not isinstance(header, dict):
        raise ProtocolError("the backend's message is not an object")
    message = cast("dict[str, Any]", header)
    if not isinstance(message.get("type"), str):
        raise ProtocolError("the backend's message is without a type")
    return message


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not allowed")
