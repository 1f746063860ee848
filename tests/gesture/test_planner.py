import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gesture_core.checkpoint import load_checkpoint
from gesture_core.dataset.compose import Line
from gesture_core.errors import UserError
from gesture_core.models.planner import Planner, PlannerConfig
from gesture_core.plan import FUNCTIONS, HANDS
from gesture_core.planning.cues import CUE_MORPHEMES, PlanWord, plan_gestures
from gesture_core.planning.learned import KIND, load_planner, planner_model
from gesture_core.planning.word_context import CONTEXT, PROSODY, RULES, word_context
from gesture_core.text.sentence_cues import CUES
from gesture_core.train.planner import (
    PlannerTraining,
    hide_cues,
    train_from_file,
    train_planner,
)
from gesture_core.train.planner_data import (
    UNTAUGHT,
    act_function,
    compose_lesson,
    synthetic_prosody,
    teach,
)
from gesture_core.train.planner_evaluation import speak
from gesture_core.train.sentences import Sentences, save_sentences

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"

LINES = (
    Line((("저는", (("저", "NP"), ("는", "JX"))), ("사과를", (("사과", "NNG"), ("를", "JKO"))))),
    Line((("안", (("안", "MAG"),)), ("가요.", (("가", "VV"), ("어요", "EF"), (".", "SF"))))),
    Line((("집에", (("집", "NNG"), ("에", "JKB"))), ("간다", (("가", "VV"), ("ᆫ다", "EF"))))),
)


def no_cues() -> np.ndarray:
    return np.zeros(len(CUES), dtype=np.float32)


def example_sentences(count: int = 30) -> Sentences:
    """Three sentences over and over, with one vector for every word form."""
    rng = np.random.default_rng(0)
    meaning: dict[str, np.ndarray] = {}
    lines = tuple(LINES[n % 3] for n in range(count))
    forms = [text for line in lines for text, _ in line.words]
    for form in forms:
        meaning.setdefault(form, rng.normal(size=12) / 12**0.5)
    return Sentences(
        texts=tuple(" ".join(text for text, _ in line.words) for line in lines),
        lines=lines,
        vectors=np.array([meaning[form] for form in forms]),
        offsets=np.arange(count + 1) * 2,
        sentence_vectors=rng.normal(size=(3, 10))[np.arange(count) % 3],
        cues=np.zeros((count, len(CUES)), dtype=np.float32),
    )


def test_a_word_is_told_its_rule_time_and_place():
    words = [
        PlanWord("안", 0.5, 0.8, (("안", "MAG"),)),
        PlanWord("가요?", 1.0, 1.6, (("가", "VV"),)),
        PlanWord("네", 3.0, 3.2, (("네", "IC"),), 1),
    ]
    context = word_context(words, ["negate", None, "nod"], 3.5, energy=1.5)
    assert context.shape == (3, CONTEXT)
    assert context[:, :RULES].sum(axis=1).tolist() == [1.0, 0.0, 1.0]
    assert context[0, FUNCTIONS.index("negate")] == 1.0
    assert (context[:, PROSODY] == 0.0).all()
    energy, *flags = context[1, PROSODY.stop : PROSODY.stop + 4]
    assert energy == 0.5
    assert flags == [1.0, 1.0, 1.0]
    length, before, after, start, end, first, last, place, left = context[1, PROSODY.stop + 4 :]
    assert length == pytest.approx(0.6)
    assert before == pytest.approx(0.2)
    assert after == 1.0  # 1.4 s, told as 1
    assert (start, end) == pytest.approx((0.5, 0.95))
    assert (first, last) == (0.0, 1.0)
    assert (place, left) == pytest.approx((1 / 6, 1 / 6))
    assert context[2, PROSODY.stop + 4 + 5 :].tolist() == pytest.approx([1.0, 1.0, 0.0, 1 / 6])


def test_prosody_is_told_with_a_flag_and_within_limits():
    words = [PlanWord("네", 0.5, 0.8, ())]
    context = word_context(words, [None], 1.0, 1.0, np.array([[5.0, -1.0]]))
    assert context[0, PROSODY].tolist() == [3.0, -1.0, 1.0]


