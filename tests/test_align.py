"""Forced alignment finds the words of a recording, whatever the speaker's speed, voice or pauses.

The bounds are a little above what was measured: word starts median 2–3 ms and p90 7–24 ms for
espeak's own voice at other speeds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.speech import Eojeol, speak
from gesture_core.speech.align import align
from gesture_core.speech.warping import warping_path
from gesture_core.utterance import Utterance

TEXTS = (
    "안녕하세요 오느른 셰프가 준비한 요리를 대저패 드릴께요",
    "마신는 음식 기대해주세요",
    "저는 학꾜에 갇씀니다 그리고 궁물글 머걷써요",
    "의사 선생니미 괜차느시다고 하션써요",
)
LEAD = 0.6


def to_eojeols(text: str) -> list[Eojeol]:
    return [Eojeol(word, word, word) for word in text.split()]


def recorded(spoken: Utterance, noise: float) -> NDArray[np.float32]:
    """Return the sound with silence about it and noise all over it, as a microphone gives it."""
    rng = np.random.default_rng(7)
    silence = [np.zeros(round(s * spoken.rate), np.float32) for s in (LEAD, 0.8)]
    sound = np.concatenate([silence[0], spoken.samples, silence[1]])
    return (sound + rng.normal(0, noise, len(sound))).astype(np.float32)


@pytest.mark.parametrize(
    ("voice", "speed", "noise", "median", "p90"),
    [
        ("espeak:male", 0.75, 1e-4, 0.010, 0.045),
        ("espeak:male", 1.4, 1e-4, 0.010, 0.045),
        ("espeak:male", 1.25, 1e-2, 0.010, 0.045),
        ("espeak:female", 0.9, 3e-3, 0.020, 0.100),
    ],
)
def test_words_are_found_at_another_speed_and_voice(
    voice: str, speed: float, noise: float, median: float, p90: float
) -> None:
    errors: list[float] = []
    for text in TEXTS:
        truth = speak(to_eojeols(text), voice, speed)
        found = align(recorded(truth, noise), truth.rate, to_eojeols(text))
        assert found.estimated
        assert [p.symbol for p in found.phonemes] == [p.symbol for p in truth.phonemes]
        errors += [
            abs(f.start - t.start - LEAD) for f, t in zip(found.words, truth.words, strict=True)
        ]

    assert np.median(errors) < median
    assert np.percentile(errors, 90) < p90


def test_a_pause_of_the_speaker_lies_between_two_words() -> None:
    eojeols = to_eojeols(TEXTS[0])
    truth = speak(eojeols, "espeak:male", 0.9)
    cut = round(truth.words[3].start * truth.rate)
    silence = np.zeros(truth.rate, np.float32)
    samples = np.concatenate([truth.samples[:cut], silence, truth.samples[cut:]])

    words = align(samples, truth.rate, eojeols).words

    assert words[2].end == pytest.approx(truth.words[2].end, abs=0.08)
    assert words[3].start == pytest.approx(truth.words[3].start + 1.0, abs=0.08)


def test_times_are_ordered_and_inside_the_recording() -> None:
    truth = speak(to_eojeols(TEXTS[2]), "espeak:female", 1.3)
    found = align(recorded(truth, 1e-3), truth.rate, to_eojeols(TEXTS[2]))

    edges = [t for p in found.phonemes for t in (p.start, p.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= found.duration


def test_an_impossible_text_is_refused() -> None:
    short = speak(to_eojeols("네"), "espeak")

    with pytest.raises(UserError, match="right text"):
        align(recorded(short, 1e-4), short.rate, to_eojeols(" ".join(TEXTS)))


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 4), (5, 1), (30, 40)])
def test_warping_path_costs_what_exhaustive_search_costs(n: int, m: int) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=(n, 3)), rng.normal(size=(m, 3))
    cost = np.linalg.norm(a[:, None] - b, axis=2)
    best = np.full((n, m), np.inf)
    for i in range(n):
        for j in range(m):
            # The block's last cell is (i, j) itself, not yet reached.
            before = best[max(i - 1, 0) : i + 1, max(j - 1, 0) : j + 1].ravel()[:-1]
            best[i, j] = cost[i, j] + min(before, default=0.0)

    path = warping_path(a, b)

    assert tuple(path[0]) == (0, 0)
    assert tuple(path[-1]) == (n - 1, m - 1)
    assert set(map(tuple, np.diff(path, axis=0))) <= {(0, 1), (1, 0), (1, 1)}
    assert cost[path[:, 0], path[:, 1]].sum() == pytest.approx(best[-1, -1])


def test_a_long_recording_is_warped_through_its_neighbourhood() -> None:
    rng = np.random.default_rng(3)
    a = np.cumsum(rng.normal(size=(3000, 4)), axis=0)
    stretched = np.clip(np.round(np.linspace(0, 2999, 4000)), 0, 2999).astype(int)

    path = warping_path(a, a[stretched])

    assert np.abs(path[:, 0] - stretched[path[:, 1]]).max() <= 2


# Pronounced text of the clips, and where speech begins and ends in their waveform, in seconds.
CLIPS = {
    "fv01_t01_s01": ("기차도 전기도 업썯따", 2.12, 3.80),
    "fv01_t01_s02": ("라디오도 영화도 몰랃따", 1.35, 2.97),
    "fv01_t02_s50": ("검께 탄 얼구리 그대로 비치얻따", 1.11, 3.04),
}


@pytest.mark.parametrize("name", CLIPS)
def test_real_speech_is_aligned(name: str, shared_data: Callable[[str], Path]) -> None:
    (path,) = shared_data("audio_ko").rglob(f"{name}.wav")
    samples, rate = read_audio(path)
    text, start, end = CLIPS[name]

    words = align(samples, rate, to_eojeols(text)).words

    assert words[0].start == pytest.approx(start, abs=0.1)
    assert words[-1].end == pytest.approx(end, abs=0.15)
    for word in words:
        assert 0.07 < (word.end - word.start) / len(word.text) < 0.35
