"""A rest pose to understand a foreign rig by: Y up and standing on its legs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.source_motion import SourceMotion
from gesture_core.pose.bone_names import Vector
from gesture_core.rotation import rotvec_to_quat
from gesture_core.skeleton import SIDES

Array = NDArray[np.float64]

_UPRIGHT = 0.7
"""Least cosine between the vertical and both legs and the trunk of a standing body."""
_Z_UP_TO_Y_UP = rotvec_to_quat([-np.pi / 2, 0.0, 0.0])


def standing_rest(
    source: SourceMotion, bones: Mapping[str, str], known: Mapping[str, Vector]
) -> SourceMotion:
    """`source` turned to Y up, with a rest pose that stands.

    The file's own rest pose is taken if it stands; else the one `known` for the rig, as world
    rotation vectors in degrees by joint; else the frame in which trunk, legs and arms are
    straightest. `bones` is the joint by humanoid bone. Raises `UserError` if none of them stands.
    """
    source = _y_up(source, bones)
    if _stands(source, bones):
        return source
    turns = {joint: rotvec_to_quat(np.radians(turn)) for joint, turn in known.items()}
    at_known_rest = source.with_rest(turns)
    if _stands(at_known_rest, bones):
        return at_known_rest
    frame = _straightest_frame(source, bones)
    at_frame = replace(
        source, rest_offsets=source.positions[frame], rest_rotations=source.rotations[frame]
    )
    if _stands(at_frame, bones):
        return at_frame
    raise UserError("the body stands upright neither at rest nor in any frame")


def _y_up(source: SourceMotion, bones: Mapping[str, str]) -> SourceMotion:
    """`source`, turned by a quarter if it stands along Z, as files written by Blender do."""
    turned = source.turned(_Z_UP_TO_Y_UP)
    if _stands(source, bones) or _stands(turned, bones):
        return source if _stands(source, bones) else turned
    scores = [
        np.median(_uprightness(motion.world()[0], motion, bones)) for motion in (source, turned)
    ]
    return source if scores[0] >= scores[1] else turned


def _stands(source: SourceMotion, bones: Mapping[str, str]) -> bool:
    return bool(_uprightness(source.rest_world()[0], source, bones) > _UPRIGHT)


def _uprightness(positions: Array, source: SourceMotion, bones: Mapping[str, str]) -> Array:
    """Least cosine (...) between +Y and trunk and legs, at joint positions (..., J, 3)."""
    segments = [("hips", "head"), *((f"{side}Foot", f"{side}UpperLeg") for side in SIDES)]
    directions = [_direction(positions, source, bones, *segment) for segment in segments]
    return np.min([direction[..., 1] for direction in directions], axis=0)


def _straightest_frame(source: SourceMotion, bones: Mapping[str, str]) -> int:
    positions, _ = source.world()
    score = _uprightness(positions, source, bones)
    for side in SIDES:
        upper = _direction(positions, source, bones, f"{side}UpperArm", f"{side}LowerArm")
        lower = _direction(positions, source, bones, f"{side}LowerArm", f"{side}Hand")
        score = score + 0.5 * np.sum(upper * lower, axis=-1)
    return int(np.argmax(score))


def _direction(
    positions: Array, source: SourceMotion, bones: Mapping[str, str], start: str, end: str
) -> Array:
    """Unit vector (..., 3) from one humanoid bone to another; zero where they coincide."""
    line = (
        positions[..., source.index(bones[end]), :] - positions[..., source.index(bones[start]), :]
    )
    length = np.linalg.norm(line, axis=-1, keepdims=True)
    return line / np.where(length > 0.0, length, 1.0)
