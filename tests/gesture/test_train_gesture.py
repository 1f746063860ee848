import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import load_gesture_model, synthesize
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.train.gesture import iterations, train_gesture
from gesture_core.train.gesture_data import compose_many, unit_clips
from gesture_core.train.gesture_run import GestureTraining, start_run
from gesture_core.train.sentences import choose_texts, load_sentences, read_texts

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"


@pytest.fixture
def config(data_files, tmp_path) -> GestureTraining:
    return GestureTraining(
        units=data_files / "units.lmdb",
        sentences=data_files / "sentences.npz",
        output=tmp_path / "run",
        iterations=2,
        batch=2,
        window=16,
        minutes=0.1,
        epoch=2,
        held_out=2,
        components=6,
        word_components=4,
        sentence_components=2,
        hidden=8,
        layers=1,
        warm_up=0.0,
    )


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("gesture*.yaml")), ids=lambda p: p.stem)
def test_shipped_configs_load(path):
    assert load_config(GestureTraining, path).window % 8 == 0


def test_a_wrong_window_and_a_wrong_key_are_user_errors():
    with pytest.raises(UserError, match="multiple of 8"):
        GestureTraining(window=20)
    with pytest.raises(UserError, match="iterations"):
        load_config(GestureTraining, None, ["iteration=3"])


def test_two_steps_train_save_and_generate(config):
    path = train_gesture(config)
    rows = [json.loads(line) for line in (config.output / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["iteration"] == 2
    assert {"L_G", "L_D", "L_Huber", "L_NSGAN", "L_style", "L_KLD"} <= rows[-1].keys()
    assert all(np.isfinite(value) for value in rows[-1].values())
    assert (config.output / "curves.png").stat().st_size > 1000

    model = load_gesture_model(path)
    text = TextFeatures(
        np.array([0.3]),
        np.array([0.9]),
        np.ones((1, 12)),
        np.zeros(1, int),
        np.ones((1, 10)),
        np.zeros((1, 3)),
    )
    plan = Plan((PlannedGesture("beat", "left", 1.0, 0.1, 0.7, 1.5, 0),), 2.0)
    motion = synthesize(text, plan, Style("any", "stand", 1.0, "", ""), model=model)
    assert motion.frames == 60
    assert np.all(np.isfinite(motion.rotations))


def test_a_run_goes_on_where_it_stopped(config, tmp_path):
    straight = dataclasses.replace(config, iterations=4, output=tmp_path / "straight")
    train_gesture(straight)
    train_gesture(dataclasses.replace(straight, iterations=2, output=tmp_path / "halves"))
    with pytest.raises(UserError, match="--resume"):
        train_gesture(dataclasses.replace(straight, output=tmp_path / "halves"))
    resumed = dataclasses.replace(straight, output=tmp_path / "halves")
    train_gesture(resumed, resume=True)
    log = (tmp_path / "halves" / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["iteration"] for line in log] == [2, 4]
    with pytest.raises(UserError, match="hidden was 8"):
        train_gesture(dataclasses.replace(resumed, hidden=16), resume=True)


def test_training_lowers_the_loss(config):
    longer = dataclasses.replace(config, iterations=80, epoch=100, warm_up=1.0, batch=8)
    losses = [step["L_Huber"] for step in iterations(start_run(longer))]
    assert np.mean(losses[-10:]) < 0.85 * np.mean(losses[:5])


def test_the_same_seed_starts_the_same_run(config):
    first, second = start_run(config), start_run(config)
    torch.testing.assert_close(first.clips, second.clips)
    for a, b in zip(first.generator.parameters(), second.generator.parameters(), strict=True):
        torch.testing.assert_close(a, b)


def test_unit_clips_start_and_end_near_rest(config):
    run = start_run(config)
    clips = unit_clips(run.repertoire, run.code, 12)
    assert clips.shape == (len(run.repertoire.parts), 12, run.code.size)
    size = np.abs(clips).sum(axis=2)
    assert np.all(size[:, 4] > 3.0 * size[:, 0])  # the stroke against the first frame


def test_balance_brings_in_rare_cues(config):
    run = start_run(config)
    numbers = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2]  # only sentence 1 says "I"

    def share_of_me(balance: float) -> float:
        rng = np.random.default_rng(0)
        made = compose_many(run.sentences, numbers, run.repertoire, 1.0, rng, balance)
        said = [number for composition in made for number in composition.lines]
        return said.count(1) / len(said)

    assert share_of_me(1.0) > 2.0 * share_of_me(0.0)


def test_texts_are_read_without_fragments_and_doubles(tmp_path):
    (tmp_path / "3i4k").mkdir()
    acts = "0\t만화\n1\t나는 학교에 간다\n1\t나는 학교에 간다\n2\t" + "말 " * 13 + "\n"
    (tmp_path / "3i4k" / "fci_train_val.txt").write_text(acts, encoding="utf-8")
    chat = "Q,A,label\n안녕,네 안녕하세요.,0\n"
    (tmp_path / "ChatbotData.csv").write_text(chat, encoding="utf-8")
    texts = read_texts(tmp_path)
    assert texts == ["나는 학교에 간다", "안녕", "네 안녕하세요."]
    assert sorted(choose_texts(texts, 3, 0)) == sorted(texts)
    assert choose_texts(texts, 2, 5) == choose_texts(texts, 2, 5)
    with pytest.raises(UserError, match="text_ko"):
        read_texts(tmp_path / "3i4k")


def test_sentences_survive_their_cache(sentences, data_files):
    loaded = load_sentences(data_files / "sentences.npz")
    assert loaded.texts == sentences.texts
    assert loaded.lines == sentences.lines
    np.testing.assert_allclose(loaded.word_vectors(3), sentences.word_vectors(3), atol=1e-2)
    with pytest.raises(UserError, match="cache"):
        load_sentences(data_files / "units.lmdb")
