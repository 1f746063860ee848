"""English words that no table knows still get a reading close to what Koreans say."""

from __future__ import annotations

import difflib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.text.english_words import LOWER_INITIALISMS, WORDS
from gesture_core.text.hangul import decompose
from gesture_core.text.latin import read_latin
from gesture_core.text.letter_to_sound import sounds_to_hangul, spell_in_hangul


@pytest.mark.parametrize(
    ("sounds", "hangul"),
    [
        # Examples of the loanword orthography, chapter 3, section 1.
        ("g ㅐ p", "갭"),
        ("ㅐ k t", "액트"),
        ("s t ㅐ m p", "스탬프"),
        ("k ㅔ ㅣ: p", "케이프"),
        ("ㅐ p l", "애플"),
        ("b ㅓ l b", "벌브"),
        ("m ㅏ: s k", "마스크"),
        ("sh ㅣ: k", "시크"),
        ("f l ㅐ sh", "플래시"),
        ("sh r ㅓ b", "슈러브"),
        ("k ㅣ: ch", "키치"),
        ("s t ㅣ: m", "스팀"),
        ("h ㅗ t ㅔ l", "호텔"),
        ("s l ㅏ ㅣ: d", "슬라이드"),
        ("w ㅝ: d", "워드"),
        ("s w ㅣ ng", "스윙"),
        ("t w ㅣ s t", "트위스트"),
        ("k w ㅗ t ㅓ:", "쿼터"),
        ("y ㅏ: d", "야드"),
        ("b r ㅣ ㅈ", None),
    ],
)
def test_sounds_are_written_by_the_orthography(sounds: str, hangul: str | None) -> None:
    if hangul is None:
        with pytest.raises(KeyError):
            sounds_to_hangul(sounds.split())
    else:
        assert sounds_to_hangul(sounds.split()) == hangul


@pytest.mark.parametrize(
    ("word", "hangul"),
    [
        ("sprint", "스프린트"),
        ("protocol", "프로토콜"),
        ("cluster", "클러스터"),
        ("texture", "텍스처"),
        ("animation", "애니메이션"),
        ("bright", "브라이트"),
        ("grape", "그레이프"),
        ("cherry", "체리"),
        ("shrimp", "슈림프"),
        ("twist", "트위스트"),
        ("knight", "나이트"),
        ("phantom", "팬톰"),
    ],
)
def test_spelling_rules(word: str, hangul: str) -> None:
    assert spell_in_hangul(word) == hangul


def test_rules_come_near_the_table() -> None:
    """Mean likeness, letter by letter, of what rules say and what the table knows."""

    def letters(hangul: str) -> str:
        return "".join("".join(decompose(char)) for char in hangul)

    spelt_out = {word for word in WORDS if word in LOWER_INITIALISMS or len(word) < 4}
    likeness = [
        difflib.SequenceMatcher(None, letters(spell_in_hangul(word)), letters(hangul)).ratio()
        for word, hangul in WORDS.items()
        if word not in spelt_out
    ]
    assert sum(likeness) / len(likeness) > 0.85


@pytest.mark.parametrize(
    ("word", "hangul"),
    [
        ("CPU", "시피유"),
        ("iPad", "아이패드"),
        ("PowerPoint", "파워포인트"),
        ("LoveStory", "러브스토리"),
        ("homepage", "홈페이지"),
        ("cards", "카즈"),
        ("PCs", "피시스"),
        ("events", "이벤츠"),
        ("KOTRA", "코트라"),
        ("HDMI", "에이치디엠아이"),
        ("can't", "캔트"),
        ("K-pop", "케이팝"),
    ],
)
def test_latin_words(word: str, hangul: str) -> None:
    assert read_latin(word) == hangul


def test_tables_are_letters_and_hangul() -> None:
    for word, hangul in WORDS.items():
        assert re.fullmatch(r"[a-z]+", word)
        assert re.fullmatch(r"[가-힣]+", hangul)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_any_letters_become_syllables(word: str) -> None:
    assert re.fullmatch(r"[가-힣]*", spell_in_hangul(word))
    assert re.fullmatch(r"[가-힣]+", read_latin(word))


@given(st.text("ABCxyzQ'’-é", min_size=1, max_size=12))
def test_any_capitalisation_is_read(word: str) -> None:
    from gesture_core.text.normalize import normalize

    if any(letter.isalpha() for letter in word):
        assert re.fullmatch(r"[가-힣 ]+", normalize(word).reading)
