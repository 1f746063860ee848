"""How well the trained planner plans sentences that it never saw, beside the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import load_checkpoint
from gesture_core.dataset.compose import TAIL, word_times
from gesture_core.plan import FUNCTIONS, HANDS, Plan
from gesture_core.planning.cues import PlanWord, cue, is_content, plan_gestures
from gesture_core.planning.learned import (
    KIND,
    PlannerModel,
    plan_odds,
    planner_model,
    propose,
)
from gesture_core.train.planner_data import WITHHELD, Taught, holds, synthetic_prosody
from gesture_core.train.sentences import Sentences

if TYPE_CHECKING:
    from gesture_core.train.planner import Material

_HIDDEN_TESTED = 2000
"""Sentences with hidden morphemes to test, at most."""


class Spoken(NamedTuple):
    """A test sentence with word times; `number` is its place in the sentences."""

    number: int
    words: tuple[PlanWord, ...]
    duration: float


def assess(path: Path, material: Material, held_out: int) -> dict[str, Any]:
    """The report of a trained planner on the first `held_out` sentences.

    Against the teacher's plan of the same words: function accuracy, strokes on the same word,
    error of their times, gestures a second, hands; the same of the teacher drawing again (the most
    that can be reached) and of the planner told another sentence's words at the same times; how
    much of the stress it follows; and how well functions are found by meaning alone, of words
    that were trained on and, where morphemes were hidden, of words that were not.
    """
    model = planner_model(load_checkpoint(path, KIND))
    sentences, taught = material.sentences, material.taught
    spoken = speak(sentences, range(held_out))
    report: dict[str, Any] = {"sentences": len(spoken)}
    ideal = teacher_plans(spoken, taught, 6)
    half = len(spoken) // 2
    others = [*spoken[half:], *spoken[:half]]
    for name, plans in (
        ("matched", [plan_spoken(sentences, said, model) for said in spoken]),
        ("teacher again", teacher_plans(spoken, taught, 8)),
        (
            "shuffled words",
            [
                plan_spoken(sentences, said, model, other.number)
                for said, other in zip(spoken, others, strict=True)
            ],
        ),
    ):
        report[name] = compare(plans, ideal, spoken, taught)
    report["stress"] = follows_stress(sentences, spoken, model)
    report["energy"] = {
        str(energy): gestures_and_size(sentences, spoken, model, energy)
        for energy in (0.0, 0.5, 1.0, 1.5, 2.0)
    }
    withheld = [replace(t, rules=_withheld(t.rules)) for t in taught]
    report["known words, rules withheld"] = by_meaning(sentences, withheld, spoken, model)
    if material.hidden:
        numbers = [n for n, t in enumerate(taught) if holds(t, material.hidden)][:_HIDDEN_TESTED]
        found = by_meaning(sentences, taught, speak(sentences, numbers), model)
        report["hidden words"] = {"morphemes": sorted(material.hidden), **found}
    return report


def speak(sentences: Sentences, numbers: Sequence[int]) -> list[Spoken]:
    """Sentences with word times drawn from their number."""
    spoken: list[Spoken] = []
    for number in numbers:
        rng = np.random.default_rng([number, 4])
        words, ends = word_times([sentences.lines[number]], rng)
        if words:
            spoken.append(Spoken(number, words, ends + TAIL))
    return spoken


def plan_spoken(
    sentences: Sentences,
    said: Spoken,
    model: PlannerModel,
    meant: int | None = None,
    energy: float = 1.0,
    prosody: NDArray[np.floating] | None = None,
) -> Plan:
    """The planner's plan of a sentence, optionally with the words of sentence `meant`.

    The times stay; the words of the other sentence are repeated or cut to the same number.
    """
    number = said.number if meant is None else meant
    words, vectors = list(said.words), sentences.word_vectors(number)
    if meant is not None:
        line = sentences.lines[meant].words
        take = np.arange(len(words)) % len(line)
        vectors = vectors[take]
        words = [
            PlanWord(line[i][0], word.start, word.end, line[i][1], word.sentence)
            for word, i in zip(words, take, strict=True)
        ]
    one = slice(number, number + 1)
    return propose(
        words,
        vectors,
        sentences.sentence_vectors[one],
        sentences.cues[one],
        said.duration,
        np.random.default_rng([said.number, 5]),
        energy,
        prosody,
        model,
    )


def teacher_plans(spoken: Sequence[Spoken], taught: Sequence[Taught], seed: int) -> list[Plan]:
    """The teacher's plans of sentences."""
    return [
        plan_gestures(
            said.words,
            said.duration,
            np.random.default_rng([said.number, seed]),
            1.0,
            taught[said.number].functions,
        )
        for said in spoken
    ]


