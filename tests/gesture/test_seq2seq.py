"""The Seq2Seq baseline: its losses, its local attention, its decoding."""

from __future__ import annotations

import pytest
import torch

from gesture_core.models.conditions import Conditions
from gesture_core.models.seq2seq import (
    LocalAttention,
    Seq2SeqConfig,
    Seq2SeqGenerator,
    continuity_loss,
    variance_loss,
)
from tests.data.told import random_conditions

TINY = Seq2SeqConfig(motion=5, text=4, plan=3, manners=2, style=4, hidden=8, layers=2, reach=3)


def conditions(frames: int) -> Conditions:
    return random_conditions(TINY, frames)


@pytest.fixture
def generator() -> Seq2SeqGenerator:
    torch.manual_seed(0)
    return Seq2SeqGenerator(TINY).eval().requires_grad_(False)


def test_continuity_is_the_mean_step():
    motion = torch.tensor([[[0.0], [1.0], [-1.0]]])
    assert continuity_loss(motion).item() == pytest.approx(1.5)


def test_variance_rewards_movement():
    motion = torch.tensor([[[0.0, 5.0], [2.0, 5.0]]])
    # (0, 2) has a variance of 1, (5, 5) of 0
    assert variance_loss(motion).item() == pytest.approx(-0.5)


@pytest.mark.parametrize("frames", [2, 16, 130])
def test_any_even_length_is_made(generator, frames):
    made = generator.sample(conditions(frames), torch.Generator())
    assert made.shape == (2, frames, TINY.motion)


def test_the_same_words_give_the_same_motion(generator):
    told = conditions(16)
    first = generator.sample(told, torch.Generator().manual_seed(0))
    torch.testing.assert_close(generator.sample(told, torch.Generator().manual_seed(1)), first)


def test_a_known_pose_is_kept_and_goes_on_into_the_future_only(generator):
    told = conditions(16)
    known = torch.zeros(2, 16)
    known[:, 6] = 1.0
    given = 3.0 * known[..., None].expand(-1, -1, TINY.motion)
    free = generator.sample(told, torch.Generator())
    made = generator.sample(told.replace(known=known, given=given), torch.Generator())
    torch.testing.assert_close(made[:, :6], free[:, :6])
    torch.testing.assert_close(made[:, 6], given[:, 6])
    assert (made[:, 7:] - free[:, 7:]).abs().max() > 1e-4


@pytest.mark.parametrize("name", ["text", "manner", "energy"])
def test_text_and_style_are_heard(generator, name):
    told = conditions(16)
    value = getattr(told, name)
    changed = told.replace(**{name: 1 - value if name == "manner" else value + 1.0})
    before, after = generator(told), generator(changed)
    assert (after - before).abs().max() > 1e-4


def test_the_plan_is_not_heard(generator):
    told = conditions(16)
    changed = told.replace(plan=told.plan + 1.0)
    torch.testing.assert_close(generator(changed), generator(told))


def test_attention_is_a_mean_of_what_lies_within_reach():
    torch.manual_seed(0)
    attention = LocalAttention(size=6, keys=4, reach=2).requires_grad_(False)
    spoken, state = torch.randn(1, 9, 6), torch.randn(1, 6)
    windows = attention.windows(spoken)
    assert len(windows) == 9
    for step in (0, 4, 8):
        near = spoken[0, max(step - 2, 0) : step + 3]
        met = torch.tanh(attention.key(near) + attention.query(state))
        weight = attention.score(met).softmax(dim=0)
        torch.testing.assert_close(attention(state, windows[step])[0], (weight * near).sum(0))
