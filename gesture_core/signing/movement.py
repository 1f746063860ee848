"""The movements made at a posture, as curves over the share of their time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gesture_core.rotation import Array
from gesture_core.signing.notation import (
    PLANES,
    Bend,
    Circle,
    Hand,
    Movement,
    Nod,
    Shake,
    Step,
    Tap,
    Twist,
    Wiggle,
)

_TURN = 2.0 * np.pi
_INTO = 0.3
"""Cosine from which on a direction leads away from the skin."""
_EASE = 0.25
"""Periods in which a repeated movement gets up to speed, and in which it comes to rest."""


@dataclass(frozen=True)
class Moved:
    """How movements displace a hand in T moments: `place` `(T, 3)` metres, `angles` `(T, 3)`
    radians of pronation, deviation and flexion, `flexion` `(T, 5)` radians of the knuckles, and
    `share` `(T,)` of the way to the hand shape `shape`. For the left hand, +X its own side."""

    place: Array
    angles: Array
    flexion: Array
    share: Array
    shape: str | None = None


def movement_length(step: Step) -> float:
    """Seconds that the movements of a step take together: the longest of them, at speed 1."""
    return max((move.times * _period(move) for move in step.movements), default=0.0)


def moved(step: Step, hand: Hand, share: Array, facing: Array | None = None) -> Moved:
    """What the movements of a step do to one hand at shares `(T,)` of their time, held outside
    0 to 1. `facing` `(3,)`: where the skin looks that the hand touches; a tap leaves it that way.
    """
    share = np.clip(share, 0.0, 1.0)
    shift = 0.5 if step.alternate and hand == "weak" else 0.0
    place, angles = np.zeros((len(share), 3)), np.zeros((len(share), 3))
    flexion, way, shape = np.zeros((len(share), 5)), np.zeros(len(share)), None
    for move in step.movements_of(hand):
        phase = _TURN * (_cycles(share, move.times) + shift)
        if isinstance(move, Circle):
            place += _circle(move, phase)
        elif isinstance(move, Shake):
            place += move.size * np.sin(phase)[:, None] * np.array(move.along)
        elif isinstance(move, Tap):
            phase = _TURN * (_cycles(share, max(move.times - 1.0, 0.0)) + shift)
            along = np.array(move.along)
            into = 1.0 if facing is None or along @ facing < _INTO else -1.0
            place -= into * move.size * _there_and_back(phase)[:, None] * along
        elif isinstance(move, Twist):
            angles[:, 0] += np.radians(move.degrees) * np.sin(phase)
        elif isinstance(move, Nod):
            angles[:, 2] -= np.radians(move.degrees) * np.sin(phase)
        elif isinstance(move, Wiggle):
            lag = _TURN * 0.2 * np.arange(5)
            envelope = np.minimum(1.0, 4.0 * np.minimum(share, 1.0 - share))[:, None]
            bent = np.radians(move.degrees) * envelope * _there_and_back(phase[:, None] - lag)
            flexion[:, 1:] += bent[:, 1:]
        elif isinstance(move, Bend):
            way, shape = way + _there_and_back(phase), move.shape
    return Moved(place, angles, flexion, way, shape)


def _period(move: Movement) -> float:
    """Seconds of one time: larger movements take longer."""
    if move.seconds is not None:
        return move.seconds
    if isinstance(move, Circle):
        return 0.30 + 2.8 * move.radius
    if isinstance(move, (Shake, Tap)):
        return 0.20 + 2.4 * move.size
    if isinstance(move, (Twist, Nod)):
        return 0.22 + 0.003 * move.degrees
    return 0.36


def _cycles(share: Array, times: float) -> Array:
    """Times done so far, from rest to rest with constant speed in between."""
    if times <= 0.0:
        return np.zeros_like(share)
    ease = min(_EASE / times, 0.5)
    speed = 1.0 / (1.0 - ease)
    rising = 0.5 * share**2 / ease
    level = share - 0.5 * ease
    falling = 1.0 - ease - 0.5 * (1.0 - share) ** 2 / ease
    done = np.where(share < ease, rising, np.where(share > 1.0 - ease, falling, level))
    return times * speed * done


def _there_and_back(phase: Array) -> Array:
    return 0.5 - 0.5 * np.cos(phase)


def _circle(move: Circle, phase: Array) -> Array:
    """Places `(T, 3)` from the middle of the circle; it begins and ends at its lowest point, or
    the one nearest the body."""
    along, top = PLANES[move.plane]
    place = np.zeros((len(phase), 3))
    place[:, along] = -np.sign(move.way[along]) * move.radius * np.sin(phase)
    place[:, top] = -move.radius * np.cos(phase)
    return place
