import dataclasses
import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch

from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import load_config
from gesture_core.dataset.compose import FPS, Repertoire
from gesture_core.dataset.unit_splits import split_units
from gesture_core.dataset.units import load_units
from gesture_core.errors import UserError
from gesture_core.gestures.encode import SIZE
from gesture_core.gestures.styles import Posture, Style, load_styles
from gesture_core.metrics.fgd import frechet_distance
from gesture_core.metrics.retrieval import ranks, recall
from gesture_core.models.gesture_judge import PAIR_WINDOW, STROKE_AFTER, STROKE_BEFORE
from gesture_core.plan import FUNCTIONS, Plan, PlannedGesture
from gesture_core.resources import data_path
from gesture_core.train.gesture_data import compose_many, text_of
from gesture_core.train.gesture_judge import (
    JudgeTraining,
    load_judge,
    train_from_file,
    train_judge,
    vectors_of,
    window_owners,
)
from gesture_core.train.judge_examples import MARGIN, ComposingPerformer, varied

CONFIGS = Path(__file__).parents[2] / "configs" / "train"
STYLES = (
    Style("quiet", "stand", 0.4, "", ""),
    Style("bold", "akimbo", 1.5, "", "", space=1.3, posture=Posture(bow=-0.2)),
)


@pytest.fixture(scope="module")
def settings(data_files):
    return JudgeTraining(
        units=data_files / "units.lmdb",
        sentences=data_files / "sentences.npz",
        output=data_files / "judge.safetensors",
        minutes=2.0,
        style_minutes=1.0,
        held_out=2,
        word_components=6,
        sentence_components=3,
        latent_iterations=60,
        function_iterations=150,
        style_iterations=100,
        pair_iterations=120,
        batch=24,
        rate=3e-3,
        pair_batch=24,
    )


@pytest.fixture(scope="module")
def judge(settings):
    return load_judge(train_judge(settings, STYLES))


@pytest.fixture(scope="module")
def repertoire(data_files):
    return Repertoire(split_units(load_units(data_files / "units.lmdb")).train)


@pytest.fixture(scope="module")
def made(sentences, repertoire):
    return compose_many(sentences, range(2, 6), repertoire, 2.0, np.random.default_rng(9), 0.5)


def test_functions_of_its_own_units_are_recognised(judge, made, repertoire):
    planned, found = [], []
    for composition in made:
        labels, verdicts = judge.functions(vectors_of(composition, repertoire), composition.plan)
        planned, found = planned + labels, found + verdicts
    accuracy = np.mean(np.array(planned) == found)
    chance = max(planned.count(label) for label in set(planned)) / len(planned)
    assert accuracy > chance + 0.1


def test_styles_are_recognised_in_new_motions(judge, sentences, repertoire):
    performer = ComposingPerformer(sentences, range(2, 6), repertoire)
    rng = np.random.default_rng(5)
    meant = [style for style in STYLES for _ in range(6)]
    found = judge.styles([performer(style, rng) for style in meant])
    assert np.mean([name == style.name for name, style in zip(found, meant, strict=True)]) >= 0.8


def test_a_motion_finds_its_text(judge, made, sentences, repertoire):
    vectors = [vectors_of(c, repertoire) for c in made]
    texts = [text_of(c, sentences) for c in made]
    motion, text = judge.retrieval(vectors, texts)
    assert len(motion) == len(window_owners(vectors, PAIR_WINDOW))
    np.testing.assert_allclose(np.linalg.norm(motion, axis=1), 1.0, atol=1e-5)
    found = [recall(ranks(motion, text, np.random.default_rng(n), pool=8)) for n in range(5)]
    assert np.mean(found) > 2 / 8


def test_prosody_and_cues_tell_the_judge_nothing(judge, made, sentences, repertoire):
    vectors = [vectors_of(c, repertoire) for c in made[:3]]
    texts = [text_of(c, sentences) for c in made[:3]]
    loud = [dataclasses.replace(t, prosody=np.full((len(t.starts), 2), 3.0)) for t in texts]
    plain, heard = judge.retrieval(vectors, texts)[1], judge.retrieval(vectors, loud)[1]
    np.testing.assert_array_equal(plain, heard)


