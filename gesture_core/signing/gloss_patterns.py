"""Patterns over morphemes, such as "ㄹ/ETM 수/NNB 가|는/JKS|JX? 없/VA".

A part is `form/TAG`: `a|b` are alternatives of either, `*` is anything, a `?` at the end makes the
part optional. Endings are compared in one form each: 을 as ㄹ, 으면 as 면, 습니다 as ㅂ니다.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gesture_core.errors import UserError
from gesture_core.text.morphemes import Morpheme

# Kiwi writes codas that stand alone as conjoining jamo.
_CODAS = str.maketrans("ᆨᆫᆮᆯᆷᆸᆺᆻ", "ㄱㄴㄷㄹㅁㅂㅅㅆ")
_AFTER_CODA = {"을": "ㄹ", "은": "ㄴ", "읍": "ㅂ", "습": "ㅂ", "음": "ㅁ"}


@dataclass(frozen=True)
class Part:
    """One morpheme of a pattern; an empty set stands for anything."""

    forms: frozenset[str]
    tags: frozenset[str]
    optional: bool

    def fits(self, morpheme: Morpheme) -> bool:
        """Whether a plain morpheme is one of the alternatives."""
        right_form = not self.forms or morpheme.form in self.forms
        return right_form and (not self.tags or morpheme.tag in self.tags)


Pattern = tuple[Part, ...]


def parse_pattern(pattern: str) -> Pattern:
    """The parts of a written pattern; `UserError` names the part that is malformed."""
    parts: list[Part] = []
    for written in pattern.split():
        form, slash, tag = written.removesuffix("?").partition("/")
        if not (form and slash and tag) or "/" in tag:
            raise UserError(f"pattern {pattern!r}: {written!r} is not form/TAG, such as 크/VA")
        forms = frozenset() if form == "*" else frozenset(form.split("|"))
        tags = frozenset() if tag == "*" else frozenset(tag.split("|"))
        parts.append(Part(forms, tags, written.endswith("?")))
    if not parts or all(part.optional for part in parts):
        raise UserError(f"pattern {pattern!r} needs a morpheme that is not optional")
    return tuple(parts)


def match_pattern(
    pattern: Pattern, morphemes: Sequence[Morpheme], at: int
) -> tuple[int | None, ...] | None:
    """Index of the morpheme of each part (None where left out), or None if it does not fit.

    `morphemes` are `plain`.
    """
    places: list[int | None] = []
    for part in pattern:
        if at < len(morphemes) and part.fits(morphemes[at]):
            places.append(at)
            at += 1
        elif part.optional:
            places.append(None)
        else:
            return None
    return tuple(places)


def plain(morpheme: Morpheme) -> Morpheme:
    """A morpheme in the form in which it is compared, without Kiwi's mark of irregulars, VA-I."""
    form, tag = morpheme.form.translate(_CODAS), morpheme.tag.partition("-")[0]
    if tag[0] == "E" and form:
        form = form[1:] if form[0] == "으" and len(form) > 1 else form
        form = _AFTER_CODA.get(form[0], form[0]) + form[1:]
    return replace(morpheme, form=form, tag=tag)
