"""A part of a character: skin, an eye, a sleeve, a head of hair; and its way into a glTF mesh."""

from dataclasses import dataclass

import numpy as np

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.human import Human
from gesture_core.avatar.surface import subdivide, vertex_normals
from gesture_core.formats.glb_writer import Material, Mesh
from gesture_core.motion import EXPRESSIONS

SMALLEST_OFFSET = 2e-5  # metres; a smaller expression offset is noise of the face units


@dataclass(frozen=True)
class Part:
    """Polygons (F, 3 or 4) over N vertices.

    positions (N, 3) metres; weights (N, B) on the rig's bones; corner_uvs (F, k, 2) with v
    pointing up; expressions (52, N, 3) offsets, or None where no expression moves it; normals
    (N, 3), or None for those of the polygons.
    """

    name: str
    faces: Ints
    positions: Floats
    weights: Floats
    corner_uvs: Floats
    expressions: Floats | None = None
    normals: Floats | None = None


def carve(
    human: Human, name: str, faces: Ints, face_uvs: Ints, *, levels: int, expressive: bool = True
) -> Part:
    """Cut faces (F, 4) of the base mesh out as a part, `levels` times subdivided."""
    used, compact = np.unique(faces, return_inverse=True)
    faces = compact.reshape(faces.shape)
    used_uvs, compact_uvs = np.unique(face_uvs, return_inverse=True)
    uv_faces, uvs = compact_uvs.reshape(face_uvs.shape), human.base.uvs[used_uvs]
    fields = [human.vertices[used], human.weights[used]]
    offsets = human.expressions[:, used] if expressive else None
    for _ in range(levels):
        step = subdivide(faces, len(fields[0]))
        fields = [step.matrix @ field for field in fields]
        if offsets is not None:
            rows = step.matrix @ offsets.transpose(1, 0, 2).reshape(offsets.shape[1], -1)
            offsets = rows.reshape(len(rows), len(EXPRESSIONS), 3).transpose(1, 0, 2)
        faces = step.faces
        uv_step = subdivide(uv_faces, len(uvs), smooth=False)
        uv_faces, uvs = uv_step.faces, uv_step.matrix @ uvs
    return Part(name, faces, fields[0], fields[1], uvs[uv_faces], offsets)


def join(name: str, parts: list[Part]) -> Part:
    """Put parts of one kind into one mesh."""
    starts = np.cumsum([0] + [len(part.positions) for part in parts])
    expressions = [part.expressions for part in parts]
    moving = all(field is not None for field in expressions)
    return Part(
        name,
        np.concatenate([p.faces + start for p, start in zip(parts, starts[:-1], strict=True)]),
        np.concatenate([part.positions for part in parts]),
        np.concatenate([part.weights for part in parts]),
        np.concatenate([part.corner_uvs for part in parts]),
        np.concatenate(expressions, axis=1) if moving else None,  # type: ignore[arg-type]
    )


def part_to_mesh(part: Part, material: Material, *, every_expression: bool = False) -> Mesh:
    """Triangulate, split vertices along texture seams, keep the four strongest bones.

    Targets are the expressions that move the part, or all 52 with `every_expression`.
    """
    corners, uvs = part.faces.reshape(-1), part.corner_uvs.reshape(-1, 2)
    # 16 bits a coordinate: finer than any texture here, and equal uvs compare equal
    u, v = np.round(uvs * 65_536).astype(np.int64).T
    # one number a corner: sorting rows is slow
    places = np.unique((u - u.min()) * (np.ptp(v) + 1) + v - v.min(), return_inverse=True)[1]
    keys = corners * (places.max() + 1) + places
    _, first, index = np.unique(keys, return_index=True, return_inverse=True)
    source = corners[first]
    polygons = index.reshape(part.faces.shape)
    joints, weights = strongest(part.weights[source], 4)
    return Mesh(
        name=part.name,
        material=material,
        triangles=triangulate(polygons),
        positions=part.positions[source],
        normals=_normals(part)[source],
        uvs=uvs[first] * [1.0, -1.0] + [0.0, 1.0],
        joints=joints,
        weights=weights,
        targets=_targets(part, source, every_expression),
    )


def _normals(part: Part) -> Floats:
    if part.normals is not None:
        return part.normals
    return vertex_normals(part.positions, part.faces)


def triangulate(polygons: Ints) -> Ints:
    """Cut quads along their first diagonal; triangles stay."""
    if polygons.shape[1] == 3:
        return polygons
    return np.concatenate([polygons[:, [0, 1, 2]], polygons[:, [0, 2, 3]]])


def strongest(weights: Floats, count: int) -> tuple[Ints, Floats]:
    """The `count` largest weights of each row: bone indices and weights that sum to 1.

    What follows them is taken off each, so that a bone fades out before it is dropped: else a
    surface tears where neighbours drop different bones.
    """
    ordered = np.argsort(-weights, axis=1, kind="stable")[:, : count + 1]
    largest = np.take_along_axis(weights, ordered, axis=1)
    bones = ordered[:, :count]
    # not quite all, as equal weights would leave nothing
    kept = largest[:, :count] - 0.95 * largest[:, count:]
    kept[kept < 1e-3] = 0.0
    kept /= kept.sum(1, keepdims=True)
    return np.where(kept > 0, bones, 0), kept


def _targets(part: Part, source: Ints, every: bool) -> dict[str, Floats]:
    if part.expressions is None:
        return {}
    targets = {}
    for name, offsets in zip(EXPRESSIONS, part.expressions[:, source], strict=True):
        moved = np.linalg.norm(offsets, axis=1) > SMALLEST_OFFSET
        if every or moved.any():
            targets[name] = np.where(moved[:, None], offsets, 0.0)
    return targets
