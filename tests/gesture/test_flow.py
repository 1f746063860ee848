"""The flow-matching generator: paths, directions, and what it makes of noise."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.flow import (
    FlowConfig,
    FlowGenerator,
    follow,
    moment_features,
    on_the_way,
)
from tests.data.told import random_conditions

TINY = FlowConfig(
    motion=5, text=4, plan=3, manners=2, style=4, unit=3, unit_points=6, hidden=12, blocks=2
)


def conditions(frames: int) -> Conditions:
    return random_conditions(TINY, frames)


def lively(config: FlowConfig = TINY) -> FlowGenerator:
    """A network whose last layer is not zero, as it is before training."""
    torch.manual_seed(0)
    generator = FlowGenerator(config).eval().requires_grad_(False)
    nn.init.normal_(generator.leave.weight)
    return generator


def drawn(generator: FlowGenerator, told: Conditions, seed: int = 0) -> torch.Tensor:
    return generator.sample(told, torch.Generator().manual_seed(seed))


def test_a_path_is_straight_from_noise_to_motion():
    noise, motion = torch.zeros(3, 2, 1), torch.full((3, 2, 1), 4.0)
    place, direction = on_the_way(noise, motion, torch.tensor([0.0, 0.25, 1.0]))
    assert place[:, 0, 0].tolist() == [0.0, 1.0, 4.0]
    assert torch.all(direction == 4.0)


def test_following_a_constant_direction_arrives_in_any_number_of_steps():
    start = torch.randn(2, 3)
    for steps in (1, 3, 8):
        end = follow(lambda place, moment: torch.full_like(place, 2.0), start, steps)
        torch.testing.assert_close(end, start + 2.0)


def test_following_takes_eulers_steps():
    # ẋ = x from 1 in two steps: 1 + ½ = 1.5, 1.5 + ¾ = 2.25
    end = follow(lambda place, moment: place, torch.ones(1, 1), 2)
    assert end.item() == pytest.approx(2.25)


def test_a_learned_direction_carries_noise_to_the_distribution():
    """Two-dimensional data: the moments of what arrives are those of the data."""
    torch.manual_seed(1)
    spread = torch.tensor([[1.0, 0.0], [0.8, 0.3]])
    centre = torch.tensor([2.0, -1.0])
    network = nn.Sequential(nn.Linear(34, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU())
    network.append(nn.Linear(64, 2))
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)

    def direction(place: torch.Tensor, moment: torch.Tensor) -> torch.Tensor:
        return network(torch.cat([place, moment_features(moment)], dim=-1))

    for step in range(800):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * (1.0 - step / 800)
        data = torch.randn(256, 2) @ spread.T + centre
        moment = torch.rand(256)
        place, target = on_the_way(torch.randn(256, 2), data, moment)
        loss = (direction(place, moment) - target).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        made = follow(direction, torch.randn(20_000, 2), 16)
    torch.testing.assert_close(made.mean(0), centre, atol=0.12, rtol=0.0)
    torch.testing.assert_close(made.T.cov(), spread @ spread.T, atol=0.15, rtol=0.0)


@pytest.mark.parametrize("frames", [2, 16, 130])
def test_any_even_length_is_made(frames):
    assert drawn(lively(), conditions(frames)).shape == (2, frames, TINY.motion)


def test_an_odd_length_is_refused():
    with pytest.raises(ValueError, match="even"):
        drawn(lively(), conditions(15))


def test_a_seed_gives_one_motion_and_another_seed_another():
    generator, told = lively(), conditions(16)
    torch.testing.assert_close(drawn(generator, told), drawn(generator, told), rtol=0, atol=0)
    assert (drawn(generator, told) - drawn(generator, told, seed=1)).abs().max() > 0.1


def test_known_frames_arrive_where_they_are_given():
    generator, told = lively(), conditions(16)
    known = torch.zeros(2, 16)
    known[:, :4] = known[:, 9] = 1.0
    given = torch.randn(2, 16, TINY.motion) * known[..., None]
    made = drawn(generator, told.replace(given=given, known=known))
    torch.testing.assert_close(made[known > 0], given[known > 0], atol=1e-5, rtol=0.0)
    free = drawn(generator, told)
    assert (made[known == 0] - free[known == 0]).abs().max() > 1e-3


@pytest.mark.parametrize("name", ["text", "plan", "unit", "energy", "given", "known"])
def test_every_input_is_heard(name):
    generator, told = lively(), conditions(16)
    style, place, moment = torch.zeros(2, TINY.style), torch.randn(2, 16, 5), torch.rand(2)
    if name == "energy":
        mean, _ = generator.style(told.manner, told.energy)
        other, _ = generator.style(told.manner, told.energy + 1.0)
        assert (mean - other).abs().max() > 1e-3
        return
    before = generator.direction(place, moment, generator.heard(told, style))
    changed = told.replace(**{name: getattr(told, name) + 1.0})
    after = generator.direction(place, moment, generator.heard(changed, style))
    assert (after - before).abs().max() > 1e-4
