"""Numbers as Korean speaks them: Sino-Korean (일 이 삼) and native (하나 둘 셋)."""

SINO_DIGITS = "영일이삼사오육칠팔구"
PHONE_DIGITS = "공일이삼사오육칠팔구"
_SMALL_UNITS = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조", "경")

_NATIVE_ONES = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_COUNTED_IN_PAIRS = {
    (1, 2): "한두",
    (2, 3): "두세",
    (3, 4): "서너",
    (4, 5): "네다섯",
    (5, 6): "대여섯",
    (6, 7): "예닐곱",
    (7, 8): "일고여덟",
    (8, 9): "여덟아홉",
}


def _below_myriad(value: int) -> str:
    """1–9999 without a leading 일 before 십, 백, 천."""
    digits = f"{value:04d}"
    spoken = ""
    for digit, unit in zip(digits, reversed(_SMALL_UNITS), strict=True):
        if digit == "0":
            continue
        spoken += ("" if digit == "1" and unit else SINO_DIGITS[int(digit)]) + unit
    return spoken


def sino(value: int) -> str:
    """Sino-Korean reading, spaced by myriads: 1234567 → 백이십삼만 사천오백육십칠.

    `value` is below 10^20; larger numbers have no names that anybody uses.
    """
    if value == 0:
        return "영"
    groups: list[str] = []
    for myriad in _MYRIADS:
        value, group = divmod(value, 10_000)
        if group:
            bare_man = group == 1 and myriad == "만" and value == 0
            groups.append(("" if bare_man else _below_myriad(group)) + myriad)
    return " ".join(reversed(groups))


def sino_decimal(number: str) -> str:
    """Reading of an unsigned decimal written with ASCII digits: "3.14" → 삼 점 일사."""
    whole, _, fraction = number.partition(".")
    spoken = sino(int(whole or "0"))
    if fraction:
        spoken += " 점 " + digits_one_by_one(fraction, SINO_DIGITS)
    return spoken


def digits_one_by_one(digits: str, names: str = PHONE_DIGITS) -> str:
    """Telephone style reading: "010" → 공일공."""
    return "".join(names[int(digit)] for digit in digits)


def native(value: int) -> str:
    """Native reading before a counter, 1–99: 1 → 한, 20 → 스무, 21 → 스물한.

    Above 99 only a last digit stays native, as in 백한 마리.
    """
    hundreds, rest = divmod(value, 100)
    if hundreds:
        tail = _NATIVE_ONES[rest] if rest < 10 else sino(rest)
        return sino(hundreds * 100) + tail
    if rest == 20:
        return "스무"
    tens, ones = divmod(rest, 10)
    return _NATIVE_TENS[tens] + _NATIVE_ONES[ones]


def native_pair(low: int, high: int) -> str | None:
    """Fused reading of two neighbours: (1, 2) → 한두, (3, 4) → 서너; None where there is none."""
    return _COUNTED_IN_PAIRS.get((low, high))
