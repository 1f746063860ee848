"""Numbers with their counters, clock times, dates and points in time."""

from __future__ import annotations

import re
from dataclasses import replace

from gesture_core.signing.gloss_rules import GlossRules, Place
from gesture_core.signing.gloss_word import Row, Word
from gesture_core.signing.glosses import DIGIT_BY_DIGIT
from gesture_core.signing.number_words import number_value
from gesture_core.text.counters import UNITS
from gesture_core.text.numerals import digits_one_by_one
from gesture_core.text.quantities import read_quantity

_APPROXIMATE = {"한두": (1, 2), "두세": (2, 3), "서너": (3, 4), "너댓": (4, 5), "대여섯": (5, 6)}
_ORDINALS = {"첫": "1", "첫째": "1", "둘째": "2", "셋째": "3", "넷째": "4"}
_MINUS = ("-", "−", "–")
_COUNTER_TAGS = frozenset("NNB NNG SL SW NR".split())
_TIME_TAGS = frozenset("NNG NNP NP MAG MM XPN".split())
_CLOCK = ("시", "분", "초")
_DATE = ("년", "월", "일")

Reading = tuple[list[Word], int]
"""The words read, and the morpheme behind them."""


def read_number(row: Row, at: int, rules: GlossRules, after_time: bool) -> Reading | None:
    """A number in figures or words with its counter; `after_time`: right behind a point in time."""
    if row.tag(at) == "W_SERIAL":
        return _serial(row, at, rules), at + 1
    if _is_minus(row, at):
        word = "영하" if "도" in (row.form(at + 2), UNITS.get(row.form(at + 2))) else "마이너스"
        return [Word((word,), "below zero", *row.span(at, at + 1))], at + 1
    if row.tag(at) == "MM" and row.form(at) in _APPROXIMATE:
        values = _APPROXIMATE[row.form(at)]
        return [_number(row, at, at + 1, str(value)) for value in values], at + 1
    end, figures = _figures(row, at)
    if end == at:
        return (_serial(row, at, rules), at + 1) if row.tag(at) == "SN" else None
    after, counters = read_counter(row, end, rules)
    if counters and row.tag(at) == "MM":
        counters = (counters[0], rules.native_counters.get(counters[0], counters[1]))
    rule = "number with counter" if counters else "number"
    word = _number(row, at, after, figures)
    if not counters and figures in rules.lists["dialled"]:
        said = digits_one_by_one(figures)
        return [replace(word, rule=DIGIT_BY_DIGIT, digits=True, said=said)], after
    place = _place(row, end, after, rules, after_time) if counters else "here"
    return [replace(word, rule=rule, counters=counters, place=place)], after


def read_counter(row: Row, at: int, rules: GlossRules) -> tuple[int, tuple[str, ...]]:
    """The morpheme behind a counter, and its name and sign; nothing where there is none."""
    if row.tag(at) not in _COUNTER_TAGS:
        return at, ()
    for end in (at + 2, at + 1):
        name = row.joined(at, end)
        name = UNITS.get(name, name) if row.tag(at)[0] == "S" else name
        if name in rules.counters:
            return end, (name, rules.counters[name])
        if row.tag(at)[0] == "S" and name in UNITS.values():
            return end, (name, name)
    return at, ()


def counter_name(counters: tuple[str, ...]) -> str:
    """How a counter is glossed: as it is said, but 호선 as its sign 호; "" if it has no sign."""
    if not counters or not counters[1]:
        return ""
    name, sign = counters
    return sign if name.startswith(sign) else name


def read_time(row: Row, at: int, rules: GlossRules, known: bool) -> Reading | None:
    """A point in time: 오늘, 다음 주; `known`: whether the lexicon has the two words as one."""
    lists, form = rules.lists, row.form(at)
    if row.tag(at) not in _TIME_TAGS:
        return None
    unit = rules.time_units.get(row.form(at + 1))
    if form in lists["time_openers"] and unit:
        place = "here" if stays(row, at + 2, rules) else "time"
        if known:
            return [_time(row, at, at + 2, place, rules)], at + 2
        opener, word = (_time(row, i, i + 1, place, rules) for i in (at, at + 1))
        return [opener, replace(word, glosses=(unit,))], at + 2
    if form not in lists["times"]:
        return None
    place = "here" if stays(row, at + 1, rules) else "time"
    return [_time(row, at, at + 1, place, rules)], at + 1


