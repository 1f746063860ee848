"""Reaching: the arm and fingers that bring a hand to a place, turned and shaped as asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.body.volume import arms_of, humanoid_volume
from gesture_core.gestures.hand_shapes import point_offset, shape_rotations
from gesture_core.kinematics import unit
from gesture_core.planning.emblem_table import Anchor, HandPose, HandShape
from gesture_core.rotation import (
    Array,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_swing_twist,
    rotmat_to_quat,
    rotvec_to_quat,
)
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints, forward_kinematics

_MIRROR = np.array([1.0, 1.0, -1.0, -1.0])
ARM_LENGTH = float(
    sum(np.linalg.norm(HUMANOID.offsets[HUMANOID.index(j)]) for j in ("leftLowerArm", "leftHand"))
)
"""Shoulder to wrist, metres: the unit in which emblems give places."""

_ANCHORS: dict[Anchor, tuple[str, ArrayLike]] = {
    "chest": ("upperChest", (0.0, 0.0, 0.146)),
    "belly": ("spine", (0.0, 0.03, 0.164)),
    "shoulder": ("leftUpperArm", (0.0, 0.0, 0.0)),
    "nose": ("head", (0.0, 0.0019, 0.1175)),
    "mouth": ("head", (0.0, -0.033, 0.105)),
    "chin": ("head", (0.0, -0.075, 0.088)),
    "cheek": ("head", (0.055, -0.03, 0.075)),
    "ear": ("head", LANDMARKS["leftEar"][1]),
    "forehead": ("head", (0.035, 0.085, 0.095)),
}
"""Bone and place from it in the rest pose, metres: on the skin of the body's left half."""

_ARM = HUMANOID.indices(("leftUpperArm", "leftLowerArm", "leftHand"))
_FINGERS = HUMANOID.indices(
    tuple(joint for finger in FINGERS for joint in finger_joints("left", finger))
)
ARM_JOINTS = np.concatenate([_ARM, _FINGERS])
"""The left joints a reach sets, `(18,)`; `HUMANOID.mirror` gives the right ones."""

_SWIVELS = np.radians(np.arange(-180.0, 180.0, 4.0))
_NATURAL = np.radians(25.0)
"""How far outwards of straight down an elbow hangs by itself."""
_USE, _DEPTH, _FALL = 1.0, 60.0, 1.2
"""Weights of joints near their limits, of metres of overlap and of a lifted elbow."""
_FULL = 0.995
"""A reach straightens the arm no further than this share of its length."""


@dataclass(frozen=True)
class Reach:
    """Local rotations `(18, 4)` of `ARM_JOINTS`, written for the left side.

    `use`: the largest share of a joint's range; `depth`: metres of overlap with the body; `short`:
    metres by which the place was out of reach.
    """

    rotations: Array
    use: float
    depth: float
    short: float

    def for_side(self, side: str) -> tuple[NDArray[np.intp], Array]:
        """The joints of a side and their rotations."""
        if side == "left":
            return ARM_JOINTS, self.rotations
        return HUMANOID.mirror[ARM_JOINTS], self.rotations * _MIRROR


def reach(
    rotations: Array, root: Array, side: str, pose: HandPose, shape: HandShape, size: float = 1.0
) -> Reach:
    """Find the arm for `pose` of the hand on `side` on a body `(J, 4)`, `(3,)`.

    `size` scales the place of the hand from its anchor. Of all places
    of the elbow, on a circle about the line from shoulder to wrist, the one is taken that keeps
    the joints far from their limits and the arm out of the body, and lets the elbow hang.
    """
    if side == "right":
        mirror = HUMANOID.mirror
        rotations, root = rotations[mirror] * _MIRROR, root * np.array([-1.0, 1.0, 1.0])
    positions, turned = forward_kinematics(HUMANOID, rotations, root)
    hand, wrist = _target(positions, turned, pose, shape, size)
    upper = HUMANOID.index("leftUpperArm")
    wrist, short = _within_reach(positions[upper], wrist)
    above = turned[HUMANOID.parents[upper]]
    arms = _arms(above, positions[upper], wrist, hand)
    candidates = np.repeat(rotations[None], len(arms), axis=0)
    candidates[:, _ARM] = arms
    candidates[:, _FINGERS] = shape_rotations(shape)
    use = limit_use(humanoid_limits(), candidates)[:, _ARM].max(axis=-1)
    depth = _overlap(candidates, root)
    wanted = _NATURAL + np.radians(pose.elbow)
    cost = (
        _USE * np.sum(use**2 + 20.0 * np.maximum(use - 0.92, 0.0), axis=-1)
        + _DEPTH * depth
        + _FALL * (1.0 - np.cos(_SWIVELS - wanted))
    )
    best = int(np.argmin(cost))
    return Reach(
        candidates[best, ARM_JOINTS], float(use[best].max()), float(depth[best]), float(short)
    )


