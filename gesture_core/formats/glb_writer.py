"""Write a skinned, morphing, textured character as binary glTF 2.0 (.glb).

Khronos glTF 2.0 specification: accessors and sparse storage (3.6), meshes, skins and morph
targets (3.7), materials (3.9), container (4.4). Metres, Y up, +Z forward.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.rotation import rotmat_to_quat

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

COMPONENT = {"uint8": 5121, "uint16": 5123, "uint32": 5125, "float32": 5126}
SHAPE: dict[tuple[int, ...], str] = {
    (): "SCALAR",
    (2,): "VEC2",
    (3,): "VEC3",
    (4,): "VEC4",
    (16,): "MAT4",
}
VERTEX_BUFFER, INDEX_BUFFER = 34962, 34963
LINEAR, TRILINEAR, REPEAT = 9729, 9987, 10497


@dataclass(frozen=True)
class Picture:
    """An encoded image; `mime` is image/png or image/jpeg."""

    name: str
    data: bytes
    mime: str


@dataclass(frozen=True)
class Material:
    """Metallic-roughness surface; `role` says what it is made of, for better renderers.

    normal_tiling repeats the normal map over the texture coordinates.
    """

    name: str
    role: str
    color: tuple[float, float, float] = (1.0, 1.0, 1.0)
    texture: Picture | None = None
    normal: Picture | None = None
    normal_scale: float = 1.0
    normal_tiling: float = 1.0
    roughness: float = 0.8
    alpha_cutoff: float | None = None
    double_sided: bool = False
    extras: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Mesh:
    """Triangles (F, 3) over N vertices bound to at most four bones each.

    positions, normals (N, 3); uvs (N, 2) with v pointing down; joints (N, 4) bone indices;
    weights (N, 4) rows summing to 1; targets map an expression to offsets (N, 3).
    """

    name: str
    material: Material
    triangles: Ints
    positions: Floats
    normals: Floats
    uvs: Floats
    joints: Ints
    weights: Floats
    targets: Mapping[str, Floats] = field(default_factory=dict[str, Floats])


@dataclass(frozen=True)
class Armature:
    """Bones, parents first: names, parents (-1 for the root), bind pose (B, 4, 4) to world."""

    names: Sequence[str]
    parents: Sequence[int]
    bind: Floats


def write_glb(
    path: Path,
    name: str,
    armature: Armature,
    meshes: Sequence[Mesh],
    extras: Mapping[str, Any],
    *,
    attachments: Mapping[str, bytes] | None = None,
    force: bool = False,
) -> None:
    """Write one character: an armature and its meshes under a node that carries `extras`.

    attachments: bytes that glTF has no word for; `asset.extras.attachments` names their buffer
    views. Raises UserError when the file exists and `force` is off, or cannot be written.
    """
    document = _Document()
    joints = document.add_armature(armature)
    nodes = [document.add_mesh(mesh) for mesh in meshes]
    root = document.add(
        "nodes", {"name": name, "children": [joints[0], *nodes], "extras": dict(extras)}
    )
    document.tree["skins"][0]["skeleton"] = root
    document.tree["scenes"] = [{"name": name, "nodes": [root]}]
    document.tree["asset"]["extras"] = dict(extras)
    if attachments:
        views = {key: document.add_bytes(data) for key, data in attachments.items()}
        document.tree["asset"]["extras"]["attachments"] = views
    with atomic_path(path, force=force) as temporary:
        temporary.write_bytes(document.to_bytes())


class _Document:
    """The JSON tree and the one binary buffer under construction."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0", "generator": "momjit"},
            "scene": 0,
            "nodes": [],
        }
        self.binary = bytearray()
        self.textures: dict[str, int] = {}
        self.materials: dict[str, int] = {}

    def add(self, section: str, entry: dict[str, Any]) -> int:
        entries = self.tree.setdefault(section, [])
        entries.append(entry)
        return len(entries) - 1

    def add_bytes(self, data: bytes, target: int | None = None) -> int:
        """Append a 4-byte aligned buffer view."""
        self.binary += b"\0" * (-len(self.binary) % 4)
        view = {"buffer": 0, "byteOffset": len(self.binary), "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self.binary += data
        return self.add("bufferViews", view)

    def add_array(self, values: NDArray[Any], target: int | None = None) -> int:
        view = self.add_bytes(np.ascontiguousarray(values).tobytes(), target)
        return self.add("accessors", {"bufferView": view} | _accessor(values))

    def add_sparse(self, values: Floats) -> int:
        """Store only the rows (N, 3) that are not zero; a reader fills in the others."""
        values = values.astype(np.float32)
        rows = np.flatnonzero(np.any(values != 0, axis=1)).astype(np.uint32)
        accessor = _accessor(values) | _bounds(values)
        if len(rows):
            indices = {"bufferView": self.add_bytes(rows.tobytes()), "componentType": 5125}
            accessor["sparse"] = {
                "count": len(rows),
                "indices": indices,
                "values": {"bufferView": self.add_bytes(values[rows].tobytes())},
            }
        return self.add("accessors", accessor)

    def add_armature(self, armature: Armature) -> list[int]:
        """Add the joint nodes and the skin; returns node indices in bone order."""
        inverse = np.linalg.inv(armature.bind)
        first = len(self.tree["nodes"])
        for bone, parent in enumerate(armature.parents):
            local = armature.bind[bone] if parent < 0 else inverse[parent] @ armature.bind[bone]
            node = {
                "name": armature.names[bone],
                "translation": local[:3, 3].tolist(),
                "rotation": np.roll(rotmat_to_quat(local[:3, :3]), -1).tolist(),
            }
            children = [first + i for i, p in enumerate(armature.parents) if p == bone]
            self.add("nodes", node | ({"children": children} if children else {}))
        joints = [first + bone for bone in range(len(armature.names))]
        columns = inverse.transpose(0, 2, 1).reshape(-1, 16).astype(np.float32)
        self.add("skins", {"joints": joints, "inverseBindMatrices": self.add_array(columns)})
        return joints

    def add_mesh(self, mesh: Mesh) -> int:
        """Add the mesh and its node."""
        positions = mesh.positions.astype(np.float32)
        attributes = {
            "POSITION": self.add_array(positions, VERTEX_BUFFER),
            "NORMAL": self.add_array(mesh.normals.astype(np.float32), VERTEX_BUFFER),
            "TEXCOORD_0": self.add_array(mesh.uvs.astype(np.float32), VERTEX_BUFFER),
            "JOINTS_0": self.add_array(mesh.joints.astype(np.uint8), VERTEX_BUFFER),
            "WEIGHTS_0": self.add_array(mesh.weights.astype(np.float32), VERTEX_BUFFER),
        }
        self.tree["accessors"][attributes["POSITION"]] |= _bounds(positions)
        index_type = np.uint16 if len(positions) < 65_535 else np.uint32
        primitive: dict[str, Any] = {
            "attributes": attributes,
            "indices": self.add_array(mesh.triangles.ravel().astype(index_type), INDEX_BUFFER),
            "material": self.add_material(mesh.material),
        }
        entry: dict[str, Any] = {"name": mesh.name, "primitives": [primitive]}
        if mesh.targets:
            offsets = mesh.targets.values()
            primitive["targets"] = [{"POSITION": self.add_sparse(rows)} for rows in offsets]
            entry |= {"weights": [0.0] * len(offsets), "extras": {"targetNames": [*mesh.targets]}}
        node = {"name": mesh.name, "mesh": self.add("meshes", entry), "skin": 0}
        return self.add("nodes", node)

    def add_material(self, material: Material) -> int:
        if material.name in self.materials:
            return self.materials[material.name]
        surface: dict[str, Any] = {
            "baseColorFactor": [*material.color, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": material.roughness,
        }
        entry: dict[str, Any] = {
            "name": material.name,
            "pbrMetallicRoughness": surface,
            "doubleSided": material.double_sided,
            "extras": {"momjit": {"role": material.role, **material.extras}},
        }
        if material.texture:
            surface["baseColorTexture"] = {"index": self.add_texture(material.texture)}
        if material.normal:
            normal = {"index": self.add_texture(material.normal), "scale": material.normal_scale}
            entry["normalTexture"] = normal | self.tiling(material.normal_tiling)
        if material.alpha_cutoff is not None:
            entry |= {"alphaMode": "MASK", "alphaCutoff": material.alpha_cutoff}
        self.materials[material.name] = self.add("materials", entry)
        return self.materials[material.name]

    def tiling(self, repeats: float) -> dict[str, Any]:
        if repeats == 1.0:
            return {}
        extension = "KHR_texture_transform"
        self.tree["extensionsUsed"] = [extension]
        return {"extensions": {extension: {"scale": [repeats, repeats]}}}

    def add_texture(self, picture: Picture) -> int:
        if picture.name not in self.textures:
            view = self.add_bytes(picture.data)
            image = {"name": picture.name, "bufferView": view, "mimeType": picture.mime}
            source = self.add("images", image)
            filters = {"magFilter": LINEAR, "minFilter": TRILINEAR}
            self.tree["samplers"] = [filters | {"wrapS": REPEAT, "wrapT": REPEAT}]
            self.textures[picture.name] = self.add("textures", {"source": source, "sampler": 0})
        return self.textures[picture.name]

    def to_bytes(self) -> bytes:
        """The GLB container: header, JSON chunk padded with spaces, binary chunk with zeros."""
        self.binary += b"\0" * (-len(self.binary) % 4)
        self.tree["buffers"] = [{"byteLength": len(self.binary)}]
        text = json.dumps(self.tree, ensure_ascii=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 4)
        total = 12 + 8 + len(text) + 8 + len(self.binary)
        return b"".join(
            [
                struct.pack("<4sII", b"glTF", 2, total),
                struct.pack("<I4s", len(text), b"JSON") + text,
                struct.pack("<I4s", len(self.binary), b"BIN\0") + bytes(self.binary),
            ]
        )


def _accessor(values: NDArray[Any]) -> dict[str, Any]:
    return {
        "componentType": COMPONENT[values.dtype.name],
        "count": len(values),
        "type": SHAPE[values.shape[1:]],
    }


def _bounds(values: Floats) -> dict[str, Any]:
    return {"min": values.min(0).tolist(), "max": values.max(0).tolist()}
