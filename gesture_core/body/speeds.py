"""The fastest movement of every joint in recorded gesture."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from gesture_core.body.description import load_body
from gesture_core.motion import Motion
from gesture_core.rotation import Array, quat_angle, quat_inverse, quat_multiply
from gesture_core.skeleton import HUMANOID


def angular_speeds(motion: Motion) -> Array:
    """Speed of every joint between neighbouring frames, `(T − 1, J)` rad/s."""
    before, after = motion.rotations[:-1], motion.rotations[1:]
    return quat_angle(quat_multiply(quat_inverse(before), after)) * motion.fps


def root_speeds(motion: Motion) -> Array:
    """Speed of the root between neighbouring frames, `(T − 1,)` m/s."""
    return np.linalg.norm(np.diff(motion.root, axis=0), axis=-1) * motion.fps


def percentile_speeds(motions: Iterable[Motion], percentile: float = 99.9) -> Array:
    """That percentile of every joint's speed over all frames, left and right alike, `(J,)`."""
    speeds = np.concatenate([angular_speeds(motion) for motion in motions])
    bound = np.percentile(speeds, percentile, axis=0)
    return np.maximum(bound, bound[HUMANOID.mirror])


@lru_cache(maxsize=1)
def joint_speeds() -> Array:
    """Bound of every joint of `HUMANOID` from `data/body.yaml`, `(J,)` rad/s."""
    table = load_body().speeds.joints
    names = [name.replace("right", "left") for name in HUMANOID.names]
    return np.array([table[name] for name in names])


def root_speed() -> float:
    """Bound of the root, m/s."""
    return load_body().speeds.root
