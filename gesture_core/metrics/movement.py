"""Plain figures of how hands move, from joint positions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesture_core.motion import Motion
from gesture_core.skeleton import forward_kinematics

Array = NDArray[np.float64]


def wrist_positions(motion: Motion) -> Array:
    """World positions of the left and right wrist, (T, 2, 3) metres."""
    positions, _ = forward_kinematics(motion.skeleton, motion.rotations, motion.root)
    return positions[:, motion.skeleton.indices(("leftHand", "rightHand"))]


def wrist_range(motion: Motion) -> float:
    """Standard deviation of the wrists' coordinates over time, mean over hands and axes, metres."""
    return float(wrist_positions(motion).std(axis=0).mean())


def wrist_jerk(motion: Motion) -> float:
    """Mean size of the wrists' third derivative by finite differences, m/s³; 0 if too short."""
    if motion.frames < 4:
        return 0.0
    third = np.diff(wrist_positions(motion), 3, axis=0)
    return float(np.linalg.norm(third, axis=-1).mean() * motion.fps**3)


def wrist_excursion(motion: Motion, rest: Array) -> Array:
    """Distance of each wrist (T, 2) from its place in the pose `rest` (J, 4), metres."""
    resting, _ = forward_kinematics(motion.skeleton, rest, motion.root[0])
    wrists = motion.skeleton.indices(("leftHand", "rightHand"))
    return np.linalg.norm(wrist_positions(motion) - resting[wrists], axis=-1)


def wrist_distance(a: Motion, b: Motion) -> float:
    """Mean distance of the wrists of two motions of the same length, metres."""
    return float(np.linalg.norm(wrist_positions(a) - wrist_positions(b), axis=-1).mean())
