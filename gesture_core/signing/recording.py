"""Signs that were recorded instead of written down, played as tracks."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.clip import load_clip
from gesture_core.motion import Motion, resample
from gesture_core.pose.read import clip_to_humanoid
from gesture_core.rotation import Array, quat_inverse, quat_multiply, quat_rotate, quat_to_rotvec
from gesture_core.signing.arms import motion_hand
from gesture_core.signing.track import FPS, HandTrack, Track
from gesture_core.skeleton import HUMANOID, forward_kinematics

MAX_SECONDS = 20.0
"""Longer than any sign; what is longer is no recording of one."""


def recorded_track(path: Path, speed: float = 1.0, fps: float = FPS) -> Track:
    """A recorded sign, its times divided by `speed`; the right hand is the strong one.

    A hand that never rises above its elbow is not active. Raises `UserError` for a file that is
    no clip, or lasts longer than any sign.
    """
    motion = _load(path)
    motion = resample(replace(motion, fps=motion.fps * speed), fps)
    if motion.frames < 2:
        motion = resample(motion, fps, 2)
    return Track(
        fps, _hand(motion, "right"), _hand(motion, "left"), _head(motion), motion.expressions
    )


def raised(motion: Motion, side: str) -> NDArray[np.bool_]:
    """In which frames `(T,)` a wrist is above its elbow, along the upright of the chest."""
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    chest, elbow, wrist = HUMANOID.indices(("upperChest", f"{side}LowerArm", f"{side}Hand"))
    forearm = quat_rotate(quat_inverse(turned[:, chest]), positions[:, wrist] - positions[:, elbow])
    return forearm[:, 1] > 0.0


@lru_cache(maxsize=256)
def _load(path: Path) -> Motion:
    motion = load_clip(path).motion
    if motion.duration > MAX_SECONDS:
        raise UserError(
            f"{path} lasts {motion.duration:.0f} s; a recorded sign has at most {MAX_SECONDS:g}"
        )
    return clip_to_humanoid(motion)


def _hand(motion: Motion, side: str) -> HandTrack:
    used = bool(raised(motion, side).any())
    return replace(motion_hand(motion, side), active=np.full(motion.frames, used))


def _head(motion: Motion) -> Array:
    """Nod, turn and tilt of the head against the chest `(T, 3)`, radians."""
    _, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    chest, head = HUMANOID.indices(("upperChest", "head"))
    nod, turn, tilt = quat_to_rotvec(
        quat_multiply(quat_inverse(turned[:, chest]), turned[:, head])
    ).T
    return np.stack([nod, turn, -tilt], axis=-1)
