"""espeak speaks Korean and its word and phoneme times agree with the sound."""

from __future__ import annotations

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.speech import Eojeol, speak
from gesture_core.speech.phonemes import PHONEMES, VOWELS, hangul_to_syllables
from gesture_core.utterance import Utterance

# Pronounced Hangul of everyday sentences; a comma or full stop after an eojeol is its pause.
SENTENCES = (
    "안녕하세요. 오느른 셰프가 준비한 요리를 대저패 드릴께요. 마신는 음식 기대해주세요.",
    "저는 학꾜에 갇씀니다, 그리고 궁물글 머걷써요.",
    "의사 선생니미 괜차느시다고 하션써요?",
    "내일 만나요, 정말 미안해요!",
    "빨간 사과와 까만 포도를 쩝쩝 먹꼬 나서 쿨쿨 자따.",
    "뭐라고 왜 웨이터가 위에 이써요?",
    "아이 아우 오이 우유.",
)


def to_eojeols(text: str) -> list[Eojeol]:
    """Return the eojeols of already pronounced `text`."""
    pauses = {",": "comma", ".": "sentence", "?": "sentence", "!": "sentence"}
    return [
        Eojeol(word, word.rstrip(",.?!"), word.rstrip(",.?!"), pauses.get(word[-1], "none"))  # pyright: ignore[reportArgumentType]
        for word in text.split()
    ]


def check_times(utterance: Utterance) -> None:
    """Assert that words and phonemes are in order, inside the sound and consistent."""
    edges = [t for word in utterance.words for t in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= utterance.duration + 1e-9
    sounds = [t for p in utterance.phonemes for t in (p.start, p.end)]
    assert all(a <= b + 1e-9 for a, b in zip(sounds, sounds[1:], strict=False))
    assert all(p.end > p.start and p.symbol in PHONEMES for p in utterance.phonemes)


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("speed", [0.6, 1.0, 1.8])
def test_every_segment_of_the_text_is_spoken_once_in_order(text: str, speed: float) -> None:
    utterance = speak(to_eojeols(text), "espeak", speed)

    wanted = [s for syllable in hangul_to_syllables(text) for s in syllable.segments]
    assert [p.symbol for p in utterance.phonemes] == wanted
    assert sum(p.symbol in VOWELS for p in utterance.phonemes) == len(hangul_to_syllables(text))
    check_times(utterance)
    assert utterance.estimated is False


@pytest.mark.parametrize("voice", ["espeak:male", "espeak:female"])
@pytest.mark.parametrize("speed", [1.0, 1.7])
def test_the_first_and_last_word_agree_with_the_energy_of_the_sound(
    voice: str, speed: float
) -> None:
    """Measured on 60 sentences: starts median 1, p90 47 ms (a closure is silent), ends 3 and 27."""
    starts, ends = [], []
    for clause in SENTENCES:
        text = clause.translate({ord(mark): None for mark in ",.?!"})
        utterance = speak([Eojeol(word, word, word) for word in text.split()], voice, speed)
        level = np.abs(utterance.samples)
        heard = np.flatnonzero(level > 0.03 * level.max()) / utterance.rate
        starts.append(abs(utterance.words[0].start - heard[0]))
        ends.append(abs(utterance.words[-1].end - heard[-1]))

    assert np.median(starts) < 0.015
    assert np.median(ends) < 0.015
    assert max(starts) < 0.06
    assert max(ends) < 0.07


def test_pauses_have_their_natural_length() -> None:
    words = speak(to_eojeols("내일 만나요, 정말 조아요. 또 봐요."), "espeak").words

    assert words[2].start - words[1].end == pytest.approx(0.25, abs=0.03)
    assert words[4].start - words[3].end == pytest.approx(0.45, abs=0.03)


def test_speed_scales_the_duration() -> None:
    eojeols = to_eojeols(SENTENCES[0])
    slow, normal, fast = (speak(eojeols, "espeak", s).duration for s in (0.5, 1.0, 2.0))

    assert slow == pytest.approx(2 * normal, rel=0.2)
    assert fast == pytest.approx(normal / 2, rel=0.2)


def test_an_eojeol_without_hangul_takes_no_time_but_keeps_its_place() -> None:
    eojeols = [Eojeol("😀", "", ""), *to_eojeols("내일 만나요."), Eojeol("!!", "", "")]
    words = speak(eojeols, "espeak").words

    assert [w.index for w in words] == [0, 1, 2, 3]
    assert words[0].start == words[0].end == 0
    assert words[3].start == words[3].end == words[2].end


def test_speaking_is_deterministic() -> None:
    first, second = (speak(to_eojeols(SENTENCES[1]), "espeak:female") for _ in range(2))

    np.testing.assert_array_equal(first.samples, second.samples)
    assert first.phonemes == second.phonemes


def test_a_long_text_is_spoken_whole() -> None:
    utterance = speak(to_eojeols("가나다라마바사아자차카타파하 " * 100), "espeak", 2.0)

    assert len(utterance.words) == 100
    check_times(utterance)


@pytest.mark.parametrize("voice", ["parrot", "espeak:parrot"])
def test_an_unknown_voice_names_the_choices(voice: str) -> None:
    with pytest.raises(UserError, match=r"parrot.*espeak"):
        speak(to_eojeols("네."), voice)


def test_nothing_to_say_is_a_user_error() -> None:
    with pytest.raises(UserError, match="nothing to say"):
        speak([Eojeol("😀", "", "")], "espeak")


@pytest.mark.parametrize("speed", [0.0, 0.49, 2.01, float("nan")])
def test_a_speed_out_of_range_is_refused(speed: float) -> None:
    with pytest.raises(UserError, match="0.5–2"):
        speak(to_eojeols("네."), "espeak", speed)
