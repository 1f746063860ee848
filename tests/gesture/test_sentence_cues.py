import json
from pathlib import Path

import numpy as np
import pytest

from gesture_core.errors import UserError
from gesture_core.text.sentence_cues import (
    ACTS,
    CUES,
    ending_buckets,
    load_cue_heads,
    sentence_cues,
)
from gesture_core.train.cue_data import CORPORA, TEST, TRAIN, CueData, load_cue_data, save_cue_data
from gesture_core.train.cues import CueTraining, assess, roc_area, train_cues, train_from_file

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"


@pytest.fixture(scope="module")
def told():
    """Cues of fixed sentences, by sentence."""
    from gesture_core.text.embedding import embed_sentences

    texts = [
        "밥 먹었니",
        "밥은 먹었어?",
        "밥은 먹었어.",
        "빨리 문 닫고 들어와",
        "회의는 세 시에 시작합니다.",
        "내가 그걸 어떻게 알아",
        "정말 죄송합니다.",
        "사랑해요, 정말 고마워요.",
        "너 때문에 화가 나 죽겠어",
        "가슴이 아프고 너무 슬퍼요",
    ]
    return dict(zip(texts, sentence_cues(embed_sentences(texts), texts), strict=True))


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("밥 먹었니", "question"),
        ("밥은 먹었어?", "question"),
        ("밥은 먹었어.", "statement"),
        ("빨리 문 닫고 들어와", "command"),
        ("회의는 세 시에 시작합니다.", "statement"),
        ("내가 그걸 어떻게 알아", "rhetorical_question"),
    ],
)
def test_speech_acts_of_plain_sentences(told, text, act):
    assert ACTS[int(told[text][: len(ACTS)].argmax())] == act


@pytest.mark.parametrize(
    ("text", "emotion"),
    [
        ("정말 죄송합니다.", "remorse"),
        ("사랑해요, 정말 고마워요.", "affection"),
        ("너 때문에 화가 나 죽겠어", "anger"),
        ("가슴이 아프고 너무 슬퍼요", "sadness"),
    ],
)
def test_a_plain_emotion_is_told_more_of_its_sentence_than_of_any_other(told, text, emotion):
    index = CUES.index(emotion)
    assert max(told, key=lambda other: told[other][index]) == text


def test_acts_are_shares_and_emotions_probabilities(told):
    cues = np.stack(list(told.values()))
    assert cues.dtype == np.float32
    np.testing.assert_allclose(cues[:, : len(ACTS)].sum(axis=1), 1.0, atol=1e-5)
    assert ((cues >= 0.0) & (cues <= 1.0)).all()


def test_no_sentences_have_no_cues():
    assert sentence_cues(np.zeros((0, 1280)), []).shape == (0, len(CUES))


def test_vectors_of_another_encoder_are_refused():
    with pytest.raises(UserError, match="1280"):
        sentence_cues(np.zeros((1, 384)), ["네"])
    with pytest.raises(ValueError, match="2 vectors"):
        sentence_cues(np.zeros((2, 1280)), ["네"])


def test_the_ending_is_heard_with_and_without_its_mark():
    plain, asked, told = ending_buckets(["갔어", "갔어?", "갔어."], 4096)
    assert (plain[1:] == asked[1:]).all()
    assert len({int(plain[0]), int(asked[0]), int(told[0])}) == 3


def test_roc_area_of_known_orders():
    positive = np.array([False, False, True, True])
    assert roc_area(np.array([0.1, 0.2, 0.3, 0.4]), positive) == 1.0
    assert roc_area(np.array([0.4, 0.3, 0.2, 0.1]), positive) == 0.0
    assert roc_area(np.ones(4), positive) == 0.5
    assert roc_area(np.array([0.1, 0.3, 0.2, 0.4]), positive) == 0.75
    assert roc_area(np.ones(2), np.array([True, True])) is None


def example_data(count: int = 200, size: int = 8) -> CueData:
    """Sentences whose act is that of their largest number, and whose emotions follow the signs."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(count, size))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labelled = np.arange(count) % 2 == 0
    return CueData(
        texts=tuple(f"문장 {n}" for n in range(count)),
        vectors=vectors,
        acts=np.where(labelled, vectors[:, :6].argmax(axis=1), -1),
        emotions=np.where(labelled[:, None], -1, vectors > 0),
        corpus=np.where(labelled, 0, 1),
        part=np.where(np.arange(count) % 5 == 0, TEST, TRAIN),
    )


def test_training_learns_what_the_vectors_tell(tmp_path):
    save_cue_data(tmp_path / "data.npz", example_data())
    config = CueTraining(
        data=tmp_path / "data.npz",
        output=tmp_path / "run",
        iterations=300,
        batch=32,
        rate=1e-2,
        hidden=24,
        dropout=0.0,
    )
    path = train_cues(config)
    first = path.read_bytes()
    assert load_cue_heads(path).config.embedding == 8
    assert load_cue_data(config.data).texts == example_data().texts
    assert train_cues(config).read_bytes() == first
    report = json.loads((tmp_path / "run" / "report.json").read_text())
    assert report["acts"]["accuracy"] > 0.6 > report["acts"]["commonest"]
    assert report["kote"]["joy"]["auc"] > 0.85


def test_assessing_counts_only_labelled_test_sentences():
    data = example_data()
    right = np.eye(6)[np.maximum(data.acts, 0)]
    report = assess(data, right, data.vectors)
    assert report["acts"]["accuracy"] == 1.0
    assert report["acts"]["n"] == 20
    assert all(report[CORPORA[1]][name]["auc"] == 1.0 for name in CUES[len(ACTS) :])


def test_the_tiny_configuration_trains(tmp_path):
    save_cue_data(tmp_path / "data.npz", example_data())
    settings = [f"data={tmp_path / 'data.npz'}", f"output={tmp_path}"]
    path = train_from_file(CONFIGS / "cues_tiny.yaml", settings)
    assert load_cue_heads(path).config.hidden == 8


def test_a_missing_corpus_is_named(tmp_path):
    config = CueTraining(archives=tmp_path, data=tmp_path / "none.npz", output=tmp_path)
    with pytest.raises(UserError, match="3i4k"):
        train_cues(config)
