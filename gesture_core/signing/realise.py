"""Signs as movement: the hands go through the postures of an entry, in measured time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gesture_core.errors import UserError
from gesture_core.gestures.easing import ease
from gesture_core.gestures.hand_shapes import shape_rotations
from gesture_core.motion import EXPRESSIONS
from gesture_core.planning.emblem_table import load_emblems
from gesture_core.pose.hands import finger_hinge
from gesture_core.rotation import (
    Array,
    quat_angle,
    quat_inverse,
    quat_multiply,
    quat_slerp,
    rotvec_to_quat,
)
from gesture_core.signing.arms import carry, hand_turn, mirrored
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.movement import Moved, moved, movement_length
from gesture_core.signing.notation import DIRECTIONS, HANDS, Hand, Sign, Step
from gesture_core.signing.postures import Key, take, within_range
from gesture_core.signing.recording import recorded_track
from gesture_core.signing.settle import settle
from gesture_core.signing.timing import frames_of, load_timing, movement_seconds
from gesture_core.signing.track import FPS, HandTrack, Track, join_hands
from gesture_core.signing.transitions import quintic_weights
from gesture_core.skeleton import FINGERS

_LONE_HOLD = 0.25
"""Seconds for which a sign of one posture without movement stands, so that it can be read."""
_TOUCH_HOLD = 0.07
"""Seconds for which a touch on the way lasts."""
_HANGING_WRIST = np.array([0.250, 0.84, 0.04])
_HANGING_TURN = rotvec_to_quat(np.array([0.0, 0.0, -0.5 * np.pi]))


@dataclass(frozen=True)
class Beat:
    """One posture of a sign in time: `reached` and `left`, seconds, on whole frames.

    `moving`: seconds that its movements take.
    """

    step: Step
    reached: float
    moving: float
    left: float


def sign_to_track(sign: Sign, lexicon: Lexicon, speed: float = 1.0, fps: float = FPS) -> Track:
    """The stroke of a sign, from its first posture to the end of its hold.

    Times are those of the entry, or measured ones, divided by `speed`. Head and face rest. A hand
    that the sign does without hangs and is not active. The postures touch what they are to touch;
    what lies between is taken out of the body by `contact.clear`, once the whole way is known.
    A sign recorded from a signer is made as it was recorded.
    """
    return _realised(_Entry(sign, lexicon), fps, speed)[0]


def beats_of(
    sign: Sign, lexicon: Lexicon, speed: float = 1.0, fps: float = FPS
) -> tuple[Beat, ...]:
    """The postures of the track of a sign in time, from the first, which is reached at 0."""
    return _realised(_Entry(sign, lexicon), fps, speed)[1]


def resting_track(fps: float = FPS) -> Track:
    """One frame in which both hands hang."""
    hand = _hanging(1)
    return Track(fps, mirrored(hand), hand, np.zeros((1, 3)), np.zeros((1, len(EXPRESSIONS))))


@dataclass(frozen=True, eq=False)
class _Entry:
    """A sign of one lexicon, the same as any other of that name."""

    sign: Sign
    lexicon: Lexicon

    def __hash__(self) -> int:
        return hash((self.sign.gloss, self.sign.file, id(self.lexicon)))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Entry) and self.sign is other.sign and self.lexicon is other.lexicon
        )


@lru_cache(maxsize=1024)
def _realised(entry: _Entry, fps: float, speed: float) -> tuple[Track, tuple[Beat, ...]]:
    sign, lexicon = entry.sign, entry.lexicon
    if not 0.1 <= speed <= 5.0:
        raise UserError(f"speed must be 0.1 to 5, not {speed:g}")
    if sign.recording is not None:
        track = recorded_track(sign.recording, speed, fps)
        length = (track.frames - 1) / fps
        return track, (Beat(Step(), 0.0, length, length),)
    keys = settle(_keys(sign, lexicon))
    beats = _beats(sign, keys, fps, speed)
    strong, weak = (_hand_track(keys[name], beats, name, fps, lexicon) for name in HANDS)
    head, face = np.zeros((weak.frames, 3)), np.zeros((weak.frames, len(EXPRESSIONS)))
    return Track(fps, mirrored(strong), weak, head, face), beats


def _keys(sign: Sign, lexicon: Lexicon) -> dict[Hand, list[Key | None]]:
    """What each hand does in each step; a hand that a step does not name stays as it was."""
    keys: dict[Hand, list[Key | None]] = {"strong": [], "weak": []}
    for step in sign.sequence:
        strong_first = step.weak is not None and step.weak.other_hand is not None
        order: tuple[Hand, Hand] = ("strong", "weak") if strong_first else ("weak", "strong")
        now: dict[Hand, Key | None] = {
            name: keys[name][-1] if keys[name] else None for name in HANDS
        }
        for name, other in (order, order[::-1]):
            posture = step.hand(name)
            if posture is not None and name in step.named:
                fingers = shape_rotations(lexicon.handshapes[posture.shape])
                before = keys[name][-1] if keys[name] else None
                now[name] = take(posture, name, fingers, now[other], before)
        for name in HANDS:
            keys[name].append(now[name])
    return keys


def _beats(
    sign: Sign, keys: dict[Hand, list[Key | None]], fps: float, speed: float
) -> tuple[Beat, ...]:
    """When each posture is reached and left: on frames, so that every touch is seen."""

    def whole(seconds: float) -> float:
        return frames_of(seconds, fps, speed) / fps if seconds else 0.0

    beats: list[Beat] = []
    now = 0.0
    for number, step in enumerate(sign.sequence):
        if number:
            ways = [(keys[name][number - 1], keys[name][number]) for name in HANDS]
            now += whole(step.seconds or max(_travel(step, *way) for way in ways))
        hold = _default_hold(sign, number) if step.hold is None else step.hold
        moving = whole(movement_length(step))
        beats.append(Beat(step, now, moving, now + moving + whole(hold)))
        now = beats[-1].left
    return tuple(beats)


def _default_hold(sign: Sign, number: int) -> float:
    """Seconds for which a posture stands where the entry does not say."""
    step = sign.sequence[number]
    if number + 1 == len(sign.sequence):
        lone = number == 0 and not step.movements
        return _LONE_HOLD if lone else load_timing().hold.sign
    touches = any(hand and hand.touch for hand in (step.strong, step.weak))
    return _TOUCH_HOLD if touches and not step.movements else 0.0


def _travel(step: Step, before: Key | None, after: Key | None) -> float:
    """Seconds from one key of a hand to the next."""
    if before is None or after is None:
        return 0.0
    distance = float(np.linalg.norm(after.wrist - before.wrist))
    if step.path != "straight":
        distance = float(np.hypot(distance, 2.5 * step.height))
    bend = quat_angle(quat_multiply(quat_inverse(before.fingers), after.fingers)).max()
    return movement_seconds(
        distance, float(np.abs(after.angles - before.angles).max()), float(bend)
    )


def _hand_track(
    keys: list[Key | None], beats: tuple[Beat, ...], name: Hand, fps: float, lexicon: Lexicon
) -> HandTrack:
    """One hand through its keys, for the left hand; it is free until the first key it has."""
    times = np.arange(round(beats[-1].left * fps) + 1) / fps
    known = [key for key in keys if key is not None]
    if not known:
        return _hanging(len(times))
    used = [key or known[0] for key in keys]
    values = np.stack([np.concatenate([k.wrist, [k.swivel], k.angles]) for k in used])
    through = _through(values, beats, times)
    fingers = _fingers_through(np.stack([key.fingers for key in used]), beats, times)
    place, angles = through[:, :3] + _arcs(beats, name, times), through[:, 4:]
    for number, (beat, key) in enumerate(zip(beats, keys, strict=True)):
        if beat.step.movements_of(name) and key is not None:
            share = (times - beat.reached) / beat.moving
            move = moved(beat.step, name, share, key.facing if key.touch else None)
            weight = _presence(beats, number, times)[:, None]
            place, angles = place + weight * move.place, angles + weight * move.angles
            fingers = _with_fingers(fingers, move, weight[:, 0], lexicon)
    arm = carry(place, through[:, 3])
    made = HandTrack(
        arm.wrist,
        hand_turn(arm, within_range(angles)),
        fingers,
        through[:, 3],
        np.ones(len(times), dtype=bool),
    )
    first = next(number for number, key in enumerate(keys) if key is not None)
    free = int(np.rint(beats[first].reached * fps))
    return join_hands([_hanging(free), made.during(slice(free, None))])


def _hanging(frames: int) -> HandTrack:
    """A hand that takes no part: it hangs beside the thigh, relaxed."""
    return HandTrack(
        np.tile(_HANGING_WRIST, (frames, 1)),
        np.tile(_HANGING_TURN, (frames, 1)),
        np.tile(_relaxed_fingers(), (frames, 1, 1)),
        np.zeros(frames),
        np.zeros(frames, dtype=bool),
    )


@lru_cache(maxsize=1)
def _relaxed_fingers() -> Array:
    """Finger rotations `(15, 4)` of a left hand that does nothing."""
    return shape_rotations(load_emblems().shapes["relaxed"])


def _through(values: Array, beats: tuple[Beat, ...], times: Array) -> Array:
    """Curves `(T, N)` through keys `(K, N)`: at rest while one is held, and through the others
    without a stop as far as the way goes on in the same direction.

    Quintic Hermite pieces without acceleration at the keys; speeds there as in monotone cubic
    interpolation (Fritsch & Butland 1984), so that nothing overshoots.
    """
    speeds = np.zeros_like(values)
    for k in range(1, len(beats) - 1):
        before, after = beats[k].reached - beats[k - 1].left, beats[k + 1].reached - beats[k].left
        if beats[k].left > beats[k].reached or min(before, after) <= 0.0:
            continue
        one, two = (values[k] - values[k - 1]) / before, (values[k + 1] - values[k]) / after
        product = one * two
        total = one + two
        mean = 2.0 * product / np.where(np.abs(total) > 1e-9, total, 1.0)
        speeds[k] = np.where(product > 0.0, mean, 0.0)
    curve = np.repeat(values[:1], len(times), axis=0)
    for k in range(1, len(beats)):
        start, end = beats[k - 1].left, beats[k].reached
        length = max(end - start, 1e-9)
        share = np.clip((times - start) / length, 0.0, 1.0)[:, None]
        way, departure, arrival = quintic_weights(share)
        curve += way * (values[k] - values[k - 1])
        curve += length * (departure * speeds[k - 1] + arrival * speeds[k])
    return curve


def _fingers_through(keys: Array, beats: tuple[Beat, ...], times: Array) -> Array:
    """Finger rotations `(T, 15, 4)` through those of the keys."""
    made = np.repeat(keys[:1], len(times), axis=0)
    for k in range(1, len(beats)):
        length = max(beats[k].reached - beats[k - 1].left, 1e-9)
        share = ease((times - beats[k - 1].left) / length)
        made = quat_slerp(made, keys[k], share[:, None])
    return made


def _arcs(beats: tuple[Beat, ...], name: Hand, times: Array) -> Array:
    """How far `(T, 3)` arcs take the hand off its straight ways."""
    place = np.zeros((len(times), 3))
    for before, after in zip(beats, beats[1:], strict=False):
        if after.step.path == "straight" or name not in after.step.named:
            continue
        along = DIRECTIONS[after.step.path.removeprefix("arc-")]
        length = max(after.reached - before.left, 1e-9)
        s = ease((times - before.left) / length)
        place += (after.step.height * 4.0 * s * (1.0 - s))[:, None] * np.array(along)
    return place


def _presence(beats: tuple[Beat, ...], number: int, times: Array) -> Array:
    """How far `(T,)` a step's movements show: they come on the way there and go on the way on."""
    weight = np.ones(len(times))
    if number:
        start, end = beats[number - 1].left, beats[number].reached
        weight *= ease((times - start) / max(end - start, 1e-9))
    if number + 1 < len(beats):
        start, end = beats[number].left, beats[number + 1].reached
        weight *= 1.0 - ease((times - start) / max(end - start, 1e-9))
    return weight


def _with_fingers(fingers: Array, move: Moved, weight: Array, lexicon: Lexicon) -> Array:
    """The fingers with what a movement makes them do."""
    if move.shape is not None:
        other = shape_rotations(lexicon.handshapes[move.shape])
        fingers = quat_slerp(fingers, other, (weight * move.share)[:, None])
    if move.flexion.any():
        fingers = fingers.copy()
        for number, finger in enumerate(FINGERS):
            bend = (weight * move.flexion[:, number])[:, None] * finger_hinge("left", finger)
            knuckle = fingers[:, 3 * number]
            fingers[:, 3 * number] = quat_multiply(knuckle, rotvec_to_quat(bend))
    return fingers
