"""Composing speech-aligned sequences from real gesture units.

No open corpus of Korean speech with gestures exists. So a Korean sentence gets word times from
its syllables, the planner says which gesture belongs on which word, and a real unit of that
function is warped so that its stroke falls there, over real idle motion. Every epoch composes
anew: other units, other sizes, other speeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.units import IDLE, PARTS, Unit, UnitLibrary
from gesture_core.plan import FASTEST, HANDS, Hand, Plan, PlannedGesture
from gesture_core.planning.casting import Part, cast
from gesture_core.planning.cues import PlanWord, ends_clause, plan_gestures
from gesture_core.rotation import (
    quat_continuous,
    quat_identity,
    quat_inverse,
    quat_mean,
    quat_multiply,
    quat_slerp,
)
from gesture_core.skeleton import HUMANOID

Array = NDArray[np.float64]

FPS = 15.0
LEAD, TAIL = 0.35, 0.6
"""Seconds of silence before the first and after the last word."""
SIZES = (0.6, 1.4)
"""Range by which half of the sequences are made smaller or larger as a whole."""
IDLE_SIZE = 0.8
"""Share of the recorded idle sway that is kept."""
DONORS = ("mannequin",)
"""Manners that lend gestures, but in which nobody speaks: they have no idle posture."""
BOUND = ("akimbo",)
"""Manners whose gestures do not start from hanging arms, so that no other can use them."""
_MIRROR_SIGNS = np.array([1.0, 1.0, -1.0, -1.0])


@dataclass(frozen=True)
class Line:
    """A sentence to be spoken: words as `(text, morphemes)`; no times yet."""

    words: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True, eq=False)
class Composition:
    """A composed sequence at `FPS`: rotations (T, J, 4), the words, the plan and its parts.

    `lines` are the indices of the sentences said; `parts` index `Repertoire.parts`, one for every
    gesture of the plan.
    """

    rotations: Array
    words: tuple[PlanWord, ...]
    lines: tuple[int, ...]
    plan: Plan
    parts: tuple[int, ...]
    manner: str
    energy: float


class Repertoire:
    """The units of a library and their mirror images, ready to be performed in any manner."""

    def __init__(self, library: UnitLibrary) -> None:
        self.library = library
        self.rests = library.rests
        units = [unit for unit in library.units if unit.function != IDLE]
        self._units = [unit for unit in units for _ in (False, True)]
        self.parts = tuple(_part(unit, mirrored) for unit in units for mirrored in (False, True))
        self._turns = [_turns_of(part, unit, self.rests) for part, unit in self._pairs]

    @property
    def _pairs(self) -> list[tuple[Part, Unit]]:
        return list(zip(self.parts, self._units, strict=True))

    @cached_property
    def manners(self) -> tuple[str, ...]:
        """Manners that a speaker can have."""
        return tuple(manner for manner in self.library.manners if manner not in DONORS)

    def bones(self, index: int) -> NDArray[np.intp]:
        """Indices of the bones that a part moves, mirrored with it."""
        names = [bone for part in self._units[index].parts for bone in PARTS[part]]
        bones = HUMANOID.indices(tuple(names))
        return HUMANOID.mirror[bones] if self.parts[index].mirrored else bones

    def perform(self, index: int, times: Array, manner: str) -> Array:
        """Pose (T, J, 4) of a part at `times` in seconds from its stroke, in a manner.

        The arms go where they went in the recording; torso, head and shoulders turn from the
        rest of `manner` as they turned from the rest of the recording.
        """
        unit, turns = self._units[index], self._turns[index]
        frame = np.clip((unit.stroke + times) * unit.fps, 0, len(turns) - 1)
        before = np.minimum(np.floor(frame).astype(int), len(turns) - 2)
        pose = quat_slerp(turns[before], turns[before + 1], (frame - before)[:, None])
        pose[:, _RELATIVE] = quat_multiply(self.rests[manner][_RELATIVE], pose[:, _RELATIVE])
        return pose

    def idle(self, manner: str, frames: int, rng: np.random.Generator) -> Array:
        """Quiet standing (T, J, 4) in a manner: a real clip, back and forth, about its rest."""
        own = self.library.of(IDLE, manner) or self.library.of(IDLE, "stand")
        unit = own[int(rng.integers(len(own)))]
        rotations = unit.rotations.astype(np.float64)
        length = len(rotations) - 1
        position = rng.uniform(0, length) + np.arange(frames) * (unit.fps / FPS)
        position = np.abs((position % (2 * length)) - length)
        before = np.minimum(np.floor(position).astype(int), length - 1)
        pose = quat_slerp(rotations[before], rotations[before + 1], (position - before)[:, None])
        sway = quat_multiply(quat_inverse(quat_mean(rotations)), pose)
        if rng.random() < 0.5:
            sway = _mirrored(sway)
        sway = quat_slerp(quat_identity(), sway, np.array(IDLE_SIZE))
        return quat_multiply(self.rests[manner], sway)


_RELATIVE = HUMANOID.indices((*PARTS["torso"], *PARTS["head"], "leftShoulder", "rightShoulder"))


def _part(unit: Unit, mirrored: bool) -> Part:
    left, right, both = HANDS
    opposite: dict[Hand, Hand] = {left: right, right: left, both: both}
    return Part(
        unit=unit.name,
        mirrored=mirrored,
        function=unit.function,
        hand=opposite[unit.hand] if mirrored else unit.hand,
        manner=unit.manner,
        size=unit.size,
        preparation=unit.stroke - unit.start,
        retraction=unit.end - unit.stroke,
        portable=unit.manner not in BOUND,
    )


def _turns_of(part: Part, unit: Unit, rests: dict[str, Array]) -> Array:
    """Rotations of a unit, mirrored if wanted; turns from rest for the bones of the trunk."""
    rotations = unit.rotations.astype(np.float64)
    turns = quat_multiply(quat_inverse(rests[unit.manner]), rotations)
    if part.mirrored:
        rotations, turns = _mirrored(rotations), _mirrored(turns)
    rotations[:, _RELATIVE] = turns[:, _RELATIVE]
    return quat_continuous(rotations)


def _mirrored(rotations: Array) -> Array:
    return rotations[:, HUMANOID.mirror] * _MIRROR_SIGNS


def word_times(
    lines: Sequence[Line], rng: np.random.Generator, start: float = LEAD
) -> tuple[tuple[PlanWord, ...], float]:
    """Words of several sentences with speaking times, and the time when the last one ends.

    Seconds of an eojeol: 0.131 · syllables + 0.077 · codas − 0.025, a gap of 0.046, 0.2 longer
    before a pause; pauses of 0.25 s in and 0.45 s between sentences; one pace for all.
    """
    pace = rng.uniform(0.88, 1.15)
    time = start
    words: list[PlanWord] = []
    for number, line in enumerate(lines):
        for index, (text, morphemes) in enumerate(line.words):
            word = PlanWord(text, time, time, morphemes, number)
            final = index + 1 == len(line.words)
            clause = not final and ends_clause(word) and (text[-1] in ",;:" or rng.random() < 0.4)
            length = _spoken_seconds(text) + 0.2 * (final or clause)
            words.append(replace(word, end=time + pace * length))
            time = words[-1].end + pace * (0.25 if clause else 0.046)
        time += pace * 0.45 * rng.uniform(0.8, 1.4)
    return tuple(words), (words[-1].end if words else time)


def _spoken_seconds(text: str) -> float:
    syllables = [ord(letter) - 0xAC00 for letter in text if "가" <= letter <= "힣"]
    codas = sum(syllable % 28 > 0 for syllable in syllables)
    return max(0.12, 0.131 * len(syllables) + 0.077 * codas - 0.025)


def compose(
    lines: Sequence[Line],
    numbers: Sequence[int],
    manner: str,
    energy: float,
    repertoire: Repertoire,
    rng: np.random.Generator,
    told: tuple[tuple[PlanWord, ...], Plan] | None = None,
) -> Composition:
    """Compose one sequence: the sentences `lines` (known as `numbers`) said in a manner.

    `told` gives words with times and a plan to perform instead of new ones.
    """
    if told:
        words, plan = told
        ends = words[-1].end
    else:
        words, ends = word_times(lines, rng)
        plan = plan_gestures(words, ends + TAIL, rng, energy)
        size = rng.uniform(*SIZES) if rng.random() < 0.5 else 1.0
        gestures = [replace(gesture, amplitude=gesture.amplitude * size) for gesture in plan]
        plan = Plan(tuple(gestures), plan.duration)
    plan, parts = cast(plan, repertoire.parts, manner, energy, rng)
    duration = max([ends + TAIL, *(gesture.end + 0.2 for gesture in plan)])
    frames = round(duration * FPS)
    times = np.arange(frames) / FPS
    pose = repertoire.idle(manner, frames, rng)
    for gesture, part in zip(plan, parts, strict=True):
        _lay(pose, times, gesture, part, manner, repertoire)
    return Composition(
        rotations=pose,
        words=words,
        lines=tuple(numbers),
        plan=Plan(plan.gestures, frames / FPS),
        parts=parts,
        manner=manner,
        energy=energy,
    )


def _lay(
    pose: Array,
    times: Array,
    gesture: PlannedGesture,
    part: int,
    manner: str,
    repertoire: Repertoire,
) -> None:
    """Lay one warped unit over `pose` in place, eased in and out."""
    active = np.flatnonzero((times >= gesture.start) & (times <= gesture.end))
    if len(active) < 3:
        return
    times = times[active]
    role = repertoire.parts[part]
    clip = repertoire.perform(part, unit_times(gesture, role, times), manner)
    bones = repertoire.bones(part)
    clip = quat_slerp(repertoire.rests[manner], clip, np.array(gesture.amplitude))
    before = max(gesture.stroke - gesture.start, 1e-3)
    weight = _smooth((times - gesture.start) / (0.6 * before)) * _smooth(
        (gesture.end - times) / 0.4
    )
    inside = np.ix_(active, bones)
    pose[inside] = quat_slerp(pose[inside], clip[:, bones], weight[:, None])


def unit_times(gesture: PlannedGesture, role: Part, times: Array) -> Array:
    """Seconds from the stroke inside a unit for `times` of a gesture that it performs."""
    since = times - gesture.stroke
    slower_before = role.preparation / max(gesture.stroke - gesture.start, 1e-3)
    slower_after = min(role.retraction / max(gesture.end - gesture.stroke, 1e-3), FASTEST)
    return since * np.where(since < 0.0, slower_before, slower_after)


def _smooth(position: Array) -> Array:
    """Smoothstep: 0 below 0, 1 above 1, level at both ends."""
    x = np.clip(position, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)
