"""What each row of the table performs: the same sequences, by real units or by a model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.compose import FPS, Composition, Repertoire, compose
from gesture_core.evaluate.setting import Case, Heard, Setting, only, real_case, resized
from gesture_core.gestures.encode import rotations_to_vector, vector_to_rotations
from gesture_core.gestures.exemplar import Exemplar, exemplar_of, exemplar_style, with_exemplar
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.qualities import apply_to_plan
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import GestureModel, synthesize
from gesture_core.motion import Motion
from gesture_core.plan import Plan
from gesture_core.planning.cues import plan_gestures
from gesture_core.planning.learned import propose
from gesture_core.skeleton import HUMANOID
from gesture_core.train.gesture_data import compose_many

Floats = NDArray[np.float32]
EXEMPLAR_SENTENCES = 30
"""Sentences of the talk that an exemplar is learned from: about two minutes."""
Hearing = Literal["text", "planned", "told"]
"""Whether a model hears the text only, the plan made from it, or the plan of the real sequence."""


@dataclass(frozen=True, eq=False)
class Take:
    """One sequence as a row performs it, at `FPS`, from the `rest` pose (J, 4) of who performs.

    `plan` is what it set out to make; None for rows that make no plan.
    """

    motion: Motion
    rest: NDArray[np.float64]
    plan: Plan | None

    @cached_property
    def vectors(self) -> Floats:
        """Pose vectors (T, SIZE)."""
        return rotations_to_vector(self.motion.rotations, self.rest).astype(np.float32)


Performer = Callable[[int, int], Take]
"""Performs the case of an index with a seed."""


def real_again(setting: Setting) -> Performer:
    """The real units again, planned and cast anew: how far real lies from real."""

    def perform(index: int, seed: int) -> Take:
        case = setting.cases[index]
        rng = np.random.default_rng([seed, index, 1])
        plan = plan_gestures(case.heard.words, case.heard.duration, rng, case.real.energy)
        plan = resized(only(plan, setting.functions(case)), rng)
        source = setting.sources[case.source]
        return _composed(setting, case, source, case.real.manner, plan, rng)

    return perform


def composed_again(setting: Setting) -> Performer:
    """The real plan performed by units of the training set: the best that choosing can do."""

    def perform(index: int, seed: int) -> Take:
        case = setting.cases[index]
        rng = np.random.default_rng([seed, index, 2])
        manner = setting.style(case).manner
        return _composed(setting, case, setting.train, manner, case.real.plan, rng)

    return perform


def mean_pose(setting: Setting, minutes: float = 5.0) -> Performer:
    """Standing in the mean pose of each manner of the training units."""
    rng = np.random.default_rng(3)
    numbers = range(setting.held_out, len(setting.sentences))
    train = setting.train
    means: dict[str, NDArray[np.float64]] = {}
    made = compose_many(setting.sentences, numbers, train, minutes, rng)
    for manner in train.manners:
        rest = train.rests[manner]
        own = [rotations_to_vector(c.rotations, rest) for c in made if c.manner == manner]
        means[manner] = np.concatenate(own).mean(axis=0)

    def perform(index: int, seed: int) -> Take:
        case = setting.cases[index]
        manner = setting.style(case).manner
        rest = train.rests[manner]
        pose = vector_to_rotations(means[manner][None], rest)
        return Take(as_motion(np.repeat(pose, case.frames, axis=0)), rest, None)

    return perform


def generated(setting: Setting, models: Sequence[GestureModel], hearing: Hearing) -> Performer:
    """A model, or one of several trainings of it by seed, hearing text or plan."""

    def perform(index: int, seed: int) -> Take:
        case = setting.cases[index]
        model = models[seed % len(models)]
        style, number = setting.style(case), seed + 7919 * index
        if hearing == "text":
            return generate(model, case.heard, None, style, seed=number)
        plan = case.real.plan
        if hearing == "planned":
            plan = only(proposed(setting, case.heard, style, number), setting.functions(case))
        return generate(model, case.heard, plan, style, seed=number)

    return perform


def after_exemplar(setting: Setting, models: Sequence[GestureModel]) -> Performer:
    """A model that imitates a talk made of the half of the performer's clips not judged on."""
    learned: dict[tuple[int, int], tuple[GestureModel, Exemplar]] = {}
    for source in range(len(setting.sources)):
        talk = exemplar_talk(setting, 1 - source)
        for number, model in enumerate(models):
            exemplar = exemplar_of(talk, model)
            learned[source, number] = with_exemplar(model, exemplar), exemplar

    def perform(index: int, seed: int) -> Take:
        case = setting.cases[index]
        model, exemplar = learned[case.source, seed % len(models)]
        number = seed + 7919 * index
        style = exemplar_style(setting.style(case), exemplar)
        plan = only(proposed(setting, case.heard, style, number), setting.functions(case))
        return generate(model, case.heard, plan, style, seed=number)

    return perform


