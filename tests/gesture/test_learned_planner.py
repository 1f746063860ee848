import time
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.checkpoint import Checkpoint
from gesture_core.dataset.compose import TAIL, Line, word_times
from gesture_core.errors import UserError
from gesture_core.models.planner import Planner, PlannerConfig
from gesture_core.plan import FUNCTIONS, Plan
from gesture_core.planning.cues import MIN_GAP, PlanWord
from gesture_core.planning.learned import (
    KIND,
    LARGEST,
    SMALLEST,
    PlannerModel,
    choose_words,
    plan_odds,
    planner_model,
    propose,
)
from gesture_core.planning.word_context import CONTEXT

# Sentence → words of it and the function that a gesture on them must have.
CALLED_FOR = {
    "안녕하세요, 만나서 정말 반갑습니다.": {"안녕하세요,": "bow"},
    "글쎄요, 그건 저도 잘 모르겠는데요.": {"모르겠는데요.": "shrug", "저도": "me"},
    "알겠습니다, 바로 준비하겠습니다.": {"알겠습니다,": "nod"},
    "아니요, 저는 절대 동의하지 않습니다.": {"아니요,": "negate", "않습니다.": "negate"},
    "불가능한 일은 아닙니다.": {"아닙니다.": "negate"},
    "시간이 없어서 못 갔어요.": {"없어서": "negate", "못": "negate"},
    "이렇게 큰 무지개는 처음 봤어요!": {"큰": "big"},
    "잠깐만요, 거기 서세요!": {"잠깐만요,": "stop", "거기": "point"},
    "우리 모두 힘을 합칩시다.": {"우리": "we"},
    "지금까지 들어 주셔서 감사합니다.": {"감사합니다.": "bow"},
    "지금 어디쯤 왔어": {"어디쯤": "ask"},
    "밥은 먹었어?": {"먹었어?": "ask"},
}
# No rule knows these words, or what their sentence does.
UNKNOWN_TO_RULES = {
    "굉장히 커다란 배가 들어왔어요.": ("굉장히", "big"),
    "결코 포기하면 안 됩니다.": ("결코", "negate"),
    "빨리 문 닫고 들어와": ("들어와", "chop"),
    "방 좀 치우고 빨래해": ("빨래해", "chop"),
}


@cache
def analysed(text: str):
    """The arguments of `propose` for a sentence with word times by formula."""
    from gesture_core.text.embedding import embed_sentences
    from gesture_core.text.morphemes import analyse, morpheme_vectors
    from gesture_core.text.sentence_cues import sentence_cues
    from gesture_core.text.split import eojeols

    spans = eojeols(text)
    found = analyse(text, spans)
    forms = [tuple((m.form, m.tag) for m in word) for word in found]
    spelled = [text[span.start : span.end] for span in spans]
    line = Line(tuple(zip(spelled, forms, strict=True)))
    words, ends = word_times([line], np.random.default_rng(0))
    sentence = embed_sentences([text])
    return words, morpheme_vectors(found), sentence, sentence_cues(sentence, [text]), ends + TAIL


def planned(text: str, seed: int = 0, **told) -> Plan:
    return propose(*analysed(text), np.random.default_rng(seed), **told)


@pytest.mark.parametrize("text", CALLED_FOR)
def test_shipped_planner_names_what_words_call_for(text):
    words, *_ = analysed(text)
    odds = plan_odds(*analysed(text))
    for word, function in CALLED_FOR[text].items():
        index = [w.text for w in words].index(word)
        assert FUNCTIONS[int(odds.function[index].argmax())] == function
    made = {(words[g.word].text, g.function) for seed in range(8) for g in planned(text, seed)}
    assert made & set(CALLED_FOR[text].items())


@pytest.mark.parametrize("text", UNKNOWN_TO_RULES)
def test_words_that_no_rule_knows_are_judged_by_their_meaning(text):
    from gesture_core.planning.cues import cue

    word, function = UNKNOWN_TO_RULES[text]
    words, *_ = analysed(text)
    index = [w.text for w in words].index(word)
    assert cue(words, index) is None
    odds = plan_odds(*analysed(text))
    assert FUNCTIONS[int(odds.function[index].argmax())] == function


def test_most_sentences_get_a_gesture_on_the_called_for_word():
    hits = 0
    for text, called in CALLED_FOR.items():
        words, *_ = analysed(text)
        for seed in range(5):
            hits += any(words[g.word].text in called for g in planned(text, seed))
    assert hits >= 0.8 * 5 * len(CALLED_FOR)


def test_a_sentence_is_planned_within_ten_milliseconds():
    text = "글쎄요, 그건 저도 잘 모르겠는데요."
    planned(text)
    spent = []
    for seed in range(9):
        start = time.process_time()
        planned(text, seed)
        spent.append(time.process_time() - start)
    assert np.median(spent) < 0.010


def test_energy_sets_how_often_and_how_large():
    text = (
        "제가 어렸을 때 살던 마을에는 커다란 느티나무가 한 그루 있었고, 여름이면 동네 어른들이 "
        "그 아래에 모여 늦은 밤까지 이야기를 나누곤 했습니다."
    )

    def mean(energy: float) -> tuple[float, float]:
        plans = [planned(text, seed, energy=energy) for seed in range(12)]
        sizes = [gesture.amplitude for plan in plans for gesture in plan]
        return len(sizes) / len(plans), float(np.mean(sizes))

    rows = [mean(energy) for energy in (0.0, 0.7, 1.3, 2.0)]
    assert all(less[1] < more[1] for less, more in pairwise(rows))
    assert rows[0][0] < rows[-1][0]


