"""A rig's movement as a Biovision Hierarchy (BVH) file: Y up, degrees, metres or centimetres."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from .quaternion import Array, from_matrix, inverse, multiply, to_matrix
from .rig import Rig

UNITS = {"m": 1.0, "cm": 100.0}
"""File lengths in one metre."""


def write_bvh(
    path: Path, rig: Rig, heads: Array, turned: Array, bones: tuple[str, ...], fps: float, unit: str
) -> None:
    """Write the `bones` and what they hang from.

    `heads` `(T, B, 3)` metres and `turned` `(T, B, 3, 3)` of all the rig's bones in clip axes
    (Y up, +Z forward), whose first frame is the rest pose and is not written.
    """
    wanted = {rig.index(name) for name in bones}
    kept = sorted(wanted | {above for bone in wanted for above in rig.above(bone)})
    roots = [bone for bone in kept if rig.parents[bone] < 0]
    rest, scale = from_matrix(turned[0]), UNITS[unit]
    turns = multiply(from_matrix(turned[1:]), inverse(rest))
    order: list[int] = []
    text = io.StringIO()
    text.write("HIERARCHY\n")
    for root in roots:
        _write_joint(text, rig, heads[0] * scale, kept, root, 0, order)
    channels: list[Array] = []
    for bone in order:
        parent = rig.parents[bone]
        local = (
            turns[:, bone] if parent < 0 else multiply(inverse(turns[:, parent]), turns[:, bone])
        )
        if parent < 0:
            channels.append(heads[1:, bone] * scale)
        channels.append(euler_zxy(local))
    table = np.concatenate(channels, axis=1)
    text.write(f"MOTION\nFrames: {len(table)}\nFrame Time: {1.0 / fps!r}\n")
    np.savetxt(text, table, fmt="%.6f")
    path.write_text(text.getvalue(), encoding="utf-8")


def _write_joint(
    text: io.StringIO,
    rig: Rig,
    heads: Array,
    kept: list[int],
    bone: int,
    depth: int,
    order: list[int],
) -> None:
    order.append(bone)
    parent, indent = rig.parents[bone], "\t" * depth
    # Some readers add a root's OFFSET to its position channels, others replace it: leave it zero.
    offset = heads[bone] - heads[parent] if parent >= 0 else np.zeros(3)
    name = "".join("_" if mark.isspace() else mark for mark in rig.names[bone])
    text.write(f"{indent}{'ROOT' if parent < 0 else 'JOINT'} {name}\n{indent}{{\n")
    text.write(f"{indent}\tOFFSET {offset[0]:.6f} {offset[1]:.6f} {offset[2]:.6f}\n")
    places = "6 Xposition Yposition Zposition" if parent < 0 else "3"
    text.write(f"{indent}\tCHANNELS {places} Zrotation Xrotation Yrotation\n")
    children = [child for child in kept if rig.parents[child] == bone]
    for child in children:
        _write_joint(text, rig, heads, kept, child, depth + 1, order)
    if not children:
        length = float(np.linalg.norm(rig.tails[bone] - rig.heads[bone]))
        text.write(f"{indent}\tEnd Site\n{indent}\t{{\n{indent}\t\tOFFSET 0 {length:.6f} 0\n")
        text.write(f"{indent}\t}}\n")
    text.write(f"{indent}}}\n")


def euler_zxy(rotations: Array) -> Array:
    """Degrees `(..., 3)` about Z, then the turned X, then the turned Y."""
    m = to_matrix(rotations)
    x = np.arcsin(np.clip(m[..., 2, 1], -1.0, 1.0))
    z = np.arctan2(-m[..., 0, 1], m[..., 1, 1])
    y = np.arctan2(-m[..., 2, 0], m[..., 2, 2])
    return np.degrees(np.unwrap(np.stack([z, x, y], axis=-1), axis=0))
