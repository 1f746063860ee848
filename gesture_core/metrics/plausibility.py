"""Whether a body could have made a motion, and whether its hands gesture at all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.body.humanoid import require_humanoid
from gesture_core.body.limits import humanoid_limits, limit_use
from gesture_core.body.speeds import angular_speeds, joint_speeds, root_speed, root_speeds
from gesture_core.body.volume import arms_of, humanoid_volume
from gesture_core.motion import Motion
from gesture_core.rotation import Array, quat_inverse, quat_rotate
from gesture_core.skeleton import HUMANOID, forward_kinematics

GESTURE = 0.08
"""Metres a wrist must leave its place before the chest to count as gesturing.

In the recorded clips of SmartBody the wrists of people who merely stand and shift their weight
stay within 0.07 m; 97 % of the gestures go farther than 0.08 m.
"""

PENETRATION = 0.01
"""Metres by which a hand or forearm may be in the body before anybody sees it."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Plausibility:
    """Figures of one motion of HUMANOID; lengths in metres.

    `limit_use`: the largest share of a joint's range in use, above 1 beyond its limit, by joint
    `limit_joint`; `limit_frames`: share of the frames with a joint beyond its limit.
    `body_depth`, `hands_depth`: how deep a hand or forearm is in torso, head or thigh, and in the
    other arm; 0 when apart. `deep_frames`: share of the frames in which either is more than
    `PENETRATION`. `jump`: the largest step from frame to frame as a share of the fastest
    recorded one, by joint `jump_joint` (`root` for the hips' place). `foot_slide`: how far an
    ankle or toe gets from its first place. `wrist_travel`: how far a wrist gets from its first
    place, seen from the chest.
    """

    limit_use: float
    limit_joint: str
    limit_frames: float
    body_depth: float
    hands_depth: float
    deep_frames: float
    jump: float
    jump_joint: str
    foot_slide: float
    wrist_travel: float

    @property
    def gestures(self) -> bool:
        """Whether a hand leaves its rest."""
        return self.wrist_travel >= GESTURE


def plausibility(motion: Motion) -> Plausibility:
    """Measure a motion of HUMANOID; `ValueError` for another skeleton or no frames."""
    require_humanoid(motion.skeleton)
    if not motion.frames:
        raise ValueError("a motion without frames has no plausibility")
    use = _limit_use(motion)
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    depths = _depths(positions, turned)
    jump, jump_joint = _worst_jump(motion)
    feet = HUMANOID.indices(("leftFoot", "leftToes", "rightFoot", "rightToes"))
    return Plausibility(
        limit_use=float(use.max()),
        limit_joint=HUMANOID.names[int(use.max(axis=0).argmax())],
        limit_frames=float(np.mean(np.any(use > 1.0 + _ROUNDING, axis=-1))),
        body_depth=float(depths[0].max()),
        hands_depth=float(depths[1].max()),
        deep_frames=float(np.mean(depths.max(axis=0) > PENETRATION)),
        jump=jump,
        jump_joint=jump_joint,
        foot_slide=_farthest(positions[:, feet]),
        wrist_travel=_farthest(_wrists_from_chest(positions, turned)),
    )


def penetration(motion: Motion) -> Array:
    """How deep hands and forearms are in the body or in the other arm (T,), metres; 0 when apart.

    For motions of HUMANOID, as `plausibility`.
    """
    require_humanoid(motion.skeleton)
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    return _depths(positions, turned).max(axis=0)


def beyond_limits(motion: Motion) -> NDArray[np.bool_]:
    """Whether any joint of HUMANOID is beyond the end of its range (T,)."""
    require_humanoid(motion.skeleton)
    return np.any(_limit_use(motion) > 1.0 + _ROUNDING, axis=-1)


def joint_distance(a: Motion, b: Motion) -> float:
    """Mean distance in metres between the joints of two motions over the frames both have.

    `ValueError` when their skeletons or frame rates differ.
    """
    if a.skeleton.names != b.skeleton.names or a.fps != b.fps:
        raise ValueError("joint_distance compares motions of one skeleton and frame rate")
    frames = min(a.frames, b.frames)
    first, second = (
        forward_kinematics(m.skeleton, m.rotations[:frames], m.root[:frames])[0] for m in (a, b)
    )
    return float(np.linalg.norm(first - second, axis=-1).mean())


def _limit_use(motion: Motion) -> Array:
    """Share of its range that every joint uses (T, J)."""
    return limit_use(humanoid_limits(), np.asarray(motion.rotations, dtype=float)).max(axis=-1)


def _depths(positions: Array, turned: Array) -> Array:
    """How deep the arms are in the body and in each other, (2, T) metres; 0 when apart."""
    depths = np.zeros((2, len(positions)))
    for arm in arms_of(humanoid_volume(), positions, turned):
        overlap = arm.overlap().max(axis=1)
        for row, carried in enumerate((0.0, 1.0)):
            depths[row] = np.maximum(depths[row], overlap[:, arm.carried == carried].max(axis=1))
    return depths


def _worst_jump(motion: Motion) -> tuple[float, str]:
    if motion.frames < 2:
        return 0.0, ""
    joints = (angular_speeds(motion) / joint_speeds()).max(axis=0)
    root = float(root_speeds(motion).max() / root_speed())
    if root > joints.max():
        return root, "root"
    return float(joints.max()), HUMANOID.names[int(joints.argmax())]


def _wrists_from_chest(positions: Array, turned: Array) -> Array:
    """Wrists `(T, 2, 3)` in the frame of the upper chest, which breath and sway carry along."""
    chest = HUMANOID.index("upperChest")
    wrists = HUMANOID.indices(("leftHand", "rightHand"))
    return quat_rotate(
        quat_inverse(turned[:, None, chest]), positions[:, wrists] - positions[:, None, chest]
    )


def _farthest(places: Array) -> float:
    """Largest distance of any of the points `(T, N, 3)` from its first place."""
    return float(np.linalg.norm(places - places[:1], axis=-1).max())
