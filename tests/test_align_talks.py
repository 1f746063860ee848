"""A whole talk is aligned as exactly as one of its sentences, however long it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.speech import Eojeol, speak
from gesture_core.speech.align import align
from gesture_core.utterance import Word

Sound = NDArray[np.float32]


def to_eojeols(pronounced: str) -> list[Eojeol]:
    """Eojeols of one sentence; a comma makes a short stop."""
    words = pronounced.split()
    pauses = ["comma" if word.endswith(",") else "none" for word in words[:-1]] + ["sentence"]
    return [
        Eojeol(word, word, word.strip(","), pause)  # pyright: ignore[reportArgumentType]
        for word, pause in zip(words, pauses, strict=True)
    ]


def errors(found: Sequence[Word], starts: Sequence[float]) -> NDArray[np.float64]:
    return np.abs([word.start - start for word, start in zip(found, starts, strict=True)])


def check_order(words: Sequence[Word], duration: float) -> None:
    assert [word.index for word in words] == list(range(len(words)))
    assert words[0].start >= 0
    assert words[-1].end <= duration
    for word, following in pairwise(words):
        assert word.start <= word.end <= following.start + 1e-9


def test_real_sentences_in_a_row_are_found_where_each_alone_is(
    shared_data: Callable[[str], Path],
) -> None:
    """A minute of one speaker, with rests of any length between sentences."""
    texts = {
        "fv01_t01_s01": "기차도 전기도 업썯따",
        "fv01_t01_s02": "라디오도 영화도 몰랃따",
        "fv01_t02_s50": "검께 탄 얼구리 그대로 비치얻따",
    }
    clips: list[tuple[Sound, list[Eojeol], list[float]]] = []
    for name, text in texts.items():
        (path,) = shared_data("audio_ko").rglob(f"{name}.wav")
        samples, rate = read_audio(path)
        words = align(samples, rate, to_eojeols(text)).words
        begin, end = words[0].start - 0.25, words[-1].end + 0.25
        cut = samples[round(begin * rate) : round(end * rate)]
        clips.append((cut, to_eojeols(text), [word.start - begin for word in words]))
    rng = np.random.default_rng(0)
    sounds: list[Sound] = []
    eojeols: list[Eojeol] = []
    starts: list[float] = []
    now = 0.0
    for choice in rng.integers(3, size=24):
        samples, spoken, times = clips[choice]
        rest = np.zeros(int(rng.uniform(0, 0.8) * rate), np.float32)
        sounds += [samples, rest]
        eojeols += spoken
        starts += [now + time for time in times]
        now += (len(samples) + len(rest)) / rate

    words = align(np.concatenate(sounds), rate, eojeols).words

    check_order(words, now)
    assert np.percentile(errors(words, starts), 90) < 0.05
    assert errors(words, starts).max() < 0.2


def test_hesitations_and_stops_without_a_rest_are_no_harm() -> None:
    sentences = (
        "안녕하세요, 오느른 셰프가 준비한 요리를 대저패 드릴께요",
        "마신는 음식 기대해주세요",
        "저는 학꾜에 갇씀니다, 그리고 궁물글 머걷써요",
        "의사 선생니미 괜차느시다고 하션써요",
    )
    eojeols = [eojeol for sentence in sentences for eojeol in to_eojeols(sentence)]
    truth = speak(eojeols, "espeak:female", 1.1)
    sound, starts = hesitating(truth.samples, truth.rate, truth.words, {4: 0.5, 9: 0.0, 12: 0.4})

    words = align(sound, truth.rate, eojeols).words

    check_order(words, len(sound) / truth.rate)
    assert [word.text for word in words] == [eojeol.text for eojeol in eojeols]
    assert np.median(errors(words, starts)) < 0.03
    assert errors(words, starts).max() < 0.3


def hesitating(
    samples: Sound, rate: int, words: Sequence[Word], rests: dict[int, float]
) -> tuple[Sound, list[float]]:
    """The sound with a rest of so many seconds put in before some words; 0 takes a rest away."""
    parts: list[Sound] = []
    starts: list[float] = []
    shift, position = 0.0, 0
    for word in words:
        if word.index in rests:
            before = words[word.index - 1].end if rests[word.index] == 0 else word.start
            parts.append(samples[position : round(before * rate)])
            parts.append(np.zeros(round(rests[word.index] * rate), np.float32))
            position = round(word.start * rate)
            shift += rests[word.index] - (word.start - before)
        starts.append(word.start + shift)
    sound = np.concatenate([*parts, samples[position:]])
    noise = np.random.default_rng(0).normal(0, 1e-3, len(sound))
    return (sound + noise).astype(np.float32), starts


def test_two_minutes_at_another_pace_do_not_drift() -> None:
    sentences = (
        "안녕하세요, 오느른 셰프가 준비한 요리를 대저패 드릴께요",
        "저는 학꾜에 갇씀니다, 그리고 궁물글 머걷써요",
        "의사 선생니미 괜차느시다고 하션써요",
        "비가 마니 와서 우사늘 두 개나 삳써요",
    )
    eojeols = [eojeol for sentence in sentences * 11 for eojeol in to_eojeols(sentence)]
    truth = speak(eojeols, "espeak:female", 1.3)
    rng = np.random.default_rng(1)
    rests = {int(i): float(rng.uniform(0.2, 1.5)) for i in rng.choice(range(1, len(eojeols)), 30)}
    sound, starts = hesitating(truth.samples, truth.rate, truth.words, rests)
    assert len(sound) > 120 * truth.rate

    found = align(sound, truth.rate, eojeols)

    check_order(found.words, found.duration)
    assert [p.symbol for p in found.phonemes] == [p.symbol for p in truth.phonemes]
    assert np.median(errors(found.words, starts)) < 0.02
    assert errors(found.words, starts).max() < 0.25


def test_more_than_ten_minutes_are_refused() -> None:
    with pytest.raises(UserError, match="at most 600 s"):
        align(np.zeros(601 * 8000, np.float32), 8000, to_eojeols("네"))
