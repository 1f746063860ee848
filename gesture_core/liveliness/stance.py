"""Standing: a body that sways a little over feet that stay where they are."""

from __future__ import annotations

import numpy as np

from gesture_core.kinematics import two_bone_ik
from gesture_core.liveliness.curves import drift, soft_clip, stream
from gesture_core.rotation import (
    Array,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics

_SLOW = 1.9
"""Seconds between the knots of the sway: weight moves at 0.05 to 0.25 Hz."""

_SOFT_KNEES = 0.007
_SWAY = np.array([0.011, 0.0, 0.005])
_LARGEST_SWAY = 0.025
_LEAN = np.radians([0.5, 1.1, 0.7])
_ROLL_PER_SWAY = np.radians(45.0)
_UPRIGHT = 0.75
_TURNOUT = np.radians([9.0, 6.5])
_STANDING = 0.02


def stands(rotations: Array, root: Array) -> bool:
    """Whether both feet stay within 2 cm of their first place."""
    feet = HUMANOID.indices(("leftFoot", "rightFoot"))
    positions, _ = forward_kinematics(HUMANOID, rotations, root)
    return bool(np.ptp(positions[:, feet], axis=0).max() <= _STANDING)


def sway(rotations: Array, root: Array, times: Array, seed: int) -> tuple[Array, Array]:
    """Shift the weight of a standing body; returns rotations `(T, J, 4)` and root `(T, 3)`.

    Hips drift and turn, knees are soft, the spine stays nearly upright; both feet stay planted,
    slightly turned out, where the first frame has them.
    """
    rotations, root = rotations.copy(), root.copy()
    planted = _planted_feet(rotations[:1], root[:1])
    rng = stream(seed, "stance")
    shift = soft_clip(drift(times, rng, 3, _SLOW) * _SWAY, _LARGEST_SWAY)
    lean = soft_clip(drift(times, rng, 3, _SLOW) * _LEAN, np.radians(2.5))
    lean[:, 2] += shift[:, 0] * _ROLL_PER_SWAY
    root += shift - [0.0, _SOFT_KNEES, 0.0]
    hips, spine = HUMANOID.index("hips"), HUMANOID.index("spine")
    rotations[:, hips] = quat_multiply(rotvec_to_quat(lean), rotations[:, hips])
    rotations[:, spine] = quat_multiply(rotvec_to_quat(-_UPRIGHT * lean), rotations[:, spine])
    positions, turned = forward_kinematics(HUMANOID, rotations, root)
    for side in SIDES:
        _plant(rotations, positions, turned, side, *planted[side])
    return rotations, root


def _planted_feet(rotations: Array, root: Array) -> dict[str, tuple[Array, Array]]:
    """World position `(3,)` of each ankle and world rotation `(4,)` of each foot, turned out."""
    positions, turned = forward_kinematics(HUMANOID, rotations, root)
    planted = {}
    for side, turnout in zip(SIDES, _TURNOUT * [1.0, -1.0], strict=True):
        foot = HUMANOID.index(f"{side}Foot")
        out = rotvec_to_quat(np.array([0.0, turnout, 0.0]))
        planted[side] = positions[0, foot], quat_multiply(out, turned[0, foot])
    return planted


def _plant(
    rotations: Array, positions: Array, turned: Array, side: str, ankle: Array, facing: Array
) -> None:
    """Let one leg reach its ankle's place again, in place; the knee points where the foot does."""
    upper, lower, foot = (HUMANOID.index(side + bone) for bone in ("UpperLeg", "LowerLeg", "Foot"))
    outwards = quat_rotate(facing, np.array([0.0, 0.0, 1.0]))
    yaw = rotvec_to_quat(np.array([0.0, np.arctan2(outwards[0], outwards[2]), 0.0]))
    turns = two_bone_ik(
        positions[:, upper],
        positions[:, lower],
        positions[:, foot],
        np.broadcast_to(ankle, positions[:, foot].shape),
        np.broadcast_to(quat_rotate(yaw, np.array([1.0, 0.0, 0.0])), positions[:, foot].shape),
    )
    thigh = quat_multiply(turns[0], turned[:, upper])
    shank = quat_multiply(turns[1], turned[:, lower])
    rotations[:, upper] = quat_multiply(quat_inverse(turned[:, 0]), thigh)
    rotations[:, lower] = quat_multiply(quat_inverse(thigh), shank)
    rotations[:, foot] = quat_multiply(quat_inverse(shank), facing)
