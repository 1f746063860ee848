"""The order of signing: time first, negation and modality behind the predicate, wh last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from gesture_core.signing.gloss_rules import GlossRules
from gesture_core.signing.gloss_word import Word
from gesture_core.text.morphemes import Morpheme


@dataclass(frozen=True)
class Traits:
    """What kind of sentence it is; `wh`: it asks with a wh word."""

    polar: bool = False
    wh: bool = False
    exclamation: bool = False


def find_traits(morphemes: Sequence[Morpheme], words: Sequence[Word], rules: GlossRules) -> Traits:
    """The kind of a sentence, told by its last ending, its marks and its wh words.

    `morphemes` are plain.
    """
    marks = "".join(m.form for m in morphemes if m.tag == "SF")
    endings = [m.form for m in morphemes if m.tag == "EF"]
    last = endings[-1] if endings else ""
    asks = "?" in marks or last in rules.lists["question_endings"]
    asks = asks or any("question" in word.marks for word in words)
    asked = [word.clause for word in words if word.place == "wh"]
    requests = any("request" in word.marks for word in words)  # 어디인지 알려 주시겠어요?
    final = max((word.clause for word in words if not word.dropped), default=0)
    may_ask = last in rules.lists["open_endings"] and final in asked  # 어디예요
    wh = bool(asked) and (may_ask or (asks and not requests))
    exclaims = "!" in marks or last in rules.lists["exclamation_endings"]
    return Traits(polar=asks and not wh, wh=wh, exclamation=exclaims)


def in_order(words: Sequence[Word], traits: Traits) -> list[Word]:
    """The words in signing order; those that were dropped stand at the end, in text order."""
    signed = [word for word in words if not word.dropped]
    ordered: list[Word] = []
    asked: list[Word] = []
    for _, clause in groupby(signed, key=lambda word: word.clause):
        rest, wh = _clause(list(clause))
        ordered += rest
        asked += wh
        if not traits.wh:
            ordered += asked
            asked = []
    return [*ordered, *asked, *(word for word in words if word.dropped)]


def _clause(words: list[Word]) -> tuple[list[Word], list[Word]]:
    """A clause in order, and its wh words apart."""
    ordered: list[Word] = []
    for number, (_, group) in enumerate(groupby(words, key=lambda word: word.segment)):
        segment = list(group)
        if number and segment[0].place == "here":  # the noun that the segment before describes
            ordered.append(segment.pop(0))
        for place in ("first", "time", "here", "end"):
            ordered += [word for word in segment if word.place == place]
    return ordered, [word for word in words if word.place == "wh"]


def settle_past(words: Sequence[Word], traits: Traits, rules: GlossRules) -> list[Word]:
    """끝 for the past, except where something else tells it or nothing was finished."""
    settled: list[Word] = []
    for index, word in enumerate(words):
        if "past" in word.marks and not word.dropped:
            reason = _told_otherwise(words, index, traits, rules)
            if reason:
                word = replace(word, glosses=(), origin="dropped", rule=f"past: {reason}")
        settled.append(word)
    return settled


def _told_otherwise(words: Sequence[Word], index: int, traits: Traits, rules: GlossRules) -> str:
    """Why a past tense needs no sign, or nothing."""
    segment = [word for word in words if word.segment == words[index].segment]
    before = words[index - 1] if index else None
    content = [w for w in words[:index] if not w.dropped and w.place != "end"]
    predicate = content[-1] if content else None
    if any("past time" in word.marks for word in words):
        return "the time word tells it"
    if traits.wh:
        return "a wh question asks about it"
    if any({"negation", "modal", "progressive"} & word.marks for word in segment):
        return "nothing was finished"
    if not predicate or (before and before.rule == "copula"):
        return "a state"
    states = rules.lists["states"]
    if {"quality", "state"} & predicate.marks or states & set(predicate.glosses):
        return "a state"
    return ""
