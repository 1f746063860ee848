import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from gesture_core.checkpoint import load_checkpoint
from gesture_core.config import config_to_dict, load_config
from gesture_core.dataset.compose import Repertoire
from gesture_core.errors import UserError
from gesture_core.gestures.features import TextFeatures
from gesture_core.gestures.styles import Style
from gesture_core.gestures.synthesize import load_gesture_model, synthesize
from gesture_core.models.gesture_gan import DiscriminatorConfig
from gesture_core.plan import Plan, PlannedGesture
from gesture_core.rotation import quat_angle, quat_inverse, quat_multiply
from gesture_core.skeleton import HUMANOID
from gesture_core.train.gesture import (
    bent,
    compose_epoch,
    iterations,
    known_frames,
    train_gesture,
)
from gesture_core.train.gesture_data import MixedRepertoire, compose_many, unit_clips
from gesture_core.train.gesture_run import (
    GestureTraining,
    load_material,
    save_state,
    start_run,
)
from gesture_core.train.recipe_adversarial import AdversarialTraining
from gesture_core.train.sentences import choose_texts, load_sentences, read_texts


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
        sheet=0,
        adversarial=AdversarialTraining(
            hidden=8, layers=1, unit=4, warm_up=0.0, penalty_every=1, r1=0.1, r2=0.1
        ),
    )


def test_a_wrong_window_and_a_wrong_key_are_user_errors():
    with pytest.raises(UserError, match="even number"):
        GestureTraining(window=21)
    with pytest.raises(UserError, match="given"):
        GestureTraining(window=16, given=16)
    with pytest.raises(UserError, match="iterations"):
        load_config(GestureTraining, None, ["iteration=3"])