def exemplar_talk(setting: Setting, source: int) -> Motion:
    """A talk of training sentences, composed of the units of one source."""
    rng = np.random.default_rng([5, source])
    repertoire = setting.sources[source]
    numbers = range(setting.held_out, len(setting.sentences))
    lines = [int(n) for n in rng.choice(numbers, EXEMPLAR_SENTENCES)]
    manner = repertoire.manners[0]
    talk = real_case(lines, source, repertoire, manner, setting.sentences, rng, energy=1.0)
    return as_motion(talk.real.rotations)


def generate(
    model: GestureModel,
    heard: Heard,
    plan: Plan | None,
    style: Style,
    *,
    seed: int,
    intensity: float = 1.0,
) -> Take:
    """What a model performs to what it hears; without a plan it hears the text only."""
    told = Plan((), heard.duration) if plan is None else within(plan, heard.duration)
    motion = synthesize(
        heard.text, told, style, intensity=intensity, seed=seed, fps=FPS, model=model
    )
    return Take(motion, model.rests[model.manners.index(style.manner)], plan)


def proposed(setting: Setting, heard: Heard, style: Style, seed: int) -> Plan:
    """The plan that the planner makes of what is heard, in a style."""
    rng = np.random.default_rng(seed)
    text = heard.text
    plan = propose(
        heard.words,
        text.vectors,
        text.sentence_vectors,
        text.cues,
        heard.duration,
        rng,
        style.energy,
        model=setting.planner,
    )
    return apply_to_plan(plan, style, rng)


def other_text(setting: Setting, index: int) -> Heard:
    """Another sentence's words and times, cut to the length of case `index`."""
    other = setting.cases[setting.partner(index)].heard
    return replace(other, duration=setting.cases[index].heard.duration)


def other_words(setting: Setting, index: int) -> Heard:
    """The times of case `index` with what another sentence says, over and over if it is short."""
    heard, other = setting.cases[index].heard, setting.cases[setting.partner(index)].heard
    count = len(other.words)
    words = tuple(
        replace(other.words[n % count], start=w.start, end=w.end, sentence=w.sentence)
        for n, w in enumerate(heard.words)
    )
    return replace(heard, words=words, text=_saying(heard.text, other.text))


def _saying(text: TextFeatures, other: TextFeatures) -> TextFeatures:
    """The times of `text` with the words and sentences of `other`."""
    rows = np.arange(len(text.starts)) % len(other.starts)
    sentences = np.arange(len(text.sentence_vectors)) % len(other.sentence_vectors)
    return replace(
        text,
        vectors=other.vectors[rows],
        flags=other.flags[rows],
        sentence_vectors=other.sentence_vectors[sentences],
        cues=other.cues[sentences],
    )


def within(plan: Plan, duration: float) -> Plan:
    """The gestures of a plan that have time to stroke within `duration` seconds."""
    kept = tuple(gesture for gesture in plan if gesture.stroke < duration - 0.3)
    return replace(plan, gestures=kept, duration=duration)


def as_motion(rotations: NDArray[np.float64]) -> Motion:
    """Rotations (T, J, 4) at `FPS` as a motion that stands in place."""
    root = np.tile(HUMANOID.rest_positions[0], (len(rotations), 1))
    return Motion(HUMANOID, rotations, root, FPS)


def _composed(
    setting: Setting,
    case: Case,
    repertoire: Repertoire,
    manner: str,
    plan: Plan,
    rng: np.random.Generator,
) -> Take:
    heard = case.heard
    said = [setting.sentences.lines[n] for n in heard.lines]
    made: Composition = compose(
        said, heard.lines, manner, case.real.energy, repertoire, rng, told=(heard.words, plan)
    )
    frames = np.minimum(np.arange(case.frames), len(made.rotations) - 1)
    return Take(as_motion(made.rotations[frames]), repertoire.rests[manner], made.plan)


def real_takes(setting: Setting) -> list[Take]:
    """The real sequences themselves."""
    return [
        Take(
            as_motion(case.real.rotations),
            setting.sources[case.source].rests[case.real.manner],
            case.real.plan,
        )
        for case in setting.cases
    ]


BASELINES: Mapping[str, Callable[[Setting], Performer]] = {
    "real": real_again,
    "compose": composed_again,
    "mean_pose": mean_pose,
}
HEARING: Mapping[str, Hearing] = {"seq2seq": "text", "plain": "text"}
"""What models hear, by row; all others hear the plan that the planner makes."""
TOLD = ("flow", "default")
"""Rows that come a second time, told the plan of the real sequence, as `NAME_told`."""
