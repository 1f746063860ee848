"""Expressions with numbers → Hangul: counters, money, dates, times, ranges, telephone numbers.

`read_quantity` tries the rules of `_RULES` in order at one place of the text; each rule is a
pattern and a small function that turns the match into words, or declines with None.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from gesture_core.text.counters import (
    COUNTERS,
    CURRENCIES,
    HONOURED_GUESTS,
    NATIVE_LIMIT,
    NUMBERED_NOUNS,
    RATES,
    UNITS,
)
from gesture_core.text.english_words import ENGLISH_DIGITS
from gesture_core.text.hangul import is_syllable
from gesture_core.text.latin import spell_letters
from gesture_core.text.numerals import (
    SINO_DIGITS,
    digits_one_by_one,
    native,
    native_pair,
    sino,
    sino_decimal,
)


class Quantity(NamedTuple):
    """What a rule read: its Hangul and where the text goes on."""

    reading: str
    end: int


def _any(names: list[str] | tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_WHOLE = r"\d{1,20}(?!\d)"  # longer ones have no names and are read digit by digit
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,6}}(?![\d])|{_WHOLE})(?:\.\d+)?"
_COUNTER = _any(COUNTERS)
_UNIT = rf"(?:{_any(list(UNITS))})(?![A-Za-z0-9])"
_PARTICLE = (
    r"(?:이|가|은|는|을|를|의|에|에서|에게|로|으로|와|과|도|만|까지|부터|쯤|정도|씩|째|이나|나|밖에|뿐"
    r"|짜리|동안|후|전|이상|이하|미만|이다|입니다|이에요|예요|이야|야|보다|마다|당|간|이고|이며)"
)
_NEXT_COUNTER = re.compile(rf"[ \n]({_COUNTER})(?={_PARTICLE}?(?:[^가-힣]|$))")
_COUNTER_AHEAD = re.compile(rf" ?(?:{_COUNTER})")
_EVENT_AHEAD = re.compile(r" ?(?:전쟁|혁명|민주|운동|사태|절|광복|사변|의거)")
_MYRIAD = r"(?:[십백천]?[만억조]|[백천])(?!큼)"


def read_quantity(text: str, start: int, end: int) -> Quantity | None:
    """The numeric expression of `text` that starts at `start`, or None where there is none.

    Looks no further than `end` for the expression itself, but around it for what decides its
    reading ("3 개", "손님 3분").
    """
    for pattern, rule in _RULES:
        match = pattern.match(text, start, end)
        if match:
            reading = rule(match)
            if reading is not None:
                return Quantity(reading, match.end())
    return None


def _plain(number: str) -> str:
    return number.replace(",", "")


def _counted(number: str, counter: str, *, ordinal: bool = False) -> str:
    """A number with its counter: ("3", "시") → 세 시, ("6", "월") → 유월."""
    number = _plain(number)
    if counter == "월":
        return {"6": "유", "06": "유", "10": "시"}.get(number, sino_decimal(number)) + "월"
    if not number.isdecimal():
        return f"{sino_decimal(number)} {counter}"
    value = int(number)
    if counter in ("째", "번째") and value == 1:
        return "첫" + ("째" if counter == "째" else " 번째")
    if counter == "째" and value in (2, 3, 4):
        return {2: "둘째", 3: "셋째", 4: "넷째"}[value]
    if not ordinal and _is_native(value, counter):
        return f"{native(value)} {counter}".replace(" 째", "째")
    return f"{sino(value)}{'' if counter in ('분의', '째') else ' '}{counter}"


def _is_native(value: int, counter: str) -> bool:
    limit = NATIVE_LIMIT.get(counter, 0)
    if counter == "대" and value % 10 == 0:
        return False  # 20대 is a generation
    return 1 <= value <= limit or limit >= 39 and 100 < value < 1000 and 0 < value % 100 < 10


def _is_ordinal(match: re.Match[str], counter: str) -> bool:
    """Whether the number names one in a row (제3회, 3번 출구) instead of counting."""
    before = match.string[: match.start()].rstrip(" ")
    if before.endswith("제") and not before.endswith(("문제", "주제", "과제", "숙제", "어제")):
        return True
    after = match.string[match.end() :]
    if counter == "대":
        return bool(re.match(r" ?\d", after))  # 2대 1, a score
    return counter == "번" and (
        after.lstrip(" ").startswith(NUMBERED_NOUNS) or bool(re.match(r"을|으로|과(?!\w)", after))
    )


def _counts_guests(match: re.Match[str], counter: str) -> bool:
    """Whether 분 counts people here: 손님 3분, 2분께서; else it is minutes."""
    if counter != "분" or not re.match(r"[1-9]\d?(?!\d)", match.group("number")):
        return False
    words_before = match.string[: match.start()].split()
    after = match.string[match.end() :]
    return after.startswith("께서") or bool(
        words_before and words_before[-1].endswith(HONOURED_GUESTS)
    )


def _apart(match: re.Match[str], reading: str) -> str:
    """A space before the reading if a Hangul word is written against it: 총5명 → 총 다섯 명."""
    before = match.string[match.start() - 1] if match.start() else " "
    return f" {reading}" if is_syllable(before) and before != "제" else reading


def _number_with_counter(match: re.Match[str]) -> str:
    number, counter = match.group("number", "counter")
    if _SCHOOL_YEAR.match(match.string, match.start()):
        return f"{sino(int(number))}{counter}"
    if _counts_guests(match, counter):
        return _apart(match, f"{native(int(number))} 분")
    return _apart(match, _counted(number, counter, ordinal=_is_ordinal(match, counter)))


# 중2병, 고3반: the digit belongs to the school before it.
_SCHOOL_YEAR = re.compile(r"(?<=[초중고])(?<![가-힣].)[1-6](?!\d)")


def _approximate(match: re.Match[str]) -> str | None:
    """30여개, 10여 명: always Sino-Korean."""
    if not _COUNTER_AHEAD.match(match.string, match.end()):
        return None
    return _apart(match, f"{sino_decimal(_plain(match.group('number')))}여 ")


def _mixed_numeral(match: re.Match[str]) -> str:
    """Digits with written powers: 3천5백만원 → 삼천오백만 원, 2만5000명 → 이만 오천 명."""
    parts = re.findall(rf"({_NUMBER})([십백천]?[만억조]|[십백천])?", match.group("numeral"))
    spoken = ""
    for digits, power in parts:
        value = _plain(digits)
        bare = value == "1" and (power[:1] in ("십", "백", "천") or power == "만" and not spoken)
        spoken += ("" if bare else sino_decimal(value)) + (" " if "." in value else "") + power
        if power[-1:] in ("만", "억", "조"):
            spoken += " "
    spoken = spoken.strip()
    if match.group("yeo"):
        spoken += "여"
    counter = match.group("counter")
    return _apart(match, f"{spoken} {counter}" if counter else spoken)


def _number_with_unit(match: re.Match[str]) -> str:
    unit = match.group("unit")
    spoken = sino_decimal(_plain(match.group("number")))
    return f"화씨 {spoken} 도" if unit == "°F" else f"{spoken} {UNITS[unit]}"


def _signed(match: re.Match[str]) -> str | None:
    before = match.string[match.start() - 1] if match.start() else " "
    if before.isalnum() or before in ")%":
        return None
    negative = match.group("sign") != "+"
    spoken = sino_decimal(_plain(match.group("number")))
    unit = match.group("unit")
    if unit in ("도", "°C", "°"):
        return f"{'영하' if negative else '영상'} {spoken} 도"
    sign = "마이너스" if negative else "플러스"
    return f"{sign} {spoken}" + (f" {UNITS.get(unit, unit)}" if unit else "")


def _rate(match: re.Match[str]) -> str:
    prefix, unit = RATES[match.group("unit")]
    return f"{prefix} {sino_decimal(_plain(match.group('number')))} {unit}"


def _money(match: re.Match[str]) -> str:
    number, power = match.group("number", "power")
    spoken = sino_decimal(_plain(number))
    if power:
        spoken = ("" if number == "1" and power != "억" else spoken) + power
    return f"{spoken} {CURRENCIES[match.group('currency')]}"


def _date(match: re.Match[str]) -> str | None:
    month_and_day = _month_and_day(match)
    return month_and_day and f"{sino(int(match.group('year')))} 년 {month_and_day}"


def _month_and_day(match: re.Match[str]) -> str | None:
    month, day = int(match.group("month")), int(match.group("day"))
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    return f"{_counted(str(month), '월')} {sino(day)} 일"


def _time(match: re.Match[str]) -> str | None:
    hour, minute, second = (int(part or 0) for part in match.group("hour", "minute", "second"))
    if hour > 24 or minute > 59 or second > 59:
        return None
    spoken = _counted(str(hour), "시")
    if minute:
        spoken += f" {sino(minute)} 분"
    if second:
        spoken += f" {sino(second)} 초"
    return _apart(match, spoken)


def _telephone(match: re.Match[str]) -> str:
    groups = re.findall(r"\d+", match.group())
    spoken = " ".join(digits_one_by_one(group) for group in groups)
    return f"플러스 {spoken}" if match.group().startswith("+") else spoken


def _range(match: re.Match[str]) -> str | None:
    low, high, unit = match.group("low", "high", "unit")
    if match.group("dash") in "-–" and (
        not unit or unit in ("호", "번지") or int(low) >= int(high)
    ):
        return None
    if unit in UNITS:
        return f"{sino_decimal(low)}에서 {sino_decimal(high)} {UNITS[unit]}"
    if unit and _is_native(int(low), unit):
        pair = native_pair(int(low), int(high))
        if pair:
            return _apart(match, f"{pair} {unit}")
        if _is_native(int(high), unit):
            return _apart(match, f"{_counted(low, unit)}에서 {_counted(high, unit)}")
    if not unit:
        return f"{sino(int(low))}에서 {sino(int(high))}"
    if unit == "월":
        return f"{_counted(low, unit)}에서 {_counted(high, unit)}"
    return f"{sino(int(low))}에서 {_counted(high, unit, ordinal=True)}"


def _neighbours(match: re.Match[str]) -> str | None:
    """Two numbers in a row mean about as many: 3,4개 → 서너 개, 2,3일 → 이삼 일."""
    low, high, unit = int(match.group("low")), int(match.group("high")), match.group("unit")
    if high != low + 1 or low == 0:
        return None
    pair = native_pair(low, high) if _is_native(low, unit) else sino(low) + sino(high)
    return pair and _apart(match, f"{pair} {unit}")


def _ratio(match: re.Match[str]) -> str:
    return f"{sino_decimal(match.group('left'))} 대 {sino_decimal(match.group('right'))}"


def _hyphened(match: re.Match[str]) -> str | None:
    """Addresses and flats: 101-1203호 → 백일 다시 천이백삼 호; a calculation (10-3=7) is not."""
    if match.string[match.end() :].lstrip(" ").startswith("="):
        return None
    unit = match.group("unit")
    spoken = f"{sino(int(match.group('left')))} 다시 {sino(int(match.group('right')))}"
    return f"{spoken} {unit}" if unit else spoken


def _fraction(match: re.Match[str]) -> str | None:
    if int(match.group("below")) == 0:
        return None
    return f"{sino(int(match.group('below')))}분의 {sino(int(match.group('above')))}"


def _version(match: re.Match[str]) -> str:
    return " 점 ".join(sino(int(part)) for part in match.group().split("."))


def _event_date(match: re.Match[str]) -> str | None:
    """A date that names an event is read digit by digit: 6.25 전쟁 → 육이오, 4·19혁명 → 사일구."""
    if not _EVENT_AHEAD.match(match.string, match.end()):
        return None
    return digits_one_by_one(match.group("month") + match.group("day"), SINO_DIGITS)


_ENGLISH = {"1+1": "원 플러스 원", "1st": "퍼스트", "2nd": "세컨드", "3rd": "서드"}


def _english(match: re.Match[str]) -> str:
    return _ENGLISH[match.group()]


def _latin_after_digit(match: re.Match[str]) -> str:
    """3D, 4K, 2PM: an English digit with the letters after it."""
    return ENGLISH_DIGITS[int(match.group("digit"))] + spell_letters(match.group("letters"))


def _bare_number(match: re.Match[str]) -> str:
    number = _plain(match.group("number"))
    if len(number) > 1 and number.startswith("0") and number.isdecimal():
        return digits_one_by_one(number)
    counter = _NEXT_COUNTER.match(match.string, match.end())
    if counter and number.isdecimal() and not _is_ordinal(match, ""):
        # The counter stands apart ("3 개") and is an eojeol of its own.
        if _counts_guests(match, counter.group(1)):
            return native(int(number))
        name = counter.group(1)
        spoken = _counted(number, name, ordinal=name == "번" and _numbers_a_noun(match, counter))
        return _apart(match, spoken.removesuffix(name).rstrip())
    return sino_decimal(number)


def _digits(match: re.Match[str]) -> str:
    return digits_one_by_one(match.group())


def _numbers_a_noun(match: re.Match[str], counter: re.Match[str]) -> bool:
    return match.string[counter.end() :].lstrip(" ").startswith(NUMBERED_NOUNS)


_Rule = Callable[[re.Match[str]], str | None]
_RULES: tuple[tuple[re.Pattern[str], _Rule], ...] = tuple(
    (re.compile(pattern), rule)
    for pattern, rule in (
        (
            r"(?P<year>\d{4})(?P<sep>[-/]|\. ?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)",
            _date,
        ),
        (r"(?P<month>\d{1,2})[/.](?P<day>\d{1,2})\.?(?=\([월화수목금토일]\))", _month_and_day),
        (r"(?P<month>\d{1,2})[.·](?P<day>\d{1,2})(?![\d.])", _event_date),
        (r"\+?\d{1,4}(?:-\d{2,4}){2,3}(?!\d)|0\d{1,2}[) ]\d{3,4}[- ]\d{4}", _telephone),
        (r"(?:1[568]\d{2})-\d{4}(?!\d)", _telephone),
        (
            r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:])"
            r"(?![ ]?(?:비율|로|승))",
            _time,
        ),
        (rf"(?P<left>{_NUMBER})[:](?P<right>{_NUMBER})", _ratio),
        (r"(?P<left>\d{1,3})대(?P<right>\d{1,3})(?!\d|[가-힣]*대)", _ratio),
        (r"(?P<left>\d{1,2})-(?P<right>\d{1,2})(?=로|승|패|무|으로)", _ratio),
        (
            rf"(?P<low>{_WHOLE})[ ]?(?P<dash>[~∼〜–-])[ ]?(?P<high>{_WHOLE})"
            rf"(?P<unit>{_UNIT}|{_COUNTER})?(?![\d:.,])",
            _range,
        ),
        (rf"(?P<low>\d)[,·](?P<high>\d)(?P<unit>{_COUNTER})", _neighbours),
        (rf"(?P<left>{_WHOLE})-(?P<right>{_WHOLE})(?P<unit>호|번지|번)?(?!-)", _hyphened),
        (rf"{_WHOLE}(?:\.{_WHOLE}){{2,}}", _version),
        (rf"(?P<above>{_WHOLE})/(?P<below>{_WHOLE})", _fraction),
        (
            rf"(?P<currency>[{''.join(CURRENCIES)}])[ ]?(?P<number>{_NUMBER})"
            rf"(?P<power>{_MYRIAD})?",
            _money,
        ),
        (
            rf"(?P<sign>[-−+])(?P<number>{_NUMBER})(?P<unit>{_UNIT}|{_COUNTER})?",
            _signed,
        ),
        (rf"(?P<number>{_NUMBER})(?P<unit>{_any(list(RATES))})(?![A-Za-z])", _rate),
        (rf"(?P<number>{_NUMBER})(?P<unit>{_UNIT})", _number_with_unit),
        (r"1\+1(?![\d=+])(?! =)|1st|2nd|3rd", _english),
        (r"(?P<digit>\d)(?P<letters>[A-Z]{1,2}|[a-z](?![A-Za-z]))(?![a-z])", _latin_after_digit),
        (
            rf"(?P<numeral>(?:{_NUMBER}{_MYRIAD})+(?:{_NUMBER})?)(?P<yeo>여(?=[ 가-힣]))?"
            rf"(?P<counter>{_COUNTER})?",
            _mixed_numeral,
        ),
        (rf"(?P<number>{_NUMBER})여", _approximate),
        (rf"(?P<number>{_NUMBER})(?P<counter>{_COUNTER})", _number_with_counter),
        (rf"(?P<number>{_NUMBER})", _bare_number),
        (r"\d+", _digits),
    )
)