def compare(
    plans: Sequence[Plan],
    ideal: Sequence[Plan],
    spoken: Sequence[Spoken],
    taught: Sequence[Taught],
) -> dict[str, Any]:
    """Plans of sentences against the `ideal` ones, drawn by the teacher."""
    right: list[bool] = []
    named: list[bool] = []
    errors: list[float] = []
    for said, plan, wanted in zip(spoken, plans, ideal, strict=True):
        functions = taught[said.number].functions
        right += [gesture.function == (functions[gesture.word] or "beat") for gesture in plan]
        made = {(gesture.word, gesture.function) for gesture in plan}
        named += [(gesture.word, gesture.function) in made for gesture in wanted]
        strokes = np.array([gesture.stroke for gesture in plan])
        if len(strokes):
            errors += [float(np.abs(strokes - gesture.stroke).min()) for gesture in wanted]
    both = zip(plans, ideal, strict=True)
    hits = sum(len({g.word for g in one} & {g.word for g in other}) for one, other in both)
    made, wanted = sum(map(len, plans)), sum(map(len, ideal))
    return {
        "function accuracy": _share(right),
        "teacher's gestures found with word and function": _share(named),
        "stroke on a word of the teacher's": round(hits / max(made, 1), 3),
        "teacher's words found": round(hits / max(wanted, 1), 3),
        "stroke time error, median s": round(float(np.median(errors)), 3),
        "within 0.3 s": _share([error < 0.3 for error in errors]),
        "gestures a second": round(made / sum(said.duration for said in spoken), 3),
        "hands": _hands(plans),
    }


def follows_stress(
    sentences: Sentences, spoken: Sequence[Spoken], model: PlannerModel
) -> dict[str, float]:
    """How often the loudest of the content words that call for nothing gets the stroke."""
    with_prosody: list[bool] = []
    without: list[bool] = []
    for said in spoken:
        rng = np.random.default_rng([said.number, 7])
        plain = [i for i, word in enumerate(said.words) if is_content(word)]
        if len(plain) < 2:
            continue
        stress = np.zeros(len(said.words))
        loud = int(rng.choice(plain))
        stress[loud] = 2.5
        prosody = synthetic_prosody(stress + 0.3 * rng.standard_normal(len(stress)), rng)
        for told, found in ((prosody, with_prosody), (None, without)):
            plan = plan_spoken(sentences, said, model, prosody=told)
            found.append(any(g.word == loud for g in plan))
    return {"stroke on the stressed word": _share(with_prosody), "without": _share(without)}


def gestures_and_size(
    sentences: Sentences, spoken: Sequence[Spoken], model: PlannerModel, energy: float
) -> dict[str, float]:
    """Gestures a second, and their mean amplitude, at an energy."""
    plans = [plan_spoken(sentences, said, model, energy=energy) for said in spoken]
    sizes = [gesture.amplitude for plan in plans for gesture in plan]
    seconds = sum(said.duration for said in spoken)
    return {
        "gestures a second": round(len(sizes) / seconds, 3),
        "amplitude": round(float(np.mean(sizes)), 3),
    }


def by_meaning(
    sentences: Sentences, taught: Sequence[Taught], spoken: Sequence[Spoken], model: PlannerModel
) -> dict[str, Any]:
    """Whether words whose rule is not told get the function that the full rules give.

    Recall: of those words, the share given their function. Precision: of the content words given
    a function other than a beat although no rule was told, the share for which the full rules say
    the same; a word that they do not know but that means as much counts as wrong.
    """
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    claims: list[bool] = []
    for said in spoken:
        lesson = taught[said.number]
        one = slice(said.number, said.number + 1)
        odds = plan_odds(
            said.words,
            sentences.word_vectors(said.number),
            sentences.sentence_vectors[one],
            sentences.cues[one],
            said.duration,
            model=model,
            rules=lesson.rules,
        )
        named = [FUNCTIONS[int(kind)] for kind in odds.function.argmax(axis=1)]
        for index, word in enumerate(said.words):
            function = cue(said.words, index)
            if lesson.rules[index] is not None or function != lesson.functions[index]:
                continue  # a rule is told, or the speech act decides
            if function is not None:
                asked[function] += 1
                found[function] += named[index] == function
            if named[index] != "beat" and is_content(word):
                claims.append(named[index] == function)
    return {
        "words": sum(asked.values()),
        "recall": round(sum(found.values()) / max(sum(asked.values()), 1), 3),
        "precision": _share(claims),
        "claims": len(claims),
        "by function": {f: f"{found[f]}/{asked[f]}" for f in FUNCTIONS if asked[f]},
    }


def _withheld(rules: Sequence[str | None]) -> tuple[str | None, ...]:
    hidden = {FUNCTIONS[number] for number in WITHHELD}
    return tuple(None if rule in hidden else rule for rule in rules)


def _hands(plans: Sequence[Plan]) -> dict[str, float]:
    hands = Counter(gesture.hand for plan in plans for gesture in plan)
    total = max(sum(hands.values()), 1)
    return {hand: round(hands[hand] / total, 3) for hand in HANDS}


def _share(hits: Sequence[bool]) -> float:
    return round(float(np.mean(hits)), 3) if len(hits) else 0.0
