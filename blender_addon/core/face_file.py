"""Face maps that somebody edited, as JSON: in a file, or kept with the shape keys."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from .atomic import atomic_path
from .errors import UserError
from .expressions import FaceMap
from .face_names import ARKIT, Weights

FORMAT = "momjit-face"
VERSION = 1
MAX_BYTES = 1 << 20
MAX_BLOCKS = 2048
MAX_WEIGHT = 4.0
MAX_NAME = 256


def face_to_json(face: FaceMap) -> str:
    """The map as text; the order of the shape keys is kept."""
    fields = {"format": FORMAT, "version": VERSION, "title": face.title, "shapes": face.blocks}
    return json.dumps(fields, ensure_ascii=False, indent=1)


def face_from_json(text: str, place: str) -> FaceMap:
    """The map in a text; `UserError` names the `place` and what is wrong there."""
    try:
        loaded: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: is not JSON ({error})") from error
    fields = _object(loaded, place)
    if fields.get("format") != FORMAT or fields.get("version") != VERSION:
        raise UserError(f"{place}: is not a face map ({FORMAT}, version {VERSION})")
    title, shapes = fields.get("title"), _object(fields.get("shapes"), f"{place}: shapes")
    if not isinstance(title, str) or len(title) > MAX_NAME:
        raise UserError(f"{place}: title must be a short text")
    if len(shapes) > MAX_BLOCKS:
        raise UserError(f"{place}: {len(shapes)} shape keys; at most {MAX_BLOCKS} are possible")
    return FaceMap(
        title, {name: _weights(value, f"{place}: {name:.80}") for name, value in shapes.items()}
    )


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UserError(f"{place}: must be a JSON object")
    return cast("dict[str, Any]", value)


def _weights(value: Any, place: str) -> Weights:
    weights = _object(value, place)
    for name, weight in weights.items():
        if name not in ARKIT:
            raise UserError(f"{place}: “{name:.80}” is none of the 52 expressions of ARKit")
        number = isinstance(weight, (int, float)) and not isinstance(weight, bool)
        if not number or not math.isfinite(weight) or abs(weight) > MAX_WEIGHT:
            raise UserError(
                f"{place}: the weight of {name} must be within ±{MAX_WEIGHT:g}, not {weight!r:.40}"
            )
    return {name: float(weight) for name, weight in weights.items()}


def read_face(path: Path) -> FaceMap:
    """The map in a file; `UserError` for any other file."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path}: is too large for a face map")
        return face_from_json(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error


def write_face(path: Path, face: FaceMap) -> None:
    """Write the map to a file, in place of an older one."""
    with atomic_path(path, force=True) as temporary:
        temporary.write_text(face_to_json(face), encoding="utf-8")


def face_fingerprint(shape_keys: Iterable[str]) -> str:
    """A name for all faces that have these shape keys, in whatever order."""
    listed = "\0".join(sorted(shape_keys))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]
