"""What a gesture model does not give: a body that breathes, stands, looks and blinks.

This is a layer of rules and filtered noise on top of the model, not learned from data.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.body.humanoid import require_humanoid
from gesture_core.liveliness import breath, face, gaze, stance
from gesture_core.liveliness.curves import drift, stream
from gesture_core.liveliness.phrases import phrases
from gesture_core.motion import EXPRESSIONS, Motion
from gesture_core.rotation import Array, quat_multiply, rotvec_to_quat
from gesture_core.skeleton import FINGERS, HUMANOID, SIDES, finger_joints
from gesture_core.utterance import Utterance

# Standard deviation of the small unrest of each joint, degrees about x, y, z.
_UNREST: dict[str, tuple[float, float, float]] = {
    "neck": (0.35, 0.45, 0.3),
    "head": (0.6, 0.9, 0.55),
    **{f"{side}Shoulder": (0.0, 0.2, 0.25) for side in SIDES},
    **{f"{side}UpperArm": (0.4, 0.35, 0.3) for side in SIDES},
    **{f"{side}LowerArm": (0.6, 0.5, 0.0) for side in SIDES},
    **{f"{side}Hand": (0.0, 0.5, 0.8) for side in SIDES},
    **{
        joint: (0.0, 0.0, 0.9)
        for side in SIDES
        for finger in FINGERS
        for joint in finger_joints(side, finger)[:2]
    },
}
_UNREST_INTERVALS = (0.8, 2.6)


def enliven(motion: Motion, utterance: Utterance, seed: int) -> Motion:
    """Add breath, shifting weight, unrest of head and hands, blinks, gaze, brows and a smile.

    `motion`: HUMANOID, standing; where its feet walk, the stance is left alone. `utterance`:
    on the same clock. The same seed gives the same curves over time at every frame rate.
    Expressions are combined with those of `motion` by the larger one and stay within 0–1.
    """
    require_humanoid(motion.skeleton)
    times = np.arange(motion.frames) / motion.fps
    spoken = phrases(utterance)
    rotations = np.asarray(motion.rotations, dtype=float)
    root = np.asarray(motion.root, dtype=float)
    if stance.stands(rotations, root):
        rotations, root = stance.sway(rotations, root, times, seed)
    taken = breath.breaths(motion.duration, spoken, seed)
    rotations = _breathe(rotations, breath.fullness(times, taken))
    rotations = _unrest(rotations, times, seed)
    found = gaze.fixations(motion.duration, spoken, motion.spans, seed)
    rotations, curves = gaze.look(rotations, root, gaze.gaze_offsets(times, found))
    starts = face.blink_times(motion.duration, spoken, seed)
    curves |= face.blinks(times, starts, seed)
    curves |= face.brows(times, spoken, seed)
    curves |= face.smile(times, spoken, seed)
    return replace(
        motion,
        rotations=rotations,
        root=root,
        expressions=_combined(np.asarray(motion.expressions, dtype=float), curves),
    )


def _breathe(rotations: Array, full: Array) -> Array:
    rotations = rotations.copy()
    for name, degrees in breath.TURNS.items():
        joint = HUMANOID.index(name)
        turn = rotvec_to_quat(full[:, None] * np.radians(degrees))
        rotations[:, joint] = quat_multiply(turn, rotations[:, joint])
    return rotations


def _unrest(rotations: Array, times: Array, seed: int) -> Array:
    """Turn head, arms and fingers by slow noise, so that nothing ever freezes."""
    joints = HUMANOID.indices(tuple(_UNREST))
    size = np.radians(list(_UNREST.values()))
    rng = stream(seed, "unrest")
    wander = sum(
        drift(times, rng, size.size, interval).reshape(len(times), *size.shape)
        for interval in _UNREST_INTERVALS
    )
    rotations = rotations.copy()
    turn = rotvec_to_quat(wander * size / np.sqrt(len(_UNREST_INTERVALS)))
    rotations[:, joints] = quat_multiply(rotations[:, joints], turn)
    return rotations


def _combined(expressions: Array, curves: dict[str, Array]) -> Array:
    expressions = expressions.copy()
    for name, curve in curves.items():
        column = EXPRESSIONS.index(name)
        expressions[:, column] = np.clip(np.maximum(expressions[:, column], curve), 0.0, 1.0)
    return expressions
