"""A small cloth solver: extended position-based dynamics over a quad mesh.

Macklin, Müller and Chentanez, "XPBD" (2016), with Jacobi iterations written as sparse
matrices. It runs once while a character is built and leaves folds in the garment.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gesture_core.avatar.basemesh import Floats, Ints
from gesture_core.avatar.surface import NearestSurface, edges_of

GRAVITY = np.array([0.0, -9.81, 0.0])


@dataclass(frozen=True)
class ClothSettings:
    """fullness: how much longer the threads are than the drafted shape; bending and shearing:
    share of an error corrected per iteration; thickness: metres kept from the body; reach:
    metres a thread may travel from the draft, which keeps a garment on its wearer though the
    solver is far from convergence."""

    fullness: float = 1.03
    reach: float = 0.025
    shearing: float = 0.4
    bending: float = 0.25
    thickness: float = 0.004
    friction: float = 0.6
    damping: float = 0.02
    frames: int = 60
    iterations: int = 12


@dataclass(frozen=True)
class Threads:
    """Distance constraints, C of them: lengths (C,), stiffness (C,), the matrix (C, N) that spans
    a thread from its second to its first end, and the one (N, C) that moves both ends."""

    lengths: Floats
    stiffness: Floats
    spans: sparse.csr_matrix
    scatter: sparse.csr_matrix


def weave(positions: Floats, faces: Ints, settings: ClothSettings) -> Threads:
    """Threads along the edges, across the quads, and over each edge to the far neighbour."""
    edges = edges_of(faces)
    shears = np.concatenate([faces[:, [0, 2]], faces[:, [1, 3]]])
    bends = _bends(edges, faces, len(positions))
    pairs = np.concatenate([edges, shears, bends])
    stiffness = np.repeat(
        [1.0, settings.shearing, settings.bending], [len(edges), len(shears), len(bends)]
    )
    count, rows = len(positions), np.arange(len(pairs))
    signs = np.concatenate([np.ones(len(pairs)), -np.ones(len(pairs))])
    entries = (signs, (np.concatenate([rows, rows]), pairs.T.ravel()))
    spans = sparse.csr_matrix(entries, shape=(len(pairs), count))
    lengths = np.linalg.norm(spans @ positions, axis=1)
    uses = np.bincount(pairs.ravel(), weights=np.repeat(stiffness, 2), minlength=count)
    relaxation = sparse.diags_array(1.6 / np.maximum(uses, 1e-9))
    scatter = sparse.csr_matrix(relaxation @ spans.T)
    return Threads(settings.fullness * lengths, stiffness, spans, scatter)


def _bends(edges: Ints, faces: Ints, count: int) -> Ints:
    """Pairs two edges apart along a straight line of quads."""
    adjacency = sparse.csr_matrix((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), (count, count))
    adjacency = adjacency + adjacency.T
    two = (adjacency @ adjacency).tocoo()
    shares_face = sparse.csr_matrix(
        (np.ones(4 * len(faces)), (faces.ravel(), np.repeat(np.arange(len(faces)), 4))),
        (count, len(faces)),
    )
    together = (shares_face @ shares_face.T).tocsr()
    # one common neighbour and no common face: the pair lies along a line
    straight = (two.row < two.col) & (two.data == 1)
    rows, columns = two.row[straight], two.col[straight]
    apart = np.asarray(together[rows, columns]).ravel() == 0
    return np.stack([rows[apart], columns[apart]], axis=1).astype(np.int64)


def simulate(
    positions: Floats,
    threads: Threads,
    pinned: NDArray[np.bool_],
    body: NearestSurface,
    settings: ClothSettings,
) -> Floats:
    """Let the cloth (N, 3) fall onto the body; pinned vertices (N,) stay."""
    rng = np.random.default_rng(7)
    free = (~pinned[:, None]).astype(float)
    place = positions + free * rng.normal(0, 0.0006, positions.shape)
    speed = np.zeros_like(place)
    step = 1 / 60
    for _ in range(settings.frames):
        before = place
        place = place + free * ((1 - settings.damping) * speed * step + step**2 * GRAVITY)
        for _ in range(settings.iterations):
            place = place + free * (threads.scatter @ _corrections(place, threads))
        place = _tether(positions, place, settings.reach)
        place = _collide(before, place, free, body, settings)
        speed = 0.9 * (place - before) / step
    return place


def _tether(start: Floats, place: Floats, reach: float) -> Floats:
    way = place - start
    length = np.linalg.norm(way, axis=1, keepdims=True)
    return start + way * np.minimum(1.0, reach / np.maximum(length, 1e-9))


def _corrections(place: Floats, threads: Threads) -> Floats:
    apart = threads.spans @ place
    length = np.maximum(np.sqrt(np.einsum("ij,ij->i", apart, apart)), 1e-9)
    error = threads.stiffness * 0.5 * (threads.lengths / length - 1)
    return error[:, None] * apart


def _collide(
    before: Floats, place: Floats, free: Floats, body: NearestSurface, settings: ClothSettings
) -> Floats:
    signed, normals = body.query(place)
    depth = np.maximum(settings.thickness - signed, 0)[:, None]
    slid = place - before
    slid = slid - np.sum(slid * normals, axis=1, keepdims=True) * normals
    grip = settings.friction * (depth > 0)
    return place + free * (depth * normals - grip * slid)
