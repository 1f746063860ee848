"""Movement qualities: the same words and manner, performed shyly, angrily, tiredly.

Expressivity as a few independent controls – spatial extent, temporal extent, fluidity, activation –
follows Hartmann, Mancini & Pelachaud (2005) and EMOTE (Chi, Costa, Zhao & Badler, SIGGRAPH 2000),
who took them from Laban's effort and shape. They work on any plan and any motion, so that training
data can be composed in a style just as well as generated motion.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gesture_core.gestures.smoothing import smooth_rotations
from gesture_core.gestures.styles import EMPHASES, Posture, Style
from gesture_core.plan import HANDS, Hand, Plan, PlannedGesture
from gesture_core.rotation import (
    Array,
    quat_continuous,
    quat_inverse,
    quat_multiply,
    quat_swing_twist,
    quat_to_rotvec,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID, SIDES

_TRUNK_SHARES = {"spine": 0.3, "chest": 0.4, "upperChest": 0.3}
_HEAD_SHARES = {"neck": 0.45, "head": 0.55}
_FOREARM = 0.35
"""Share of the change in space that the elbow makes: hands far from the body on longer arms."""
_FULL_SWING = 2.0
"""Radians of the upper arm from its rest from which no more space is given to it."""


# ── the plan ──────────────────────────────────────────────────────────────────────────────────


def apply_to_plan(plan: Plan, style: Style, rng: np.random.Generator) -> Plan:
    """The plan as somebody of this style would make it.

    A gesture whose function has odds below 1 is left out as often as they say, but never the last
    one left; a beat may become one of the `EMPHASES` with odds above 1; the planned hand is kept
    as often as its odds against the largest, else drawn again. `tempo` shortens or stretches the
    way to the stroke and back, which stays in place. Depends on nothing but the arguments and the
    state of `rng`.
    """
    draws = rng.random((len(plan), 4))  # as many for every gesture: no choice shifts the others
    odds = np.array([style.functions.get(gesture.function, 1.0) for gesture in plan])
    made = draws[:, 0] < odds
    if not made.any() and odds.any():
        made[np.argmax(odds - draws[:, 0])] = True
    gestures: list[PlannedGesture] = []
    for gesture, (_, change, keep, draw), kept in zip(plan, draws, made, strict=True):
        if kept:
            function = _emphasis(style, change) if gesture.function == "beat" else gesture.function
            hand = _hand(gesture.hand, style, keep, draw)
            gestures.append(_paced(replace(gesture, function=function, hand=hand), style.tempo))
    return replace(plan, gestures=tuple(gestures))


def _emphasis(style: Style, draw: float) -> str:
    """What takes the place of a beat."""
    odds = {name: max(style.functions.get(name, 1.0) - 1.0, 0.0) for name in EMPHASES}
    names = ("beat", *odds)
    reached = np.cumsum([1.0, *odds.values()])
    return names[int(np.searchsorted(reached, draw * reached[-1], side="right"))]


def _hand(planned: Hand, style: Style, keep: float, draw: float) -> Hand:
    odds = np.array([style.hands.get(hand, 1.0) for hand in HANDS])
    if keep * odds.max() < odds[HANDS.index(planned)]:
        return planned
    reached = np.cumsum(odds)
    return HANDS[int(np.searchsorted(reached, draw * reached[-1], side="right"))]


def _paced(gesture: PlannedGesture, tempo: float) -> PlannedGesture:
    start = gesture.stroke - (gesture.stroke - gesture.start) / tempo
    end = gesture.stroke + (gesture.end - gesture.stroke) / tempo
    return replace(gesture, start=max(start, min(gesture.start, 0.0)), end=end)


# ── the motion ────────────────────────────────────────────────────────────────────────────────


def apply_to_motion(rotations: Array, rest: Array, style: Style, fps: float) -> Array:
    """The movement (T, J, 4) of HUMANOID in the space, posture and fluidity of a style.

    `rest` (J, 4) is the pose that the hands come back to. A style without qualities changes
    nothing. Joint limits are the correction's business; what is added stays well inside them.
    """
    rotations = quat_continuous(np.asarray(rotations, dtype=float))
    if style.space != 1.0:
        rotations = _spaced(rotations, rest, style.space)
    if style.fluidity > 0.0:
        rotations = smooth_rotations(rotations, style.fluidity * fps)
    if style.posture != Posture():
        rotations = _held(rotations, style.posture)
    return rotations


def _spaced(rotations: Array, rest: Array, space: float) -> Array:
    """Turn the upper arms more or less from rest, and the elbows the other way."""
    rotations = rotations.copy()
    for side in SIDES:
        upper, lower = HUMANOID.indices((f"{side}UpperArm", f"{side}LowerArm"))
        turn = quat_to_rotvec(quat_multiply(quat_inverse(rest[upper]), rotations[:, upper]))
        angle = np.linalg.norm(turn, axis=-1, keepdims=True)
        room = np.clip(1.0 - (angle / _FULL_SWING) ** 2, 0.0, 1.0) if space > 1.0 else 1.0
        turn = turn * (1.0 + (space - 1.0) * room)
        rotations[:, upper] = quat_multiply(rest[upper], rotvec_to_quat(turn))
        bend = quat_multiply(quat_inverse(rest[lower]), rotations[:, lower])
        swing, twist = quat_swing_twist(bend, HUMANOID.offsets[HUMANOID.index(f"{side}Hand")])
        swing = rotvec_to_quat(quat_to_rotvec(swing) * (1.0 - _FOREARM * (space - 1.0)))
        rotations[:, lower] = quat_multiply(rest[lower], quat_multiply(swing, twist))
    return rotations


def _held(rotations: Array, posture: Posture) -> Array:
    """Hold trunk, shoulders, head and arms as the posture says.

    Where trunk and shoulders turn, the arms keep their direction.
    """
    held = rotations.copy()
    for name, share in _TRUNK_SHARES.items():
        _turn(held, name, [share * posture.bow, 0.0, 0.0])
    for name, share in _HEAD_SHARES.items():
        _turn(held, name, [share * (posture.head - posture.bow), 0.0, share * posture.tilt])
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        _turn(held, f"{side}Shoulder", [0.0, 0.0, sign * posture.shoulders])
        chain = ("spine", "chest", "upperChest", f"{side}Shoulder")
        upper = HUMANOID.index(f"{side}UpperArm")
        moved = quat_multiply(quat_inverse(_carried(held, chain)), _carried(rotations, chain))
        held[:, upper] = quat_multiply(moved, held[:, upper])
        _turn(held, f"{side}UpperArm", [0.0, 0.0, sign * posture.arms])
    return held


def _turn(rotations: Array, name: str, rotvec: list[float]) -> None:
    joint = HUMANOID.index(name)
    rotations[:, joint] = quat_multiply(rotvec_to_quat(rotvec), rotations[:, joint])


def _carried(rotations: Array, chain: tuple[str, ...]) -> Array:
    """Turn (T, 4) of the last joint of a chain against the parent of the first."""
    first, *rest = HUMANOID.indices(chain)
    turned = rotations[:, first]
    for joint in rest:
        turned = quat_multiply(turned, rotations[:, joint])
    return turned