def _target(
    positions: Array, turned: Array, pose: HandPose, shape: HandShape, size: float
) -> tuple[Array, Array]:
    """World rotation of the left hand `(4,)` and place of its wrist `(3,)`."""
    bone, offset = _ANCHORS[pose.anchor]
    joint = HUMANOID.index(bone)
    # the shoulder's own bone is what is solved for: its frame is that of the chest
    frame = turned[HUMANOID.index("upperChest") if bone == "leftUpperArm" else joint]
    fingers = unit(pose.fingers)
    palm = np.asarray(pose.palm, dtype=float)
    palm = unit(palm - (palm @ fingers) * fingers)
    basis = np.stack([fingers, -palm, np.cross(fingers, -palm)], axis=-1)
    hand = quat_multiply(frame, rotmat_to_quat(basis))
    place = np.asarray(offset) + size * ARM_LENGTH * np.asarray(pose.place)
    wrist = positions[joint] + quat_rotate(frame, place)
    return hand, wrist - quat_rotate(hand, point_offset(shape, pose.point))


def _within_reach(shoulder: Array, wrist: Array) -> tuple[Array, float]:
    distance = float(np.linalg.norm(wrist - shoulder))
    allowed = min(distance, _FULL * ARM_LENGTH)
    return shoulder + (wrist - shoulder) * (allowed / distance), distance - allowed


def _arms(above: Array, shoulder: Array, wrist: Array, hand: Array) -> Array:
    """Local rotations `(N, 3, 4)` of upper arm, forearm and hand for every swivel of the elbow."""
    a, b = (float(np.linalg.norm(HUMANOID.offsets[joint])) for joint in _ARM[1:])
    line = wrist - shoulder
    distance = float(np.linalg.norm(line))
    along = line / distance
    near = (a * a - b * b + distance * distance) / (2.0 * distance)
    radius = np.sqrt(max(a * a - near * near, 0.0))
    down = quat_rotate(above, [0.0, -1.0, 0.0])
    out = quat_rotate(above, [1.0, 0.0, 0.0])
    # hanging is down; where the arm itself hangs, behind
    down = unit(down - (down @ along) * along + 1e-6 * out)
    side = np.cross(down, along)
    side = side if side @ out >= 0.0 else -side
    angles = _SWIVELS[:, None]
    elbow = shoulder + near * along + radius * (np.cos(angles) * down + np.sin(angles) * side)
    first, second = unit(elbow - shoulder), unit(wrist - elbow)
    hinge = unit(np.cross(first, second))
    upper = rotmat_to_quat(np.stack([first, -hinge, np.cross(first, -hinge)], axis=-1))
    fold = np.arccos(np.clip(np.sum(first * second, axis=-1), -1.0, 1.0))
    lower = quat_multiply(upper, rotvec_to_quat(fold[:, None] * np.array([0.0, -1.0, 0.0])))
    bend, turn = quat_swing_twist(quat_multiply(quat_inverse(lower), hand), [1.0, 0.0, 0.0])
    # the forearm pronates for the hand: swing after twist becomes twist before swing
    local_hand = quat_multiply(quat_multiply(quat_inverse(turn), bend), turn)
    local_lower = quat_multiply(quat_multiply(quat_inverse(upper), lower), turn)
    local_upper = quat_multiply(quat_inverse(above), upper)
    return np.stack([local_upper, local_lower, local_hand], axis=1)


def _overlap(rotations: Array, root: Array) -> Array:
    """How deep the left arm is in the body, `(N,)` metres, 0 outside."""
    roots = np.broadcast_to(root, (len(rotations), 3))
    left, _ = arms_of(humanoid_volume(), *forward_kinematics(HUMANOID, rotations, roots))
    depths = left.overlap()[..., left.carried == 0.0]
    return np.maximum(depths.max(axis=(1, 2)), 0.0)
