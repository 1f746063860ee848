"""Text files from strangers: Unicode in any of its forms, or CP949 as Korean Windows writes it."""

from __future__ import annotations

import codecs
from pathlib import Path

from gesture_core.errors import UserError

MAX_BYTES = 32 << 20

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEAST_HANGUL = 0.9
"""Share of the letters outside ASCII that must be common Hangul before CP949 is believed: Western
and Chinese encodings decode as CP949 too, but into hanja and rare syllables."""


def read_text(path: Path, max_bytes: int = MAX_BYTES) -> str:
    r"""Return the text of a file with `\n` for every line break and without byte order mark.

    Raises `UserError`, naming the line where it can, when the file is missing, empty, larger than
    `max_bytes`, binary, or neither Unicode nor CP949.
    """
    text = _decode(path, _read_bytes(path, max_bytes))
    if "\0" in text:
        raise UserError(f"{path}: not a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    try:
        with path.open("rb") as stream:
            raw = stream.read(max_bytes + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    if not raw:
        raise UserError(f"{path}: the file is empty")
    if len(raw) > max_bytes:
        raise UserError(f"{path}: larger than {max_bytes >> 20} MB, the most that is read")
    return raw


def _decode(path: Path, raw: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if raw.startswith(mark)), None)
    if encoding is None:
        encoding = _unmarked_utf16(raw) if b"\0" in raw else "utf-8"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8" and (korean := _cp949(raw)) is not None:
            return korean
        before = raw[: error.start].decode(encoding, errors="ignore")
        raise UserError(
            f"{path}:{before.count(chr(10)) + 1}: byte 0x{raw[error.start]:02X} is neither "
            f"{encoding.upper()} nor Korean CP949; save the file as UTF-8"
        ) from error


def _unmarked_utf16(raw: bytes) -> str:
    """Tell the byte order from where the zero high bytes of digits and line breaks lie."""
    return "utf-16-le" if raw[1::2].count(0) >= raw[::2].count(0) else "utf-16-be"


def _cp949(raw: bytes) -> str | None:
    try:
        text = raw.decode("cp949")
    except UnicodeDecodeError:
        return None
    letters = [character for character in text if character.isalpha() and not character.isascii()]
    common = sum("가" <= character <= "힣" and _in_ks_x_1001(character) for character in letters)
    return text if letters and common >= _LEAST_HANGUL * len(letters) else None


def _in_ks_x_1001(syllable: str) -> bool:
    """Whether a Hangul syllable is one of the 2,350 that nearly all Korean is written with."""
    try:
        syllable.encode("euc_kr")
    except UnicodeEncodeError:
        return False
    return True
