"""What gesture generators are judged on: sequences of real units nobody trained on.

The split `known` holds clips of the performers that generators learned from, but other clips;
`unknown_performer` everything of a performer they never saw. Both are composed to held-out
sentences. Gestures whose function the performer never made are left out of every plan, the real
one's as well as the generated ones'.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from gesture_core.dataset.compose import FPS, SIZES, TAIL, Composition, Repertoire, compose
from gesture_core.dataset.compose import word_times as spoken_times
from gesture_core.dataset.unit_splits import UnitSplits, split_units
from gesture_core.dataset.units import UnitLibrary
from gesture_core.errors import UserError
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import DEFAULT_STYLE, Style, find_style
from gesture_core.plan import Plan
from gesture_core.planning.cues import PlanWord, plan_gestures
from gesture_core.planning.learned import PlannerModel
from gesture_core.train.gesture_data import ENERGIES, text_of
from gesture_core.train.sentences import Sentences

Split = Literal["known", "unknown_performer"]
SPLITS: tuple[Split, ...] = ("known", "unknown_performer")
SHORTEST = 2.0
"""Seconds of the shortest sequence; the judge of motion sees windows of about that length."""


@dataclass(frozen=True, eq=False)
class Heard:
    """What a generator hears: words with times, and the same as numbers, over some seconds."""

    words: tuple[PlanWord, ...]
    text: TextFeatures
    lines: tuple[int, ...]
    duration: float


@dataclass(frozen=True, eq=False)
class Case:
    """One real sequence, what is heard with it, and the `source` whose units it was made of."""

    real: Composition
    heard: Heard
    source: int

    @property
    def frames(self) -> int:
        """Length of the sequence at `FPS`."""
        return len(self.real.rotations)


@dataclass(frozen=True, eq=False)
class Setting:
    """The real sequences of one split and what it takes to make others beside them.

    `train` is what generators learned from; `sources` what the real sequences are made of, by
    `Case.source`: the test clips, or the two halves of an unknown performer's clips. `planner`
    makes plans of text; `held_out` is how many sentences nobody trained on, the first of all.
    """

    split: Split
    cases: tuple[Case, ...]
    sentences: Sentences
    train: Repertoire
    sources: tuple[Repertoire, ...]
    planner: PlannerModel
    held_out: int

    @property
    def seconds(self) -> float:
        """Length of all real sequences."""
        return sum(case.frames for case in self.cases) / FPS

    @cached_property
    def stranger(self) -> str:
        """The manner in which generators move who they do not know."""
        return find_style(DEFAULT_STYLE).manner

    def functions(self, case: Case) -> frozenset[str]:
        """Functions that the performer of a case is known to make."""
        return frozenset(part.function for part in self.sources[case.source].parts)

    def style(self, case: Case) -> Style:
        """The style to ask generators for: the performer's own, or the default for a stranger."""
        manner = case.real.manner
        if manner not in self.train.manners:
            manner = self.stranger
        return Style(manner, manner, case.real.energy, "", "")

    def partner(self, index: int) -> int:
        """The case nearest in length to case `index` that says none of the same sentences."""
        own = self.cases[index]
        said = set(own.heard.lines)
        others = [n for n, case in enumerate(self.cases) if not said & set(case.heard.lines)]
        if not others:
            raise ValueError("every sequence says the same sentence: there is none to swap it for")
        return min(others, key=lambda n: (abs(self.cases[n].frames - own.frames), n))


def make_setting(
    split: Split,
    splits: UnitSplits,
    sentences: Sentences,
    planner: PlannerModel,
    minutes: float,
    *,
    held_out: int = 400,
    seed: int = 7,
) -> Setting:
    """Compose `minutes` of real sequences to the first `held_out` of the sentences."""
    if len(sentences) < held_out:
        raise UserError(f"the cache holds {len(sentences)} sentences, fewer than {held_out}")
    known = split == "known"
    libraries = (splits.test,) if known else _halves(splits)
    sources = tuple(Repertoire(library) for library in libraries)
    rng = np.random.default_rng([seed, SPLITS.index(split)])
    cases: list[Case] = []
    frames = 0
    for case in _cases(sources, sentences, held_out, rng):
        if case.frames >= SHORTEST * FPS:
            cases.append(case)
            frames += case.frames
        if frames >= minutes * 60.0 * FPS:
            break
    train = Repertoire(splits.train)
    return Setting(split, tuple(cases), sentences, train, sources, planner, held_out)


def _halves(splits: UnitSplits) -> tuple[UnitLibrary, ...]:
    """Two halves of the unknown performers' clips, with the rest poses of both."""
    halved = split_units(splits.unknown, 0.5, (), fewest=2)
    rests = splits.unknown.rests
    return tuple(replace(half, known_rests=rests) for half in (halved.train, halved.test))


def _cases(
    sources: Sequence[Repertoire], sentences: Sentences, held_out: int, rng: np.random.Generator
) -> Iterator[Case]:
    """Sequences of one to four held-out sentences, by every source and manner in turn."""
    turns = [(n, manner) for n, source in enumerate(sources) for manner in source.manners]
    while True:
        for number, manner in turns:
            chosen = [int(n) for n in rng.integers(held_out, size=int(rng.integers(1, 5)))]
            yield real_case(chosen, number, sources[number], manner, sentences, rng)


def real_case(
    lines: Sequence[int],
    number: int,
    source: Repertoire,
    manner: str,
    sentences: Sentences,
    rng: np.random.Generator,
    energy: float | None = None,
) -> Case:
    """Compose one sequence of the numbered sentences from units of one source."""
    said = [sentences.lines[n] for n in lines]
    words, ends = spoken_times(said, rng)
    energy = float(rng.uniform(*ENERGIES)) if energy is None else energy
    plan = plan_gestures(words, ends + TAIL, rng, energy)
    plan = resized(only(plan, {part.function for part in source.parts}), rng)
    real = compose(said, lines, manner, energy, source, rng, told=(words, plan))
    heard = Heard(words, text_of(real, sentences), tuple(lines), real.plan.duration)
    return Case(real, heard, number)


def only(plan: Plan, functions: frozenset[str] | set[str]) -> Plan:
    """The gestures of a plan whose function is among `functions`."""
    kept = tuple(gesture for gesture in plan if gesture.function in functions)
    return replace(plan, gestures=kept)


def resized(plan: Plan, rng: np.random.Generator) -> Plan:
    """Half of the plans as they are, the others with all gestures smaller or larger."""
    size = rng.uniform(*SIZES) if rng.random() < 0.5 else 1.0
    gestures = tuple(replace(g, amplitude=g.amplitude * size) for g in plan)
    return replace(plan, gestures=gestures)
