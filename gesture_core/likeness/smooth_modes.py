"""Smooth displacements of a face: what sliders do not reach, a few millimetres at most.

A displacement is a Gaussian process over the face with a squared-exponential covariance at two
lengths, cut to its strongest modes at the landmarks (Karhunen–Loève) and carried from there to
every vertex (Nyström's formula). The covariance is split into a part that is even under
left–right reflection and one that is odd, so that a prior can tell symmetric faces from lopsided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree
from scipy.spatial.distance import cdist

from gesture_core.avatar.basemesh import BODY, load_base_mesh
from gesture_core.avatar.texture import smoothstep
from gesture_core.likeness.landmarks import IRISES, Landmarks

Floats = NDArray[np.floating[Any]]

# standard deviation and length of the covariance, metres
SCALES = ((0.0030, 0.030), (0.0012, 0.012))
EVEN, ODD = 50, 35  # modes kept of each parity
FADE = (0.012, 0.035)  # metres from the nearest landmark at which a displacement is full, nil
RIGID = ("helper-l-eye", "helper-r-eye", "helper-upper-teeth", "helper-lower-teeth")
TONGUE = "helper-tongue"


@dataclass(frozen=True)
class Modes:
    """values (19158, M): modes of unit variance, metres; the first `even` of them are the same
    on both sides, the others change their sign."""

    values: Floats
    even: int


def smooth_modes(landmarks: Landmarks) -> Modes:
    """The modes over the whole base mesh, zero away from the face.

    Eyeballs and teeth move as one piece.
    """
    mesh = load_base_mesh()
    places = mesh.vertices.copy()
    for group in (*RIGID, TONGUE):
        piece = np.unique(mesh.faces[group])
        places[piece] = places[piece].mean(0)
    seeds = landmarks.on(mesh.vertices)[: IRISES.start]
    near, _ = KDTree(seeds).query(places)
    window = smoothstep(near, FADE[1], FADE[0])[:, None]
    for group in (*RIGID, TONGUE):
        window[np.unique(mesh.faces[group])] = 1.0
    clothes = np.ones(len(places), dtype=bool)
    clothes[BODY] = False
    for group, faces in mesh.faces.items():
        if group in (*RIGID, TONGUE) or "eyelashes" in group:
            clothes[np.unique(faces)] = False
    window[clothes] = 0.0
    reached = window[:, 0] > 0
    values = np.zeros((len(places), EVEN + ODD))
    values[reached, :EVEN] = _spread(places[reached], seeds, 1.0, EVEN)
    values[reached, EVEN:] = _spread(places[reached], seeds, -1.0, ODD)
    return Modes(values * window, EVEN)


def _spread(places: Floats, seeds: Floats, parity: float, count: int) -> Floats:
    """The strongest modes of one parity at all places (N, count)."""
    values, vectors = np.linalg.eigh(_covariance(seeds, seeds, parity))
    values, vectors = values[::-1][:count], vectors[:, ::-1][:, :count]
    return _covariance(places, seeds, parity) @ (vectors / np.sqrt(values))


def _covariance(a: Floats, b: Floats, parity: float) -> Floats:
    """Covariance (A, B) of displacements that are even (1) or odd (−1) under reflection."""
    mirrored = b * [-1.0, 1.0, 1.0]
    return 0.5 * (_kernel(a, b) + parity * _kernel(a, mirrored))


def _kernel(a: Floats, b: Floats) -> Floats:
    square = cdist(a, b, "sqeuclidean")
    return sum(
        (sigma**2 * np.exp(-square / (2 * length**2)) for sigma, length in SCALES),
        start=np.zeros_like(square),
    )
