"""Where a text asks for an emblem: by its words first, by its meaning second.

A row of morphemes of the emblem's lexicon must occur, in a clause of the right polarity, and the
clause must mean more what the emblem means than what merely sounds like it. A clause without such
words may still mean it: then its embedding must lie near one of the emblem's phrases and far from
all others. Antonyms lie close in an embedding, so polarity is always decided by morphemes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gesture_core.plan import Hand, Plan
from gesture_core.planning.cues import EMPHASIS, Morpheme, PlanWord, ends_clause, is_content
from gesture_core.planning.emblem_table import Emblem, EmblemTable
from gesture_core.planning.patterns import (
    START,
    find_pattern,
    is_negated,
    is_refused,
    pattern_parts,
)

Floats = NDArray[np.floating]
Embed = Callable[[Sequence[str]], Floats]
"""Sentences to unit vectors `(N, E)`, such as `text.embedding.embed_sentences`."""

LIKENESS = 0.88
"""Least cosine of a clause with a phrase that counts as its meaning, without any pattern."""
LEAD = 0.065
"""How much nearer that phrase must be than any phrase of another emblem or unlike this one."""
DOUBT = 0.025
"""How much nearer an unlike phrase may be before it overrules a pattern."""
FASTEST = 0.75
"""Share of its preparation in which an emblem can still be prepared."""
SHORTEST = 0.5
"""Share of its time after the stroke that an emblem keeps at least before a text ends."""

_PAUSES = ("SP", "SF", "SE", "SO")


@dataclass(frozen=True)
class PlannedEmblem:
    """One emblem: `start` of preparation, `stroke`, `end` of retraction, seconds.

    `kept`: seconds from the stroke until the hands go back; `word`: index of its word; `score`:
    how sure, from 1 for a pattern of words, below 1 for likeness of meaning; `why`: what spoke
    for it.
    """

    name: str
    word: int
    hand: Hand
    amplitude: float
    start: float
    stroke: float
    kept: float
    end: float
    score: float
    why: str


@dataclass(frozen=True, eq=False)
class Meanings:
    """P phrases of all emblems: whose they are, whether they mean it or are unlike it.

    `vectors` `(P, E)`, unit length; `negated`: whether the phrase denies something.
    """

    emblems: tuple[str, ...]
    phrases: tuple[str, ...]
    alike: NDArray[np.bool_]
    negated: NDArray[np.bool_]
    vectors: Floats


@dataclass(frozen=True)
class _Clause:
    """One clause: indices of its words, how it is written, and its morphemes.

    `context`: those of the clause before in the same sentence and its own; `fresh`: whether
    nothing but a pause comes before it.
    """

    words: tuple[int, ...]
    text: str
    morphemes: tuple[Morpheme, ...]
    context: tuple[Morpheme, ...]
    fresh: bool

    @property
    def negated(self) -> bool:
        return is_negated(self.morphemes)


@dataclass(frozen=True)
class _Find:
    emblem: Emblem
    word: int
    score: float
    why: str


def find_emblems(
    words: Sequence[PlanWord],
    duration: float,
    table: EmblemTable,
    *,
    meanings: Meanings | None = None,
    embed: Embed | None = None,
    hand: Hand = "right",
    amplitude: float = 1.0,
) -> tuple[PlannedEmblem, ...]:
    """The emblems that the words of an utterance of `duration` seconds ask for, one a clause.

    `meanings` and `embed` go together; without them only words count. `hand`: which one makes
    one-handed emblems; `amplitude`: size, 1 as written. The stroke falls on the word that means it.
    Where two are too close in time the surer one stays.
    """
    clauses = list(_clauses(words))
    vectors = embed([clause.text for clause in clauses]) if embed and clauses else None
    found: list[_Find] = []
    for number, clause in enumerate(clauses):
        vector = None if vectors is None else vectors[number]
        by_words = list(_by_words(clause, words, table, meanings, vector))
        if by_words:
            found.append(max(by_words, key=lambda find: find.score))
        elif meanings is not None and vector is not None:
            found += _by_meaning(clause, words, table, meanings, vector)
    timed = [
        planned
        for find in sorted(found, key=lambda find: -find.score)
        if (planned := _timed(find, words[find.word], duration, hand, amplitude))
    ]
    kept: list[PlannedEmblem] = []
    for planned in timed:
        if all(_apart(planned, other) for other in kept):
            kept.append(planned)
    return tuple(sorted(kept, key=lambda planned: planned.stroke))


def without_conflicts(plan: Plan, emblems: Sequence[PlannedEmblem]) -> Plan:
    """The plan without the gestures whose stroke falls into the time of an emblem."""
    gestures = tuple(
        gesture
        for gesture in plan
        if not any(emblem.start <= gesture.stroke <= emblem.end for emblem in emblems)
    )
    return replace(plan, gestures=gestures)


def _forbidden(emblem: Emblem, clause: _Clause) -> bool:
    """Whether the clause, or the one before it, holds a pattern that rules the emblem out."""
    ends = len(clause.context)
    return any(find_pattern(pattern, clause.context, ends) is not None for pattern in emblem.unless)


def _clauses(words: Sequence[PlanWord]) -> Iterator[_Clause]:
    """Clauses end with punctuation or a connective ending, unless an auxiliary verb follows."""
    start = 0
    before: tuple[Morpheme, ...] = ()
    for index, word in enumerate(words):
        after = words[index + 1] if index + 1 < len(words) else None
        last = after is None or after.sentence != word.sentence
        auxiliary = not last and after is not None and after.morphemes[:1] and after.morphemes[0][1]
        if last or (ends_clause(word) and auxiliary != "VX"):
            inside = tuple(range(start, index + 1))
            morphemes = tuple(m for i in inside for m in words[i].morphemes)
            text = " ".join(words[i].text for i in inside)
            fresh = not before or before[-1][1] in _PAUSES
            yield _Clause(inside, text, morphemes, before + morphemes, fresh)
            start, before = index + 1, () if last else morphemes


def _by_words(
    clause: _Clause,
    words: Sequence[PlanWord],
    table: EmblemTable,
    meanings: Meanings | None,
    vector: Floats | None,
) -> Iterator[_Find]:
    """What the patterns find in a clause; one may run on into the next clause of the sentence."""
    row = _row(words, clause)
    ends = len(clause.morphemes)
    for emblem in table.emblems.values():
        hits = [
            (pattern, place)
            for pattern in emblem.words
            if (clause.fresh or not pattern.startswith(START))
            and (place := find_pattern(pattern, [m for m, _ in row], ends)) is not None
        ]
        if not hits or _forbidden(emblem, clause):
            continue
        pattern, place = max(hits, key=lambda hit: len(pattern_parts(hit[0])[1]))
        length = len(pattern_parts(pattern)[1])
        rest = [m for i, (m, _) in enumerate(row[:ends]) if not place <= i < place + length]
        meant: Emblem | None = emblem
        if emblem.polarity != "any" and is_negated(rest) != (emblem.polarity == "negated"):
            asks = clause.text.endswith("?")
            refused = is_refused(rest) and not asks
            meant = table.emblems.get(emblem.negated) if refused else None
        if meant is None or _overruled(emblem, clause, meanings, vector):
            continue
        said = " ".join(form for (form, _), _ in row[place : place + length])
        yield _Find(meant, row[place][1], meant.weight + 0.05 * length, f"words {said}")


def _row(words: Sequence[PlanWord], clause: _Clause) -> list[tuple[Morpheme, int]]:
    """Morphemes from the clause to the end of its sentence, each with its word."""
    sentence = words[clause.words[0]].sentence
    return [
        (morpheme, index)
        for index in range(clause.words[0], len(words))
        if words[index].sentence == sentence
        for morpheme in words[index].morphemes
    ]


def _overruled(
    emblem: Emblem, clause: _Clause, meanings: Meanings | None, vector: Floats | None
) -> bool:
    """Whether the clause means what merely looks like the emblem."""
    if meanings is None or vector is None or not emblem.unlike:
        return False
    own = np.array(meanings.emblems) == emblem.name
    likeness = meanings.vectors @ vector
    unlike = likeness[own & ~meanings.alike].max()
    alike = likeness[own & meanings.alike].max(initial=-1.0)
    return bool(unlike > alike + DOUBT)


def _by_meaning(
    clause: _Clause,
    words: Sequence[PlanWord],
    table: EmblemTable,
    meanings: Meanings,
    vector: Floats,
) -> list[_Find]:
    """The emblem one of whose phrases the clause is most like, if it is like enough and alone."""
    likeness = np.where(meanings.negated == clause.negated, meanings.vectors @ vector, -1.0)
    best = int(np.argmax(np.where(meanings.alike, likeness, -1.0)))
    name = meanings.emblems[best]
    emblem = table.emblems[name]
    others = (np.array(meanings.emblems) != name) & meanings.alike
    others |= ~meanings.alike
    rival = likeness[others].max(initial=-1.0)
    # a clause that leads on to another one says too little by itself
    ended = any(tag == "EF" for _, tag in clause.morphemes)
    if (
        not ended
        or _forbidden(emblem, clause)
        or likeness[best] < LIKENESS
        or likeness[best] - rival < LEAD
    ):
        return []
    content = [i for i in clause.words if is_content(words[i])] or list(clause.words)
    why = f"meaning {likeness[best]:.2f} {meanings.phrases[best]}"
    return [_Find(emblem, content[-1], float(likeness[best]), why)]


def _timed(
    find: _Find, word: PlanWord, duration: float, hand: Hand, amplitude: float
) -> PlannedEmblem | None:
    """Put an emblem on its word; None if there is no time to prepare it or to come back."""
    emblem = find.emblem
    stroke = word.start + EMPHASIS * (word.end - word.start)
    stroke = max(stroke, FASTEST * emblem.preparation)
    room = (duration - stroke) / (emblem.kept + emblem.retraction)
    if room < SHORTEST:
        return None
    pace = min(1.0, room)
    return PlannedEmblem(
        name=emblem.name,
        word=find.word,
        hand="both" if emblem.symmetric else hand,
        amplitude=amplitude,
        start=max(0.0, stroke - emblem.preparation),
        stroke=stroke,
        kept=pace * emblem.kept,
        end=stroke + pace * (emblem.kept + emblem.retraction),
        score=find.score,
        why=find.why,
    )


def _apart(one: PlannedEmblem, other: PlannedEmblem) -> bool:
    """Whether the later of two can be prepared once the earlier one was shown."""
    first, second = sorted((one, other), key=lambda planned: planned.stroke)
    ready = second.stroke - FASTEST * (second.stroke - second.start)
    return first.stroke + first.kept <= ready
