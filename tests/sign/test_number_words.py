"""Number words → figures, against the reader that goes the other way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.signing.number_words import number_value
from gesture_core.text.numerals import native, sino


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("영", 0),
        ("열두", 12),
        ("스물다섯", 25),
        ("이천이십육", 2026),
        ("3만 5천", 35_000),
        ("1,500", 1500),
        ("백오", 105),
        ("만", 10_000),
        ("억", 10**8),
        ("이억삼천만", 230_000_000),
    ],
)
def test_examples(words: str, value: int) -> None:
    assert number_value(words) == value


@pytest.mark.parametrize("words", ["", "가", "십가", "열십이열", "이삼"])
def test_what_names_no_number(words: str) -> None:
    assert number_value(words) is None


@given(st.integers(0, 10**15))
def test_sino_korean_comes_back(value: int) -> None:
    assert number_value(sino(value)) == value


@given(st.integers(1, 99))
def test_native_korean_comes_back(value: int) -> None:
    assert number_value(native(value)) == value
