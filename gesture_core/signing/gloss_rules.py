"""The rules of the glosser, read from `data/gloss/*.yaml`, which explain themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from gesture_core.config import config_from_dict, read_yaml
from gesture_core.errors import UserError
from gesture_core.resources import data_path
from gesture_core.signing.gloss_patterns import Pattern, parse_pattern
from gesture_core.signing.nonmanual import check_value
from gesture_core.signing.notation import CHANNELS, Channel

Place = Literal["first", "time", "here", "end", "wh"]
"""Where a gloss goes: among the first of its clause, where its word stands, or to the end."""
Scope = Literal["sign", "predicate", "phrase", "clause", "sentence"]

_SIGN = re.compile(
    r"(?P<open>\()?(?:\$(?P<part>\d)|(?P<gloss>[^$@()]+(?:\([^()]+\))?))(?P<close>\))?"
    r"(?:@(?P<place>time|end|wh))?"
)


@dataclass(frozen=True)
class Outcome:
    """One gloss that a grammar rule makes: `gloss`, or the word of the rule's `part` (from 1).

    An optional one is signed only where the lexicon has its sign.
    """

    gloss: str
    part: int = 0
    place: Place = "here"
    optional: bool = False


@dataclass(frozen=True)
class GrammarRule:
    """What becomes of the morphemes that one of the patterns `when` fits."""

    rule: str
    when: tuple[Pattern, ...]
    sign: tuple[Outcome, ...]
    marks: frozenset[str]
    closes: bool


@dataclass(frozen=True)
class FaceRule:
    """What face and head show where a sentence or sign has the mark `when`."""

    rule: str
    when: str
    over: Scope
    show: Mapping[Channel, str]


@dataclass(frozen=True)
class GlossRules:
    """All rules; `words` gives glosses and the reason by lemma or form/TAG, `lists` word sets."""

    grammar: tuple[GrammarRule, ...]
    words: Mapping[str, tuple[tuple[str, ...], str]]
    face: tuple[FaceRule, ...]
    wh: Mapping[str, str]
    time_units: Mapping[str, str]
    counters: Mapping[str, str]
    native_counters: Mapping[str, str]
    suffixes: Mapping[str, str]
    emoji: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class _WrittenGrammar:
    rule: str
    when: tuple[str, ...]
    sign: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    closes: bool = False
    source: str = ""


@dataclass(frozen=True)
class _WrittenFace:
    rule: str
    when: str
    over: Scope
    show: dict[str, str]


_TABLES = ("wh", "time_units", "counters", "native_counters", "suffixes", "emoji")
_LISTS = (
    *("times", "time_openers", "time_counters", "minutes", "durations"),
    *("past_times", "states", "emphasis", "openers", "happenings", "plain_suffixes", "dialled"),
    *("question_endings", "open_endings", "exclamation_endings"),
)


@cache
def load_rules(folder: Path | None = None) -> GlossRules:
    """The shipped rules, or those of a `folder` that holds the same files.

    Raises `UserError` naming file, rule and value for anything that does not fit.
    """
    folder = folder or data_path("gloss")
    lists = _mapping(folder / "lists.yaml")
    unknown = set(lists) - {*_TABLES, *_LISTS}
    missing = {*_TABLES, *_LISTS} - set(lists)
    if unknown or missing:
        wrong = f"unknown: {sorted(unknown)}" if unknown else f"missing: {sorted(missing)}"
        raise UserError(f"{folder / 'lists.yaml'}: {wrong}")
    tables = {name: _texts(lists[name], f"{folder / 'lists.yaml'}: {name}") for name in _TABLES}
    return GlossRules(
        grammar=tuple(_grammar(folder / "grammar.yaml")),
        words=_words(folder / "words.yaml"),
        face=tuple(_face(folder / "face.yaml")),
        lists={name: frozenset(str(lists[name]).split()) for name in _LISTS},
        **tables,
    )


def _grammar(path: Path) -> list[GrammarRule]:
    rules: list[GrammarRule] = []
    for number, values in enumerate(_entries(path), 1):
        written = config_from_dict(_WrittenGrammar, values, f"{path}: entry {number}")
        place = f"{path}: entry {number} ({written.rule})"
        try:
            patterns = tuple(map(parse_pattern, written.when))
            signs = tuple(map(_outcome, written.sign))
            _check_parts(patterns, signs)
        except UserError as error:
            raise UserError(f"{place}: {error}") from error
        marks = frozenset(written.marks)
        rules.append(GrammarRule(written.rule, patterns, signs, marks, written.closes))
    return rules


def _outcome(written: str) -> Outcome:
    match = _SIGN.fullmatch(written)
    if not match or bool(match["open"]) != bool(match["close"]):
        raise UserError(
            f"sign {written!r} is not a gloss, (gloss) or $1, with @time, @end or @wh behind"
        )
    return Outcome(
        gloss=match["gloss"] or "",
        part=int(match["part"] or 0),
        place=match["place"] or "here",  # type: ignore[arg-type]
        optional=bool(match["open"]),
    )


def _check_parts(patterns: tuple[Pattern, ...], signs: tuple[Outcome, ...]) -> None:
    """A part that a sign is made of must be there whenever a pattern fits."""
    for part in (outcome.part for outcome in signs if outcome.part):
        if any(part > len(pattern) or pattern[part - 1].optional for pattern in patterns):
            raise UserError(f"sign ${part} is a part that a pattern lacks or may leave out")


def _words(path: Path) -> dict[str, tuple[tuple[str, ...], str]]:
    words: dict[str, tuple[tuple[str, ...], str]] = {}
    for reason, entries in _mapping(path).items():
        if not isinstance(entries, dict):
            raise UserError(f"{path}: {reason} must map words to glosses")
        for word, glosses in entries.items():
            several = glosses if isinstance(glosses, list) else [glosses] if glosses else []
            if not all(isinstance(gloss, str) for gloss in several):
                raise UserError(f"{path}: {reason}: {word} must be a gloss or a list of them")
            if word in words:
                raise UserError(f"{path}: {word} is also under {words[word][1]}")
            words[str(word)] = (tuple(several), reason)
    return words


def _face(path: Path) -> list[FaceRule]:
    rules: list[FaceRule] = []
    for number, values in enumerate(_entries(path), 1):
        place = f"{path}: entry {number}"
        written = config_from_dict(_WrittenFace, values, place)
        for channel, value in written.show.items():
            check_value(channel, value, place)
        show: dict[Channel, str] = {c: written.show[c] for c in CHANNELS if c in written.show}
        rules.append(FaceRule(written.rule, written.when, written.over, show))
    return rules


def _entries(path: Path) -> list[dict[str, Any]]:
    values = read_yaml(path)
    if not isinstance(values, list) or not all(isinstance(entry, dict) for entry in values):
        raise UserError(f"{path} must be a list of rules")
    return values


def _mapping(path: Path) -> dict[str, Any]:
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise UserError(f"{path} must map names to values")
    return values


def _texts(values: Any, place: str) -> dict[str, str]:
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise UserError(f"{place} must map words to texts")
    return {str(key): value for key, value in values.items()}
