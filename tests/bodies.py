"""Bodies of other proportions with their skins, and how far apart parts of a skin are."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from scipy.spatial import KDTree

from blender_addon.core.bone_map import BoneMap, map_bones
from blender_addon.core.retarget import RigMotion, posed
from blender_addon.core.rig import Rig

LONG_ARMS = {"measure-upperarm-length-incr": 1.0, "measure-lowerarm-length-incr": 1.0}


@dataclass(frozen=True)
class SkinnedBody:
    """A rig with its skin at rest: `points` `(N, 3)`, `weights` `(N, B)`, quads `faces`, and the
    indices of the points of `parts` by name."""

    rig: Rig
    bone_map: BoneMap
    points: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    parts: dict[str, np.ndarray]

    def skin_at(self, motion: RigMotion, frames: np.ndarray) -> list[np.ndarray]:
        """The skin's points in some frames, by linear blend skinning."""
        heads, rotations = posed(self.rig, motion)
        turns = rotations[frames] @ np.swapaxes(self.rig.rotations, 1, 2)
        shifts = heads[frames] - np.einsum("tbij,bj->tbi", turns, self.rig.heads)
        return [
            np.einsum("nij,nj->ni", np.tensordot(self.weights, turn, 1), self.points)
            + self.weights @ shift
            for turn, shift in zip(turns, shifts, strict=True)
        ]

    def clearance(self, points: np.ndarray, first: str, second: str) -> float:
        """Smallest distance between two parts of the skin, negative where one is in the other."""
        corners = points[self.faces]
        normals = np.zeros_like(points)
        across = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        for corner in self.faces.T:
            for axis in range(3):
                normals[:, axis] += np.bincount(corner, across[:, axis], len(points))
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-12
        middle = points[self.parts[first]].mean(axis=0)
        sides = [self._surface(points, normals, part, middle) for part in (first, second)]
        gaps = []
        for (ours, _), (theirs, outwards) in (sides, sides[::-1]):
            distance, nearest = KDTree(theirs).query(ours)
            along = np.sum((ours - theirs[nearest]) * outwards[nearest], axis=1)
            gaps.append(np.where(-along > 0.5 * distance, along, distance).min())
        return float(min(gaps))

    def _surface(
        self, points: np.ndarray, normals: np.ndarray, part: str, middle: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """A part's faces around `middle` as a grid of points, finer than its vertices, with
        normals."""
        quads = self.faces[np.isin(self.faces, self.parts[part]).all(axis=1)]
        quads = quads[np.linalg.norm(points[quads[:, 0]] - middle, axis=1) < 0.2]
        u, v = (share.ravel() for share in np.meshgrid(*[np.linspace(0.0, 1.0, 3)] * 2))
        shares = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
        return (shares @ points[quads]).reshape(-1, 3), (shares @ normals[quads]).reshape(-1, 3)


@lru_cache
def skinned_body(name: str) -> SkinnedBody:
    """`child`: six years old; `giant`: 2.2 m tall with arms a quarter longer than his height asks
    for; `heavy`: a very stout man."""
    if importlib.util.find_spec("anny") is None:
        pytest.skip("anny is not installed")
    common = {"african": 0.0, "asian": 1.0, "caucasian": 0.12, "muscle": 0.45}
    phenotypes = {
        "child": {"gender": 1.0, "age": 0.334, "weight": 0.42, "height": 0.4},
        "giant": {"gender": 0.0, "age": 0.7, "weight": 0.48, "height": 0.4},
        "heavy": {"gender": 0.0, "age": 0.7, "weight": 1.0, "height": 0.4},
    }
    giant = name == "giant"
    return _built(common | phenotypes[name], LONG_ARMS if giant else {}, 1.3 if giant else 1.0)


def _built(phenotype: dict[str, float], changes: dict[str, float], scale: float) -> SkinnedBody:
    from gesture_core.avatar.basemesh import BODY
    from gesture_core.avatar.human import build_human

    human = build_human(phenotype, changes)
    bones, points = human.rig, human.vertices[BODY] * scale
    weights, owner = human.weights[BODY], human.weights[BODY].argmax(axis=1)
    skin = {name: points[owner == bone][::4] for bone, name in enumerate(bones.names)}
    ends = (bones.heads * scale, bones.tails * scale)
    rig = Rig(bones.names, bones.parents, *ends, bones.axes, skin=skin)
    quads = np.concatenate([group for group in human.base.faces.values() if len(group)])
    parts = {
        part: np.flatnonzero([part in _line(rig, bone) for bone in range(len(bones.names))])
        for part in ("leftHand", "rightHand", "head")
    }
    return SkinnedBody(
        rig,
        map_bones(rig),
        points,
        weights,
        quads[(quads < len(points)).all(axis=1)],
        {part: np.flatnonzero(np.isin(owner, below)) for part, below in parts.items()},
    )


def _line(rig: Rig, bone: int) -> set[str]:
    return {rig.names[bone], *(rig.names[above] for above in rig.above(bone))}
