import dataclasses
import json

import numpy as np
import pytest

from gesture_core.checkpoint import load_checkpoint
from gesture_core.dataset.compose import FPS, Repertoire
from gesture_core.dataset.units import load_units
from gesture_core.plan import FUNCTIONS, Plan, PlannedGesture
from gesture_core.train.gesture import train_gesture
from gesture_core.train.gesture_data import compose_many
from gesture_core.train.gesture_evaluation import evaluate_files
from gesture_core.train.gesture_judge import (
    JudgeTraining,
    load_judge,
    train_judge,
    vectors_of,
)
from gesture_core.train.gesture_run import GestureTraining
from gesture_core.train.sentences import load_sentences


@pytest.fixture(scope="module")
def judge_path(data_files):
    config = JudgeTraining(
        units=data_files / "units.lmdb",
        sentences=data_files / "sentences.npz",
        output=data_files / "judge.safetensors",
        minutes=1.0,
        held_out=2,
        iterations=80,
        batch=16,
    )
    return train_judge(config)


def test_judge_tells_the_functions_of_its_own_units(data_files, judge_path):
    judge = load_judge(judge_path)
    sentences = load_sentences(data_files / "sentences.npz")
    repertoire = Repertoire(load_units(data_files / "units.lmdb"))
    made = compose_many(sentences, range(2, 6), repertoire, 1.0, np.random.default_rng(9), 0.5)
    planned, found = [], []
    for composition in made:
        labels, verdicts = judge.functions(vectors_of(composition, repertoire), composition.plan)
        planned, found = planned + labels, found + verdicts
    accuracy = np.mean(np.array(planned) == found)
    chance = max(planned.count(label) for label in set(planned)) / len(planned)
    assert accuracy > chance + 0.1


def test_latents_come_from_windows_that_do_not_overlap(judge_path):
    judge = load_judge(judge_path)
    vectors = np.random.default_rng(0).normal(size=(70, 258)).astype(np.float32)
    latents = judge.latents([vectors, vectors[:10]])
    assert latents.shape == (2, 32)
    np.testing.assert_allclose(latents[1], judge.latents([vectors[32:64]])[0], atol=1e-5)


def test_strokes_too_near_the_edge_are_not_judged(judge_path):
    gestures = tuple(
        PlannedGesture("beat", "left", 1.0, stroke, stroke, stroke, 0) for stroke in (0.2, 2.0, 3.9)
    )
    vectors = np.zeros((round(4 * FPS), 258), np.float32)
    planned, found = load_judge(judge_path).functions(vectors, Plan(gestures, 4.0))
    assert planned == [FUNCTIONS.index("beat")]
    assert len(found) == 1


def test_evaluation_writes_every_condition(data_files, judge_path, tmp_path):
    config = GestureTraining(
        units=data_files / "units.lmdb",
        sentences=data_files / "sentences.npz",
        output=tmp_path / "run",
        iterations=2,
        batch=2,
        window=16,
        minutes=0.1,
        held_out=2,
        components=6,
        word_components=4,
        sentence_components=2,
        hidden=8,
        layers=1,
    )
    checkpoint = train_gesture(dataclasses.replace(config, warm_up=1.0))
    output = tmp_path / "figures.json"
    units, sentences = data_files / "units.lmdb", data_files / "sentences.npz"
    figures = evaluate_files(checkpoint, judge_path, units, sentences, output, 2, minutes=3.5)
    assert json.loads(output.read_text()) == figures
    assert figures["checkpoint"] == load_checkpoint(checkpoint, "gesture").sha256
    assert figures["real"]["sentences with a gesture"] > 0.9
    assert figures["mean pose"]["range of hands"] == pytest.approx(0.0, abs=1e-9)
    assert figures["composing again"]["FGD"] < figures["mean pose"]["FGD"]
    assert figures["generator"]["FGD"] >= 0.0
