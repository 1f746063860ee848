"""What the planner learns from: training sentences, spoken anew and planned by the rules.

The teacher is `planning.cues.plan_gestures`. Where the rules have nothing to say of the end of a
sentence, its speech act or its emotion may: see `act_function`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.dataset.compose import Line, word_times
from gesture_core.plan import FUNCTIONS, HANDS, Plan
from gesture_core.planning.cues import PlanWord, cue, is_content, plan_gestures
from gesture_core.planning.word_context import word_context
from gesture_core.text.sentence_cues import CUES
from gesture_core.train.sentences import Sentences

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

BEAT = FUNCTIONS.index("beat")
UNTAUGHT = -1
_TAILS = (0.4, 1.0)
"""Seconds after the last word."""
WITHHELD = [number for number, name in enumerate(FUNCTIONS) if name != "contrast"]
"""Functions whose rules may be withheld: not contrast, for which endings stand that mean little."""
_QUIET = 0.0
"""Stress below which a word gets no gesture for its meaning where the prosody is known."""
_LINES = (0.5, 0.3, 0.2)
"""How often an utterance has one, two or three sentences."""
_ACTS = (
    ("remorse", 0.5, "bow"),
    ("question", 0.6, "ask"),
    ("rhetorical_question", 0.6, "ask"),
    ("command", 0.6, "chop"),
)
"""A cue of the sentence, from which probability on it decides, and the function it calls for."""


@dataclass(frozen=True, eq=False)
class Taught:
    """A sentence, and what the rules and the teacher say of its words; None for a beat."""

    line: Line
    rules: tuple[str | None, ...]
    functions: tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class Lesson:
    """One utterance of W words, as the planner hears it and as it was planned.

    `rows` (W,) of the words in the word vectors, `sentence` (W,) their numbers of sentences,
    `context` (W, CONTEXT); `gesture` (W,) 1 where a word got a gesture, `hand` (W,), `size` (W,)
    and `place` (W,) of that; `function` (W,) of every word, `UNTAUGHT` where it does not matter,
    and `weight` (W,) how sure the teacher is of that.
    """

    rows: Integers
    sentence: Integers
    context: Floats
    gesture: Floats
    function: Integers
    weight: Floats
    hand: Integers
    size: Floats
    place: Floats


def teach(line: Line, cues: NDArray[np.floating], hidden: frozenset[str] = frozenset()) -> Taught:
    """What the rules, and the teacher, say of a sentence with `cues` (C,).

    The rules do not know the morphemes `hidden`, written `form/TAG`; the teacher does.
    """
    words = [PlanWord(text, 0.0, 0.0, morphemes) for text, morphemes in line.words]
    known = [replace(word, morphemes=_without(word, hidden)) for word in words]
    functions = [cue(words, index) for index in range(len(words))]
    if functions and functions[-1] is None:
        functions[-1] = act_function(cues)
    rules = [cue(known, index) for index in range(len(words))]
    return Taught(line, tuple(rules), tuple(functions))


def _without(word: PlanWord, hidden: frozenset[str]) -> tuple[tuple[str, str], ...]:
    return tuple(m for m in word.morphemes if morpheme_key(m) not in hidden)


def morpheme_key(morpheme: tuple[str, str]) -> str:
    """A morpheme as the rules write it: `form/TAG`, without the mark of irregular ones."""
    return f"{morpheme[0]}/{morpheme[1].partition('-')[0]}"


def holds(taught: Taught, hidden: frozenset[str]) -> bool:
    """Whether a sentence holds one of the morphemes."""
    return any(morpheme_key(m) in hidden for _, forms in taught.line.words for m in forms)


def act_function(cues: NDArray[np.floating]) -> str | None:
    """The function that the speech act or the emotion of a sentence calls for at its end."""
    for name, least, function in _ACTS:
        if cues[CUES.index(name)] >= least:
            return function
    return None


def rarity(taught: Sequence[Taught]) -> NDArray[np.float64]:
    """How often to draw each sentence, (N,) summing to 1: more often for rarer functions."""
    counts = Counter(function for sentence in taught for function in sentence.functions)
    weight = {function: counts[function] ** -0.5 for function in counts}
    odds = np.array([max(weight[function] for function in t.functions) for t in taught])
    return odds / odds.sum()


def draw_lessons(
    sentences: Sentences,
    taught: Sequence[Taught],
    numbers: Integers,
    odds: NDArray[np.float64],
    count: int,
    rng: np.random.Generator,
    doubt: float,
    withheld: float,
    heard: float,
) -> list[Lesson]:
    """`count` utterances of the sentences `numbers`, taught as `taught`, drawn with `odds`.

    `doubt`: weight of a word being a mere beat because no rule knows it; `withheld`: how often
    the planner is not told the rules; `heard`: how often it is told the prosody.
    """
    lessons: list[Lesson] = []
    for _ in range(count):
        size = 1 + int(rng.choice(len(_LINES), p=_LINES))
        drawn = rng.choice(len(numbers), size, p=odds)
        lesson = compose_lesson(
            sentences,
            [taught[int(i)] for i in drawn],
            [int(numbers[i]) for i in drawn],
            rng,
            told=rng.random() >= withheld,
            heard=rng.random() < heard,
            doubt=doubt,
        )
        lessons.append(lesson)
    return lessons


def compose_lesson(
    sentences: Sentences,
    taught: Sequence[Taught],
    numbers: Sequence[int],
    rng: np.random.Generator,
    *,
    told: bool,
    heard: bool,
    doubt: float,
) -> Lesson:
    """Say some sentences and plan their gestures; see `draw_lessons`."""
    words, ends = word_times([t.line for t in taught], rng)
    duration = ends + rng.uniform(*_TAILS)
    energy = rng.uniform(0.0, 2.0)
    functions = [function for t in taught for function in t.functions]
    rules = [rule for t in taught for rule in t.rules]
    stress = rng.standard_normal(len(words)) if heard else None
    if stress is None:
        plan, prosody = plan_gestures(words, duration, rng, energy, functions), None
    else:
        loud = [f if s > _QUIET else None for f, s in zip(functions, stress, strict=True)]
        plan = plan_gestures(words, duration, rng, energy, loud, stress)
        prosody = synthetic_prosody(stress, rng)
    context = word_context(words, rules, duration, energy, prosody)
    if not told:
        context[:, WITHHELD] = 0.0
    gesture, hand, size, place = _planned(words, plan)
    content = np.array([is_content(word) for word in words])
    certain = np.array([function is not None for function in functions])
    named = [BEAT if function is None else FUNCTIONS.index(function) for function in functions]
    return Lesson(
        rows=np.concatenate([np.arange(*sentences.offsets[n : n + 2]) for n in numbers]),
        sentence=np.repeat(numbers, [len(t.line.words) for t in taught]),
        context=context,
        gesture=gesture,
        function=np.where(content | certain, named, UNTAUGHT),
        weight=np.where(certain, 1.0, doubt).astype(np.float32),
        hand=hand,
        size=size,
        place=place,
    )


def synthetic_prosody(stress: NDArray[np.floating], rng: np.random.Generator) -> Floats:
    """Energy and pitch (W, 2) of words, raised with their stress (W,), as noisy z-scores."""
    noise = rng.standard_normal((len(stress), 2))
    raised = np.column_stack([0.85 * stress, 0.7 * stress]) + noise * (0.5, 0.7)
    spread = np.maximum(raised.std(axis=0), 0.3)
    return ((raised - raised.mean(axis=0)) / spread).astype(np.float32)


def _planned(words: Sequence[PlanWord], plan: Plan) -> tuple[Floats, Integers, Floats, Floats]:
    """Per word: whether it got a gesture, and its hand, size and place of the stroke."""
    gesture, size = np.zeros(len(words), np.float32), np.ones(len(words), np.float32)
    hand, place = np.zeros(len(words), np.int64), np.zeros(len(words), np.float32)
    for planned in plan:
        word = words[planned.word]
        gesture[planned.word] = 1.0
        hand[planned.word] = HANDS.index(planned.hand)
        size[planned.word] = planned.amplitude
        since = (planned.stroke - word.start) / max(word.end - word.start, 1e-3)
        place[planned.word] = np.clip(since, 0.0, 1.0)
    return gesture, hand, size, place


def batches(
    lessons: Sequence[Lesson], size: int, rng: np.random.Generator
) -> Iterator[list[Lesson]]:
    """The lessons in batches of `size`, in a new order."""
    order = rng.permutation(len(lessons))
    for start in range(0, len(lessons) - size + 1, size):
        yield [lessons[int(i)] for i in order[start : start + size]]