def test_no_words_have_no_context():
    assert word_context([], [], 1.0, 1.0).shape == (0, CONTEXT)


def test_hidden_morphemes_are_known_to_the_teacher_only():
    taught = teach(LINES[1], no_cues(), frozenset({"안/MAG"}))
    assert taught.functions == ("negate", None)
    assert taught.rules == (None, None)
    assert teach(LINES[1], no_cues()).rules == ("negate", None)


@pytest.mark.parametrize(
    ("name", "function"), [("question", "ask"), ("command", "chop"), ("remorse", "bow")]
)
def test_the_speech_act_teaches_the_last_word(name, function):
    cues = no_cues()
    cues[CUES.index(name)] = 0.9
    assert act_function(cues) == function
    assert teach(LINES[2], cues).functions == (None, function)
    assert teach(LINES[2], cues).rules == (None, None)


def test_a_share_of_the_cues_is_hidden():
    assert hide_cues(0.0, 0) == frozenset()
    hidden = hide_cues(0.2, 0)
    assert len(hidden) == round(0.2 * len(CUE_MORPHEMES))
    assert hidden == hide_cues(0.2, 0) != hide_cues(0.2, 1)


def test_a_lesson_tells_what_the_teacher_planned():
    sentences = example_sentences()
    taught = [teach(line, no_cues()) for line in LINES]
    rng = np.random.default_rng(3)
    lesson = compose_lesson(sentences, taught, [0, 1, 2], rng, told=True, heard=False, doubt=0.3)
    assert lesson.rows.tolist() == [0, 1, 2, 3, 4, 5]
    assert lesson.sentence.tolist() == [0, 0, 1, 1, 2, 2]
    functions = [FUNCTIONS[f] for f in lesson.function]
    assert functions == ["me", "beat", "negate", "beat", "beat", "beat"]
    assert lesson.weight == pytest.approx([1.0, 0.3, 1.0, 0.3, 0.3, 0.3])
    assert lesson.gesture.sum() >= 1
    assert np.unique(lesson.hand[lesson.gesture == 0]).tolist() == [0]
    assert (lesson.place[lesson.gesture > 0] == pytest.approx(0.4)) or lesson.gesture[0]


def test_rules_can_be_withheld_and_stress_draws_the_teacher():
    sentences = example_sentences()
    taught = [teach(LINES[2], no_cues())]
    contrast = Line((("하지만", (("하지만", "MAJ"),)), ("안", (("안", "MAG"),))))
    lesson = compose_lesson(
        sentences,
        [teach(contrast, no_cues())],
        [0],
        np.random.default_rng(0),
        told=False,
        heard=False,
        doubt=0.3,
    )
    assert lesson.context[0, FUNCTIONS.index("contrast")] == 1.0  # endings carry no meaning
    assert lesson.context[1, :RULES].sum() == 0.0
    on_the_louder = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        lesson = compose_lesson(sentences, taught, [2], rng, told=False, heard=True, doubt=0.3)
        assert (lesson.context[:, :RULES] == 0.0).all()
        assert (lesson.context[:, PROSODY.stop - 1] == 1.0).all()
        loud = lesson.context[:, PROSODY][:, :2].sum(axis=1).argmax()
        on_the_louder += lesson.gesture.argmax() == loud
    assert on_the_louder > 28


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=30), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_synthetic_prosody_is_centred(stress, seed):
    prosody = synthetic_prosody(np.array(stress), np.random.default_rng(seed))
    assert prosody.shape == (len(stress), 2)
    np.testing.assert_allclose(prosody.mean(axis=0), 0.0, atol=1e-5)
    assert (prosody.std(axis=0) < 1.01).all()


