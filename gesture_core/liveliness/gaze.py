"""Where the eyes look: at the listener, with small jumps, and away while thinking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gesture_core.kinematics import direction_angle
from gesture_core.liveliness.curves import ramp, soft_clip, stream
from gesture_core.liveliness.phrases import Phrase
from gesture_core.motion import Span
from gesture_core.rotation import Array, euler_to_quat, quat_inverse, quat_multiply, quat_rotate
from gesture_core.skeleton import HUMANOID, SIDES, forward_kinematics

LISTENER = np.array([0.0, 0.0, 2.2])
"""Metres from between the eyes of the rest pose to the one who listens: the camera."""

FULL_LOOK = np.radians([30.0, 25.0])
"""Turn of the eye, sideways and up or down, at which an `eyeLook…` expression is 1."""

_RANGE = np.radians([25.0, 18.0])
_MEDIAN_FIXATION = 1.3

_LET_GO = np.radians([[22.0, 42.0], [9.0, 20.0]])
"""Turn of the head, sideways and up or down, from which and by which the eyes let go."""

_LOWERED = np.radians(6.0)
"""How far below straight ahead of the face the eyes look when they have let go."""


@dataclass(frozen=True)
class Fixation:
    """From `start` seconds on the eyes point `offset` (left, up) away from the listener, rad."""

    start: float
    offset: tuple[float, float]


def fixations(
    duration: float, spoken: Sequence[Phrase], spans: Sequence[Span], seed: int
) -> list[Fixation]:
    """Where the eyes rest in `duration` seconds.

    Mostly on the listener's face, with jumps of a degree or two. Speakers look away as they
    begin a longer phrase and back towards its end (Kendon 1967), and while they think.
    """
    rng = stream(seed, "gaze")
    found = [Fixation(0.0, _near(rng))]
    while found[-1].start < duration:
        wait = _MEDIAN_FIXATION * np.exp(rng.normal(0.0, 0.45))
        chance, away, near = rng.random(), _away(rng), _near(rng)
        start = found[-1].start + float(np.clip(wait, 0.25, 4.0))
        if np.hypot(*found[-1].offset) > np.radians(4.0):
            start = found[-1].start + float(np.clip(wait, 0.3, 0.9))
            away = near
        begins = any(
            p.end - p.start > 1.2 and p.start - 0.3 <= start < p.start + 0.7 for p in spoken
        )
        ends = any(p.end - 0.7 <= start <= p.end + 0.5 for p in spoken)
        share = 0.0 if ends else 0.35 if begins else 0.10
        found.append(Fixation(start, away if chance < share else near))
    for span in spans:
        if span.kind == "gesture" and span.text == "think":
            stop = min(span.end, span.start + 1.2)
            found = [f for f in found if not span.start <= f.start <= stop]
            found += [Fixation(span.start, _away(rng)), Fixation(stop, _near(rng))]
    return sorted(found, key=lambda fixation: fixation.start)


def gaze_offsets(times: Array, found: Sequence[Fixation]) -> Array:
    """Offsets `(T, 2)` over time.

    A saccade lasts 21 ms and 2.2 ms more for every degree (Bahill, Clark & Stark 1975).
    """
    offsets = np.zeros((len(times), 2)) + found[0].offset
    for before, after in zip(found, found[1:], strict=False):
        jump = np.subtract(after.offset, before.offset)
        lasts = 0.021 + 0.0022 * float(np.degrees(np.hypot(*jump)))
        offsets += ramp(times, after.start, lasts)[:, None] * jump
    return offsets


def look(rotations: Array, root: Array, offsets: Array) -> tuple[Array, dict[str, Array]]:
    """Turn both eyes to the listener plus `offsets`, against the turns of the head.

    When the head turns far away or bows, the eyes let go and look ahead, a little down.
    Returns rotations `(T, J, 4)` and the `eyeLook…` curves `(T,)` that show the same turn.
    """
    positions, turned = forward_kinematics(HUMANOID, rotations, root)
    head = turned[:, HUMANOID.index("head")]
    eyes = HUMANOID.indices(("leftEye", "rightEye"))
    listener = HUMANOID.rest_positions[eyes].mean(axis=0) + LISTENER
    rotations, curves = rotations.copy(), {}
    for side, eye in zip(SIDES, eyes, strict=True):
        seen = quat_rotate(quat_inverse(head), listener - positions[:, eye])
        ahead = np.hypot(seen[:, 0], seen[:, 2])
        left, up = direction_angle(seen[:, 0], seen[:, 2]), direction_angle(seen[:, 1], ahead)
        held = _held(left, _LET_GO[0]) * _held(up, _LET_GO[1])
        left = left * held + offsets[:, 0]
        up = up * held - _LOWERED * (1.0 - held) + offsets[:, 1]
        left, up = soft_clip(left, _RANGE[0]), soft_clip(up, _RANGE[1])
        turn = euler_to_quat(np.stack([left, -up, np.zeros_like(up)], axis=-1), "YXZ")
        rotations[:, eye] = quat_multiply(turn, rotations[:, eye])
        curves |= _expressions(side, np.stack([left, up], axis=-1) / FULL_LOOK)
    return rotations, curves


def _held(angle: Array, bounds: Array) -> Array:
    """1 up to the first bound of an angle's size, 0 from the second on, smooth between."""
    return 1.0 - ramp(np.abs(angle), bounds[0], bounds[1] - bounds[0])


def _expressions(side: str, share: Array) -> dict[str, Array]:
    outwards = share[:, 0] if side == "left" else -share[:, 0]
    name = side.capitalize()
    return {
        f"eyeLookOut{name}": np.maximum(outwards, 0.0),
        f"eyeLookIn{name}": np.maximum(-outwards, 0.0),
        f"eyeLookUp{name}": np.maximum(share[:, 1], 0.0),
        f"eyeLookDown{name}": np.maximum(-share[:, 1], 0.0),
    }


def _near(rng: np.random.Generator) -> tuple[float, float]:
    left, up = np.radians(rng.normal(0.0, [1.3, 0.8]))
    return float(left), float(up)


def _away(rng: np.random.Generator) -> tuple[float, float]:
    left = rng.choice([-1.0, 1.0]) * rng.uniform(7.0, 13.0)
    return float(np.radians(left)), float(np.radians(rng.uniform(-5.0, 7.0)))
