"""Rigs whose object is scaled by another factor along each axis: what is a turn in their space
shows as a turn and a shear."""

from __future__ import annotations

from collections.abc import Container
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
    riders = _riders(rig, turns)
    found: dict[str, Array] = {}
    for name, turn in turns.items():
        along, square = _axes(rig, bone_map, name, riders.get(name, []))
        shown = to_matrix(turn)
        lines = shown @ (rig.stretch @ along) @ back
        squares = shown @ (back @ square) @ rig.stretch
        found[name] = from_matrix(frame(squares, lines) @ frame(square, along).T)
    return found


def _riders(rig: Rig, turns: Container[str]) -> dict[str, list[int]]:
    """The turned bones that each turned bone carries along directly."""
    riders: dict[str, list[int]] = {}
    for bone, name in enumerate(rig.names):
        above = (rig.names[each] for each in rig.above(bone))
        carrier = next((each for each in above if each in turns), None)
        if name in turns and carrier is not None:
            riders.setdefault(carrier, []).append(bone)
    return riders


def _axes(rig: Rig, bone_map: BoneMap, name: str, riders: list[int]) -> tuple[Array, Array]:
    """Direction of a bone, towards the one that rides on it, and a line square to it."""
    head = rig.heads[rig.index(name)]
    for side in SIDES:
        knuckles = [f"{side}{finger}Proximal" for finger in FINGERS[1:]]
        ends = [rig.index(bone_map.first(each)) for each in knuckles if each in bone_map.bones]
        if name in bone_map.bones.get(f"{side}Hand", ()) and len(ends) > 1:
            rays = rig.heads[ends] - head
            return rays.mean(axis=0), np.cross(rays[0], rays[-1])
    end = rig.heads[riders[0]] if len(riders) == 1 else rig.tails[rig.index(name)]
    along = end - head
    return along, np.cross(along, np.eye(3)[np.argmin(np.abs(normalize(along)))])
