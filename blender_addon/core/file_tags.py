"""Texts that travel inside pictures and videos: PNG's iTXt, and the user data of MP4 and MOV."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from .errors import UserError

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_MAX_INDEX = 1 << 28
_TAGS = {"comment": b"\xa9cmt", "description": b"desc"}
_ITUNES_LIST = b"\0" * 8 + b"mdirappl" + b"\0" * 9


def tag_png(path: Path, texts: Mapping[str, str]) -> None:
    """Add a text for each keyword to a PNG (PNG 1.2, section 4.2.3.3: iTXt)."""
    content = path.read_bytes()
    if not content.startswith(_PNG_SIGNATURE) or content[-8:-4] != b"IEND":
        raise UserError(f"{path} is not a whole PNG picture")
    chunks = b"".join(_text_chunk(*text) for text in texts.items())
    path.write_bytes(content[:-12] + chunks + content[-12:])


def _text_chunk(keyword: str, text: str) -> bytes:
    """Keyword, not compressed, no language, no translated keyword, text."""
    body = b"iTXt" + keyword.capitalize().encode("latin-1") + b"\0" * 5 + text.encode("utf-8")
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def tag_movie(path: Path, texts: Mapping[str, str]) -> None:
    """Add a "comment" and a "description" to an .mp4 or .mov whose index is at its end.

    ISO 14496-12: a box is its size, its kind and its content; `moov` is the index. Texts
    stand in it as `udta/meta/ilst`, iTunes' list.
    """
    with path.open("r+b") as stream:
        start, index = _index(stream, path)
        items = [_list_item(_TAGS[name], text) for name, text in texts.items()]
        index = _grown(index, (b"udta", b"meta", b"ilst"), b"".join(items))
        stream.seek(start)
        stream.write(_box(b"moov", index))


def _index(stream: BinaryIO, path: Path) -> tuple[int, bytes]:
    """Where `moov` begins, and its content; `UserError` unless it ends the file, since places in
    what comes after it would move."""
    end = path.stat().st_size
    place = 0
    while place < end:
        stream.seek(place)
        size, kind = struct.unpack(">I4s", stream.read(8).ljust(8, b"\0"))
        if size == 1:
            size = struct.unpack(">Q", stream.read(8).ljust(8, b"\0"))[0]
        if kind == b"moov" and place + size == end and size < _MAX_INDEX:
            return place, stream.read(size - 8)
        if size < 8:
            break
        place += size
    raise UserError(f"{path}: this video has no index at its end to write its disclosure to")


def _grown(content: bytes, way: tuple[bytes, ...], added: bytes) -> bytes:
    """A box's content with something added to the box at the end of the `way` down, which is made
    where there is none."""
    if not way:
        return content + added
    kind, below = way[0], way[1:]
    first = 4 if kind == b"meta" else 0  # version and flags
    for start, end, found in _boxes(content):
        if found == kind:
            inside = content[start + 8 + first : end]
            flags = content[start + 8 : start + 8 + first]
            box = _box(kind, flags + _grown(inside, below, added))
            return content[:start] + box + content[end:]
    new = _box(b"hdlr", _ITUNES_LIST) if kind == b"meta" else b""
    return content + _box(kind, bytes(first) + _grown(new, below, added))


def _boxes(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Start, end and kind of every box in the content of another."""
    start = 0
    while start + 8 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, start)
        if size < 8:  # user data of QuickTime may end with a zero
            return
        yield start, start + size, kind
        start += size


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def _list_item(kind: bytes, text: str) -> bytes:
    """An entry of iTunes' list: one value of type 1, UTF-8."""
    return _box(kind, _box(b"data", struct.pack(">II", 1, 0) + text.encode("utf-8")))