def stays(row: Row, at: int, rules: GlossRules) -> bool:
    """Whether what ends at `at` is no point in time: a subject, object, predicate or duration."""
    if row.form(at) in rules.lists["durations"]:
        return True
    particles = row.tag(at) in ("JX", "JKB")  # 5시까지입니다
    return row.tag(at + particles) == "VCP" or row.tag(at) in ("JKO", "JKS", "JKC")


def _time(row: Row, at: int, end: int, place: Place, rules: GlossRules) -> Word:
    gloss = row.joined(at, end)
    past = gloss in rules.lists["past_times"] or row.form(at) in rules.lists["past_times"]
    marks = frozenset({"past time"}) if past else frozenset[str]()
    return Word((gloss,), "time first", *row.span(at, end), place=place, marks=marks)


def _number(row: Row, at: int, end: int, figures: str) -> Word:
    span = row.span(at, end)
    said = _read_out(row.text, *span)
    return Word((), "number", *span, origin="number", number=figures, said=said)


def _read_out(text: str, start: int, end: int) -> str:
    """How a number is said: 3시 → 세 시; as written where it is written in words."""
    quantity = read_quantity(text, start, end)
    return f"{quantity.reading}{text[quantity.end : end]}" if quantity else text[start:end]


def _figures(row: Row, at: int) -> tuple[int, str]:
    """The end of the number at a morpheme, and its figures."""
    if row.tag(at) in ("MM", "NR") and row.form(at) in _ORDINALS:
        return at + 1, _ORDINALS[row.form(at)]
    end, figures = at, ""
    while _is_numeral(row, end) and (longer := _in_figures(row.joined(at, end + 1))):
        end, figures = end + 1, longer
    return end, figures


def _in_figures(written: str) -> str:
    """Figures, number words or both as figures; "" for what is no number."""
    bare = written.replace(",", "")
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", bare):
        return bare  # leading zeros count
    value = number_value(bare)
    return "" if value is None else str(value)


def _is_minus(row: Row, at: int) -> bool:
    """Whether a dash stands right before figures and behind none: -5도, but not 3-5."""
    if row.form(at) not in _MINUS or row.tag(at + 1) != "SN":
        return False
    touches = row.morphemes[at].end == row.morphemes[at + 1].start
    return touches and (at == 0 or row.tag(at - 1) not in ("SN", "SL", "NNB"))


def _is_numeral(row: Row, at: int) -> bool:
    if row.tag(at) == "SN":
        return True
    demonstrative = row.tag(at) == "MM" and row.form(at) == "이"
    numeral = row.tag(at) in ("NR", "MM") and not demonstrative
    return numeral and number_value(row.form(at)) is not None


def _place(row: Row, at: int, after: int, rules: GlossRules, after_time: bool) -> Place:
    """Whether a number with the counter at `at` is a point in time."""
    name = row.form(at)
    minutes = after_time and name in rules.lists["minutes"]
    if name not in rules.lists["time_counters"] and not minutes:
        return "here"
    return "here" if stays(row, after, rules) else "time"


def _serial(row: Row, at: int, rules: GlossRules) -> list[Word]:
    """Figures with marks between them: telephone numbers, clock times, dates."""
    form, start = row.form(at), row.morphemes[at].start
    groups = list(re.finditer(r"[0-9]+", form))
    names: tuple[str, ...] = ()
    if ":" in form and 2 <= len(groups) <= 3:
        names = _CLOCK
    elif len(groups) == 3 and len(groups[0][0]) == 4:
        names = _DATE
    place: Place = "time" if names and not stays(row, at + 1, rules) else "here"
    words: list[Word] = []
    for index, group in enumerate(groups):
        # The marks around figures belong to them, so that no character is without a token.
        first = start + (group.start() if index else 0)
        last = groups[index + 1].start() if index + 1 < len(groups) else len(form)
        word = Word((), DIGIT_BY_DIGIT, first, start + last, origin="number", place=place)
        if names:
            counters = (names[index], rules.counters[names[index]])
            number = str(int(group[0]))
            word = replace(word, rule="clock or date", number=number, counters=counters)
            word = replace(word, said=_read_out(number + names[index], 0, len(number) + 1))
        else:
            said = digits_one_by_one(group[0])
            word = replace(word, number=group[0], digits=True, said=said)
        words.append(word)
    return words
