"""A signer who stands, breathes, blinks and looks at whom they sign to.

The layers of `liveliness` that leave the hands where the signs have them: no unrest of arms and
fingers, and shallow breath, since hands must meet the face and each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gesture_core.body.description import load_body
from gesture_core.gestures.easing import ease
from gesture_core.liveliness import breath, face, gaze, stance
from gesture_core.liveliness.curves import drift, stream
from gesture_core.liveliness.phrases import Phrase
from gesture_core.motion import EXPRESSIONS, Motion
from gesture_core.rotation import Array, length, quat_multiply, quat_rotate, rotvec_to_quat
from gesture_core.skeleton import HUMANOID, forward_kinematics

_SHALLOW = 0.5
"""Share of a resting breath."""
_BREATHING = ("spine", "chest", "upperChest", "neck", "head")
_UNREST = {"neck": (0.3, 0.4, 0.3), "head": (0.5, 0.7, 0.5)}
"""Degrees about x, y, z by which the head is never quite still."""
_UNREST_INTERVAL = 1.6
_AT_FACE = (0.03, 0.12)
"""Metres from the joints of a hand to the skull: there the head is still, from there on free."""
_FINGER_JOINTS = ("Proximal", "Intermediate", "Distal")
_NEAR = np.radians(4.0)
"""Signers look at the one they sign to: fixations farther away than this are left out."""
_BROWS, _SMILE = 0.18, 0.12
"""Inner brows and corners of the mouth of a face that expects an answer."""


def bring_to_life(motion: Motion, sentences: Sequence[Phrase], seed: int) -> Motion:
    """Add sway, breath, an unquiet head, blinks and gaze to a motion of the standing HUMANOID.

    `sentences`: when each is signed; blinks fall on their ends (Wilbur 1994, for American Sign
    Language). The same seed gives the same curves over time at every frame rate.
    """
    times = np.arange(motion.frames) / motion.fps
    rotations, root = stance.sway(motion.rotations, motion.root, times, seed)
    taken = breath.breaths(motion.duration, sentences, seed)
    free = _free_head(motion)
    rotations = _breathe(rotations, _SHALLOW * breath.fullness(times, taken), free)
    rotations = _unrest(rotations, times, seed, free)
    fixed = gaze.fixations(motion.duration, (), (), seed)
    near = [fixation for fixation in fixed if np.hypot(*fixation.offset) <= _NEAR]
    rotations, curves = gaze.look(rotations, root, gaze.gaze_offsets(times, near))
    curves |= face.blinks(times, face.blink_times(motion.duration, sentences, seed), seed)
    expressions = _at_ease(motion.expressions)
    for name, curve in curves.items():
        column = EXPRESSIONS.index(name)
        expressions[:, column] = np.clip(np.maximum(expressions[:, column], curve), 0.0, 1.0)
    return replace(motion, rotations=rotations, root=root, expressions=expressions)


def _free_head(motion: Motion) -> Array:
    """How freely `(T,)` the head may move: 1, and down to 0 where a hand touches the face, which
    has to find it where the signs have it."""
    positions, turned = forward_kinematics(HUMANOID, motion.rotations, motion.root)
    head, skull = HUMANOID.index("head"), load_body().obstacles["head"]
    middle = positions[:, head] + quat_rotate(turned[:, head], np.array(skull.start_offset))
    hands = [n for n, name in enumerate(HUMANOID.names) if name.endswith(("Hand", *_FINGER_JOINTS))]
    gap = length(positions[:, hands] - middle[:, None]).min(axis=1) - skull.radius
    return ease((gap - _AT_FACE[0]) / (_AT_FACE[1] - _AT_FACE[0]))


def _breathe(rotations: Array, full: Array, free: Array) -> Array:
    rotations = rotations.copy()
    for name in _BREATHING:
        joint = HUMANOID.index(name)
        depth = full * free if name in _UNREST else full
        turn = rotvec_to_quat(depth[:, None] * np.radians(breath.TURNS[name]))
        rotations[:, joint] = quat_multiply(turn, rotations[:, joint])
    return rotations


def _unrest(rotations: Array, times: Array, seed: int, free: Array) -> Array:
    rotations = rotations.copy()
    rng = stream(seed, "signer's head")
    for name, degrees in _UNREST.items():
        joint = HUMANOID.index(name)
        wander = drift(times, rng, 3, _UNREST_INTERVAL) * np.radians(degrees) * free[:, None]
        rotations[:, joint] = quat_multiply(rotations[:, joint], rotvec_to_quat(wander))
    return rotations


def _at_ease(expressions: Array) -> Array:
    """A friendly resting face, wherever brows and mouth have nothing to say."""
    eased = expressions.copy()
    for resting, value, busy in (
        (("browInnerUp",), _BROWS, "brow"),
        (("mouthSmileLeft", "mouthSmileRight"), _SMILE, ("mouth", "jaw", "cheek", "tongue")),
    ):
        columns = [EXPRESSIONS.index(name) for name in resting]
        rows = [n for n, name in enumerate(EXPRESSIONS) if name.startswith(busy)]
        free = 1.0 - np.clip(expressions[:, rows].max(axis=1) / 0.3, 0.0, 1.0)
        eased[:, columns] = np.maximum(eased[:, columns], value * free[:, None])
    return eased
