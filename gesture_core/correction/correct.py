"""The whole correction of a motion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.body.humanoid import require_humanoid
from gesture_core.body.speeds import joint_speeds, root_speed
from gesture_core.correction.contact import push_out
from gesture_core.correction.joints import limit_joints
from gesture_core.correction.speed import limit_root_speed, limit_rotation_speed
from gesture_core.motion import Motion

_ROUNDS = 8


def correct(motion: Motion) -> Motion:
    """A motion of `HUMANOID` that a body can do: joint ranges, no overlap, no jumps.

    Joint rotations stay within anatomical limits, hands and forearms at most 1 cm deep in the
    body or each other, and no joint moves faster from frame to frame than in recorded gesture
    (`data/body.yaml`). Each step only touches what violates it, so a valid motion comes back
    unchanged. Moving an arm or slowing a joint may take it beyond a limit again; the steps are then
    repeated. A contortion whose way out is out of the arm's reach keeps its overlap.
    """
    require_humanoid(motion.skeleton)
    rotations = np.asarray(motion.rotations, dtype=float)
    root = limit_root_speed(np.asarray(motion.root, dtype=float), root_speed() / motion.fps)
    for _ in range(_ROUNDS):
        within = limit_joints(rotations, motion.fps)
        apart = push_out(within, root, motion.fps)
        rotations = limit_rotation_speed(apart, joint_speeds() / motion.fps)
        if rotations is within:
            break
    return replace(motion, rotations=rotations, root=root)
