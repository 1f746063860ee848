"""Rigs whose object is scaled by another factor along each axis: what is a turn in their space
shows as a turn and a shear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .bone_map import BoneMap
from .humanoid import FINGERS, SIDES
from .quaternion import Array, frame, from_matrix, normalize, to_matrix
from .rig import Rig


def stretch_of(placement: Array) -> Array | None:
    """The stretch `(3, 3)` in a placement `(3, 3)`, which is a turn after a stretch and a factor;
    None where it scales all directions alike."""
    _, scales, axes = np.linalg.svd(placement)
    factors = scales / np.cbrt(np.prod(scales))
    return None if np.allclose(factors, 1.0, atol=1e-4) else (axes.T * factors) @ axes


def stretched(rig: Rig) -> Rig:
    """The rig as it shows at rest."""
    if rig.stretch is None:
        return rig
    return replace(rig, heads=rig.heads @ rig.stretch, tails=rig.tails @ rig.stretch, stretch=None)


def unstretched(turns: dict[str, Array], rig: Rig, bone_map: BoneMap) -> dict[str, Array]:
    """Turns by the rig's bones that show as `turns` `(T, 4)`.

    A stretched bone cannot show as turned at large: its direction and a plane through it do, the
    palm's in a hand.
    """
    if rig.stretch is None:
        return turns
    back = np.linalg.inv(rig.stretch)
    found: dict[str, Array] = {}
    for name, turn in turns.items():
        along, square = _axes(rig, bone_map, name)
        shown = to_matrix(turn)
        lines = shown @ (rig.stretch @ along) @ back
        squares = shown @ (back @ square) @ rig.stretch
        found[name] = from_matrix(frame(squares, lines) @ frame(square, along).T)
    return found


def _axes(rig: Rig, bone_map: BoneMap, name: str) -> tuple[Array, Array]:
    """Direction of a bone and a line square to it."""
    bone = rig.index(name)
    for side in SIDES:
        knuckles = [f"{side}{finger}Proximal" for finger in FINGERS[1:]]
        ends = [rig.index(bone_map.first(each)) for each in knuckles if each in bone_map.bones]
        if name in bone_map.bones.get(f"{side}Hand", ()) and len(ends) > 1:
            rays = rig.heads[ends] - rig.heads[bone]
            return rays.mean(axis=0), np.cross(rays[0], rays[-1])
    below = [
        rig.index(row[0])
        for row in bone_map.bones.values()
        if rig.parents[rig.index(row[0])] == bone
    ]
    end = rig.heads[below[0]] if len(below) == 1 else rig.tails[bone]
    along = end - rig.heads[bone]
    across = np.cross(along, np.eye(3)[np.argmin(np.abs(normalize(along)))])
    return along, across
