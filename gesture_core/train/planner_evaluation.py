"""How well the trained planner plans sentences that it never saw, beside the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gesture_core.checkpoint import load_checkpoint
from gesture_core.dataset.compose import TAIL, word_times
from gesture_core.plan import FUNCTIONS, HANDS, Plan
from gesture_core.planning.cues import PlanWord, is_content, plan_gestures
from gesture_core.planning.learned import (
    KIND,
    PlannerModel,
    plan_odds,
    planner_model,
    propose,
)
from gesture_core.train.planner_data import Taught, morpheme_key, synthetic_prosody
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
    error of their times, gestures a second, hands; the same with another sentence's words and
    with the rules withheld; how much of the stress it follows; and, where morphemes were hidden,
    how well their functions are found by meaning.
    """
    model = planner_model(load_checkpoint(path, KIND))
    sentences, taught = material.sentences, material.taught
    spoken = speak(sentences, range(held_out))
    report: dict[str, Any] = {"sentences": len(spoken)}
    report["matched"] = against_teacher(sentences, taught, spoken, spoken, model)
    others = [spoken[(i + len(spoken) // 2) % len(spoken)] for i in range(len(spoken))]
    report["shuffled words"] = against_teacher(sentences, taught, spoken, others, model)
    report["stress"] = follows_stress(sentences, spoken, model)
    report["energy"] = {
        str(energy): gestures_and_size(sentences, spoken, model, energy)
        for energy in (0.0, 0.5, 1.0, 1.5, 2.0)
    }
    if material.hidden:
        report["hidden"] = hidden_words(material, model)
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


def against_teacher(
    sentences: Sentences,
    taught: Sequence[Taught],
    spoken: Sequence[Spoken],
    meant: Sequence[Spoken],
    model: PlannerModel,
) -> dict[str, Any]:
    """Plans of sentences, told the words of those `meant`, against the teacher's plans."""
    planned: list[Plan] = []
    teacher: list[Plan] = []
    right: list[bool] = []
    named: list[bool] = []
    errors: list[float] = []
    for said, other in zip(spoken, meant, strict=True):
        meant_number = None if other is said else other.number
        plan = plan_spoken(sentences, said, model, meant_number)
        functions = taught[said.number].functions
        rng = np.random.default_rng([said.number, 6])
        ideal = plan_gestures(said.words, said.duration, rng, 1.0, functions)
        planned.append(plan)
        teacher.append(ideal)
        strokes = np.array([g.stroke for g in plan])
        right += [g.function == (functions[g.word] or "beat") for g in plan]
        for gesture in ideal:
            same = [g for g in plan if g.word == gesture.word]
            named.append(bool(same) and same[0].function == gesture.function)
            if len(strokes):
                errors.append(float(np.abs(strokes - gesture.stroke).min()))
    both = list(zip(planned, teacher, strict=True))
    hits = sum(len({g.word for g in a} & {g.word for g in b}) for a, b in both)
    made, wanted = sum(map(len, planned)), sum(map(len, teacher))
    seconds = sum(said.duration for said in spoken)
    return {
        "function accuracy": _share(right),
        "teacher's gestures found with word and function": _share(named),
        "stroke on a word of the teacher's": round(hits / max(made, 1), 3),
        "teacher's words found": round(hits / max(wanted, 1), 3),
        "stroke time error, median s": round(float(np.median(errors)), 3),
        "within 0.3 s": _share([error < 0.3 for error in errors]),
        "gestures a second": round(made / seconds, 3),
        "teacher's gestures a second": round(wanted / seconds, 3),
        "hands": _hands(planned),
        "teacher's hands": _hands(teacher),
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


def hidden_words(material: Material, model: PlannerModel) -> dict[str, Any]:
    """Whether the functions of words that neither rules nor training knew are found by meaning.

    Recall: of those words, the share given the function that the full rules give. Precision: of
    the content words given a function other than a beat although the planner was told no rule,
    the share for which the full rules say the same.
    """
    sentences, taught = material.sentences, material.taught
    numbers = [n for n, t in enumerate(taught) if _tells_hidden(t)][:_HIDDEN_TESTED]
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    claims: list[bool] = []
    for said in speak(sentences, numbers):
        lesson = taught[said.number]
        words = [_reduced(word, material.hidden) for word in said.words]
        one = slice(said.number, said.number + 1)
        odds = plan_odds(
            words,
            sentences.word_vectors(said.number),
            sentences.sentence_vectors[one],
            sentences.cues[one],
            said.duration,
            model=model,
        )
        told = [FUNCTIONS[int(kind)] for kind in odds.function.argmax(axis=1)]
        for index, function in enumerate(lesson.functions):
            if lesson.rules[index] is not None or not is_content(said.words[index]):
                continue
            if function is not None and lesson.functions[index] != lesson.rules[index]:
                asked[function] += 1
                found[function] += told[index] == function
            if told[index] != "beat":
                claims.append(told[index] == function)
    return {
        "morphemes": len(material.hidden),
        "words": sum(asked.values()),
        "recall": round(sum(found.values()) / max(sum(asked.values()), 1), 3),
        "recall of the rules": 0.0,
        "precision": _share(claims),
        "by function": {f: f"{found[f]}/{asked[f]}" for f in FUNCTIONS if asked[f]},
    }


def _tells_hidden(taught: Taught) -> bool:
    return taught.rules[:-1] != taught.functions[:-1]


def _reduced(word: PlanWord, hidden: frozenset[str]) -> PlanWord:
    known = tuple(m for m in word.morphemes if morpheme_key(m) not in hidden)
    return PlanWord(word.text, word.start, word.end, known, word.sentence)


def _hands(plans: Sequence[Plan]) -> dict[str, float]:
    hands = Counter(gesture.hand for plan in plans for gesture in plan)
    total = max(sum(hands.values()), 1)
    return {hand: round(hands[hand] / total, 3) for hand in HANDS}


def _share(hits: Sequence[bool]) -> float:
    return round(float(np.mean(hits)), 3) if len(hits) else 0.0
