"""The figures of one row: how its motion differs from real motion, and what is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesture_core.correction import correct
from gesture_core.dataset.compose import FPS
from gesture_core.evaluate.rows import Performer, Take, as_motion, real_takes
from gesture_core.evaluate.setting import Setting
from gesture_core.metrics.beats import beat_consistency, smooth_motion_beats
from gesture_core.metrics.distribution import hellinger_distance, speeds
from gesture_core.metrics.fgd import fgd_infinity
from gesture_core.metrics.interval import Interval
from gesture_core.metrics.movement import wrist_positions
from gesture_core.metrics.plausibility import PENETRATION, beyond_limits, penetration
from gesture_core.metrics.variety import diversity, multimodality
from gesture_core.plan import FUNCTIONS
from gesture_core.train.gesture_judge import GestureJudge, window_owners

Array = NDArray[np.float64]
Figures = dict[str, Any]
PRESENT = 0.08
"""Metres that a wrist must leave its first place by for a gesture to count as made."""
PLAUSIBLE_MINUTES = 5.0
"""Minutes of every row that are corrected, which takes longer than all other figures."""
STUDENT_T = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 7: 2.36, 8: 2.31, 9: 2.26}
"""97.5 % point of Student's t by degrees of freedom: few seeds tell little of all seeds."""


@dataclass(frozen=True, eq=False)
class Yardstick:
    """The real sequences of a setting as the judge and the metrics see them."""

    setting: Setting
    judge: GestureJudge
    takes: Sequence[Take] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "takes", real_takes(self.setting))

    @cached_property
    def latents(self) -> Array:
        """Latents (N, D) of all windows."""
        return self.judge.latents([take.vectors for take in self.takes])

    @cached_property
    def owners(self) -> NDArray[np.int64]:
        """The sequence (N,) that each row of latents came from."""
        return window_owners([take.vectors for take in self.takes])

    @cached_property
    def speeds(self) -> Array:
        """Speeds of both wrists on all frames, m/s."""
        return _speeds(wrists_of(self.takes))


