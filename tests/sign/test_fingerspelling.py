"""Words spelled with the letters of the manual alphabet."""

import re
import unicodedata
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesture_core.errors import UserError
from gesture_core.signing.fingerspelling import can_spell, letter_holds, letters, spell
from gesture_core.signing.lexicon import load_lexicon

_SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1)


@pytest.mark.parametrize(
    ("word", "spelled"),
    [
        ("값", "ㄱㅏㅂㅅ"),
        ("읽다", "ㅇㅣㄹㄱㄷㅏ"),
        ("까치", "ㄲㅏㅊㅣ"),
        ("과외", "ㄱㅘㅇㅚ"),
        ("ㅋㅋ", "ㅋㅋ"),
        ("ㄳ", "ㄱㅅ"),
        ("3호", "3ㅎㅗ"),
        ("서울 역", "ㅅㅓㅇㅜㄹㅇㅕㄱ"),
        ("KTX", "ㅋㅔㅇㅣㅌㅣㅇㅔㄱㅅㅡ"),
        ("café", "ㅋㅏㅍㅔ"),
        ("", ""),
    ],
)
def test_a_word_has_letters(word: str, spelled: str):
    assert "".join(letters(word)) == spelled


@given(_SYLLABLES)
def test_the_letters_are_those_that_unicode_names(word: str):
    parts = [unicodedata.name(part) for part in unicodedata.normalize("NFD", word)]
    names = [name for part in parts for name in part.split(" ", 2)[2].split("-")]
    assert letters(word) == tuple(unicodedata.lookup(f"HANGUL LETTER {name}") for name in names)


@pytest.mark.parametrize("word", ["😀", "가!", "日本", "a@b", "서울\u200b"])
def test_what_has_no_letter_is_named(word: str):
    odd = next(c for c in word if not (c.isascii() and c.isalnum()) and not "가" <= c <= "힣")
    assert not can_spell(word)
    with pytest.raises(UserError, match=re.escape(repr(odd))):
        letters(word)


def test_only_a_word_with_letters_can_be_spelled():
    assert can_spell("김철수")
    assert not can_spell(" ")


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 30])
def test_the_last_letter_stays_longest_and_long_words_are_quicker(count: int):
    holds = letter_holds(count)
    assert len(holds) == count
    assert holds.argmax() == count - 1
    assert letter_holds(count + 6)[1] < letter_holds(4)[1]
    assert holds.min() > 0.06


def test_a_word_of_four_letters_has_the_usual_rhythm():
    np.testing.assert_allclose(letter_holds(4), [0.26, 0.18, 0.18, 0.40])


def test_nothing_is_held_for_no_letters():
    assert letter_holds(0).shape == (0,)
    assert spell("", load_lexicon()) == ()


def test_a_spelled_letter_keeps_what_it_is_read_by():
    lexicon = load_lexicon()
    for sign in spell("경복궁역", lexicon):
        for mine, own in zip(sign.steps, lexicon.jamo[sign.gloss].steps, strict=True):
            assert mine.strong
            assert own.strong
            assert (mine.strong.shape, mine.strong.fingers, mine.strong.palm) == (
                (own.strong.shape, own.strong.fingers, own.strong.palm)
            )


def test_a_letter_gives_way_to_its_neighbours():
    lexicon = load_lexicon()
    own = [np.array(lexicon.jamo[name].steps[0].strong.off) for name in "ㅂㅜㅂ"]  # type: ignore[union-attr]
    _, middle, _ = spell("붑", lexicon)
    assert middle.steps[0].strong
    np.testing.assert_allclose(middle.steps[0].strong.off, own[1] + 0.25 * (own[0] - own[1]))


def test_a_letter_after_itself_is_seen_twice():
    lexicon = load_lexicon()
    _, _, first, second, _ = spell("각가", lexicon)
    assert first.gloss == second.gloss == "ㄱ"
    assert first.steps[0].strong
    assert second.steps[0].strong
    step = np.subtract(second.steps[0].strong.off, first.steps[0].strong.off)
    assert np.linalg.norm(step) > 0.02


def test_the_hand_passes_through_the_first_of_two_postures():
    (_, wa) = spell("와", load_lexicon())
    first, last = (step.hold for step in wa.steps)
    assert (first, last) == (0.04, pytest.approx(0.40))


def test_a_lexicon_without_a_letter_says_so():
    with pytest.raises(UserError, match="ㅏ of '가'"):
        spell("가", replace(load_lexicon(), jamo={"ㄱ": load_lexicon().jamo["ㄱ"]}))
