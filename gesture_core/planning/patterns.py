"""Rows of morphemes as patterns, such as "@things/NNG 이|가/JKS 크/VA", and whether they deny.

A pattern is one or more parts `form/TAG` joined by spaces: `a|b` are alternatives, `*` is anything,
a leading `^` the start of what is searched. Commas and adverbs between two morphemes are passed
over unless the pattern names them; an ending before a comma is as good as a final one.
"""

from __future__ import annotations

from collections.abc import Sequence

from gesture_core.planning.cues import Morpheme

START = "^"

_REFUSALS = frozenset("안/MAG 못/MAG 않/VX 않/VV 못하/VX 못하/VV".split())
_NEGATIONS = _REFUSALS | frozenset("없/VA 없이/MAG 아니/VCN 말/VX 별로/MAG 전혀/MAG".split())


def pattern_parts(pattern: str) -> tuple[bool, tuple[tuple[str, str], ...]]:
    """Whether a pattern is bound to the start, its forms and tags; `ValueError` if malformed."""
    bound = pattern.startswith(f"{START} ")
    parts: list[tuple[str, str]] = []
    for part in pattern.removeprefix(f"{START} ").split():
        form, slash, tag = part.partition("/")
        if not (form and slash and tag) or "/" in tag:
            raise ValueError(f"{part!r} is not a form and a tag such as 크/VA")
        parts.append((form, tag))
    if not parts:
        raise ValueError("a pattern needs at least one morpheme")
    return bound, tuple(parts)


def find_pattern(pattern: str, morphemes: Sequence[Morpheme], before: int) -> int | None:
    """Index below `before` at which a pattern begins, None where it does not occur."""
    bound, parts = pattern_parts(pattern)
    for start in range(min(1 if bound else before, len(morphemes))):
        at = start
        for form, tag in parts:
            while start < at < len(morphemes) and _skipped(morphemes[at], tag):
                at += 1
            rest = morphemes[at : at + 2]
            if not rest or not _fits(rest[0], form, tag, rest[1:]):
                break
            at += 1
        else:
            return start
    return None


def is_negated(morphemes: Sequence[Morpheme]) -> bool:
    """Whether any morpheme denies: 안, 못, 않다, 없다, 아니다, 말다 …"""
    return any(_key(morpheme) in _NEGATIONS for morpheme in morphemes)


def is_refused(morphemes: Sequence[Morpheme]) -> bool:
    """Whether somebody does not or cannot do it: 안, 못, 않다, 못하다."""
    return any(_key(morpheme) in _REFUSALS for morpheme in morphemes)


def _key(morpheme: Morpheme) -> str:
    """Form and tag; irregular tags (VA-I) count as VA."""
    return f"{morpheme[0]}/{morpheme[1].partition('-')[0]}"


def _skipped(morpheme: Morpheme, tag: str) -> bool:
    return morpheme[1] != tag and morpheme[1] in ("SP", "MAG") and not is_negated([morpheme])


def _fits(morpheme: Morpheme, form: str, tag: str, following: Sequence[Morpheme]) -> bool:
    """Whether a morpheme is one of the alternatives."""
    kind = morpheme[1].partition("-")[0]
    if kind == "EC" and following and following[0][1] == "SP":
        kind = "EF"
    formed = form == "*" or morpheme[0] in form.split("|")
    return formed and (tag == "*" or kind in tag.split("|"))
