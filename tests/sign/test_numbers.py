"""Numbers as signs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.signing.lexicon import load_lexicon
from gesture_core.signing.numbers import digit_signs, number_signs
from gesture_core.text.numerals import sino

_READ = {
    100: "백",
    1000: "천",
    10**4: "만",
    10**8: "억",
    10**12: "조",
    10**5: "십만",
    10**6: "백만",
}


@pytest.mark.parametrize(
    ("value", "signs"),
    [
        (0, "0"),
        (7, "7"),
        (10, "10"),
        (16, "16"),
        (20, "20"),
        (25, "20 5"),
        (100, "100"),
        (119, "100 19"),
        (3100, "3 1000 100"),
        (10_000, "10000"),
        (20_015, "2 10000 15"),
        (100_000, "100000"),
        (250_000, "20 5 10000"),
        (1_000_000, "1000000"),
        (10**8 + 10_000, "1 100000000 1 10000"),
        (10**16, "1" + " 0" * 16),
    ],
)
def test_a_number_is_signed_as_it_is_read(value: int, signs: str):
    assert number_signs(value) == tuple(signs.split())


@given(st.integers(0, 10**16 - 1))
def test_the_signs_say_what_korean_says(value: int):
    said = "".join(_READ.get(int(name)) or sino(int(name)) for name in number_signs(value))
    assert said == sino(value).replace(" ", "")


def test_every_number_sign_is_in_the_lexicon():
    numbers = load_lexicon().numbers
    steps = [10**power * count for power in range(16) for count in range(10)]
    assert {name for value in (*range(120), *steps) for name in number_signs(value)} <= set(numbers)


def test_digits_are_given_one_by_one():
    assert digit_signs("0119") == ("0", "1", "1", "9")


@pytest.mark.parametrize("digits", ["", "1 2", "-1", "١", "삼"])
def test_only_digits_are_digits(digits: str):
    with pytest.raises(UserError, match="digits 0 to 9"):
        digit_signs(digits)


def test_no_sign_is_negative():
    with pytest.raises(UserError, match="-3"):
        number_signs(-3)
