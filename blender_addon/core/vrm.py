"""What a VRM file says of its bones and of its face."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
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


_EXPRESSIONS_0 = {
    **dict(zip("a i u e o".split(), "aa ih ou ee oh".split(), strict=True)),
    **{"joy": "happy", "fun": "relaxed", "blink": "blink"},
    **{"blink_l": "blinkLeft", "blink_r": "blinkRight"},
    **{"lookup": "lookUp", "lookdown": "lookDown"},
    **{"lookleft": "lookLeft", "lookright": "lookRight"},
}
"""VRM 1.0 names of what VRM 0.x calls presets."""


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


def stated_shapes(path: Path) -> dict[str, dict[str, float]]:
    """Shape key → VRM 1.0 expression that moves it → how far, 0–1; empty when none are stated.

    `UserError` for a damaged file.
    """
    document = _json_chunk(path)
    extensions = _mapping(document.get("extensions"))
    targets = [_target_names(_mapping(mesh)) for mesh in _list(document.get("meshes"))]
    stated: dict[str, dict[str, float]] = {}
    for name, mesh, index, weight in (
        *_expressions_1(extensions, _list(document.get("nodes"))),
        *_expressions_0(extensions),
    ):
        known = isinstance(mesh, int) and 0 <= mesh < len(targets) and isinstance(index, int)
        far = isinstance(weight, (int, float)) and 0.0 < weight <= 1.0
        if known and far and 0 <= index < len(targets[mesh]):
            stated.setdefault(targets[mesh][index], {})[name] = float(weight)
    return stated


def _target_names(mesh: dict[str, Any]) -> list[str]:
    """What the shape keys of a mesh are called, where the writer says it."""
    owners = [mesh, *map(_mapping, _list(mesh.get("primitives")))]
    for owner in owners:
        if names := _list(_mapping(owner.get("extras")).get("targetNames")):
            return [str(name) for name in names]
    return []


def _expressions_1(extensions: dict[str, Any], nodes: list[Any]) -> Iterator[tuple[Any, ...]]:
    """Name, mesh, shape key and weight of every part of an expression."""
    expressions = _mapping(_mapping(extensions.get("VRMC_vrm")).get("expressions"))
    for name, expression in _mapping(expressions.get("preset")).items():
        for bind in map(_mapping, _list(_mapping(expression).get("morphTargetBinds"))):
            node: Any = bind.get("node")
            known = isinstance(node, int) and 0 <= node < len(nodes)
            mesh = _mapping(nodes[node]).get("mesh") if known else None
            yield name, mesh, bind.get("index"), bind.get("weight")


def _expressions_0(extensions: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The same of a VRM 0.x file, whose weights go to 100."""
    master = _mapping(_mapping(extensions.get("VRM")).get("blendShapeMaster"))
    for group in map(_mapping, _list(master.get("blendShapeGroups"))):
        name = _EXPRESSIONS_0.get(str(group.get("presetName")).lower())
        for bind in map(_mapping, _list(group.get("binds"))) if name else ():
            weight = bind.get("weight")
            share = weight / 100.0 if isinstance(weight, (int, float)) else None
            yield name, bind.get("mesh"), bind.get("index"), share


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
