"""The container of glTF 2.0 binary files (`.glb`): JSON, one binary chunk, accessors into it.

Specification: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError

Array = NDArray[np.float64]
_T = TypeVar("_T")

MAX_BYTES = 512 * 1024**2
MAX_JSON_BYTES = 64 * 1024**2

_MAGIC, _JSON, _BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
_COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5126: "<f4"}
_WIDTHS = {"SCALAR": 1, "VEC3": 3, "VEC4": 4, "MAT4": 16}
MALFORMED = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading a wrong key, index or type out of an untrusted document raises."""


@dataclass(frozen=True)
class Document:
    """A parsed file: its JSON and its binary chunk, neither checked further."""

    json: dict[str, Any]
    binary: bytes

    def items(self, key: str) -> list[dict[str, Any]]:
        """The top-level list called `key`, empty if there is none."""
        return self.json.get(key, [])

    def accessor(self, index: int) -> Array:
        """Values (count, width) of an accessor; normalised integers become fractions."""
        accessor = self.items("accessors")[index]
        width, kind = _WIDTHS[accessor["type"]], np.dtype(_COMPONENTS[accessor["componentType"]])
        view: dict[str, Any] = self.items("bufferViews")[int(accessor["bufferView"])]
        if "sparse" in accessor or "extensions" in view or view["buffer"] != 0:
            raise ValueError("its data is sparse, compressed or in another file")
        start = int(view.get("byteOffset", 0)) + int(accessor.get("byteOffset", 0))
        step = int(view.get("byteStride", width * kind.itemsize))
        count = int(accessor["count"])
        if min(start, count) < 0 or step < width * kind.itemsize:
            raise ValueError(f"accessor {index} has a negative size")
        values = np.ndarray((count, width), kind, self.binary, start, (step, kind.itemsize)).astype(
            np.float64
        )
        if accessor.get("normalized", False):
            values = np.maximum(values / np.iinfo(kind).max, -1.0)
        if not np.all(np.isfinite(values)):
            raise ValueError(f"accessor {index} holds numbers that are not finite")
        return values

    def attachments(self) -> dict[str, bytes]:
        """The named bytes that `write_glb` put beside what glTF has words for.

        No more of them than the file has: a hundred names for one view would fill the memory.
        """
        views = self.json.get("asset", {}).get("extras", {}).get("attachments", {})
        found: dict[str, bytes] = {}
        for name, index in views.items():
            found[name] = self.view_bytes(index)
            if sum(map(len, found.values())) > len(self.binary):
                raise ValueError("its attachments overlap")
        return found

    def view_bytes(self, index: int) -> bytes:
        """The bytes of a buffer view."""
        view = self.items("bufferViews")[index]
        start, size = int(view.get("byteOffset", 0)), int(view["byteLength"])
        if min(start, size) < 0 or start + size > len(self.binary) or view["buffer"] != 0:
            raise ValueError(f"buffer view {index} lies outside the file")
        return self.binary[start : start + size]


def read_document(path: Path, read: Callable[[Document], _T]) -> _T:
    """Open a `.glb` file and return `read(document)`; whatever is malformed is a `UserError`."""
    try:
        return read(_open(path))
    except UserError as error:
        raise UserError(f"{path}: {error}") from error
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except (*MALFORMED, struct.error, RecursionError) as error:
        raise UserError(f"{path} is not a valid glTF 2.0 file: {error!r}") from error


def _open(path: Path) -> Document:
    if path.stat().st_size > MAX_BYTES:
        raise UserError(f"larger than {MAX_BYTES // 1024**2} MiB")
    data = path.read_bytes()
    if len(data) < 12 or struct.unpack_from("<II", data) != (_MAGIC, 2):
        raise UserError("not a glTF 2.0 binary file")
    chunks: dict[int, bytes] = {}
    position = 12
    while position + 8 <= len(data):
        size, kind = struct.unpack_from("<II", data, position)
        chunk = data[position + 8 : position + 8 + size]
        if len(chunk) < size:
            raise UserError(f"the file is cut off at byte {len(data)}")
        chunks.setdefault(kind, chunk)
        position += 8 + size
    text = chunks.get(_JSON, b"{}")
    if len(text) > MAX_JSON_BYTES:
        raise UserError(f"its JSON is larger than {MAX_JSON_BYTES // 1024**2} MiB")
    return Document(dict(json.loads(text)), chunks.get(_BIN, b""))