def measure_row(perform: Performer, seeds: int, yard: Yardstick) -> Figures:
    """All figures of a row over several seeds: means, and FGD∞ with its interval.

    Poses are measured from the rest of who performs: FGD∞ compares movement. How a stranger
    stands is a difference of its own; `with_posture` counts it as well.
    """
    count = len(yard.setting.cases)
    runs: list[Figures] = []
    latents: list[Array] = []
    distances: list[Interval] = []
    standing: list[Interval] = []
    plausible: Figures = {}
    for seed in range(seeds):
        takes = [perform(index, seed) for index in range(count)]
        latents.append(yard.judge.latents([take.vectors for take in takes]))
        distances.append(distance(latents[-1], yard, seed))
        if yard.setting.split == "unknown_performer":
            seen = zip(takes, yard.takes, strict=True)
            whole = [replace(take, rest=real.rest).vectors for take, real in seen]
            standing.append(distance(yard.judge.latents(whole), yard, seed))
        runs.append(_describe(takes, latents[-1], yard))
        if not seed:
            plausible = plausibility_rates(takes)
    figures = _as_figures(over_seeds(distances))
    figures["by_seed"] = [run.value for run in distances]
    if standing:
        figures["with_posture"] = _as_figures(over_seeds(standing))
    figures |= {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
    if seeds > 1:
        figures["multimodality"] = multimodality(np.stack(latents))
    return figures | plausible


def _as_figures(interval: Interval) -> Figures:
    return {"fgd_inf": interval.value, "ci": [interval.low, interval.high], "n": interval.n}


def distance(latents: Array, yard: Yardstick, seed: int = 0) -> Interval:
    """FGD∞ of latents of all the sequences of a setting from the real ones."""
    rng = np.random.default_rng(seed)
    return fgd_infinity(latents, yard.latents, yard.owners, yard.owners, rng)


def over_seeds(runs: Sequence[Interval]) -> Interval:
    """Mean over seeds; its interval holds what the sequences and what the seeds leave open.

    The same sequences judge every seed, so their share does not shrink with more seeds; that of
    the seeds follows Student's t. Both add up as independent errors.
    """
    values = np.array([run.value for run in runs])
    mean = float(values.mean())
    spread = 0.0
    if len(runs) > 1:
        t = STUDENT_T.get(len(runs) - 1, 2.26)
        spread = t * float(values.std(ddof=1)) / np.sqrt(len(runs))
    below, above = (
        float(np.hypot(np.mean(reach), spread))
        for reach in ([run.value - run.low for run in runs], [run.high - run.value for run in runs])
    )
    return Interval(mean, mean - below, mean + above, runs[0].n)


def plausibility_rates(takes: Sequence[Take]) -> Figures:
    """Shares of frames beyond joint limits and deeper than 1 cm in the body, before and after."""
    some = _minutes(takes, PLAUSIBLE_MINUTES)
    before = as_motion(np.concatenate([take.motion.rotations for take in some]))
    after = as_motion(np.concatenate([correct(take.motion).rotations for take in some]))
    rates: Figures = {"joint_limit": {}, "penetration": {}}
    for when, motion in (("before", before), ("after", after)):
        rates["joint_limit"][when] = float(beyond_limits(motion).mean())
        rates["penetration"][when] = float(np.mean(penetration(motion) > PENETRATION))
    return rates


def wrists_of(takes: Sequence[Take]) -> list[Array]:
    """World positions of the wrists, (T, 2, 3) for every take: all frames found in one go."""
    whole = as_motion(np.concatenate([take.motion.rotations for take in takes]))
    ends = np.cumsum([take.motion.frames for take in takes])
    return np.split(wrist_positions(whole), ends[:-1])


def recognised(takes: Sequence[Take], yard: Yardstick, own: bool) -> tuple[list[int], list[int]]:
    """Planned and recognised functions of all strokes, of the own or of the real plan."""
    planned: list[int] = []
    found: list[int] = []
    for take, case in zip(takes, yard.setting.cases, strict=True):
        plan = take.plan if own and take.plan is not None else case.real.plan
        labels, verdicts = yard.judge.functions(take.vectors, plan)
        planned += labels
        found += verdicts
    return planned, found


def accuracy(planned: Sequence[int], found: Sequence[int], *, beats: bool = True) -> float:
    """Share of strokes recognised as planned, with or without beats."""
    right = np.array(planned) == np.array(found)
    if not beats:
        right = right[np.array(planned) != FUNCTIONS.index("beat")]
    if not len(right):
        raise ValueError("no stroke to recognise")
    return float(right.mean())


def _describe(takes: Sequence[Take], latents: Array, yard: Yardstick) -> Figures:
    """The figures of one seed that need no interval."""
    planned, found = recognised(takes, yard, own=False)
    wrists = wrists_of(takes)
    made = [np.linalg.norm(points - points[0], axis=-1).max() > PRESENT for points in wrists]
    figures: Figures = {
        "function_accuracy": accuracy(planned, found),
        "function_accuracy_no_beats": accuracy(planned, found, beats=False),
        "sentences_with_gesture": float(np.mean(made)),
        "hand_range": float(np.mean([points.std(axis=0).mean() for points in wrists])),
        "jerk": float(np.mean([_jerk(points) for points in wrists])),
        "velocity_hellinger": hellinger_distance(_speeds(wrists), yard.speeds),
        "beat_consistency": _consistency(wrists, yard.setting),
        "diversity": diversity(latents, yard.owners),
    }
    if takes[0].plan is not None:
        figures["function_accuracy_own_plan"] = accuracy(*recognised(takes, yard, own=True))
    return figures


def _jerk(points: Array) -> float:
    """Mean size of the third derivative of points (T, P, 3), m/s³."""
    return float(np.linalg.norm(np.diff(points, 3, axis=0), axis=-1).mean() * FPS**3)


def _consistency(wrists: Sequence[Array], setting: Setting) -> float:
    """How near word onsets lie to the beats of the wrists' motion, smoothed."""
    values = [
        beat_consistency(
            np.array([word.start for word in case.heard.words]),
            smooth_motion_beats(points, FPS),
        )
        for points, case in zip(wrists, setting.cases, strict=True)
    ]
    return float(np.mean(values))


def _speeds(wrists: Sequence[Array]) -> Array:
    return np.concatenate([speeds(points, FPS).ravel() for points in wrists])


def _minutes(takes: Sequence[Take], minutes: float) -> list[Take]:
    """Evenly chosen sequences of about so many minutes."""
    total = sum(take.motion.duration for take in takes) / 60.0
    step = max(1, round(total / minutes))
    return list(takes[::step])
