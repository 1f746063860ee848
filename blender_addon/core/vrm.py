"""What a VRM file says of its bones."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any, cast

from .errors import UserError
from .humanoid import HUMANOID

MAX_BYTES = 64 << 20
_GLB, _JSON = b"glTF", b"JSON"
_FROM_VRM_0 = {
    f"{side}{old}": f"{side}{new}"
    for side in ("left", "right")
    for old, new in (
        ("ThumbProximal", "ThumbMetacarpal"),
        ("ThumbIntermediate", "ThumbProximal"),
    )
}
"""VRM 0.x calls the joints of the thumb like those of the other fingers."""


def humanoid_name(name: str, version_0: bool) -> str:
    """The VRM 1.0 name of a humanoid bone."""
    return _FROM_VRM_0.get(name, name) if version_0 else name


def stated_bones(path: Path) -> dict[str, str]:
    """Humanoid bone → node name, as a `.vrm` or `.glb` states; empty when it states nothing.

    `UserError` for a damaged file.
    """
    document = _json_chunk(path)
    nodes = _list(document.get("nodes"))
    extensions = _mapping(document.get("extensions"))
    stated: dict[str, str] = {}
    for name, node in (*_version_1(extensions), *_version_0(extensions)):
        known = isinstance(node, int) and 0 <= node < len(nodes)
        title = _mapping(nodes[node]).get("name") if known else None
        if name in HUMANOID and isinstance(title, str) and title not in stated.values():
            stated[name] = title
    return stated


def _version_1(extensions: dict[str, Any]) -> list[tuple[str, Any]]:
    humanoid = _mapping(_mapping(extensions.get("VRMC_vrm")).get("humanoid"))
    bones = _mapping(humanoid.get("humanBones"))
    return [(name, _mapping(bone).get("node")) for name, bone in bones.items()]


def _version_0(extensions: dict[str, Any]) -> list[tuple[str, Any]]:
    humanoid = _mapping(_mapping(extensions.get("VRM")).get("humanoid"))
    bones = [_mapping(bone) for bone in _list(humanoid.get("humanBones"))]
    return [(humanoid_name(str(bone.get("bone")), True), bone.get("node")) for bone in bones]


def _json_chunk(path: Path) -> dict[str, Any]:
    """The first chunk of a binary glTF file."""
    try:
        with path.open("rb") as file:
            magic, _, _, length, kind = struct.unpack("<4sIII4s", file.read(20))
            if magic != _GLB or kind != _JSON or length > MAX_BYTES:
                raise UserError(f"{path}: is not a binary glTF file")
            loaded: Any = json.loads(file.read(length))
    except (OSError, struct.error, ValueError, RecursionError) as error:
        raise UserError(f"{path}: cannot be read as binary glTF ({error})") from error
    return _mapping(loaded)


def _mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
