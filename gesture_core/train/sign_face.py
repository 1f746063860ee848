"""The 68 face points of iBUG 300-W on a head of HUMANOID's size, moved by expressions.

Places are metres from the head joint, x to the person's left. They are laid out by hand around
the eyes, nose, chin and corners of the mouth that `body` knows, which were measured; how far each
expression carries them is an adult's usual way, of which only the direction matters here.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gesture_core.motion import EXPRESSIONS

Array = NDArray[np.float64]

JAW, RIGHT_BROW, LEFT_BROW = slice(0, 17), slice(17, 22), slice(22, 27)
BRIDGE, NOSTRILS = slice(27, 31), slice(31, 36)
RIGHT_EYE, LEFT_EYE = slice(36, 42), slice(42, 48)
OUTER_LIPS, INNER_LIPS = slice(48, 60), slice(60, 68)

_EYE, _MOUTH = np.array([0.0298, 0.0394, 0.088]), np.array([0.0, -0.027, 0.1])
_LID = 0.005
_OUTER_TOP, _OUTER_BOTTOM = slice(49, 54), slice(55, 60)
_INNER_BOTTOM = slice(65, 68)
_CORNERS = {"Right": [48, 60], "Left": [54, 64]}


def face_points(expressions: Array) -> Array:
    """Points (T, 68, 3) in the head's frame for expressions (T, 52)."""
    return rest_face() + np.einsum("te,epc->tpc", expressions, _carried())


@lru_cache(maxsize=1)
def rest_face() -> Array:
    """The points (68, 3) of a face at rest."""
    face = np.zeros((68, 3))
    turn = np.linspace(-np.pi / 2, np.pi / 2, 17)  # from the right ear over the chin
    down = np.cos(turn)
    face[JAW] = np.stack([0.068 * np.sin(turn), 0.02 - 0.094 * down, 0.02 + 0.065 * down], 1)
    along = np.linspace(0.0, 1.0, 5)  # from the temple to the nose
    arch = np.stack(
        [0.052 - 0.038 * along, 0.052 + 0.008 * np.sin(np.pi * along), 0.09 + 0.013 * along], 1
    )
    face[RIGHT_BROW], face[LEFT_BROW] = arch * (-1, 1, 1), arch[::-1]
    face[BRIDGE] = np.linspace([0.0, 0.042, 0.1], [0.0, 0.0019, 0.1175], 4)
    across = np.linspace(-1.0, 1.0, 5)
    face[NOSTRILS] = np.stack([0.014 * across, np.full(5, -0.009), 0.105 - 0.008 * across**2], 1)
    lid = np.array([(1, 0), (0.4, 1), (-0.4, 1), (-1, 0), (-0.4, -1), (0.4, -1)])  # outer corner on
    eye = _EYE + np.stack([0.014 * lid[:, 0], _LID * lid[:, 1], -0.004 * np.abs(lid[:, 0])], 1)
    face[RIGHT_EYE], face[LEFT_EYE] = eye * (-1, 1, 1), eye[[3, 2, 1, 0, 5, 4]]
    outer = np.linspace(-np.pi, np.pi, 12, endpoint=False)  # from the right corner over the top
    inner = np.linspace(-np.pi, np.pi, 8, endpoint=False)
    face[OUTER_LIPS] = _MOUTH + _lips(outer, 0.025, 0.009)
    face[INNER_LIPS] = _MOUTH + _lips(inner, 0.021, 0.001)
    return face


def _lips(turn: Array, wide: float, high: float) -> Array:
    return np.stack([wide * np.cos(turn), -high * np.sin(turn), -0.006 * np.cos(turn) ** 2], 1)


@lru_cache(maxsize=1)
def _carried() -> Array:
    """How far each expression at 1 carries each point, (52, 68, 3)."""
    carried = np.zeros((len(EXPRESSIONS), 68, 3))

    def carry(name: str, points: slice | list[int], by: Array | tuple[float, ...]) -> None:
        carried[EXPRESSIONS.index(name), points] += np.asarray(by)

    lowered = np.cos(np.linspace(-np.pi / 2, np.pi / 2, 17))[:, None] * (0.0, -0.03, -0.008)
    carry("jawOpen", JAW, lowered)
    carry("jawOpen", _OUTER_BOTTOM, (0.0, -0.022, -0.004))
    carry("jawOpen", _INNER_BOTTOM, (0.0, -0.022, -0.004))
    face = rest_face()
    for name, narrow in (("mouthPucker", 0.45), ("mouthFunnel", 0.3)):
        for lips in (OUTER_LIPS, INNER_LIPS):
            shrunk = -narrow * (face[lips] - _MOUTH) * (1, 0, 0)
            carry(name, lips, shrunk + (0.0, 0.0, 0.008))
    carry("mouthFunnel", _OUTER_TOP, (0.0, 0.004, 0.0))
    carry("mouthFunnel", _OUTER_BOTTOM, (0.0, -0.006, 0.0))
    for side, brow, eye, sign in (
        ("Right", RIGHT_BROW, RIGHT_EYE, -1.0),
        ("Left", LEFT_BROW, LEFT_EYE, 1.0),
    ):
        inwards = np.clip(1.0 - (np.abs(face[brow, :1]) - 0.014) / 0.038, 0.0, 1.0)
        carry("browInnerUp", brow, inwards * (0.0, 0.009, 0.0))
        carry(f"browOuterUp{side}", brow, (1.0 - inwards) * (0.0, 0.009, 0.0))
        carry(f"browDown{side}", brow, (-0.003 * sign, -0.007, 0.0))
        closed = np.sign(_EYE[1] - face[eye, 1:2]) * (np.abs(face[eye, 1:2] - _EYE[1]) > 1e-6)
        carry(f"eyeBlink{side}", eye, closed * (0.0, _LID, 0.0))
        carry(f"eyeWide{side}", eye, closed * (0.0, -0.003, 0.0))
        corner = _CORNERS[side]
        carry(f"mouthSmile{side}", corner, (0.007 * sign, 0.007, -0.004))
        carry(f"mouthFrown{side}", corner, (0.002 * sign, -0.007, 0.0))
        carry(f"mouthStretch{side}", corner, (0.008 * sign, -0.002, -0.004))
    return carried
