"""Where in a sentence face and head take part, by the rules of `data/gloss/face.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gesture_core.signing.gloss_order import Traits
from gesture_core.signing.gloss_rules import FaceRule, GlossRules
from gesture_core.signing.gloss_word import Word
from gesture_core.signing.glosses import NonManual


def find_non_manuals(
    signed: Sequence[Word], traits: Traits, rules: GlossRules
) -> tuple[NonManual, ...]:
    """The non-manuals of a sentence whose signed tokens come of the words `signed`, in order.

    Later rules give way to earlier ones where both would move one channel at one time.
    """
    found: list[NonManual] = []
    if not signed:
        return ()
    for rule in rules.face:
        for first, last in _stretches(rule, signed, traits):
            for channel, value in rule.show.items():
                taken = any(
                    other.channel == channel and first <= other.last and other.first <= last
                    for other in found
                )
                if not taken:
                    found.append(NonManual(channel, first, last, rule.rule, value))
    return tuple(sorted(found, key=lambda sign: (sign.first, sign.last, sign.channel)))


def _stretches(rule: FaceRule, signed: Sequence[Word], traits: Traits) -> Iterator[tuple[int, int]]:
    """First and last token of each stretch for which a rule holds."""
    if rule.when in ("polar", "exclamation"):
        if getattr(traits, rule.when):
            yield _scope(rule, signed, len(signed) - 1)
        return
    if rule.when == "wh" and not traits.wh:
        return
    marked = [i for i, word in enumerate(signed) if rule.when in word.marks]
    for index in marked:
        if rule.when == "topic" and (signed[index].clause != signed[0].clause or len(signed) < 2):
            continue
        yield _scope(rule, signed, index)


def _scope(rule: FaceRule, signed: Sequence[Word], index: int) -> tuple[int, int]:
    first = index
    if rule.over == "sentence":
        return 0, len(signed) - 1
    if rule.over == "clause":
        inside = [i for i, word in enumerate(signed) if word.clause == signed[index].clause]
        return inside[0], inside[-1]
    if rule.over == "predicate":
        return max(index - 1, 0), index
    if rule.over == "phrase":
        while first and _same_phrase(signed[first - 1], signed[index]):
            first -= 1
    return first, index


def _same_phrase(before: Word, marked: Word) -> bool:
    """Whether a sign belongs to the phrase that a topic marker ends."""
    return before.clause == marked.clause and before.start < marked.start
