"""A text divides into eojeols, sentences and pauses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.text.split import Span, boundaries, eojeols, split_sentences


def _texts(text: str, spans: list[Span]) -> list[str]:
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("나는 학교에  갔다", ["나는", "학교에", "갔다"]),
        ("네,알겠습니다.그럼", ["네,", "알겠습니다.", "그럼"]),
        ("정말?!그래", ["정말?!", "그래"]),
        ("값은 3,000원, 3.5도", ["값은", "3,000원,", "3.5도"]),
        ("\n줄\n바꿈 ", ["줄", "바꿈"]),
        ("(참고)입니다", ["(참고)입니다"]),
        ("오늘은 2026. 11. 20. 금요일", ["오늘은", "2026. 11. 20.", "금요일"]),
        ("", []),
    ],
)
def test_eojeols(text: str, expected: list[str]) -> None:
    assert _texts(text, eojeols(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "안녕하세요 오늘은 셰프가 준비한 요리를 대접해 드릴게요 맛있는 음식 기대해주세요",
            [
                "안녕하세요",
                "오늘은 셰프가 준비한 요리를 대접해 드릴게요",
                "맛있는 음식 기대해주세요",
            ],
        ),
        ("반갑습니다. 저는 학생이에요!", ["반갑습니다.", "저는 학생이에요!"]),
        ("값은 3.5원입니다. 비싸요?", ["값은 3.5원입니다.", "비싸요?"]),
        ("첫 줄\n둘째 줄", ["첫 줄", "둘째 줄"]),
        ("저는 학생입니다 그래서 공부합니다", ["저는 학생입니다", "그래서 공부합니다"]),
        ("\n\n", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert _texts(text, split_sentences(text)) == expected


def test_pauses_follow_commas_and_sentences() -> None:
    text = "나는 밥을 먹고, 학교에 갔다. 그래서 (정말로) 좋았다"
    words = eojeols(text)
    pauses = dict(zip(_texts(text, words), boundaries(text, words), strict=True))
    assert pauses == {
        "나는": "none",
        "밥을": "none",
        "먹고,": "comma",
        "학교에": "none",
        "갔다.": "sentence",
        "그래서": "none",
        "(정말로)": "comma",
        "좋았다": "sentence",
    }


def test_sentences_without_punctuation_still_pause() -> None:
    text = "안녕하세요 오늘은 요리를 대접해 드릴게요 기대해주세요"
    assert boundaries(text, eojeols(text)) == [
        "sentence",
        "none",
        "none",
        "none",
        "sentence",
        "sentence",
    ]


def test_a_dash_between_words_is_a_comma() -> None:
    text = "서울 - 부산 구간"
    words = [span for span in eojeols(text) if text[span.start : span.end] != "-"]
    assert boundaries(text, words) == ["comma", "none", "sentence"]


@given(st.text("가나다.,?! \n\"'()", max_size=40))
@settings(max_examples=100, deadline=None)
def test_spans_ascend_and_cover_everything_written(text: str) -> None:
    for spans in (eojeols(text), split_sentences(text)):
        end = 0
        covered = ""
        for start, stop in spans:
            assert end <= start < stop
            assert text[start:stop] == text[start:stop].strip("\n")
            covered += text[start:stop]
            end = stop
        assert "".join(covered.split()) == "".join(text.split())