def test_prosody_draws_the_stroke_to_the_stressed_word():
    text = "엄마가 저녁에 김치찌개를 맛있게 끓였다."
    words, *_ = analysed(text)
    hits = {}
    for index in range(4):
        prosody = np.full((len(words), 2), -0.5)
        prosody[index] = 2.0
        loud = [planned(text, seed, prosody=prosody) for seed in range(10)]
        plain = [planned(text, seed) for seed in range(10)]
        hits[index] = [
            sum(any(g.word == index for g in plan) for plan in plans) for plans in (loud, plain)
        ]
    loud, plain = np.array(list(hits.values())).sum(axis=0)
    assert loud > 20
    assert loud > 1.3 * plain


def small_model(seed: int = 0, **sizes) -> PlannerModel:
    torch.manual_seed(seed)
    shape = {"words": 6, "sentences": 5, "cues": 4, "context": CONTEXT, **sizes}
    config = PlannerConfig(functions=len(FUNCTIONS), word_code=8, hidden=8, **shape)
    return PlannerModel(Planner(config).eval().requires_grad_(False), "untrained")


MODEL = small_model()
SPOKEN = st.lists(st.tuples(st.floats(0.0, 0.8), st.floats(0.05, 1.2), st.booleans()), max_size=25)


@given(SPOKEN, st.integers(0, 99), st.floats(0.0, 2.0), st.booleans(), st.floats(0.0, 1.0))
@settings(max_examples=60, deadline=None)
def test_any_words_get_a_lawful_plan(spoken, seed, energy, heard, tail):
    words: list[PlanWord] = []
    time, sentence = 0.0, 0
    for pause, length, ends in spoken:
        morphemes = (("사과", "NNG"),) if length > 0.4 else (("안", "MAG"),)
        words.append(PlanWord("말", time + pause, time + pause + length, morphemes, sentence))
        time, sentence = words[-1].end, sentence + ends
    rng = np.random.default_rng(seed)
    told = (
        words,
        rng.normal(size=(len(words), 6)),
        rng.normal(size=(sentence + 1, 5)),
        rng.uniform(size=(sentence + 1, 4)),
        time + tail,
    )
    prosody = rng.normal(size=(len(words), 2)) if heard else None

    def plan() -> Plan:
        return propose(*told, np.random.default_rng(seed), energy, prosody, MODEL)

    found = plan()
    strokes = [gesture.stroke for gesture in found]
    assert all(after - before >= MIN_GAP for before, after in pairwise(strokes))
    for gesture in found:
        word = words[gesture.word]
        assert 0.0 <= gesture.start
        assert gesture.stroke < found.duration
        assert word.start <= gesture.stroke <= max(word.end, 0.3)
        assert SMALLEST <= gesture.amplitude <= LARGEST
    assert len({gesture.word for gesture in found}) == len(found)
    assert found == plan()


def test_the_best_words_are_chosen_not_the_first():
    strokes = np.array([0.0, 0.5, 1.0, 3.0])
    assert choose_words(strokes, np.array([1.0, 1.5, 1.0, 1.0]), 4) == [0, 2, 3]
    assert choose_words(strokes, np.array([1.0, 3.0, 1.0, 1.0]), 4) == [1, 3]
    assert choose_words(strokes, np.array([1.0, 3.0, 1.0, 1.0]), 1) == [1]
    assert choose_words(strokes, np.array([-1.0, -np.inf, -0.1, -2.0]), 4) == []
    assert choose_words(strokes[:0], np.array([]), 1) == []


@given(
    st.lists(st.tuples(st.floats(0, 9), st.floats(-3, 3)), min_size=1, max_size=9),
    st.integers(1, 5),
)
@settings(deadline=None)
def test_no_other_choice_is_worth_more(words, count):
    strokes, wanted = np.array(words).T

    def worth(mask: int) -> float:
        picked = [i for i in range(len(words)) if mask >> i & 1]
        times = np.sort(strokes[picked])
        lawful = len(picked) <= count and (np.diff(times) >= MIN_GAP + 1e-9).all()
        return float(wanted[picked].sum()) if lawful else -np.inf

    chosen = choose_words(strokes, wanted, count)
    best = max(worth(mask) for mask in range(2 ** len(words)))
    assert wanted[chosen].sum() == pytest.approx(best)


def test_no_words_no_gestures():
    empty = np.zeros((0, 256)), np.zeros((0, 1280)), np.zeros((0, 14))
    assert propose([], *empty, 1.0, np.random.default_rng(0)) == Plan((), 1.0)


def test_what_does_not_fit_is_refused():
    words = [PlanWord("네", 0.4, 0.6, (("네", "IC"),))]
    rng = np.random.default_rng(0)
    with pytest.raises(UserError, match="word vectors"):
        propose(words, np.ones((1, 7)), np.ones((1, 5)), np.ones((1, 4)), 1.0, rng, model=MODEL)
    with pytest.raises(UserError, match="sentence embeddings"):
        propose(words, np.ones((1, 6)), np.ones((1, 9)), np.ones((1, 4)), 1.0, rng, model=MODEL)
    with pytest.raises(ValueError, match="0 sentences"):
        propose(words, np.ones((1, 6)), np.ones((0, 5)), np.ones((0, 4)), 1.0, rng, model=MODEL)
    with pytest.raises(UserError, match="other functions"):
        planner_model(Checkpoint(KIND, {}, {"functions": ["wave"]}))
    narrow = {"words": 1, "sentences": 1, "cues": 1, "context": 3, "functions": 17}
    with pytest.raises(UserError, match="3 numbers"):
        planner_model(Checkpoint(KIND, {}, {"functions": FUNCTIONS, "model": narrow}))
