"""Korean number words → figures: 이십오 → 25, 스물다섯 → 25, 3만 5천 → 35000."""

from __future__ import annotations

from gesture_core.signing.numbers import MOST_DIGITS

_SINO = {name: value for value, name in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
_UNITS = {"십": 10, "백": 100, "천": 1000}
_MYRIADS = {"만": 10**4, "억": 10**8, "조": 10**12}
_NATIVE = {
    name: value
    for value, names in {
        1: "하나 한",
        2: "둘 두",
        3: "셋 세 석 서",
        4: "넷 네 넉 너",
        5: "다섯 닷",
        6: "여섯 엿",
        7: "일곱",
        8: "여덟",
        9: "아홉",
        10: "열",
        20: "스물 스무",
        30: "서른",
        40: "마흔",
        50: "쉰",
        60: "예순",
        70: "일흔",
        80: "여든",
        90: "아흔",
    }.items()
    for name in names.split()
}
_LONGEST = max(map(len, _NATIVE))


def number_value(words: str) -> int | None:
    """The whole number that Hangul, figures or a mixture of both name; None if they name none.

    Spaces and thousands separators do not count: "3만 5,000" is 35000. More than `MOST_DIGITS`
    figures in a row are no number that is read.
    """
    words = words.replace(" ", "").replace(",", "")
    total = below_myriad = pending = 0
    seen = False
    while words:
        step = _next(words)
        if step is None:
            return None
        kind, value, words = step
        if kind == "myriad":
            total += (below_myriad + pending or 1) * value
            below_myriad = pending = 0
        elif kind == "unit":
            below_myriad += (pending or 1) * value
            pending = 0
        elif kind == "tens" and not pending:
            below_myriad += value
        elif kind == "ones" and not pending:
            pending = value
        else:
            return None
        seen = True
    return total + below_myriad + pending if seen else None


def _next(words: str) -> tuple[str, int, str] | None:
    """Kind and value of the first number word, and what follows it."""
    digits = len(words) - len(words.lstrip("0123456789"))
    if digits > MOST_DIGITS:
        return None
    if digits:
        return "ones", int(words[:digits]), words[digits:]
    for length in range(_LONGEST, 0, -1):
        value = _NATIVE.get(words[:length])
        if value is not None:
            return ("tens" if value >= 10 else "ones"), value, words[length:]
    letter, rest = words[0], words[1:]
    for kind, table in (("ones", _SINO), ("unit", _UNITS), ("myriad", _MYRIADS)):
        if letter in table:
            return kind, table[letter], rest
    return None
