"""From one posture of a hand to the next: how long it takes and which way the hand goes.

Everything here is worked out for the left hand; the right one is its mirror image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gesture_core.gestures.easing import ease
from gesture_core.kinematics import unit
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_rotate,
    quat_to_rotvec,
    rotvec_to_quat,
)
from gesture_core.signing.arms import ArmPose, carry, hand_turn, wrist_angles
from gesture_core.signing.skin import skin_depth
from gesture_core.signing.timing import movement_seconds
from gesture_core.signing.track import HandTrack

_HAND = np.linspace(0.0, 0.16, 5)
"""Metres from the wrist towards the tips of half bent fingers at which the hand is looked at."""
_FOREARM = np.linspace(0.2, 0.04, 5)
"""And from the wrist back towards the elbow."""
_HANDS_APART = 0.075
"""Metres that the middle lines of both hands and forearms keep from each other on a way."""
_CLEARANCE = 0.035
"""Metres that the middle line of the hand keeps from the skin on its way."""
_NATURAL = 0.04
"""Share of its length by which any way bends away from the body."""
_MOST_BENT, _BENT_A_FRAME = 0.3, 0.014
"""Metres by which a way may bend to go round the body and the other hand, in all, and for each of
its frames: going round is no faster than going on."""
_FORWARDS = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, eq=False)
class Brink:
    """A left hand in the two frames at one end of what it does, in order of time.

    `wrist` `(2, 3)`, `swivel` `(2,)` and `fingers` `(2, 15, 4)` as in `HandTrack`; `angles`
    `(2, 3)`: pronation, deviation and flexion.
    """

    wrist: Array
    swivel: Array
    fingers: Array
    angles: Array


def brinks(hand: HandTrack) -> tuple[Brink, Brink]:
    """The first two frames of a left hand and its last two."""
    last = hand.frames - 1
    ends = hand.during(np.array([0, min(1, last), max(0, last - 1), last]))
    angles = wrist_angles(carry(ends.wrist, ends.swivel), ends.turn)
    first, last = (
        Brink(ends.wrist[part], ends.swivel[part], ends.fingers[part], angles[part])
        for part in (slice(0, 2), slice(2, 4))
    )
    return first, last


def travel_seconds(before: Brink, after: Brink) -> float:
    """Seconds at speed 1 from the last frame of `before` to the first of `after`."""
    distance = float(np.linalg.norm(after.wrist[0] - before.wrist[-1]))
    turn = float(np.abs(after.angles[0] - before.angles[-1]).max())
    bend = quat_angle(quat_multiply(quat_inverse(before.fingers[-1]), after.fingers[0]))
    return movement_seconds(distance, turn, float(bend.max()))


def held(hand: HandTrack, frame: int, count: int) -> HandTrack:
    """One frame of a hand, stretched to `count` frames."""
    return hand.during(np.full(count, frame % hand.frames))


def bridge(before: Brink, after: Brink, frames: int, other: Array | None = None) -> HandTrack:
    """A left hand's way from the last frame of `before` to the first of `after`.

    Place, joints of forearm, wrist and fingers go on with the speeds that they have at both ends,
    and so stay between the angles there: a hand turned through the world might break the wrist.
    The way bends forwards, as far as it must to go round the body and the `other` hand, whose
    `middle_line` in these frames is `(frames, P, 3)`.
    """
    angles = quintic(before.angles, after.angles, frames)
    swivel = quintic(before.swivel, after.swivel, frames)
    straight = quintic(before.wrist, after.wrist, frames)
    arm = carry(straight, swivel)
    wrist = straight + _way_round(_middle_line(arm, hand_turn(arm, angles)), other)
    return HandTrack(
        wrist,
        hand_turn(carry(wrist, swivel), angles),
        _turned(before.fingers, after.fingers, frames),
        swivel,
        np.ones(frames, bool),
    )


def middle_line(hand: HandTrack) -> Array:
    """Points `(T, 10, 3)` along forearm and hand of a left hand."""
    return _middle_line(carry(hand.wrist, hand.swivel), hand.turn)


def _middle_line(arm: ArmPose, turn: Array) -> Array:
    back = unit(arm.elbow - arm.wrist)[:, None]
    fingers = quat_rotate(turn, np.array([1.0, 0.0, 0.0]))[:, None]
    along = np.concatenate([_FOREARM[:, None] * back, _HAND[:, None] * fingers], axis=1)
    return arm.wrist[:, None] + along


def quintic(before: Array, after: Array, frames: int) -> Array:
    """Values `(frames, …)` between `before[-1]` and `after[0]` that keep the speeds there.

    `before` and `after` `(2, …)`: the frames at either end, or one `(1, …)` that stands still.
    Accelerations at both ends are zero; between two that stand it is the minimum-jerk curve.
    """
    steps = frames + 1
    leaving = (before[-1] - before[0]) * steps
    arriving = (after[-1] - after[0]) * steps
    share = (np.arange(1, steps) / steps).reshape(-1, *[1] * before[0].ndim)
    way, departure, arrival = quintic_weights(share)
    return before[-1] + way * (after[0] - before[-1]) + departure * leaving + arrival * arriving


def quintic_weights(share: Array) -> tuple[Array, Array, Array]:
    """Of the way, of the speed at its start and of that at its end, each for the whole time, at
    shares 0–1 of a quintic Hermite piece without acceleration at its ends."""
    s = share
    departure = s - s**3 * (6.0 - 8.0 * s + 3.0 * s**2)
    return ease(s), departure, s**3 * (-4.0 + 7.0 * s - 3.0 * s**2)


def _turned(before: Array, after: Array, frames: int) -> Array:
    """The same for rotations `(…, 4)`: as rotation vectors away from the last of `before`."""
    origin = before[-1]

    def away(quat: Array) -> Array:
        return quat_to_rotvec(quat_multiply(quat_inverse(origin), quat))

    return quat_multiply(origin, rotvec_to_quat(quintic(away(before), away(after), frames)))


def _way_round(line: Array, other: Array | None) -> Array:
    """Metres `(T, 3)` forwards, 0 at both ends, that keep a hand with this middle line `(T, P, 3)`
    out of the body and off the other hand."""
    steps = np.arange(1, len(line) + 1) / (len(line) + 1)
    shape = (4.0 * steps * (1.0 - steps)) ** 2
    bends = np.linspace(0.0, min(_MOST_BENT, _BENT_A_FRAME * len(line)), 16)
    bent = line + (bends[:, None] * shape)[..., None, None] * _FORWARDS
    depth = skin_depth(bent[:, :, len(_FOREARM) :]).max(axis=-1) + _CLEARANCE
    if other is not None:
        apart = np.linalg.norm(bent[..., None, :] - other[:, None], axis=-1).min(axis=(-2, -1))
        depth = np.maximum(depth, _HANDS_APART - apart)
    # near its ends a hand may be on the skin: there no bend helps, so it counts for nothing
    worst = (np.maximum(depth, 0.0) * shape).max(axis=-1)
    needed = bends[int(np.argmin(worst + 0.02 * bends))]
    wrist = line[:, len(_FOREARM)]
    natural = _NATURAL * float(np.linalg.norm(wrist[-1] - wrist[0]))
    return (max(needed, natural) * shape)[:, None] * _FORWARDS
