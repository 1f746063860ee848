"""Kokoro reads Korean phonemes, tells their times, and is loaded only from the tested files."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.speech import Eojeol, kokoro_model, speak
from gesture_core.speech.kokoro import _TOKENS, _spell
from gesture_core.speech.phonemes import hangul_to_syllables

SYLLABLES = [chr(code) for code in range(0xAC00, 0xD7A4)]


def spelled(text: str, mark: str = "") -> str:
    return "".join(t.text for t in _spell([hangul_to_syllables(w) for w in text.split()], mark))


@pytest.mark.parametrize(
    ("pronounced", "expected"),
    [
        ("가가", "kaɡa"),  # plain stops are voiced between voiced sounds
        ("까까", "kaka"),
        ("가 가", "ka ka"),  # but not across words
        ("달라", "talla"),
        ("다라", "taɾa"),
        ("시서", "ɕisʌ"),
        ("의사", "ɯisa"),
        ("쟈 짜 차", "ʨja ʨa ʨʰa"),
        ("밥꽃", "papkot"),
    ],
)
def test_korean_is_spelled_in_kokoros_letters(pronounced: str, expected: str) -> None:
    assert spelled(pronounced) == expected


def test_every_syllable_and_mark_has_tokens() -> None:
    for syllable in SYLLABLES:
        assert set(spelled(f"아{syllable}아", ",.?!")) <= _TOKENS.keys()


def test_each_phoneme_is_spelled_by_neighbouring_tokens() -> None:
    words = [hangul_to_syllables(word) for word in "축카해요 의자".split()]
    spoken = [(t.phoneme, t.symbol) for t in _spell(words, ".") if t.phoneme is not None]

    symbols = [s for word in words for syllable in word for s in syllable.segments]
    numbers = [number for number, _ in spoken]
    assert numbers == sorted(numbers)
    assert [symbols[number] for number in numbers] == [symbol for _, symbol in spoken]
    assert set(numbers) == set(range(len(symbols)))


def test_other_weights_than_the_tested_ones_are_refused() -> None:
    with pytest.raises(UserError, match="not the tested one"):
        kokoro_model._verify("model", b"something else", kokoro_model._MODEL_SHA256)


@pytest.mark.skipif(kokoro_model.missing() is not None, reason="the extra 'kokoro' is absent")
def test_times_agree_with_the_sound() -> None:
    text = "오느른 요리를 대저패 드릴께요"
    utterance = speak([Eojeol(word, word, word) for word in text.split()], "kokoro")

    wanted = [s for syllable in hangul_to_syllables(text) for s in syllable.segments]
    assert [p.symbol for p in utterance.phonemes] == wanted
    edges = [t for word in utterance.words for t in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[-1] <= utterance.duration
    assert utterance.estimated is False
    loud = np.flatnonzero(np.abs(utterance.samples) > 0.05 * np.abs(utterance.samples).max())
    assert utterance.words[0].start == pytest.approx(loud[0] / utterance.rate, abs=0.06)
    assert utterance.words[-1].end == pytest.approx(loud[-1] / utterance.rate, abs=0.06)
