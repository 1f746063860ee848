"""The flow-matching generator: paths, directions, and what it makes of noise."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.flow import (
    FlowConfig,
    FlowGenerator,
    flow_loss,
    follow,
    moment_features,
    on_the_way,
)
from tests.data.told import random_conditions

TINY = FlowConfig(
    motion=5, text=4, plan=3, manners=2, style=4, unit=3, unit_points=6, hidden=12, blocks=2
)


def conditions(frames: int) -> Conditions:
    return random_conditions(TINY, frames, unit=TINY.unit)


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
    place = on_the_way(noise, motion, torch.tensor([0.0, 0.25, 1.0]))
    assert place[:, 0, 0].tolist() == [0.0, 1.0, 4.0]


def test_the_loss_is_that_of_the_directions():
    noise, motion = torch.zeros(2, 1, 1), torch.full((2, 1, 1), 4.0)
    moment, end = torch.tensor([0.5, 0.75]), torch.tensor([[[3.0]], [[4.5]]])
    place = on_the_way(noise, motion, moment)
    direction = (end - place) / (1.0 - moment)[:, None, None]
    expected = (direction - (motion - noise)).square().mean()  # (2² + 2²) / 2
    assert expected.item() == pytest.approx(4.0)
    torch.testing.assert_close(flow_loss(end, motion, moment), expected)


def test_the_loss_is_limited_at_the_end_of_the_way():
    end, motion = torch.ones(1, 1, 1), torch.zeros(1, 1, 1)
    assert flow_loss(end, motion, torch.tensor([1.0])).item() == pytest.approx(1 / 0.125**2)


def test_following_one_end_arrives_there_in_any_number_of_steps():
    goal = torch.randn(2, 3)
    for steps in (1, 3, 8):
        made = follow(lambda place, moment: goal, torch.randn(2, 3), steps)
        torch.testing.assert_close(made, goal)


@pytest.mark.parametrize(
    ("steps", "reached"),
    [
        (2, 1.25 * 1.75),  # moments 0, ¼, 1
        (3, (10 / 9 + (10 / 9 + 1 / 9 * 3 / 2) * 3 / 9) * 14 / 9),  # moments 0, 1/9, 4/9, 1
        (64, math.e),
    ],
)
def test_following_takes_growing_steps_of_the_second_order(steps, reached):
    """The direction ẋ = x from 1; its end lies at x + (1 − t) x."""

    def end(place: torch.Tensor, moment: torch.Tensor) -> torch.Tensor:
        return place + (1.0 - moment[:, None]) * place

    assert follow(end, torch.ones(1, 1), steps).item() == pytest.approx(reached, rel=1e-3)


def test_what_is_learned_carries_noise_to_the_distribution():
    """Two-dimensional data: the moments of what arrives are those of the data."""
    torch.manual_seed(1)
    spread = torch.tensor([[1.0, 0.0], [0.8, 0.3]])
    centre = torch.tensor([2.0, -1.0])
    network = nn.Sequential(nn.Linear(34, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU())
    network.append(nn.Linear(64, 2))
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)

    def end(place: torch.Tensor, moment: torch.Tensor) -> torch.Tensor:
        return network(torch.cat([place, moment_features(moment)], dim=-1))

    for step in range(800):
        for group in optimiser.param_groups:
            group["lr"] = 3e-3 * (1.0 - step / 800)
        data = torch.randn(256, 2) @ spread.T + centre
        moment = torch.rand(256)
        place = on_the_way(torch.randn(256, 2), data, moment)
        loss = flow_loss(end(place, moment), data, moment)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        made = follow(end, torch.randn(20_000, 2), 16)
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
    before = generator(place, moment, generator.heard(told, style))
    changed = told.replace(**{name: getattr(told, name) + 1.0})
    after = generator(place, moment, generator.heard(changed, style))
    assert (after - before).abs().max() > 1e-4
