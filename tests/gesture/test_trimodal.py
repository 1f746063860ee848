"""The plain adversarial recipe: its losses, its generator, its judge of motion alone."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.trimodal import (
    CausalTextEncoder,
    TrimodalConfig,
    TrimodalDiscriminator,
    TrimodalGenerator,
    divergence_loss,
    smooth_l1_loss,
)
from tests.data.told import random_conditions

TINY = TrimodalConfig(
    motion=5,
    text=4,
    plan=3,
    manners=2,
    style=4,
    text_hidden=6,
    text_layers=3,
    heard=4,
    hidden=8,
    layers=2,
    judge_hidden=6,
    judge_layers=1,
)


def conditions(frames: int) -> Conditions:
    return random_conditions(TINY, frames)


@pytest.fixture
def generator() -> TrimodalGenerator:
    torch.manual_seed(0)
    return TrimodalGenerator(TINY).eval().requires_grad_(False)


def test_huber_has_a_slope_of_one_beyond_beta():
    motion, target = torch.tensor([0.05, 1.0]), torch.zeros(2)
    # 0.05² / 0.2 = 0.0125 and 1 − 0.05 = 0.95
    value = smooth_l1_loss(motion, target, beta=0.1).item()
    assert value == pytest.approx((0.0125 + 0.95) / 2)


def test_divergence_divides_by_the_l1_distance_and_is_limited():
    motion_1, motion_2 = torch.full((1, 4, 2), 1.0), torch.full((1, 4, 2), 0.5)
    style_1, style_2 = torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, -1.0]])
    # beyond β = 0.05: 0.5 − 0.025 = 0.475; L1 distance 2.5
    value = divergence_loss(motion_1, motion_2, style_1, style_2, beta=0.05, limit=10.0).item()
    assert value == pytest.approx(-0.475 / 2.50001, rel=1e-5)
    assert divergence_loss(motion_1, motion_2, style_1, style_1, 0.05, 10.0).item() == -10.0


@pytest.mark.parametrize("frames", [2, 16, 130])
def test_any_even_length_is_made(generator, frames):
    made = generator.sample(conditions(frames), torch.Generator().manual_seed(0))
    assert made.shape == (2, frames, TINY.motion)


def test_a_seed_gives_one_motion_and_another_seed_another_style(generator):
    told = conditions(16)
    first, again, other = (
        generator.sample(told, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)
    )
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    assert (first - other).abs().max() > 1e-5


def test_known_poses_are_kept(generator):
    known = torch.zeros(2, 16)
    known[:, :4] = 1.0
    given = torch.randn(2, 16, TINY.motion) * known[..., None]
    told = conditions(16).replace(given=given, known=known)
    made = generator.sample(told, torch.Generator())
    torch.testing.assert_close(made[:, :4], given[:, :4])


@pytest.mark.parametrize("name", ["text", "given", "known"])
def test_what_it_is_told_is_heard_but_the_plan_is_not(generator, name):
    told, style = conditions(16), torch.zeros(2, TINY.style)
    changed = told.replace(**{name: getattr(told, name) + 1.0})
    assert (generator(changed, style) - generator(told, style)).abs().max() > 1e-4
    planned = told.replace(plan=told.plan + 1.0)
    torch.testing.assert_close(generator(planned, style), generator(told, style))


def test_the_text_encoder_looks_back_only_and_far_enough():
    torch.manual_seed(0)
    encoder = CausalTextEncoder(TINY).eval().requires_grad_(False)
    text = torch.randn(1, 40, TINY.text)
    changed = text.clone()
    changed[:, 20] += 1.0
    apart = (encoder(changed) - encoder(text)).abs().amax(dim=(0, 2))
    # two convolutions of dilation 1, 2 and 4 each reach 14 frames on
    assert torch.all(apart[:20] == 0.0)
    assert apart[20] > 0.0
    assert torch.all(apart[35:] == 0.0)


def test_the_discriminator_is_told_nothing_but_motion():
    judge = TrimodalDiscriminator(TINY)
    assert list(inspect.signature(judge.forward).parameters) == ["motion"]
    assert any(isinstance(module, nn.BatchNorm1d) for module in judge.modules())
    verdict = judge(torch.randn(3, 34, TINY.motion))
    assert verdict.shape == (3,)
