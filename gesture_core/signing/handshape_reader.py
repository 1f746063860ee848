"""Reading hands by machine: the letter whose hand looks most like 21 landmarks.

The landmarks are those of MediaPipe Hands: the wrist, then four points of each finger from its
base to its tip, thumb first. A template is the lexicon's own letter as cameras see it that stand
before the signer or somewhat aside; what is read may come from a picture or from a motion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from gesture_core.body.landmarks import LANDMARKS
from gesture_core.gestures.hand_shapes import shape_rotations
from gesture_core.motion import Motion
from gesture_core.rotation import Array, quat_multiply, quat_rotate, rotvec_to_quat
from gesture_core.signing.arms import MIRROR_PLACE, mirrored, motion_hand
from gesture_core.signing.lexicon import Lexicon
from gesture_core.signing.postures import take
from gesture_core.signing.track import HandTrack
from gesture_core.skeleton import FINGERS, HUMANOID, finger_joints

HAND_POINTS = 21
CONFUSABLE = ("ㅅㅠ", "ㄹㅌ", "ㅔㅖ", "ㅏㅗ", "ㅛㅑ")
"""Pairs of letters that readers mix up."""

_AROUND, _ABOVE, _TILT = (-40, -30, -20, -10, 0, 10, 20, 30, 40), (-15, 0, 15), (-15, 0, 15)
"""Degrees by which a camera may stand aside of the signer, above or below, and lean."""
_TO_PICTURE = np.array([1.0, -1.0, -1.0])
_DEPTH = 0.15
"""Weight of depth, which a picture shows far less well than the other two directions."""


@dataclass(frozen=True)
class Templates:
    """Hands to compare with: `names` of N of them, `points` `(N, V, 21, 3)` as V cameras see them.

    `same_as`: which of the names a letter's last posture is, for all letters: ㄲ ends as ㄱ does.
    """

    names: tuple[str, ...]
    points: Array
    same_as: Mapping[str, str]


def hand_landmarks(hand: HandTrack, side: str) -> Array:
    """Landmarks `(T, 21, 3)` of a hand from its wrist, metres, in the frame of the body."""
    if side == "left":
        return _landmarks(hand.turn, hand.fingers)
    left = mirrored(hand)
    return _landmarks(left.turn, left.fingers) * MIRROR_PLACE


def _landmarks(turn: Array, fingers: Array) -> Array:
    """Landmarks `(T, 21, 3)` of a left hand: its turn `(T, 4)`, its finger joints `(T, 15, 4)`."""
    points = [np.zeros((len(turn), 3))]
    for number, finger in enumerate(FINGERS):
        place, turned = np.zeros(3), turn
        for joint, name in enumerate(finger_joints("left", finger)):
            place = place + quat_rotate(turned, HUMANOID.offsets[HUMANOID.index(name)])
            turned = quat_multiply(turned, fingers[:, 3 * number + joint])
            points.append(place)
        points.append(place + quat_rotate(turned, LANDMARKS[f"left{finger}Tip"][1]))
    return np.stack(points, axis=1)


def camera_turn(around: float, above: float = 0.0, tilt: float = 0.0) -> Array:
    """How a body turns `(4,)` in front of a camera that looks at it from `around` degrees towards
    its left of the front and `above` degrees over the horizon, leaning by `tilt` degrees."""
    about = np.radians([[0.0, -around, 0.0], [above, 0.0, 0.0], [0.0, 0.0, tilt]])
    first, second, third = rotvec_to_quat(about)
    return quat_multiply(third, quat_multiply(second, first))


def seen(points: ArrayLike, turn: Array) -> Array:
    """Points `(..., 3)` of a body turned by `camera_turn`: right, down, away from the camera."""
    return quat_rotate(turn, np.asarray(points, dtype=float)) * _TO_PICTURE


def letter_templates(lexicon: Lexicon) -> Templates:
    """The last postures of all letters of the lexicon, each once, made by the right hand."""
    names: dict[tuple[object, ...], str] = {}
    placed: list[Array] = []
    same_as: dict[str, str] = {}
    for letter, sign in lexicon.jamo.items():
        hand = sign.steps[-1].strong
        if hand is None:
            continue
        posture = (hand.shape, hand.fingers, hand.palm)
        same_as[letter] = names.setdefault(posture, letter)
        if same_as[letter] == letter:
            fingers = shape_rotations(lexicon.handshapes[hand.shape])
            turn = take(hand, "strong", fingers, None, None).turn
            placed.append(_landmarks(turn[None], fingers[None])[0] * MIRROR_PLACE)
    cameras = np.stack([camera_turn(*angles) for angles in product(_AROUND, _ABOVE, _TILT)])
    pictures = seen(np.stack(placed)[:, None], cameras[:, None])
    return Templates(tuple(names.values()), _normalised(pictures), same_as)


def distances(points: ArrayLike, templates: Templates) -> Array:
    """How far hands `(..., 21, 3)` are from each template `(..., N)`, by the camera that fits best.

    `points` as a picture has them: right, down and away from the camera in one unit, of a right
    hand; those of a left hand with the sign of the first changed.
    """
    hands = _normalised(np.asarray(points, dtype=float)).reshape(-1, HAND_POINTS * 3)
    flat = templates.points.reshape(-1, HAND_POINTS * 3)
    squared = np.sum(hands**2, -1)[:, None] + np.sum(flat**2, -1) - 2.0 * hands @ flat.T
    nearest = squared.reshape(len(hands), *templates.points.shape[:2]).min(axis=-1)
    return np.sqrt(np.maximum(nearest, 0.0)).reshape(*np.shape(points)[:-2], len(templates.names))


def read_hands(points: ArrayLike, templates: Templates) -> tuple[str, ...]:
    """The name of the nearest template for each of the hands `(T, 21, 3)`; see `distances`."""
    return tuple(templates.names[best] for best in np.argmin(distances(points, templates), axis=-1))


@dataclass(frozen=True)
class RoundTrip:
    """Letters that a motion shows, and how each was `read` back."""

    wanted: tuple[str, ...]
    read: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the letters that were read as what they are; NaN without any."""
        pairs = zip(self.wanted, self.read, strict=True)
        return float(np.mean([a == b for a, b in pairs])) if self.wanted else float("nan")

    def among(self, letters: Iterable[str]) -> RoundTrip:
        """The same for some letters only."""
        kept = set(letters)
        pairs = zip(self.wanted, self.read, strict=True)
        some = [pair for pair in pairs if pair[0] in kept]
        return RoundTrip(tuple(pair[0] for pair in some), tuple(pair[1] for pair in some))

    def mistakes(self) -> tuple[tuple[str, str], ...]:
        """Each letter that was read as another, with that other."""
        pairs = zip(self.wanted, self.read, strict=True)
        return tuple(pair for pair in pairs if pair[0] != pair[1])