def test_two_steps_train_save_and_generate(config):
    path = train_gesture(config)
    rows = [json.loads(line) for line in (config.output / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["iteration"] == 2
    losses = {"L_G", "L_D", "L_Huber", "L_NSGAN", "L_style", "L_KLD", "R1", "R2"}
    health = {"D real", "D generated", "D mismatched", "gradient generator", "samples/s"}
    assert losses | health <= rows[-1].keys()
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
    changed = dataclasses.replace(config.adversarial, hidden=16)
    with pytest.raises(UserError, match=r"adversarial\.hidden was 8"):
        train_gesture(dataclasses.replace(resumed, adversarial=changed), resume=True)


def test_a_killed_run_reaches_the_same_weights(config, tmp_path):
    straight = dataclasses.replace(config, iterations=5, output=tmp_path / "straight")
    expected = train_gesture(straight)
    killed = dataclasses.replace(straight, output=tmp_path / "killed")
    run = start_run(killed)
    for _ in zip(range(3), iterations(run), strict=False):  # stopped in the middle of an epoch
        pass
    killed.output.mkdir()
    save_state(run, killed.output / "state.safetensors")
    found = load_checkpoint(train_gesture(killed, resume=True), "gesture").tensors
    for name, tensor in load_checkpoint(expected, "gesture").tensors.items():
        torch.testing.assert_close(found[name], tensor, rtol=0, atol=0)


def test_processes_that_average_their_gradients_stay_together(config, tmp_path):
    """Two processes as torchrun starts them learn something else than one alone."""
    path = tmp_path / "config.yaml"
    settings = config_to_dict(config) | {"device": "cpu", "output": str(tmp_path / "two")}
    settings |= {"units": str(config.units), "sentences": str(config.sentences)}
    path.write_text(json.dumps(settings, default=list))
    script = tmp_path / "run.py"
    script.write_text(
        "import sys\nfrom pathlib import Path\n"
        "from gesture_core.train.gesture import train_from_file\n"
        "train_from_file(Path(sys.argv[1]), [])\n"
    )
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [*command, str(script), str(path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    two = load_checkpoint(tmp_path / "two" / "gesture.safetensors", "gesture")
    one = load_checkpoint(train_gesture(config), "gesture")
    name = "generator.head.0.weight"
    assert (two.tensors[name] - one.tensors[name]).abs().max() > 1e-6


def test_every_switch_trains(config):
    for change in (
        {"discriminator": DiscriminatorConfig(conditioning="none", spectral=True, width=8)},
        {"discriminator": DiscriminatorConfig(conditioning="concat", channels=("position",))},
        {"augment": ("cut",), "mismatch": 0.0, "r1": 0.0, "r2": 0.0},
        {"plan": False, "unit": 0},
        {"beta": 0.0},
    ):
        switched = dataclasses.replace(config.adversarial, **change)
        run = start_run(dataclasses.replace(config, adversarial=switched, ema=0.0, bf16=False))
        for losses in iterations(run):
            assert all(np.isfinite(value) for value in losses.values())


def test_given_frames_are_seed_poses_mostly():
    known, pinned = known_frames(2000, 32, 4, np.random.default_rng(0))
    told_first = known[:, :4].all(axis=1).mean()
    assert 0.65 < told_first < 0.75
    assert 0.05 < (known.sum(axis=1) == 0).mean() < 0.15
    assert known.sum(axis=1).max() > 8  # the end is told too, up to half of the window
    rows = np.flatnonzero(pinned >= 0)
    assert 0.15 < len(rows) / 2000 < 0.25
    np.testing.assert_array_equal(known[rows].sum(axis=1), 1.0)
    assert np.all(known[rows, pinned[rows]] == 1.0)


def test_bent_windows_pass_through_another_pose_and_come_back():
    rng = np.random.default_rng(0)
    motion = rng.normal(size=(6, 1, 3)).repeat(40, axis=1).astype(np.float32)  # each stands still
    pinned = np.array([20, -1, 20, 0, 20, -1])
    found = bent(motion, pinned, rng)
    np.testing.assert_array_equal(found[[1, 5]], motion[[1, 5]])
    for row in (0, 2, 4):
        assert np.abs(found[row, 20] - motion[:, 0]).max(axis=1).min() < 1e-6
        np.testing.assert_array_equal(found[row, [0, 39]], motion[row, [0, 39]])
        assert np.abs(np.diff(found[row], axis=0)).max() < 0.35 * np.ptp(motion)


def test_contact_sheets_are_drawn_every_epoch(config):
    drawn = dataclasses.replace(config, sheet=1, iterations=4)
    train_gesture(drawn)
    sheets = sorted((config.output / "sheets").glob("*.png"))
    assert [sheet.stem for sheet in sheets] == ["000002", "000004"]
    assert all(sheet.stat().st_size > 5000 for sheet in sheets)


def test_mixed_units_lie_between_recorded_ones(library):
    plain = Repertoire(library)
    mixed = MixedRepertoire(library, 1.0, np.random.default_rng(0))
    times = np.linspace(-0.5, 0.5, 5)
    index = next(i for i, part in enumerate(plain.parts) if part.unit.startswith("stand/beat-left"))
    ours, between = (r.perform(index, times, "stand") for r in (plain, mixed))
    others = [
        plain.perform(i, times, "stand")
        for i, part in enumerate(plain.parts)
        if part.hand == plain.parts[index].hand
    ]
    elbow = HUMANOID.index("leftLowerArm")
    angles = [quat_angle(quat_multiply(quat_inverse(ours), o))[:, elbow].max() for o in others]
    moved = quat_angle(quat_multiply(quat_inverse(ours), between))[:, elbow].max()
    assert 0.0 < moved < 0.41 * max(angles)


def test_training_lowers_the_loss(config):
    alone = dataclasses.replace(config.adversarial, warm_up=1.0)
    longer = dataclasses.replace(config, iterations=80, epoch=100, adversarial=alone, batch=8)
    losses = [step["L_Huber"] for step in iterations(start_run(longer))]
    assert np.mean(losses[-10:]) < 0.85 * np.mean(losses[:5])


def test_the_same_seed_starts_the_same_run(config):
    first, second = start_run(config), start_run(config)
    for a, b in zip(first.average.parameters(), second.average.parameters(), strict=True):
        torch.testing.assert_close(a, b)
    torch.testing.assert_close(compose_epoch(first, 3)[1], compose_epoch(second, 3)[1])


def test_unit_clips_start_and_end_near_rest(config):
    material = load_material(config)
    clips = unit_clips(material.repertoire, material.code, 12)
    assert clips.shape == (len(material.repertoire.parts), 12, material.code.size)
    size = np.abs(clips).sum(axis=2)
    assert np.all(size[:, 4] > 3.0 * size[:, 0])  # the stroke against the first frame


def test_balance_brings_in_rare_cues(config):
    run = load_material(config)
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
