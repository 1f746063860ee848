"""Korean words on the lips of a signer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.motion import EXPRESSIONS
from gesture_core.signing.mouthing import SYLLABLE, MouthedWord, mouthed_phonemes, mouthing
from gesture_core.speech.phonemes import PHONEMES

JAW, CLOSE = EXPRESSIONS.index("jawOpen"), EXPRESSIONS.index("mouthClose")


def symbols(text: str, seconds: float = 2.0) -> list[str]:
    return [phoneme.symbol for phoneme in mouthed_phonemes(MouthedWord(text, 0.0, seconds))]


def test_a_word_is_mouthed_as_it_is_pronounced() -> None:
    assert symbols("지하철") == ["tɕ", "i", "h", "a", "tɕʰ", "ʌ", "l"]
    assert symbols("같이") == symbols("가치")


def test_a_short_word_is_not_drawn_out_over_a_long_sign() -> None:
    phonemes = mouthed_phonemes(MouthedWord("물", 1.0, 4.0))
    assert phonemes[0].start == 1.0
    assert phonemes[-1].end == pytest.approx(1.0 + SYLLABLE[1])


def test_a_long_word_is_cut_to_what_the_sign_has_time_for() -> None:
    phonemes = mouthed_phonemes(MouthedWord("엘리베이터", 0.0, 0.4))
    assert [phoneme.symbol for phoneme in phonemes] == symbols("엘리베이터")[: len(phonemes)]
    assert 0 < len(phonemes) < len(symbols("엘리베이터"))
    assert phonemes[-1].end == pytest.approx(0.4)


def test_what_is_not_hangul_stays_silent() -> None:
    assert symbols("KTX 🙂 !") == []
    assert symbols("A역") == symbols("역")


def test_lips_meet_for_a_closed_sound_and_rest_outside_the_word() -> None:
    lips = mouthing([MouthedWord("엄마", 1.0, 1.6)], 3.0, 30.0)
    assert lips.shape == (90, len(EXPRESSIONS))
    assert lips[30:48, JAW].max() > 0.2
    closed = lips[30:50, CLOSE] / np.maximum(lips[30:50, JAW], 1e-6)
    assert closed.max() > 0.9
    assert np.abs(lips[:22]).max() < 0.05
    assert np.abs(lips[65:]).max() < 0.05


@given(st.text(max_size=30), st.floats(0.05, 4.0))
@settings(max_examples=60, deadline=None)
def test_any_word_keeps_to_its_time(text: str, seconds: float) -> None:
    phonemes = mouthed_phonemes(MouthedWord(text, 0.5, 0.5 + seconds))
    ends = [0.5]
    for phoneme in phonemes:
        assert phoneme.symbol in PHONEMES
        assert phoneme.start >= ends[-1] - 1e-9
        ends.append(phoneme.end)
    assert ends[-1] <= 0.5 + seconds + 1e-9
