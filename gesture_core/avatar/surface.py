"""Polygon surfaces: Catmull–Clark subdivision, smoothing and normals as sparse matrices."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.spatial import KDTree

from gesture_core.avatar.basemesh import Floats, Ints


@dataclass(frozen=True)
class Subdivision:
    """One refinement step: `matrix` (N', N) maps old vertices, or anything that varies
    linearly over them, to new ones; faces (4F, 4)."""

    matrix: sparse.csr_matrix
    faces: Ints


def subdivide(faces: Ints, count: int, *, smooth: bool = True) -> Subdivision:
    """Split quads (F, 4) over `count` vertices into four each.

    Smooth positions follow Catmull and Clark (1978) with the usual crease rule on open
    borders; `smooth=False` splits linearly, which is what texture coordinates need.
    New vertices are ordered: old vertices, edges, faces.
    """
    edges, edge_of = _edges(faces)
    uses = np.bincount(edge_of.ravel(), minlength=len(edges))
    face_points = _averaging(faces, count)
    midpoints = _averaging(edges, count)
    if smooth:
        edge_faces = sparse.csr_matrix(
            (np.ones(edge_of.size), (edge_of.ravel(), np.repeat(np.arange(len(faces)), 4))),
            shape=(len(edges), len(faces)),
        )
        inner = sparse.diags_array((uses == 2).astype(float))
        outer = sparse.diags_array((uses != 2).astype(float))
        edge_points = inner @ (0.5 * midpoints + 0.25 * (edge_faces @ face_points))
        edge_points += outer @ midpoints
        vertex_points = _vertex_points(faces, edges, uses, count, face_points, midpoints)
    else:
        edge_points, vertex_points = midpoints, sparse.identity(count, format="csr")
    matrix = sparse.vstack([vertex_points, edge_points, face_points])
    corner, edge = faces, count + edge_of
    centre = (count + len(edges) + np.arange(len(faces)))[:, None]
    quads = [np.column_stack([corner[:, k], edge[:, k], centre, edge[:, k - 1]]) for k in range(4)]
    return Subdivision(sparse.csr_matrix(matrix), np.concatenate(quads))


def _edges(faces: Ints) -> tuple[Ints, Ints]:
    """Unique undirected edges (E, 2) and, per face, the edge after each corner (F, 4)."""
    pairs = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    # one number a pair: sorting rows is slow
    base = int(pairs.max(initial=0)) + 1
    keys, index = np.unique(pairs[:, 0] * base + pairs[:, 1], return_inverse=True)
    return np.stack([keys // base, keys % base], axis=1), index.reshape(faces.shape)


def edges_of(faces: Ints) -> Ints:
    """Undirected edges (E, 2) of polygons, each once, its smaller vertex first."""
    return _edges(faces)[0]


def _averaging(rows: Ints, count: int) -> sparse.csr_matrix:
    """Matrix that averages the vertices of each row."""
    height, width = rows.shape
    entries = (np.full(rows.size, 1 / width), (np.repeat(np.arange(height), width), rows.ravel()))
    return sparse.csr_matrix(entries, shape=(height, count))


def _vertex_points(
    faces: Ints,
    edges: Ints,
    uses: Ints,
    count: int,
    face_points: sparse.csr_matrix,
    midpoints: sparse.csr_matrix,
) -> sparse.csr_matrix:
    """(F + 2R + (n-3)V) / n inside, (1, 6, 1) / 8 along borders."""
    valence = np.bincount(edges.ravel(), minlength=count)
    border = np.zeros(count, dtype=bool)
    border[edges[uses != 2]] = True
    inside = (~border & (valence > 0)).astype(float)
    safe = np.maximum(valence, 1)
    at_faces = _incidence(faces, count)
    at_edges = _incidence(edges, count)
    at_border = _incidence(edges[uses != 2], count)
    faces_mean = sparse.diags_array(inside / safe**2) @ at_faces @ face_points
    edges_mean = sparse.diags_array(2 * inside / safe**2) @ at_edges @ midpoints
    own = sparse.diags_array(inside * (safe - 3) / safe)
    ends = np.maximum(np.asarray(at_border.sum(1)).ravel(), 1)
    crease = sparse.diags_array(border * 0.5 / ends) @ at_border @ midpoints[uses != 2]
    keep = sparse.diags_array(border * 0.5 + (valence == 0))
    return (faces_mean + edges_mean + own + crease + keep).tocsr()


def _incidence(rows: Ints, count: int) -> sparse.csr_matrix:
    """(count, R) matrix: 1 where a vertex belongs to a row."""
    height, width = rows.shape
    entries = (np.ones(rows.size), (rows.ravel(), np.repeat(np.arange(height), width)))
    return sparse.csr_matrix(entries, shape=(count, height))


def border_edges(faces: Ints) -> Ints:
    """Directed edges (E, 2) on the open borders of a surface, in the sense of their faces."""
    edges, edge_of = _edges(faces)
    alone = np.bincount(edge_of.ravel(), minlength=len(edges))[edge_of] == 1
    return np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1)[alone]


def neighbour_mean(faces: Ints, count: int) -> sparse.csr_matrix:
    """Matrix (count, count) that replaces a vertex by the mean of its edge neighbours."""
    edges, _ = _edges(faces)
    both = np.concatenate([edges, edges[:, ::-1]])
    adjacency = sparse.csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), (count, count))
    degree = np.asarray(adjacency.sum(1)).ravel()
    lonely = sparse.diags_array((degree == 0).astype(float))
    return (sparse.diags_array(1 / np.maximum(degree, 1)) @ adjacency + lonely).tocsr()


def vertex_normals(positions: Floats, faces: Ints) -> Floats:
    """Area-weighted unit normals (N, 3) of quads or triangles."""
    corners = positions[faces]
    across = corners[:, 2] - corners[:, 0], corners[:, -1] - corners[:, 1]
    flat = np.cross(*across) if faces.shape[1] == 4 else np.cross(across[0], across[1])
    corner, flat = faces.ravel(), np.repeat(flat, faces.shape[1], axis=0)
    sums = [np.bincount(corner, flat[:, axis], len(positions)) for axis in range(3)]
    normals = np.stack(sums, axis=1)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


@dataclass(frozen=True)
class NearestSurface:
    """Approximate signed distance to a closed surface given by dense points with normals."""

    points: Floats
    normals: Floats
    tree: KDTree

    @staticmethod
    def of(points: Floats, normals: Floats) -> "NearestSurface":
        return NearestSurface(points, normals, KDTree(points))

    def query(self, positions: Floats) -> tuple[Floats, Floats]:
        """Signed distance (N,), negative inside, and outward normal (N, 3)."""
        _, nearest = self.tree.query(positions)
        normals = self.normals[nearest]
        return np.sum((positions - self.points[nearest]) * normals, axis=1), normals

    def push_out(self, positions: Floats, distance: Floats | float) -> Floats:
        """Move points that are closer than `distance` along the normal."""
        signed, normals = self.query(positions)
        return positions + np.maximum(distance - signed, 0.0)[:, None] * normals
