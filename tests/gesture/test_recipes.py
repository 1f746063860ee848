"""The recipes beside the default: what they descend, and that descending it helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from gesture_core.config import load_config
from gesture_core.gestures.synthesize import load_gesture_model
from gesture_core.train.gesture import train_gesture
from gesture_core.train.gesture_run import GestureTraining
from gesture_core.train.recipe import Batch, Recipe, Sizes
from gesture_core.train.recipe_flow import FlowRecipe, FlowTraining
from gesture_core.train.recipe_seq2seq import Seq2SeqRecipe, Seq2SeqTraining
from gesture_core.train.recipe_trimodal import TrimodalRecipe, TrimodalTraining
from tests.data.told import random_batch

CONFIGS = Path(__file__).resolve().parents[2] / "configs" / "train"
SIZES = Sizes(motion=6, text=5, plan=4, manners=2)
UNITS, POINTS, FRAMES = 3, 20, 16


def flow() -> FlowRecipe:
    return FlowRecipe(FlowTraining(unit=4, hidden=24, blocks=2, rate=3e-3), SIZES)


def seq2seq() -> Seq2SeqRecipe:
    return Seq2SeqRecipe(Seq2SeqTraining(hidden=24, layers=1, rate=3e-3), SIZES)


def trimodal(warm_up: float = 1.0) -> TrimodalRecipe:
    config = TrimodalTraining(
        text_hidden=8,
        text_layers=2,
        hidden=24,
        layers=1,
        judge_hidden=8,
        judge_layers=1,
        dropout=0.0,
        generator_rate=3e-3,
        warm_up=warm_up,
    )
    return TrimodalRecipe(config, SIZES)


@pytest.fixture
def batch() -> Batch:
    torch.manual_seed(0)
    return random_batch(SIZES, FRAMES, 8, UNITS)


def step(recipe: Recipe, batch: Batch, done: float = 0.5) -> dict[str, float]:
    """One iteration as the training loop makes it; what it has to show."""
    clips = torch.ones(UNITS, POINTS, SIZES.motion)
    shown: dict[str, Tensor] = {}
    for descent in recipe.losses(batch, clips, done):
        optimiser = recipe.optimisers[descent.optimiser]
        optimiser.zero_grad(set_to_none=True)
        descent.loss.backward()
        optimiser.step()
        shown |= descent.shown
    assert not any(loss.requires_grad for loss in shown.values())
    return {name: loss.item() for name, loss in shown.items()}


@pytest.mark.parametrize(
    ("make", "loss", "factor"),
    [(flow, "L_flow", 0.85), (seq2seq, "L_MSE", 0.5), (trimodal, "L_Huber", 0.8)],
)
def test_descending_one_batch_lowers_its_loss(
    make: Callable[[], Recipe], loss: str, factor: float, batch: Batch
):
    torch.manual_seed(0)
    recipe = make()
    losses = [step(recipe, batch)[loss] for _ in range(60)]
    assert sum(losses[-10:]) < factor * sum(losses[:10])


@pytest.mark.parametrize("make", [flow, seq2seq, lambda: trimodal(0.0)])
def test_every_weight_is_trained(make: Callable[[], Recipe], batch: Batch):
    recipe = make()
    for _ in range(3):  # the zeros that the flow starts from pass gradients on one by one
        step(recipe, batch)
    still = [
        f"{name}.{weight}"
        for name, network in recipe.networks.items()
        for weight, value in network.named_parameters()
        if value.grad is None or not value.grad.any()
    ]
    assert still == []


def test_a_perfect_seq2seq_is_charged_for_its_movement_alone(batch: Batch):
    torch.manual_seed(0)
    recipe = seq2seq()
    made = recipe.generator(batch.told()).detach()
    perfect = Batch(**{**vars(batch), "motion": made})
    (descent,) = recipe.losses(perfect, torch.empty(0), 0.0)
    steps = (made[:, 1:] - made[:, :-1]).abs().mean()
    spread = made.var(dim=1, unbiased=False).mean()
    torch.testing.assert_close(descent.loss, 0.1 * steps - 25.0 * spread)


def test_the_discriminator_joins_after_the_warm_up(batch: Batch):
    recipe = trimodal(warm_up=0.3)
    assert "L_D" not in step(recipe, batch, done=0.29)
    assert {"L_D", "L_NSGAN", "D real", "D generated"} <= step(recipe, batch, done=0.3).keys()


def test_the_plain_loss_is_the_weighted_sum_of_its_terms(batch: Batch):
    recipe = trimodal(warm_up=0.0)
    *_, descent = recipe.losses(batch, torch.empty(0), 0.5)
    weights = {"L_Huber": 500.0, "L_NSGAN": 5.0, "L_div": 0.05, "L_KLD": 0.1}
    total = sum(weight * descent.shown[name] for name, weight in weights.items())
    torch.testing.assert_close(descent.loss.detach(), total)


def test_flow_hears_the_unit_that_is_performed(batch: Batch):
    """Windows without any unit have no posterior to pay for."""
    torch.manual_seed(0)
    recipe = flow()
    alone = Batch(**{**vars(batch), "part": torch.full_like(batch.part, -1)})
    clips = torch.ones(UNITS, POINTS, SIZES.motion)
    (quiet,) = recipe.losses(alone, clips, 0.0)
    (full,) = recipe.losses(batch, clips, 0.0)
    assert torch.isfinite(quiet.loss)
    assert quiet.shown["L_KLD"] < full.shown["L_KLD"]


@pytest.mark.parametrize("name", ["gesture", "flow", "plain", "seq2seq"])
def test_the_loop_trains_what_the_tiny_configuration_names(
    name: str, data_files: Path, tmp_path: Path
):
    overrides = ("batch=2", "window=16", "held_out=2", "components=6", "word_components=4")
    config = load_config(
        GestureTraining,
        CONFIGS / f"{name}_tiny.yaml",
        [*overrides, "sentence_components=2", "minutes=0.1", "sheet=0"],
    )
    data = {"units": data_files / "units.lmdb", "sentences": data_files / "sentences.npz"}
    path = train_gesture(replace(config, **data, output=tmp_path / name))
    model = load_gesture_model(path)
    assert model.generator.config.motion == 6
