"""How long movements and holds of signs last, as measured on signers; see `timing.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.resources import data_path
from gesture_core.skeleton import HUMANOID

SHOULDER_WIDTH = 2.0 * float(HUMANOID.rest_positions[HUMANOID.index("leftUpperArm"), 0])
"""Metres between the shoulder joints: the unit of what was measured in pictures."""

_PEAK = 1.875  # peak by mean speed of a minimum-jerk movement (Flash & Hogan 1985)


@dataclass(frozen=True)
class MovementTiming:
    """`factor` · widths^`exponent` seconds, at least `shortest`; `turning`, `bending`: rad/s."""

    factor: float
    exponent: float
    shortest: float
    turning: float
    bending: float


@dataclass(frozen=True)
class HoldTiming:
    """Seconds for which hands stand still: after a sign, a sentence, between sentences, at rest.

    `drop`: longest wait of a hand that has nothing to do before it goes to rest.
    """

    sign: float
    sentence: float
    clause: float
    rest: float
    drop: float


@dataclass(frozen=True)
class Range:
    """Lowest and highest 95th percentile (`common`) and maximum (`largest`) of any clip."""

    common: tuple[float, ...]
    largest: tuple[float, ...]


@dataclass(frozen=True)
class Measured:
    """Wrists of real signers: shoulder widths a second, a second squared; glosses a second."""

    speed: Range
    acceleration: Range
    glosses_per_second: tuple[float, ...]


@dataclass(frozen=True)
class Timing:
    """What `data/lexicon/timing.yaml` holds.

    `connected`: how much faster signs are made in a sentence than alone, as the lexicon has them.
    """

    source: str
    connected: float
    movement: MovementTiming
    hold: HoldTiming
    measured: Measured


@lru_cache(maxsize=1)
def load_timing() -> Timing:
    """The shipped timing; `UserError` when the file is missing or malformed."""
    path = data_path("lexicon/timing.yaml")
    return config_from_dict(Timing, read_yaml(path), str(path))


def movement_seconds(distance: float, turn: float = 0.0, bend: float = 0.0) -> float:
    """Seconds that a hand takes from one posture to the next at speed 1.

    `distance`: metres the wrist travels; `turn`: radians the hand turns; `bend`: radians of the
    finger joint that turns most.
    """
    law = load_timing().movement
    travel = law.factor * (distance / SHOULDER_WIDTH) ** law.exponent
    return float(max(law.shortest, travel, _PEAK * turn / law.turning, _PEAK * bend / law.bending))


def frames_of(seconds: float, fps: float, speed: float = 1.0) -> int:
    """Whole frames that `seconds` at speed 1 take at `speed`, at least one."""
    return max(1, int(np.rint(seconds * fps / speed)))
