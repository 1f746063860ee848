"""From Korean words to a plan: morpheme cues say which gesture, phrases and stress say when.

The rules follow the classic division of co-speech gestures (McNeill, 1992: deictic, iconic,
metaphoric, beat) and the habit of stroking on or just before the stressed word (Kendon, 1980).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesture_core.plan import HANDS, Hand, Plan, PlannedGesture

Morpheme = tuple[str, str]
"""Form and tag, as Kiwi gives them (Sejong tag set)."""


@dataclass(frozen=True)
class PlanWord:
    """One eojeol with its time in seconds, its morphemes, and the number of its sentence."""

    text: str
    start: float
    end: float
    morphemes: tuple[Morpheme, ...]
    sentence: int = 0


_CUES: tuple[tuple[str, str], ...] = (
    ("stop", "말/VX 그만/MAG 그만하/VV 그만두/VV 멈추/VV 금지/NNG 중단/NNG 잠깐/MAG 잠시/MAG"),
    (
        "bow",
        "감사/NNG 고맙/VA 죄송하/VA 죄송/XR 미안하/VA 미안/NNG 사과드리/VV 실례/NNG 뵙/VV 인사/NNG "
        "부탁/NNG 축하/NNG",
    ),
    ("greet", "안녕/NNG 안녕/IC 반갑/VA 환영/NNG 잘가/IC 하이/IC"),
    (
        "negate",
        "안/MAG 못/MAG 않/VX 못하/VX 없/VA 없이/MAG 아니/VCN 아니/IC 아니요/IC 아뇨/IC 싫/VA "
        "싫어하/VV 절대/MAG 절대로/MAG 별로/MAG 전혀/MAG 거절/NNG 반대/NNG 불가능/NNG 실패/NNG",
    ),
    ("shrug", "모르/VV 글쎄/IC 글쎄요/IC 아마/MAG 아마도/MAG 어쩌면/MAG 혹시/MAG 어쩌/VV"),
    ("we", "우리/NP 저희/NP 함께/MAG 같이/MAG 모두/MAG 모두/NNG 다같이/MAG 서로/MAG 서로/NNG"),
    ("me", "나/NP 저/NP 내/NP 제/NP 자신/NNG 마음/NNG 본인/NNG"),
    ("you", "너/NP 네/NP 니/NP 당신/NP 여러분/NP 너희/NP 자네/NP 그대/NP 고객/NNG"),
    (
        "ask",
        "뭐/NP 무엇/NP 어디/NP 왜/MAG 누구/NP 어떻게/MAG 몇/MM 무슨/MM 어느/MM 어떤/MM 얼마/NNG "
        "언제/NP 언제/MAG 질문/NNG",
    ),
    (
        "contrast",
        "하지만/MAJ 그런데/MAJ 그러나/MAJ 근데/MAJ 그래도/MAJ 반면/NNG 오히려/MAG 대신/NNG "
        "지만/EC 는데/EC ᆫ데/EC 은데/EC 라도/EC 아도/EC 어도/EC 차이/NNG",
    ),
    (
        "point",
        "여기/NP 저기/NP 거기/NP 이거/NP 저거/NP 그거/NP 이것/NP 그것/NP 저것/NP 이쪽/NP 저쪽/NP "
        "그쪽/NP 이/MM 그/MM 저/MM 쪽/NNB 곳/NNG 위/NNG 아래/NNG 앞/NNG 옆/NNG 뒤/NNG 보/VV",
    ),
    ("nod", "네/IC 예/IC 응/IC 그럼/IC 맞/VV 물론/MAG 물론/NNG 당연하/VA 당연/XR 그렇/VA 좋/VA"),
    (
        "example",
        "예/NNG 예컨대/MAJ 가령/MAG 때/NNG 만약/MAG 만일/MAG 처럼/JKB 경우/NNG 방법/NNG 과정/NNG "
        "계획/NNG 내용/NNG",
    ),
    (
        "big",
        "많/VA 크/VA 너무/MAG 정말/MAG 진짜/MAG 가장/MAG 제일/MAG 아주/MAG 매우/MAG 엄청/MAG "
        "전부/MAG 전부/NNG 모든/MM 최고/NNG 세상/NNG 세계/NNG 온/MM 전체/NNG 완전/MAG 넓/VA 높/VA",
    ),
    ("think", "생각/NNG 고민/NNG 기억/NNG 느끼/VV 믿/VV 알/VV 이해/NNG 생각나/VV 궁금하/VA 꿈/NNG"),
)
"""Function and its morphemes `form/TAG`, strongest first; irregular tags (VA-I) count as VA."""

_ACKNOWLEDGING = {("알", "VV"), ("겠", "EP")}
"""알겠습니다 says yes; without 겠, 알다 is about knowing."""

_CUE_OF: dict[str, int] = {
    morpheme: rank
    for rank, (_, forms) in reversed([*enumerate(_CUES)])
    for morpheme in forms.split()
}
CUE_MORPHEMES: tuple[str, ...] = tuple(_CUE_OF)
"""The morphemes `form/TAG` that call for a function."""
_PAUSES = (",", ";", ":", "…")
_ORDINAL_TAGS = ("NR", "SN")
_CONTENT_TAGS = ("NNG", "NNP", "VV", "VA", "MAG", "XR", "NR", "MM", "IC", "NP")
_QUESTION_ENDINGS = (
    "니",
    "냐",
    "까",
    "나요",
    "가요",
    "ᆯ까",
    "을까",
    "을까요",
    "ᆯ까요",
    "ᆸ니까",
    "습니까",
)
_TOGETHER_ENDINGS = ("자", "자고", "ᆸ시다", "읍시다", "시죠")
_PROMISE_ENDINGS = ("ᆯ게", "을게", "ᆯ게요", "을게요", "ᆯ래", "ᆯ래요", "을래", "을래요")
_COMMAND_ENDINGS = ("라", "어라", "아라", "세요", "으세요", "십시오", "으십시오", "시오")
_REQUEST_ENDINGS = (*_COMMAND_ENDINGS, "어", "아", "어요", "아요", "ᆯ래", "ᆯ래요")
_AGREEING = ("맞/VV", "그렇/VA", "좋/VA")
"""They say yes only where they end the sentence."""

_TIMES: dict[str, tuple[float, float]] = {
    "bow": (0.65, 1.15),
    "nod": (0.35, 0.6),
    "greet": (0.6, 1.7),
    "think": (0.7, 1.3),
}
_DEFAULT_TIMES = (0.65, 0.95)
"""Seconds of preparation before the stroke, and of hold and retraction after it."""

_HAND_ODDS: dict[str, tuple[float, float, float]] = {
    "beat": (0.20, 0.40, 0.40),
    "negate": (0.15, 0.40, 0.45),
    "stop": (0.10, 0.45, 0.45),
    "you": (0.15, 0.70, 0.15),
    "me": (0.20, 0.70, 0.10),
    "we": (0.05, 0.20, 0.75),
    "shrug": (0.0, 0.0, 1.0),
    "ask": (0.15, 0.35, 0.50),
    "point": (0.25, 0.60, 0.15),
    "contrast": (0.40, 0.60, 0.0),
    "example": (0.20, 0.45, 0.35),
    "big": (0.0, 0.0, 1.0),
    "think": (0.20, 0.65, 0.15),
    "chop": (0.15, 0.45, 0.40),
    "greet": (0.10, 0.90, 0.0),
    "bow": (0.0, 0.0, 1.0),
    "nod": (0.0, 0.0, 1.0),
}
"""Odds of left, right and both hands; most people are right-handed."""

_AMPLITUDES = {"bow": 0.5, "nod": 1.0}
"""Natural size where the recording is not the everyday one: our bow was filmed as a deep one."""

MIN_GAP = 0.95
"""Seconds between two strokes; people rarely stroke more often than once a second."""
EMPHASIS = 0.4
"""The stroke falls on this share of its word."""
EARLIEST, LATEST = 0.3, 0.25
"""Seconds that the hands need to get to the first stroke, and from the last one to the end."""
REPEATED_HAND = 0.5
"""How often a beat takes the hand of the gesture before."""


def plan_gestures(
    words: Sequence[PlanWord],
    duration: float,
    rng: np.random.Generator,
    energy: float = 1.0,
    functions: Sequence[str | None] | None = None,
    stress: Sequence[float] | NDArray[np.floating] | None = None,
) -> Plan:
    """Plan the gestures of an utterance of `duration` seconds.

    Every phrase may get one gesture on its strongest word: a cue decides its function, otherwise
    a beat marks the stress. `energy` (0 calm – 2 lively, 1 normal) sets how many phrases get one
    and how large it is. `functions` (W,) are what the words call for, by default `cue` of each;
    `stress` (W,) how much they are stressed, by default how long they last. The plan depends on
    nothing but the arguments and the state of `rng`.
    """
    if functions is None:
        functions = [cue(words, index) for index in range(len(words))]
    if stress is None:
        stress = [word.end - word.start for word in words]
    gestures: list[PlannedGesture] = []
    stressed: dict[int, int] = {}
    for phrase in _phrases(words):
        sentence = words[phrase[0]].sentence
        first = sentence not in stressed
        word, function, strength = _strongest(words, phrase, functions, stress, first=first)
        wanted = rng.random() < np.clip(0.55 + 0.3 * energy + 0.25 * strength, 0.0, 1.0)
        stroke = _stroke_time(words[word], duration)
        if (stressed.get(sentence, 0) and not wanted) or stroke is None:
            continue
        if gestures and stroke - gestures[-1].stroke < MIN_GAP:
            if not (strength and gestures[-1].function == "beat"):
                continue
            gestures.pop()
        gestures.append(_gesture(function, word, stroke, energy, gestures, rng))
        stressed[sentence] = stressed.get(sentence, 0) + 1
    return Plan(tuple(gestures), duration)


def cue(words: Sequence[PlanWord], index: int) -> str | None:
    """The gesture function that word `index` calls for, or None."""
    word = words[index]
    forms = [(form, tag.partition("-")[0]) for form, tag in word.morphemes]
    if _ACKNOWLEDGING <= set(forms):
        return "nod"
    ranks = [_CUE_OF[key] for key in map("/".join, forms) if key in _CUE_OF and _fits(key, forms)]
    if ranks:
        function = _CUES[min(ranks)][0]
        polite = any(form in ("세요", "십니까", "시") for form, _ in forms)
        return "bow" if function == "greet" and polite else function
    endings = [form for form, tag in forms if tag in ("EF", "EC")]
    last = index + 1 == len(words) or words[index + 1].sentence != word.sentence
    if any(tag in _ORDINAL_TAGS for _, tag in forms) or any(form == "째" for form, _ in forms):
        return "chop"
    if last and (word.text.endswith("?") or endings[-1:] and endings[-1] in _QUESTION_ENDINGS):
        return "ask"
    if any(ending in _TOGETHER_ENDINGS for ending in endings):
        return "we"
    if any(ending in _PROMISE_ENDINGS for ending in endings):
        return "me"
    if ("주", "VX") in forms and _requests(forms):
        return "ask"
    if any(ending in _COMMAND_ENDINGS for ending in endings):
        return "chop"
    return None


def _fits(key: str, forms: Sequence[Morpheme]) -> bool:
    """Whether a cue means what it says: 좋아요 agrees but 좋은 날 does not; 보세요 points at it."""
    if key in _AGREEING:
        return any(tag == "EF" for _, tag in forms)
    return key != "보/VV" or _requests(forms)


def _requests(forms: Sequence[Morpheme]) -> bool:
    """Whether a predicate asks someone to do it: 닫아 줘, but not 닫아 줬어."""
    final = [form for form, tag in forms if tag == "EF"]
    return final[-1:] != [] and final[-1] in _REQUEST_ENDINGS and ("었", "EP") not in forms


def ends_clause(word: PlanWord) -> bool:
    """Whether a phrase may end after this word: a connective ending or punctuation."""
    return word.text[-1:] in ",.?!…;:" or any(tag == "EC" for _, tag in word.morphemes)


def is_content(word: PlanWord) -> bool:
    """Whether the word carries meaning of its own and so may be stressed."""
    return any(tag.partition("-")[0] in _CONTENT_TAGS for _, tag in word.morphemes)


def word_flags(words: Sequence[PlanWord]) -> NDArray[np.float32]:
    """Whether each word ends a clause, asks, and carries meaning: (W, 3) of 0 and 1."""
    flags = [(ends_clause(word), word.text.endswith("?"), is_content(word)) for word in words]
    return np.array(flags, dtype=np.float32).reshape(-1, 3)


def _phrases(words: Sequence[PlanWord]) -> list[list[int]]:
    """Word indices of each phrase: up to three words, ended by pause, clause or sentence."""
    phrases: list[list[int]] = [[]]
    for index, word in enumerate(words):
        phrases[-1].append(index)
        last = index + 1 == len(words) or words[index + 1].sentence != word.sentence
        long = len(phrases[-1]) >= 3 or (len(phrases[-1]) >= 2 and ends_clause(word))
        if last or long or word.text[-1:] in _PAUSES:
            phrases.append([])
    return [phrase for phrase in phrases if phrase]


def _strongest(
    words: Sequence[PlanWord],
    phrase: Sequence[int],
    functions: Sequence[str | None],
    stress: Sequence[float] | NDArray[np.floating],
    *,
    first: bool,
) -> tuple[int, str, float]:
    """The word of a phrase to gesture on, its function, and 1 for a cue or 0 for a mere beat."""
    order = [function for function, _ in _CUES]
    found = [(index, function) for index in phrase if (function := functions[index])]
    if found:
        index, function = min(
            found, key=lambda item: order.index(item[1]) if item[1] in order else len(order)
        )
        return index, function, 1.0
    content = [index for index in phrase if is_content(words[index])] or list(phrase)
    return max(content, key=lambda index: stress[index]), "beat", 0.5 if first else 0.0


def _stroke_time(word: PlanWord, duration: float) -> float | None:
    """When to stroke on a word; None if the hands could neither get there nor back."""
    stroke = max(word.start + EMPHASIS * (word.end - word.start), EARLIEST)
    return stroke if stroke + LATEST < duration else None


def _gesture(
    function: str,
    word: int,
    stroke: float,
    energy: float,
    earlier: Sequence[PlannedGesture],
    rng: np.random.Generator,
) -> PlannedGesture:
    start, end = gesture_span(function, stroke, energy, rng)
    amplitude = (0.8 + 0.2 * energy) * rng.uniform(0.93, 1.07) * _AMPLITUDES.get(function, 1.0)
    return PlannedGesture(
        function=function,
        hand=_choose_hand(function, earlier, rng),
        amplitude=round(amplitude, 3),
        start=start,
        stroke=stroke,
        end=end,
        word=word,
    )


def gesture_span(
    function: str, stroke: float, energy: float, rng: np.random.Generator
) -> tuple[float, float]:
    """When a gesture starts and ends in seconds, brisker with more energy."""
    before, after = _TIMES.get(function, _DEFAULT_TIMES)
    pace = (1.12 - 0.12 * energy) * rng.uniform(0.92, 1.08)
    return max(0.0, stroke - before * pace), stroke + after * pace


def _choose_hand(
    function: str, earlier: Sequence[PlannedGesture], rng: np.random.Generator
) -> Hand:
    """Draw a hand; a beat tends to stay with the hand of the gesture before."""
    draw, repeat = rng.random(), rng.random()
    if function == "beat" and earlier and earlier[-1].function not in ("bow", "nod"):
        if repeat < REPEATED_HAND:
            return earlier[-1].hand
    left, right, _ = _HAND_ODDS[function]
    return HANDS[0] if draw < left else HANDS[1] if draw < left + right else HANDS[2]