def test_words_beyond_an_utterance_change_nothing():
    torch.manual_seed(0)
    config = PlannerConfig(6, 5, 4, CONTEXT, len(FUNCTIONS), 8, 4, 8)
    planner = Planner(config).eval()
    words, context = torch.randn(2, 5, 6), torch.randn(2, 5, CONTEXT)
    sentence = torch.tensor([[0, 0, 1, 1, 1], [2, 2, 2, 0, 0]])
    meaning, cues = torch.randn(3, 5), torch.rand(3, 4)
    lengths = torch.tensor([5, 3])
    with torch.no_grad():
        padded = planner(words, sentence, meaning, cues, context, lengths)
        alone = planner(words[1:, :3], sentence[1:, :3], meaning, cues, context[1:, :3])
    assert padded.hand.shape == (2, 5, len(FUNCTIONS), len(HANDS))
    for whole, part in zip(padded, alone, strict=True):
        torch.testing.assert_close(whole[1:, :3], part)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small planner trained on three sentences: its configuration and its checkpoint's path."""
    folder = tmp_path_factory.mktemp("planner")
    save_sentences(folder / "sentences.npz", example_sentences())
    config = PlannerTraining(
        sentences=folder / "sentences.npz",
        output=folder / "run",
        held_out=3,
        epochs=6,
        lessons=128,
        batch=16,
        rate=1e-2,
        dropout=0.0,
        hidden=16,
        word_code=16,
        sentence_code=4,
    )
    return config, train_planner(config)


def test_training_reduces_every_loss(trained):
    config, path = trained
    log = [json.loads(line) for line in (path.parent / "log.jsonl").read_text().splitlines()]
    assert len(log) == config.epochs
    for name in ("gesture", "function", "hand", "size", "place"):
        assert log[-1][name] < log[0][name]
    assert log[-1]["function"] < 0.3 * log[0]["function"]


def test_the_trained_planner_knows_its_words_without_the_rules(trained):
    _, path = trained
    report = json.loads((path.parent / "report.json").read_text())
    assert report["matched"]["function accuracy"] > 0.9
    assert report["shuffled words"]["function accuracy"] < 0.8
    planner = planner_model(load_checkpoint(path, KIND))
    sentences = example_sentences()
    said = speak(sentences, [1])[0]
    context = word_context(said.words, [None, None], said.duration, 1.0)
    odds = planner.network(
        torch.from_numpy(np.float32(sentences.word_vectors(1)))[None],
        torch.zeros(1, 2, dtype=torch.long),
        torch.from_numpy(np.float32(sentences.sentence_vectors[1:2])),
        torch.zeros(1, len(CUES)),
        torch.from_numpy(context)[None],
    )
    assert FUNCTIONS[int(odds.function[0, 0].argmax())] == "negate"


def test_training_again_gives_the_same_bytes(trained, tmp_path):
    config, path = trained
    values = {**config.__dict__, "output": tmp_path / "again", "epochs": 1}
    first = train_planner(PlannerTraining(**values)).read_bytes()
    second = train_planner(PlannerTraining(**{**values, "output": tmp_path / "twice"}))
    again = load_checkpoint(second, KIND).tensors
    for name, tensor in load_checkpoint(tmp_path / "again" / path.name, KIND).tensors.items():
        assert torch.equal(tensor, again[name])
    assert first != path.read_bytes()


def test_the_tiny_configuration_trains(trained, tmp_path):
    settings = [f"sentences={trained[0].sentences}", f"output={tmp_path}", "held_out=3"]
    path = train_from_file(CONFIGS / "planner_tiny.yaml", settings)
    assert load_planner(path).network.config.hidden == 8


def test_too_few_sentences_are_refused(trained):
    config, _ = trained
    with pytest.raises(UserError, match="30 sentences"):
        train_planner(PlannerTraining(**{**config.__dict__, "held_out": 30}))


def test_the_teacher_follows_told_functions_and_stress():
    words = [
        PlanWord("집에", 0.5, 0.9, (("집", "NNG"),)),
        PlanWord("간다", 1.0, 1.3, (("가", "VV"),)),
    ]
    rng = np.random.default_rng(0)
    assert plan_gestures(words, 2.0, rng, stress=[0.0, 1.0]).gestures[0].word == 1
    assert plan_gestures(words, 2.0, rng).gestures[0].word == 0
    plan = plan_gestures(words, 2.0, rng, functions=[None, "ask"])
    assert (plan.gestures[0].word, plan.gestures[0].function) == (1, "ask")
    assert UNTAUGHT not in range(len(FUNCTIONS))
