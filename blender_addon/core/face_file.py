"""Face maps that somebody edited, as JSON: in a file, or kept with the shape keys."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .atomic import atomic_path
from .errors import UserError
from .expressions import FaceMap
from .face_names import ARKIT, Weights
from .json_document import json_object, read_document, titled_fields

FORMAT = "momjit-face"
VERSION = 1
MAX_BLOCKS = 2048
MAX_WEIGHT = 4.0


def face_to_json(face: FaceMap) -> str:
    """The map as text; the order of the shape keys is kept."""
    fields = {"format": FORMAT, "version": VERSION, "title": face.title, "shapes": face.blocks}
    return json.dumps(fields, ensure_ascii=False, indent=1)


def face_from_json(text: str, place: str) -> FaceMap:
    """The map in a text; `UserError` names the `place` and what is wrong there."""
    title, fields = titled_fields(text, place, "face map", FORMAT, VERSION)
    shapes = json_object(fields.get("shapes"), f"{place}: shapes")
    if len(shapes) > MAX_BLOCKS:
        raise UserError(f"{place}: {len(shapes)} shape keys; at most {MAX_BLOCKS} are possible")
    return FaceMap(
        title, {name: _weights(value, f"{place}: {name:.80}") for name, value in shapes.items()}
    )


def _weights(value: Any, place: str) -> Weights:
    weights = json_object(value, place)
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
    return face_from_json(read_document(path, "face map"), str(path))


def write_face(path: Path, face: FaceMap) -> None:
    """Write the map to a file, in place of an older one."""
    with atomic_path(path, force=True) as temporary:
        temporary.write_text(face_to_json(face), encoding="utf-8")


def face_fingerprint(shape_keys: Iterable[str]) -> str:
    """A name for all faces that have these shape keys, in whatever order."""
    listed = "\0".join(sorted(shape_keys))
    return hashlib.sha256(listed.encode()).hexdigest()[:16]
