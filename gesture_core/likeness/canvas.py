"""The part of the body's texture that holds the head: which point of the surface a texel is.

The layout is MakeHuman's and the same for everybody, so it is drawn once. The window is chosen
so that turning it upside down mirrors the face.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gesture_core.avatar.basemesh import BaseMesh, load_base_mesh
from gesture_core.avatar.part import triangulate
from gesture_core.avatar.surface import subdivide, vertex_normals
from gesture_core.likeness.raster import Raster, rasterise

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

MIRROR_V = 0.4831675  # texture height of the line between the halves of the face
LEFT_BORDER = 0.63  # texture column right of which the head lies
HALF_WIDTH = 0.12  # metres from the middle within which the base mesh has its head


@dataclass(frozen=True, eq=False)
class Canvas:
    """Texels of the head, as seen in a window of a square texture of `size` pixels.

    rows, columns: the window; matrix (N, 19158): body vertices to those of the subdivided head;
    quads (F, 4) and triangles (2F, 3) on the latter; inside (H, W): texels that lie on the head;
    shares (texels inside, N): what each takes from the vertices.
    """

    size: int
    rows: slice
    columns: slice
    matrix: sparse.csr_matrix
    quads: Ints
    triangles: Ints
    inside: NDArray[np.bool_]
    shares: sparse.csr_matrix

    def surface(self, vertices: Floats) -> Floats:
        """Vertices (N, 3) of the subdivided head of a body (19158, 3)."""
        return self.matrix @ vertices

    def spread(self, values: Floats) -> Floats:
        """Values (N, C) at the subdivided vertices over the window (H, W, C)."""
        picture = np.zeros((*self.inside.shape, values.shape[1]), dtype=np.float32)
        picture[self.inside] = self.shares @ values.astype(np.float32)
        return picture

    def gather(self, picture: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """Weighted mean of texels (H, W, C) around the subdivided vertices (N, C), and the mean
        weight (N,)."""
        inside = self.inside
        counted = np.column_stack([picture[inside], np.ones(inside.sum())])
        sums = self.shares.T @ (counted * weight[inside][:, None])
        area = self.shares.T @ np.ones(inside.sum())
        mean = sums[:, :-1] / np.maximum(sums[:, -1:], 1e-9)
        return mean, sums[:, -1] / np.maximum(area, 1e-9)

    def normals(self, surface: Floats) -> Floats:
        """Unit normals (N, 3) of the subdivided head."""
        return vertex_normals(surface, self.quads)


@lru_cache(maxsize=2)
def head_canvas(size: int) -> Canvas:
    """Layout of the head on a texture of `size` pixels, subdivided as the built body is."""
    base = load_base_mesh()
    chosen = head_quads(base)
    faces, face_uvs = base.faces["body"][chosen], base.face_uvs["body"][chosen]
    used, compact = np.unique(faces, return_inverse=True)
    step = subdivide(compact.reshape(faces.shape), len(used))
    pick = sparse.csr_matrix(
        (np.ones(len(used)), (np.arange(len(used)), used)), (len(used), len(base.vertices))
    )
    used_uvs, compact_uvs = np.unique(face_uvs, return_inverse=True)
    uv_step = subdivide(compact_uvs.reshape(faces.shape), len(used_uvs), smooth=False)
    uvs: Floats = np.asarray(uv_step.matrix @ base.uvs[used_uvs])
    texels = uvs * [size, -size] + [0, size]
    rows, columns = _window(texels, size)
    raster = rasterise(
        texels - [columns.start, rows.start],
        triangulate(uv_step.faces),
        (rows.stop - rows.start, columns.stop - columns.start),
    )
    matrix = sparse.csr_matrix(step.matrix @ pick)
    triangles = triangulate(step.faces)
    inside, shares = raster.covered, _shares(raster, triangles, 1 + int(triangles.max()))
    return Canvas(size, rows, columns, matrix, step.faces, triangles, inside, shares)


def head_quads(base: BaseMesh) -> NDArray[np.bool_]:
    """Which quads of the body make the head and neck: one island of the texture."""
    right = base.uvs[base.face_uvs["body"]][..., 0].min(axis=1) > LEFT_BORDER
    low = base.uvs[base.face_uvs["body"]][..., 1].min(axis=1) < 0.14
    aside = np.abs(base.vertices[base.faces["body"]][..., 0]).max(axis=1)
    return right & ~low & (aside < HALF_WIDTH)


def _shares(raster: Raster, triangles: Ints, count: int) -> sparse.csr_matrix:
    """What each covered texel takes from each of `count` vertices."""
    corners = triangles[raster.face[raster.covered]]
    starts = np.arange(0, corners.size + 1, 3)
    entries = (raster.shares[raster.covered].ravel(), corners.ravel(), starts)
    return sparse.csr_matrix(entries, shape=(len(corners), count))


def _window(texels: Floats, size: int) -> tuple[slice, slice]:
    """Smallest window around the texels that its own mirror image covers."""
    ends = round(2 * size * (1 - MIRROR_V) - 1)
    first = min(int(texels[:, 1].min()), ends - int(texels[:, 1].max())) - 1
    left, right = int(texels[:, 0].min()) - 1, int(texels[:, 0].max()) + 2
    return slice(first, ends - first + 1), slice(left, right)
