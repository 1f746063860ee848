"""Forced alignment finds the words of a recording, whatever the speaker's speed, voice or pauses.

The bounds are a little above what was measured: word starts median 2–3 ms and p90 7–24 ms for
espeak's own voice at other speeds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gesture_core.errors import UserError
from gesture_core.formats.audio import read_audio
from gesture_core.speech import Eojeol, speak, trellis
from gesture_core.speech.align import align, doubt
from gesture_core.speech.trellis import PAUSE, walk
from gesture_core.utterance import Utterance
from tests.benchmarks.recordings import CONDITIONS, record

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


@pytest.mark.parametrize("condition", CONDITIONS)
def test_words_are_found_under_bad_conditions(condition: str) -> None:
    found: list[float] = []
    for seed, text in enumerate(TEXTS):
        recording = record(speak(to_eojeols(text), "espeak:female", 1.2), condition, seed)
        words = align(recording.samples, recording.rate, to_eojeols(text)).words
        found += np.abs([(w.start, w.end) for w in words] - recording.spans).ravel().tolist()

    assert np.median(found) < 0.02
    assert np.percentile(found, 90) < 0.1


@pytest.mark.parametrize("rate", [8000, 48000, 192000])
def test_any_rate_gives_the_same_times_every_time(rate: int) -> None:
    truth = speak(to_eojeols(TEXTS[1]), "espeak:female")
    times = np.arange(int(truth.duration * rate)) / rate
    heard = np.interp(times, np.arange(len(truth.samples)) / truth.rate, truth.samples)
    samples = heard.astype(np.float32)

    first, second = (align(samples, rate, to_eojeols(TEXTS[1])) for _ in range(2))

    assert first.words == second.words
    assert first.phonemes == second.phonemes
    assert first.rate == rate
    assert [w.start for w in first.words] == pytest.approx([w.start for w in truth.words], abs=0.05)


def test_a_wrong_text_is_doubted() -> None:
    """Not always, when it is short: here three of four times, a right one never."""
    doubted = 0
    for text, other in zip(TEXTS, (*TEXTS[1:], TEXTS[0]), strict=True):
        recording = record(speak(to_eojeols(text), "espeak:female", 1.2), "noise, SNR 20 dB", 0)
        right = align(recording.samples, recording.rate, to_eojeols(text))
        wrong = align(recording.samples, recording.rate, to_eojeols(other))

        assert len(right.confidences) == len(right.words)
        assert 0 <= min(right.confidences) <= max(right.confidences) <= 1
        assert doubt(right) is None
        assert np.mean(right.confidences) > np.mean(wrong.confidences) + 0.1
        doubted += "right text" in (doubt(wrong) or "")

    assert doubted >= 3


def test_what_a_voice_tells_is_not_doubted() -> None:
    assert doubt(speak(to_eojeols(TEXTS[1]), "espeak")) is None


def test_a_recording_without_speech_is_refused() -> None:
    with pytest.raises(UserError, match="no speech|right text"):
        align(np.zeros(32000, np.float32), 16000, to_eojeols(TEXTS[0]))


def test_an_impossible_text_is_refused() -> None:
    short = speak(to_eojeols("네"), "espeak")

    with pytest.raises(UserError, match="right text"):
        align(recorded(short, 1e-4), short.rate, to_eojeols(" ".join(TEXTS)))


def test_the_way_found_is_the_cheapest_of_all() -> None:
    """Every way through seven recorded and four reference frames, priced one by one."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        recorded, reference = rng.normal(size=(7, 3)), rng.normal(size=(4, 3))
        pause_costs = rng.uniform(0, 3, 7)

        path = walk(recorded, reference, np.array([2]), pause_costs)

        states = [PAUSE, 0, 1, "rest", 2, 3, "end"]
        prices = {
            tuple(way): price(way, recorded, reference, pause_costs)
            for way in ways(len(recorded), len(states))
        }
        best = min(prices, key=lambda way: prices[way])
        told = [states[column] for column in best]
        assert path.tolist() == [s if isinstance(s, int) else PAUSE for s in told]


def ways(frames: int, columns: int) -> Iterator[list[int]]:
    """Every monotone way through `columns` that begins and ends within two columns of an end."""
    for way in combinations_with_replacement(range(columns), frames):
        if way[0] < 2 and way[-1] >= columns - 2:
            yield list(way)


def price(
    way: list[int],
    recorded: NDArray[np.float64],
    reference: NDArray[np.float64],
    pause_costs: NDArray[np.float64],
) -> float:
    """What `walk` says a way through the columns pause 0 1 pause 2 3 pause costs."""
    frame_of = {1: 0, 2: 1, 4: 2, 5: 3}
    total = 0.0
    for number, column in enumerate(way):
        frame = frame_of.get(column)
        matched = 0.0 if frame is None else np.linalg.norm(recorded[number] - reference[frame])
        total += pause_costs[number] if frame is None else matched
        if not number:
            continue
        before = way[number - 1]
        advance = column - before - sum(before < c < column for c in (0, 3, 6))
        if advance == 0:
            total += 0.0 if frame is None else trellis._STAY
        elif advance <= len(trellis._SKIP):
            total += trellis._SKIP[advance - 1]
        else:
            return np.inf
        total += trellis._REST if column == 3 != before else 0.0
    return float(total)


def test_a_long_recording_is_followed_by_its_neighbourhood() -> None:
    rng = np.random.default_rng(3)
    reference = np.cumsum(rng.normal(size=(5000, 4)), axis=0)
    stretched = np.clip(np.round(np.linspace(0, 4999, 6000)), 0, 4999).astype(int)

    path = walk(reference[stretched], reference, np.zeros(0, np.int64), np.full(6000, 50.0))

    assert np.abs(path - stretched).max() <= 2


# Pronounced text of the clips and, read off their spectrograms, where each word begins and the
# last one ends, in seconds.
CLIPS = {
    "fv01_t01_s01": ("기차도 전기도 업썯따", (2.13, 2.59, 2.98), 3.80),
    "fv01_t01_s02": ("라디오도 영화도 몰랃따", (1.41, 1.84, 2.26), 2.97),
    "fv01_t02_s50": ("검께 탄 얼구리 그대로 비치얻따", (1.11, 1.41, 1.63, 1.93, 2.24), 3.04),
}


@pytest.mark.parametrize("name", CLIPS)
def test_real_speech_is_aligned(name: str, shared_data: Callable[[str], Path]) -> None:
    (path,) = shared_data("audio_ko").rglob(f"{name}.wav")
    samples, rate = read_audio(path)
    text, starts, end = CLIPS[name]

    found = align(samples, rate, to_eojeols(text))

    assert [word.start for word in found.words] == pytest.approx(starts, abs=0.06)
    assert found.words[-1].end == pytest.approx(end, abs=0.1)
    assert doubt(found) is None
    for other in CLIPS.keys() - {name}:
        wrong = align(samples, rate, to_eojeols(CLIPS[other][0]))
        assert np.mean(wrong.confidences) < np.mean(found.confidences) - 0.03
