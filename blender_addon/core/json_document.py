"""JSON from strangers: read with bounds, and refused with the place and what is wrong there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

from .errors import UserError

MAX_BYTES = 1 << 20
MAX_TITLE = 256


def json_object(value: Any, place: str) -> dict[str, Any]:
    """The value if it is a JSON object, else `UserError`."""
    if not isinstance(value, dict):
        raise UserError(f"{place}: must be a JSON object")
    return cast("dict[str, Any]", value)


def titled_fields(
    text: str, place: str, kind: str, form: str, version: int
) -> tuple[str, dict[str, Any]]:
    """Title and fields of a `kind` of document, such as "face map", which says its `form` and
    version itself; `UserError` for any other text."""
    try:
        loaded: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: is not JSON ({error})") from error
    fields = json_object(loaded, place)
    if fields.get("format") != form or fields.get("version") != version:
        raise UserError(f"{place}: is not a {kind} ({form}, version {version})")
    title = fields.get("title")
    if not isinstance(title, str) or len(title) > MAX_TITLE:
        raise UserError(f"{place}: title must be a short text")
    return title, fields


def read_document(path: Path, kind: str) -> str:
    """The text of a file; `UserError` when it cannot be a `kind` of document."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: is too large for a {kind}")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
