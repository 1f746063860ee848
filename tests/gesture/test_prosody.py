"""Loudness and pitch of words, measured on sounds whose loudness and pitch are known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gesture_core.formats.audio import read_audio
from gesture_core.speech import Eojeol, espeak, speak
from gesture_core.speech.align import align
from gesture_core.speech.prosody import pitch, word_prosody
from gesture_core.utterance import Utterance, Word

Sound = NDArray[np.float32]


def buzz(hertz: float, seconds: float, rate: int, loudness: float = 0.3) -> Sound:
    """A voice without a mouth: harmonics of `hertz` falling by 6 dB an octave."""
    times = np.arange(round(seconds * rate)) / rate
    orders = np.arange(1, int(min(4000, rate / 2) / hertz) + 1)
    waves = np.sin(2 * np.pi * hertz * orders * times[:, None]) / orders
    return (loudness * waves.sum(axis=1)).astype(np.float32)


def words_of(*ends: float) -> list[Word]:
    """Words that follow each other from 0 seconds on."""
    return [Word("말", start, end, i) for i, (start, end) in enumerate(pairwise((0.0, *ends)))]


def eojeols_of(text: str) -> list[Eojeol]:
    return [Eojeol(word, word, word) for word in text.split()]


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 192000])
@pytest.mark.parametrize("hertz", [80.0, 210.0, 440.0])
def test_pitch_of_a_buzz_is_its_own(hertz: float, rate: int) -> None:
    _, found = pitch(buzz(hertz, 0.6, rate), rate)

    assert len(found) > 20
    assert found == pytest.approx(hertz, rel=0.005)


def test_scores_are_those_computed_by_hand() -> None:
    """Low, high, low, high; soft, soft, loud, loud: every score is one deviation off the mean."""
    rate = 16000
    parts = [
        loudness * tone / np.sqrt(np.mean(tone**2))
        for loudness, hertz in ((0.1, 120), (0.1, 180), (0.2, 120), (0.2, 180))
        for tone in (buzz(hertz, 0.5, rate),)
    ]

    found = word_prosody(np.concatenate(parts), rate, words_of(0.5, 1, 1.5, 2))

    assert found.dtype == np.float32
    assert found[:, 0] == pytest.approx([-1, -1, 1, 1], abs=0.01)
    assert found[:, 1] == pytest.approx([-1, 1, -1, 1], abs=0.01)


def test_an_even_voice_stays_near_zero() -> None:
    """A tenth of a semitone and of a dB are not an accent, however even the rest is."""
    rate = 16000
    parts = [buzz(150 * 2 ** (0.1 * odd / 12), 0.4, rate, 0.3 * 10 ** (0.005 * odd)) for odd in
             (0, 1, 0, 0)]  # fmt: skip

    found = word_prosody(np.concatenate(parts), rate, words_of(0.4, 0.8, 1.2, 1.6))

    assert np.abs(found).max() < 0.25


def test_unvoiced_short_and_unheard_words_have_none() -> None:
    rate = 16000
    hiss = np.random.default_rng(0).normal(0, 0.1, rate // 2).astype(np.float32)
    sound = np.concatenate([
        buzz(120, 0.5, rate), hiss, np.zeros(rate // 2, np.float32), buzz(200, 0.5, rate, 0.1),
    ])  # fmt: skip

    found = word_prosody(sound, rate, [*words_of(0.5, 1, 1.5, 2), Word("!", 2, 2, 4)])

    assert found[[1, 2, 4], 1].tolist() == [0, 0, 0]
    assert found[[2, 4], 0].tolist() == [0, 0]
    assert found[0, 1] < -0.9
    assert found[3, 1] > 0.9


@pytest.mark.parametrize("sound", [np.zeros(16000), np.zeros(0), np.ones(40), np.ones(16000)])
def test_no_voice_no_prosody(sound: NDArray[np.float64]) -> None:
    found = word_prosody(sound.astype(np.float32), 16000, words_of(0.3, 1.0))

    assert found[:, 1].tolist() == [0, 0]
    assert np.isfinite(found).all()
    assert word_prosody(sound.astype(np.float32), 16000, []).shape == (0, 2)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 0.6), st.floats(60, 500), st.floats(0, 2)), max_size=6),
    st.sampled_from([4000, 16000, 44100]),
)
def test_scores_are_finite_limited_and_centred(
    parts: list[tuple[float, float, float]], rate: int
) -> None:
    """Whatever is said, and however badly it is clipped."""
    sounds = [buzz(hertz, seconds, rate, loudness) for seconds, hertz, loudness in parts]
    sound = np.clip(np.concatenate([np.zeros(1, np.float32), *sounds]), -1, 1)

    found = word_prosody(sound, rate, words_of(*accumulate(seconds for seconds, _, _ in parts)))

    assert found.shape == (len(parts), 2)
    assert np.abs(found).max(initial=0) <= 3
    assert found.mean(axis=0) == pytest.approx([0, 0], abs=1e-5) if parts else True


def test_one_word_said_higher_and_louder_stands_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every word in turn, in a sentence of a real synthesiser."""
    text = eojeols_of("오느른 새로 나온 기능을 여러분께 소개해 드리겓씀니다")
    plain = cut_words(speak(text, "espeak:male"))
    monkeypatch.setitem(espeak._SETTINGS, "male", espeak._Setting("ko", 75, 60))
    raised = cut_words(speak(text, "espeak:male"))
    rate = speak(text, "espeak:male").rate
    for index in range(len(text)):
        stressed = [*plain[:index], np.clip(2.5 * raised[index], -1, 1), *plain[index + 1 :]]
        ends = np.cumsum([len(part) for part in stressed]) / rate
        found = word_prosody(np.concatenate(stressed), rate, words_of(*ends))
        assert found[index].min() > 1.2, text[index].text
        assert (found.argmax(axis=0) == index).all(), text[index].text


def cut_words(spoken: Utterance) -> list[Sound]:
    """The sound of each word."""
    return [
        spoken.samples[round(word.start * spoken.rate) : round(word.end * spoken.rate)]
        for word in spoken.words
    ]


def test_loudness_of_the_whole_changes_nothing() -> None:
    spoken = speak(eojeols_of("저는 학꾜에 갇씀니다"), "espeak:female")
    usual = word_prosody(spoken.samples, spoken.rate, spoken.words)
    softly = word_prosody(0.05 * spoken.samples, spoken.rate, spoken.words)

    assert softly == pytest.approx(usual, abs=0.05)


def test_read_sentences_fall(shared_data: Callable[[str], Path]) -> None:
    """In three recorded statements the last word is the lowest and softest, as seen in a plot."""
    texts = {
        "fv01_t01_s01": "기차도 전기도 업썯따",
        "fv01_t01_s02": "라디오도 영화도 몰랃따",
        "fv01_t02_s50": "검께 탄 얼구리 그대로 비치얻따",
    }
    for name, text in texts.items():
        (path,) = shared_data("audio_ko").rglob(f"{name}.wav")
        samples, rate = read_audio(path)
        words = align(samples, rate, eojeols_of(text)).words
        found = word_prosody(samples, rate, words)
        assert found[-1].max() < -1, name
        assert found[:-1].min() > -0.5, name
