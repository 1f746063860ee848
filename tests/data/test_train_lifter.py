import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gesture_core.config import load_config
from gesture_core.errors import UserError
from gesture_core.pose.lift import LIFTED, lift, load_lifter
from gesture_core.rotation import quat_identity
from gesture_core.skeleton import HUMANOID
from gesture_core.train.lifter import iterations, train_lifter
from gesture_core.train.lifter_data import Batch, LifterData
from gesture_core.train.lifter_evaluation import (
    JOINT_GROUPS,
    errors,
    evaluate,
    film_clips,
    with_dropout,
)
from gesture_core.train.lifter_motions import Motions, load_motions, save_motions
from gesture_core.train.lifter_noise import Detector
from gesture_core.train.lifter_poses import PoseConfig, random_arms
from gesture_core.train.lifter_run import LifterTraining, start_run

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"


@pytest.fixture(scope="module")
def motions_file(tmp_path_factory) -> Path:
    """Three performers who move their left arms from one random pose to the next."""
    rotations = np.tile(quat_identity((len(HUMANOID),)), (144, 1, 1))
    joints = HUMANOID.indices(("leftShoulder", "leftUpperArm", "leftLowerArm", "leftHand"))
    arms = random_arms(12, np.random.default_rng(0))
    rotations[:, joints] = np.repeat(arms, 12, axis=0)
    path = tmp_path_factory.mktemp("lifter") / "motions.npz"
    names = ("connor", "perception", "brad")
    save_motions(path, Motions(rotations.astype(np.float32), np.array([0, 48, 96]), names))
    return path


@pytest.fixture
def config(motions_file, tmp_path) -> LifterTraining:
    return LifterTraining(
        motions=motions_file,
        output=tmp_path / "run",
        test=("connor",),
        iterations=2,
        batch=2,
        threads=1,
        half=False,
        validate=2,
        hidden=16,
        blocks=1,
        hand_hidden=16,
        hand_blocks=1,
        data=LifterData(poses=PoseConfig(pool=20)),
    )


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("lifter*.yaml")), ids=lambda p: p.stem)
def test_shipped_configs_load_and_keep_their_performers_apart(path):
    config = load_config(LifterTraining, path)
    assert {"connor"} <= set(config.test)
    assert not set(config.test) & set(config.validation)


def test_two_steps_train_save_and_lift(config):
    path = train_lifter(config)
    rows = [json.loads(line) for line in (config.output / "log.jsonl").read_text().splitlines()]
    assert rows[-1]["iteration"] == 2
    assert {"L", "L_body", "L_hands", "L_steps", "L_bones", "L_up", "val L_body"} <= rows[-1].keys()
    assert all(np.isfinite(value) for value in rows[-1].values())
    assert (config.output / "curves.png").stat().st_size > 1000
    clip = film_clips(load_motions(config.motions).of(("connor",)), config.data, 1.0, takes=1)[0]
    lifted = lift(clip.keypoints, weights=path)
    assert lifted.positions.shape == (48, len(LIFTED), 3)
    assert np.all(np.isfinite(lifted.positions))


def test_a_run_goes_on_where_it_stopped(config, tmp_path):
    straight = dataclasses.replace(config, iterations=4, output=tmp_path / "straight")
    whole = load_lifter(train_lifter(straight)).state_dict()
    halves = dataclasses.replace(straight, output=tmp_path / "halves")

    def interrupt(fraction: float, step: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_lifter(dataclasses.replace(halves, log=2), progress=interrupt)
    assert not (tmp_path / "halves" / "lifter.safetensors").exists()
    with pytest.raises(UserError, match="--resume"):
        train_lifter(halves)
    resumed = load_lifter(train_lifter(halves, resume=True)).state_dict()
    for name, value in whole.items():
        assert torch.equal(value, resumed[name]), name
    with pytest.raises(UserError, match="hidden was 16"):
        train_lifter(dataclasses.replace(halves, hidden=24), resume=True)


def test_a_few_windows_are_learned_by_heart(config):
    still = LifterData(noise=with_dropout(Detector(), 0.0), poses=PoseConfig(pool=20))
    longer = dataclasses.replace(
        config, iterations=200, validate=500, rate=4e-3, hidden=32, hand_hidden=32, data=still
    )
    run = start_run(longer)
    watched = run.watched[0]
    batch = Batch(*(tensor[:2] for tensor in vars(watched).values()))

    from gesture_core.train.lifter import train_step

    losses = []
    for run.iteration in range(longer.iterations):
        losses.append(train_step(run, batch))
    assert losses[-1]["L_body"] < 0.2 * losses[0]["L_body"]
    assert losses[-1]["L_hands"] < 0.3 * losses[0]["L_hands"]


def test_training_may_start_from_weights(config, tmp_path):
    path = train_lifter(config)
    again = dataclasses.replace(config, initial=path, output=tmp_path / "again")
    started = start_run(again).model.state_dict()
    for name, value in load_lifter(path).state_dict().items():
        assert torch.equal(started[name], value), name


def test_the_same_seed_makes_the_same_steps(config):
    first, second = ([step["L"] for step in iterations(start_run(config))] for _ in range(2))
    assert first == second


def test_errors_by_hand():
    truth = np.random.default_rng(0).normal(size=(4, len(LIFTED), 3))
    found = truth.copy()
    found[:, LIFTED.index("leftHand")] += [0.0, 0.03, 0.0]
    hands = np.array([[True, True]] * 3 + [[False, False]])
    rows = errors(found + 1.0, truth, hands)
    assert rows["MPJPE, wrists"] == pytest.approx([15.0] * 4)
    assert rows["MPJPE, fingers"] == pytest.approx([0.0] * 4, abs=1e-9)
    assert rows["MPJPE, all"] == pytest.approx([30.0 / len(LIFTED)] * 4)
    assert rows["fingers from their wrist, hand seen"] == pytest.approx([30.0] * 3 + [0.0] * 3)
    groups = [set(columns) for name, columns in JOINT_GROUPS.items() if name != "all"]
    assert set.union(*groups) == set(JOINT_GROUPS["all"])
    assert sum(map(len, groups)) == len(LIFTED)


def test_evaluation_measures_floor_and_curves(config):
    path = train_lifter(config)
    motions = load_motions(config.motions).of(("connor",))
    figures = evaluate(path, motions, config.data, takes=1)
    assert figures["frames"] == 48
    floor, noisy = figures["noise floor"], figures["lifter"]
    assert floor.keys() == noisy.keys() == figures["mean pose"].keys()
    curve = [row["PA-MPJPE, all"] for row in figures["by noise, nothing lost"].values()]
    assert curve[0] == floor["PA-MPJPE, all"]
    seen = [row["hands seen"] for row in figures["by dropout"].values()]
    assert seen[0] > seen[-1]
