"""How exactly words are found in recordings: `python -m tests.benchmarks.alignment`.

Synthetic voices, whose word times are known, are recorded under every condition. Speaking them
takes minutes with Kokoro.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesture_core.script import read_script, script_to_eojeols
from gesture_core.speech import Eojeol, espeak, list_voices, speak
from gesture_core.speech.align import align
from gesture_core.speech.spectrum import HIGHEST_HZ, HOP, log_mel, speech_frames
from gesture_core.utterance import Utterance
from tests.benchmarks.recordings import CONDITIONS, Recording, record

LIMIT = 0.08  # seconds; the median under every condition

SENTENCES = (
    "오늘은 새로 나온 기능을 여러분께 하나씩 소개해 드리겠습니다.",
    "안녕하세요, 만나서 정말 반갑습니다.",
    "회의는 오후 3시에 2층 대회의실에서 시작합니다.",
    "저는 그 의견에 동의하지 않습니다, 이유는 세 가지입니다.",
    "작년보다 매출이 25% 늘었고 비용은 조금 줄었습니다.",
    "이쪽으로 오시면 커다란 창문이 보일 거예요.",
    "혹시 질문이 있으시면 언제든지 손을 들어 주세요.",
    "비가 많이 와서 우산을 두 개나 샀는데 또 잃어버렸어요.",
    "정말요? 그런 일이 있었는지 전혀 몰랐네요.",
    "아이들은 놀이터에서 뛰어놀고, 어른들은 그늘에서 쉬고 있었다.",
    "먼저 물을 끓인 다음에 면을 넣고 4분 동안 기다리세요.",
    "그 영화는 처음에는 지루했지만 뒤로 갈수록 흥미진진했어요.",
    "우리 동네에서 가장 오래된 빵집이 다음 달에 문을 닫는대요.",
    "버튼을 누르면 불이 켜지고, 다시 누르면 꺼집니다.",
    "할머니께서는 해마다 가을이면 감을 따서 곶감을 만드셨다.",
    "제가 드리고 싶은 말씀은 딱 하나입니다, 포기하지 마세요.",
    "서울에서 부산까지 기차로 두 시간 반쯤 걸립니다.",
    "컴퓨터가 갑자기 꺼지는 바람에 작성하던 문서가 날아갔어요.",
    "왜 그렇게 생각하시는지 조금 더 자세히 설명해 주시겠어요?",
    "저기 보이는 하얀 건물 뒤에 작은 연못이 숨어 있습니다.",
    "어제 밤늦게까지 일했더니 머리가 아프고 졸려요.",
    "그러니까 제 말은, 지금 당장 결정하지 않아도 된다는 거예요.",
    "감사합니다, 덕분에 무사히 끝낼 수 있었습니다.",
    "나무를 심는 사람은 많지만 끝까지 돌보는 사람은 드물다.",
)

# Engine and voice, its speed, and how much higher espeak's pitch is than the aligner's own.
ESPEAK = (
    ("espeak:male", 0.7, 0),
    ("espeak:male", 1.0, 15),
    ("espeak:male", 1.4, -12),
    ("espeak:female", 0.7, -15),
    ("espeak:female", 1.0, 0),
    ("espeak:female", 1.4, 20),
)
KOKORO_SPEEDS = (1.0, 1.0, 1.25, 0.85, 1.0)


def eojeols_of(sentence: str) -> tuple[Eojeol, ...]:
    """A sentence as voices and the aligner are given it."""
    return script_to_eojeols(read_script(sentence))


def speak_higher(eojeols: Sequence[Eojeol], voice: str, speed: float, pitch: int) -> Utterance:
    """Speak with espeak's pitch raised by `pitch` of its 0–100."""
    name = voice.partition(":")[2]
    usual = espeak._SETTINGS[name]
    espeak._SETTINGS[name] = usual._replace(pitch=usual.pitch + pitch)
    try:
        return speak(eojeols, voice, speed)
    finally:
        espeak._SETTINGS[name] = usual


def times_by_syllables(recording: Recording, eojeols: Sequence[Eojeol]) -> NDArray[np.float64]:
    """The baseline (W, 2): each word as long as its syllables, from first to last sound."""
    bands = log_mel(recording.samples, recording.rate, min(HIGHEST_HZ, recording.rate / 2))
    speech = np.flatnonzero(speech_frames(bands, 0.0))
    spoken = np.cumsum([0, *(eojeol.syllables for eojeol in eojeols)])
    edges = HOP * (speech[0] + (speech[-1] + 1 - speech[0]) * spoken / spoken[-1])
    return np.stack([edges[:-1], edges[1:]], axis=1)


def errors(spoken: Sequence[tuple[Utterance, Sequence[Eojeol]]], condition: str) -> Sequence[float]:
    """Median and p90 of the errors of word starts and ends, aligned; the same of the baseline."""
    aligned, guessed = [], []
    for seed, (utterance, eojeols) in enumerate(spoken):
        recording = record(utterance, condition, seed)
        words = align(recording.samples, recording.rate, eojeols).words
        found = np.array([(word.start, word.end) for word in words])
        aligned.append(np.abs(found - recording.spans).ravel())
        guess = times_by_syllables(recording, eojeols)
        guessed.append(np.abs(guess - recording.spans).ravel())
    return [
        float(np.percentile(np.concatenate(every), share))
        for every in (aligned, guessed)
        for share in (50, 90)
    ]


def main() -> int:
    """Print milliseconds for each engine and condition; exits 1 beyond `LIMIT`."""
    texts = [eojeols_of(sentence) for sentence in SENTENCES]
    voices = {
        "espeak": [(speak_higher(text, *case), text) for case in ESPEAK for text in texts[::3]]
    }
    kokoro = [v.name for v in list_voices() if v.name.startswith("kokoro:") and v.installed]
    if kokoro:
        print("speaking with Kokoro …", file=sys.stderr)
        voices["kokoro"] = [
            (speak(text, voice, speed), text)
            for number, (voice, speed) in enumerate(zip(kokoro, KOKORO_SPEEDS, strict=True))
            for text in texts[number % 2 :: 2]
        ]
    print("engine  condition           median    p90   by syllables: median    p90")
    worst = 0.0
    for engine, spoken in voices.items():
        for condition in CONDITIONS:
            found = errors(spoken, condition)
            worst = max(worst, found[0])
            cells = [f"{1000 * value:.0f}" for value in found]
            print(
                f"{engine:<7} {condition:<18} {cells[0]:>7} {cells[1]:>6} {cells[2]:>22} "
                f"{cells[3]:>6}",
                flush=True,
            )
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