def read_back(motion: Motion, templates: Templates, side: str = "right") -> RoundTrip:
    """The handshape round trip: the letters of a motion's "letter" spans, read from its hand.

    A letter is read where its hand stands stillest in its span. Letters that end alike count as
    one. `side`: the hand that spells.
    """
    spans = [
        span for span in motion.spans if span.kind == "letter" and span.text in templates.same_as
    ]
    hand = motion_hand(motion, side)
    frames = [
        _stillest(hand, side, motion.fps * span.start, motion.fps * span.end) for span in spans
    ]
    still = hand.during(np.array(frames, dtype=np.intp))
    points = seen(hand_landmarks(still, side), camera_turn(0.0))
    read = read_hands(points if side == "right" else points * MIRROR_PLACE, templates)
    return RoundTrip(tuple(templates.same_as[span.text] for span in spans), read)


def _stillest(hand: HandTrack, side: str, start: float, end: float) -> int:
    """The frame, of those from `start` to `end`, in which hand and fingers move least."""
    first = min(round(start), hand.frames - 1)
    last = max(first + 1, min(round(end) + 1, hand.frames))
    during = hand.during(slice(first, last))
    if during.frames == 1:
        return first
    points = during.wrist[:, None] + hand_landmarks(during, side)
    speed = np.linalg.norm(np.gradient(points, axis=0), axis=-1).max(axis=-1)
    slowest = np.flatnonzero(speed <= speed.min() + 1e-4)
    return first + int(slowest[len(slowest) // 2])


def _normalised(points: Array) -> Array:
    """Points about their middle, of one size in the picture, depth weighed down."""
    weighed = points * np.array([1.0, 1.0, _DEPTH])
    centred = weighed - weighed.mean(axis=-2, keepdims=True)
    size = np.sqrt(np.sum(centred[..., :2] ** 2, axis=(-1, -2), keepdims=True))
    return centred / np.maximum(size, 1e-9)
