"""Which points of a character's meshes each bone moves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import bpy
import numpy as np

from ..core.quaternion import Array

MOST = 12_000
"""Vertices that are looked at: of finer characters every so many of all meshes alike."""


ENOUGH = 200
"""Points of the face from which on hair, hats and glasses on its bone do not count."""


def read_skin(
    armature: bpy.types.Object, meshes: Sequence[bpy.types.Object], bones: Collection[str]
) -> dict[str, Array]:
    """Rest points `(N, 3)` in the armature's space by the bone of `bones` that moves them most.

    Meshes with shape keys, which are faces, come before others on the same bone, and of several
    the one that spans most: brows, lashes and teeth lie off the skin. Fine meshes are thinned.
    """
    faces: dict[str, list[Array]] = {}
    others: dict[str, list[Array]] = {}
    step = 1 + sum(len(mesh.data.vertices) for mesh in meshes) // MOST
    for mesh in meshes:
        parts = faces if mesh.data.shape_keys else others
        places = _places(armature, mesh)
        for bone, indices in _strongest(mesh, set(bones), step).items():
            parts.setdefault(bone, []).append(places[indices])
    found = {bone: [max(several, key=_span)] for bone, several in faces.items()}
    for bone, several in others.items():
        if sum(map(len, found.get(bone, ()))) < ENOUGH:
            found.setdefault(bone, []).extend(several)
    return {bone: np.concatenate(several) for bone, several in found.items()}


def _span(points: Array) -> float:
    """Diagonal of the box around points `(N, 3)`."""
    return float(np.linalg.norm(np.ptp(points, axis=0)))


def _places(armature: bpy.types.Object, mesh: bpy.types.Object) -> Array:
    """The mesh's vertices `(N, 3)` at rest in the armature's space."""
    matrix = np.array(armature.matrix_world.inverted() @ mesh.matrix_world)
    places = np.empty(3 * len(mesh.data.vertices), dtype=np.float32)
    mesh.data.vertices.foreach_get("co", places)
    return places.reshape(-1, 3) @ matrix[:3, :3].T + matrix[:3, 3]


def _strongest(mesh: bpy.types.Object, bones: Collection[str], step: int) -> dict[str, list[int]]:
    """Indices of the vertices, every `step`-th, that each bone moves most."""
    names = {group.index: group.name for group in mesh.vertex_groups if group.name in bones}
    found: dict[str, list[int]] = {}
    vertices = mesh.data.vertices
    for index in range(0, len(vertices), step):
        weights = {
            names[part.group]: part.weight for part in vertices[index].groups if part.group in names
        }
        if weights:
            found.setdefault(max(weights, key=weights.__getitem__), []).append(index)
    return found
