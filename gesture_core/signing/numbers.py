"""Whole numbers as number signs, in the order in which Korean reads them."""

from __future__ import annotations

from gesture_core.errors import UserError

_GROUPS = (10**12, 10**8, 10**4, 1)
_DECIMALS = (1000, 100, 10, 1)
MOST_DIGITS = 16
"""Figures of the largest numbers that have a reading; longer ones are given digit by digit."""


def number_signs(value: int) -> tuple[str, ...]:
    """Names in `Lexicon.numbers` of the signs for `value`: 25 → 20, 5; 3100 → 3, 1000, 100.

    One is not said before ten, a hundred, a thousand and a leading ten thousand, as in Korean.
    From 10**16 on a number is given digit by digit. `UserError` for a negative one.

    Source: the dictionary describes the tens, 11 to 19, 100, 1000, 100,000 and 1,000,000; that
    signs are put together as the number is read follows from the last two, and is our rule.
    """
    if value < 0:
        raise UserError(f"a number sign stands for 0 or more, not {value}")
    if value >= 10**MOST_DIGITS:
        return digit_signs(str(value))
    if value in (0, 100_000, 1_000_000):
        return (str(value),)
    signs: list[str] = []
    for unit in _GROUPS:
        group, value = divmod(value, unit)
        if group and not (group == 1 and unit == 10**4 and not signs):
            signs += _below_ten_thousand(group)
        if group and unit > 1:
            signs.append(str(unit))
    return tuple(signs)


def digit_signs(digits: str) -> tuple[str, ...]:
    """The signs of a number given digit by digit, such as 119 or a telephone number.

    `UserError` for anything but the digits 0 to 9.
    """
    if not (digits.isascii() and digits.isdigit()):
        raise UserError(f"{digits!r} is not written in digits 0 to 9")
    return tuple(digits)


def _below_ten_thousand(value: int) -> list[str]:
    signs: list[str] = []
    for unit in _DECIMALS:
        if unit == 10 and 11 <= value <= 19:
            return [*signs, str(value)]
        count, value = divmod(value, unit)
        if unit == 10 and count:
            signs.append(str(10 * count))
        elif count:
            signs += [str(count)] * (count > 1 or unit == 1)
            signs += [str(unit)] * (unit > 1)
    return signs