def test_latents_come_from_windows_that_do_not_overlap(judge):
    vectors = np.random.default_rng(0).normal(size=(70, SIZE)).astype(np.float32)
    rows = [vectors[:10], vectors]
    latents = judge.latents(rows)
    assert latents.shape == (2, 32)
    assert window_owners(rows).tolist() == [1, 1]
    np.testing.assert_allclose(latents[1], judge.latents([vectors[32:64]])[0], atol=1e-5)


def test_strokes_too_near_the_edge_are_not_judged(judge):
    gestures = tuple(
        PlannedGesture("beat", "left", 1.0, stroke, stroke, stroke, 0) for stroke in (0.2, 2.0, 3.9)
    )
    vectors = np.zeros((round(4 * FPS), SIZE), np.float32)
    planned, found = judge.functions(vectors, Plan(gestures, 4.0))
    assert planned == [FUNCTIONS.index("beat")]
    assert len(found) == 1


def test_the_checkpoint_says_what_it_was_trained_on(judge, settings, repertoire):
    checkpoint = load_checkpoint(settings.output, "gesture-judge")
    assert judge.sha256 == hashlib.sha256(settings.output.read_bytes()).hexdigest()
    assert checkpoint.details["units"] == repertoire.library.sha256  # no test unit among them
    assert checkpoint.details["training"]["seed"] == settings.seed
    assert judge.style_names == ("quiet", "bold")


def test_the_same_seed_gives_the_same_judge(settings, tmp_path):
    short = dataclasses.replace(
        settings,
        minutes=0.5,
        style_minutes=0.1,
        latent_iterations=3,
        function_iterations=3,
        style_iterations=3,
        pair_iterations=3,
    )
    paths = [
        train_judge(dataclasses.replace(short, output=tmp_path / name), STYLES)
        for name in ("a.safetensors", "b.safetensors")
    ]
    first, second = (load_checkpoint(path, "gesture-judge").tensors for path in paths)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_varied_clips_keep_the_stroke_in_place():
    """A ramp in time tells speed and shift: at the stroke it is off by at most two frames."""
    ramp = torch.arange(STROKE_BEFORE + STROKE_AFTER + 2 * MARGIN).float()
    clips = ramp[None, :, None].repeat(200, 1, 3)
    found = varied(clips, torch.Generator().manual_seed(0)).numpy()
    assert found.shape == (200, STROKE_BEFORE + STROKE_AFTER, 3)
    slope = np.diff(found, axis=1)[:, 5:15].mean(axis=(1, 2))
    assert slope.min() > 0.8**2 - 0.1
    assert slope.max() < 1.25**2 + 0.1
    assert slope.std() > 0.1
    middle = found[:, STROKE_BEFORE].mean(axis=1)
    assert middle.min() > 0.8 * (STROKE_BEFORE + MARGIN - 2) - 0.2
    assert middle.max() < 1.25 * (STROKE_BEFORE + MARGIN + 2) + 0.2


def test_no_judge_from_another_file_or_without_sentences(settings, tmp_path):
    with pytest.raises(UserError, match="cannot read"):
        load_judge(tmp_path / "none.safetensors")
    with pytest.raises(UserError, match="holds only 6 sentences"):
        train_judge(dataclasses.replace(settings, held_out=6), STYLES)


def test_shipped_settings_load_and_name_what_is_wrong(settings, tmp_path):
    assert load_config(JudgeTraining, CONFIGS / "judge.yaml") == JudgeTraining()
    tiny = CONFIGS / "judge_tiny.yaml"
    files = [f"units={settings.units}", f"sentences={settings.sentences}", "held_out=2"]
    with pytest.raises(UserError, match="not resumed"):
        train_from_file(tiny, files, resume=True)
    with pytest.raises(UserError, match="style 'lively' has the manner 'loose'"):
        train_from_file(tiny, [*files, f"output={tmp_path / 'judge.safetensors'}"])


def test_the_shipped_judge_knows_every_shipped_style():
    path = data_path("models/gesture/judge.safetensors")
    assert path.stat().st_size < 6_000_000
    assert set(load_judge(path).style_names) == set(load_styles())


def test_half_the_size_is_further_from_real_than_nine_tenths(judge, made, repertoire):
    vectors = [vectors_of(c, repertoire) for c in made]
    real = judge.latents(vectors)
    apart = [
        frechet_distance(judge.latents([size * v for v in vectors]), real)
        for size in (np.float32(0.9), np.float32(0.5), np.float32(0.0))
    ]
    assert 0.0 < apart[0] < apart[1] < apart[2]
