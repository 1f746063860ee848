"""A character's movement as a Biovision Hierarchy (BVH) file: Y up, degrees, metres or centimetres.

https://research.cs.wisc.edu/graphics/Courses/cs-838-1999/Jeff/BVH.html
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .euler import quat_to_euler
from .quaternion import Array, from_matrix, inverse, multiply, rotate

UNITS = {"m": 1.0, "cm": 100.0}
"""File lengths in one metre."""
LOOSE = 0.0005
"""Metres by which a joint may slide in its parent and still count as fixed to it."""


@dataclass(frozen=True)
class Joints:
    """J joints in T frames, clip axes (Y up, +Z forward), metres: the first of `parents` is −1,
    parents come before children; `rest_heads` `(J, 3)` and `rest_turns` `(J, 3, 3)`: the pose that
    all angles are measured from; `tips` `(J, 3)`: where bones end in it; `heads` `(T, J, 3)`;
    `turns` `(T, J, 3, 3)`."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    rest_heads: Array
    rest_turns: Array
    tips: Array
    heads: Array
    turns: Array


def write_bvh(path: Path, joints: Joints, fps: float, unit: str) -> None:
    """Write the movement; `unit`: m or cm.

    Joints that slide, and the root, have position channels and OFFSET zero: some readers add the
    OFFSET to those, others put them in its place.
    """
    scale = UNITS[unit]
    away = multiply(from_matrix(joints.turns), inverse(from_matrix(joints.rest_turns)))
    order = _depth_first(joints.parents)
    channels: list[Array] = []
    sliding: set[int] = set()
    for joint in order:
        parent = joints.parents[joint]
        if parent < 0:
            local, place = away[:, joint], joints.heads[:, joint]
        else:
            back = inverse(away[:, parent])
            local = multiply(back, away[:, joint])
            place = rotate(back, joints.heads[:, joint] - joints.heads[:, parent])
        offset = joints.rest_heads[joint] - joints.rest_heads[parent]
        if parent < 0 or np.abs(place - offset).max() > LOOSE:
            sliding.add(joint)
            channels.append(place * scale)
        angles = np.degrees(quat_to_euler(local, "YXZ"))  # Z · X · Y turns about Y first
        channels.append(angles[:, [2, 0, 1]])
    text = io.StringIO()
    text.write("HIERARCHY\n")
    _write_joint(text, joints, order[0], sliding, scale, "")
    table = np.concatenate(channels, axis=1)
    text.write(f"MOTION\nFrames: {len(table)}\nFrame Time: {1.0 / fps!r}\n")
    np.savetxt(text, np.round(table, 6) + 0.0, fmt="%.6f")
    path.write_text(text.getvalue(), encoding="utf-8")


def _depth_first(parents: Sequence[int]) -> list[int]:
    """The joints in the order of the file."""
    order: list[int] = []
    waiting = [0]
    while waiting:
        joint = waiting.pop()
        order.append(joint)
        waiting += reversed([child for child, parent in enumerate(parents) if parent == joint])
    return order


def _write_joint(
    text: io.StringIO, joints: Joints, joint: int, sliding: set[int], scale: float, indent: str
) -> None:
    parent = joints.parents[joint]
    name = "".join("_" if mark.isspace() else mark for mark in joints.names[joint])
    offset = joints.rest_heads[joint] - joints.rest_heads[parent]
    places = "6 Xposition Yposition Zposition" if joint in sliding else "3"
    text.write(f"{indent}{'ROOT' if parent < 0 else 'JOINT'} {name}\n{indent}{{\n")
    text.write(f"{indent}\tOFFSET {_row(offset * (joint not in sliding) * scale)}\n")
    text.write(f"{indent}\tCHANNELS {places} Zrotation Xrotation Yrotation\n")
    children = [child for child, above in enumerate(joints.parents) if above == joint]
    for child in children:
        _write_joint(text, joints, child, sliding, scale, indent + "\t")
    if not children:
        tip = _row((joints.tips[joint] - joints.rest_heads[joint]) * scale)
        text.write(f"{indent}\tEnd Site\n{indent}\t{{\n{indent}\t\tOFFSET {tip}\n{indent}\t}}\n")
    text.write(f"{indent}}}\n")


def _row(values: Array) -> str:
    return " ".join(f"{value:.6f}" for value in np.round(values, 6) + 0.0)
