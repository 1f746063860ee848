"""Emblems laid over a motion: arms, fingers, head and trunk leave it for the stroke and return."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gesture_core.body.humanoid import require_humanoid
from gesture_core.gestures.arm_reach import Reach, reach
from gesture_core.motion import Motion, Span
from gesture_core.plan import Hand
from gesture_core.planning.emblem_table import Emblem, EmblemTable, HandPose
from gesture_core.planning.emblems import PlannedEmblem
from gesture_core.rotation import (
    Array,
    quat_inverse,
    quat_multiply,
    quat_slerp,
    rotvec_to_quat,
)
from gesture_core.skeleton import HUMANOID

KIND = "emblem"
SIZES = (0.6, 1.4)
"""Sizes beyond which an emblem is not made smaller or larger: it would no longer be read."""
PRESENT = 0.5
"""Size from which an emblem is made in full; below, it fades out to nothing at 0."""

_BOW = {"hips": 0.35, "spine": 0.25, "chest": 0.2, "upperChest": 0.2}
"""How the joints share a bow; the legs take back what the hips turn."""
_HEAD = ("neck", "head")

Row = tuple[int, float, float]
"""Number of a pose, and the seconds at which it is reached and left."""


def lay_emblems(motion: Motion, emblems: Sequence[PlannedEmblem], table: EmblemTable) -> Motion:
    """The motion with emblems laid over it, each from its `start` to its `end`.

    At the stroke the hands are at the emblem's places on the body as it stands there, by inverse
    kinematics; on the way, arms and fingers go over from the motion beneath by minimum jerk (Flash
    & Hogan, 1985), and back. Head and trunk add the emblem's turns to what they do. Spans of kind
    "emblem" tell file and reason. `motion`: HUMANOID; emblems in the order of their strokes.
    """
    require_humanoid(motion.skeleton)
    for planned in emblems:
        motion = _lay(motion, planned, table)
    return motion


def _lay(motion: Motion, planned: PlannedEmblem, table: EmblemTable) -> Motion:
    emblem = table.emblems[planned.name]
    size = float(np.clip(planned.amplitude, *SIZES))
    times = np.arange(motion.frames) / motion.fps
    rows = _rows(emblem, planned)
    weight = min(1.0, planned.amplitude / PRESENT) * _weight(times, planned)
    rotations = np.array(motion.rotations, dtype=float)
    _turn_body(rotations, emblem, planned.hand, size * weight[:, None], rows, times)
    body = rotations.copy()
    for number, side in enumerate(_sides(planned.hand)):
        reaches = _reaches(body, motion, emblem, number, side, rows, table, size)
        if reaches:
            joints = reaches[0].for_side(side)[0]
            keys = np.stack([found.for_side(side)[1] for found in reaches])
            made = _through(keys, rows, times)
            rotations[:, joints] = quat_slerp(rotations[:, joints], made, weight[:, None])
    span = Span(KIND, planned.name, planned.start, planned.end, f"{emblem.file}: {planned.why}")
    return replace(motion, rotations=rotations, spans=(*motion.spans, span))


def _reaches(
    body: Array,
    motion: Motion,
    emblem: Emblem,
    number: int,
    side: str,
    rows: list[Row],
    table: EmblemTable,
    size: float,
) -> list[Reach]:
    """What one hand does in each pose, on the body as it stands when the pose is first reached."""
    found: list[Reach] = []
    for index, pose in enumerate(emblem.poses):
        hand = pose.hands[number]
        if hand is not None:
            frame = _frame(rows, index, motion)
            grown, shape = _grown(hand, emblem, size), table.shapes[hand.shape]
            found.append(reach(body[frame], motion.root[frame], side, grown, shape))
    return found


def _rows(emblem: Emblem, planned: PlannedEmblem) -> list[Row]:
    """The timeline on the clock of the motion; a plan may give it more or less time."""
    pace = planned.kept / emblem.kept if emblem.kept else 0.0
    return [
        (index, planned.stroke + pace * reached, planned.stroke + pace * left)
        for index, reached, left in emblem.timeline()
    ]


def _frame(rows: list[Row], index: int, motion: Motion) -> int:
    """The frame in which a pose is first reached."""
    reached = next(row[1] for row in rows if row[0] == index)
    return int(np.clip(round(reached * motion.fps), 0, motion.frames - 1))


def _weight(times: Array, planned: PlannedEmblem) -> Array:
    """0 before the start, 1 from the stroke until the hands go back, 0 from the end, `(T,)`."""
    rise = (times - planned.start) / (planned.stroke - planned.start)
    fall = (planned.end - times) / (planned.end - planned.stroke - planned.kept)
    return minimum_jerk(np.minimum(rise, fall))


def minimum_jerk(share: Array) -> Array:
    """10 s³ − 15 s⁴ + 6 s⁵ of the share `s` of the time, held outside 0–1 (Flash & Hogan, 1985)."""
    s = np.clip(share, 0.0, 1.0)
    return s**3 * (10.0 - 15.0 * s + 6.0 * s**2)


def _sides(hand: Hand) -> tuple[str, str]:
    """Sides of the leading and of the other hand; with both hands the right one leads."""
    return ("left", "right") if hand == "left" else ("right", "left")


def _grown(pose: HandPose, emblem: Emblem, size: float) -> HandPose:
    """The pose with its hand farther out for a large gesture, as far as the emblem allows."""
    share = 1.0 + emblem.stretch * (size - 1.0)
    x, y, z = pose.place
    return replace(pose, place=(share * x, share * y, z))


def _through(keys: Array, rows: list[Row], times: Array) -> Array:
    """Rotations `(T, N, 4)` through key poses `(K, N, 4)`, at rest in each of them."""
    made = np.repeat(keys[None, rows[0][0]], len(times), axis=0)
    for (_, _, left), (index, reached, _) in zip(rows, rows[1:], strict=False):
        share = minimum_jerk((times - left) / (reached - left))
        made = quat_slerp(made, keys[index], share[:, None])
    return made


def _turn_body(
    rotations: Array, emblem: Emblem, hand: Hand, weight: Array, rows: list[Row], times: Array
) -> None:
    """Add the emblem's nods, bows and shrugs to a motion `(T, J, 4)`, in place."""
    keys = np.radians([(*pose.head, pose.bow, pose.shrug) for pose in emblem.poses])
    if not keys.any():
        return
    track = np.repeat(keys[None, rows[0][0]], len(times), axis=0)
    for (_, _, left), (index, reached, _) in zip(rows, rows[1:], strict=False):
        share = minimum_jerk((times - left) / (reached - left))[:, None]
        track = track + share * (keys[index] - track)
    nod, turn, tilt, bow, shrug = (weight * track).T
    to_side = 1.0 if hand == "left" else -1.0
    for joint in _HEAD:
        _turn(rotations, joint, 0.5 * np.stack([nod, to_side * turn, -to_side * tilt], axis=-1))
    none = np.zeros_like(bow)
    before = rotations[:, HUMANOID.index("hips")].copy()
    for joint, share in _BOW.items():
        _turn(rotations, joint, share * np.stack([bow, none, none], axis=-1))
    back = quat_multiply(quat_inverse(rotations[:, HUMANOID.index("hips")]), before)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        leg = HUMANOID.index(f"{side}UpperLeg")
        rotations[:, leg] = quat_multiply(back, rotations[:, leg])
        _turn(rotations, f"{side}Shoulder", np.stack([none, none, sign * shrug], axis=-1))


def _turn(rotations: Array, joint: str, rotvec: Array) -> None:
    index = HUMANOID.index(joint)
    rotations[:, index] = quat_multiply(rotvec_to_quat(rotvec), rotations[:, index])
