import dataclasses
import math

import pytest
import torch

from gesture_core.models.conditions import Conditions
from gesture_core.models.gesture_gan import (
    DiscriminatorConfig,
    GestureDiscriminator,
    GestureGenerator,
    GestureModelConfig,
    discriminator_loss,
    generator_loss,
    gradient_penalty,
    huber_loss,
    kld_loss,
    motion_channels,
    sample,
    style_loss,
)

TINY = GestureModelConfig(
    motion=5, text=4, plan=3, manners=2, style=4, unit=3, unit_points=6, hidden=8, layers=1
)


def told(frames: int, batch: int = 2) -> Conditions:
    motion = torch.randn(batch, frames, TINY.motion)
    known = torch.zeros(batch, frames)
    known[:, :4] = 1.0
    return Conditions(
        text=torch.randn(batch, frames, TINY.text),
        plan=torch.randn(batch, frames, TINY.plan),
        unit=torch.randn(batch, frames, TINY.unit),
        manner=torch.zeros(batch, dtype=torch.long),
        energy=torch.ones(batch),
        given=motion * known[..., None],
        known=known,
    )


def free(batch: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.randn(batch, TINY.style), torch.randn(batch, TINY.noise)


def test_huber_is_quadratic_below_delta_and_linear_above():
    target = torch.zeros(1, 2, 1)
    motion = torch.tensor([[[0.5], [3.0]]])
    # 0.5²/2 = 0.125 and 1·(3 − 0.5) = 2.5, their mean over two frames
    assert huber_loss(motion, target, delta=1.0).item() == pytest.approx((0.125 + 2.5) / 2)


def test_generator_loss_is_minus_log_d():
    for logit in (-3.0, 0.0, 2.0):
        d = 1 / (1 + math.exp(-logit))
        assert generator_loss(torch.tensor([logit])).item() == pytest.approx(-math.log(d), rel=1e-5)


def test_discriminator_loss_is_two_log_two_when_it_cannot_tell():
    zero = torch.zeros(3)
    assert discriminator_loss(zero, zero).item() == pytest.approx(2 * math.log(2), rel=1e-5)
    sure = discriminator_loss(torch.tensor([2.0]), torch.tensor([-1.0])).item()
    sigmoid = [1 / (1 + math.exp(-x)) for x in (2.0, -1.0)]
    assert sure == pytest.approx(-math.log(sigmoid[0]) - math.log(1 - sigmoid[1]), rel=1e-5)


def test_style_loss_divides_by_the_l1_distance_and_is_limited():
    motion_1, motion_2 = torch.full((1, 4, 2), 1.0), torch.full((1, 4, 2), 0.6)
    style_1, style_2 = torch.tensor([[0.0, 1.0]]), torch.tensor([[0.5, -1.0]])
    # Huber 0.4²/2 = 0.08, L1 distance 2.5
    value = style_loss(motion_1, motion_2, style_1, style_2, limit=1.0, delta=1.0).item()
    assert value == pytest.approx(-0.08 / 2.5, rel=1e-5)
    limited = style_loss(motion_1, motion_2, style_1, style_2, limit=0.01, delta=1.0).item()
    assert limited == pytest.approx(-0.01)


def test_kld_is_zero_for_the_standard_normal():
    zero = torch.zeros(2, 3)
    assert kld_loss(zero, zero).item() == 0.0
    mean, log_variance = torch.tensor([[1.0]]), torch.tensor([[math.log(4.0)]])
    assert kld_loss(mean, log_variance).item() == pytest.approx(0.5 * (1 + 4 - 1 - math.log(4)))


def test_sample_has_the_mean_and_deviation_it_is_given():
    mean, log_variance = torch.full((20000,), 3.0), torch.full((20000,), math.log(4.0))
    drawn = sample(mean, log_variance, torch.Generator().manual_seed(0))
    assert drawn.mean().item() == pytest.approx(3.0, abs=0.05)
    assert drawn.std().item() == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize("frames", [48, 16, 130])
def test_generator_keeps_the_shape(frames):
    motion = GestureGenerator(TINY)(told(frames), *free())
    assert motion.shape == (2, frames, TINY.motion)


def test_generator_refuses_an_odd_length():
    with pytest.raises(ValueError, match="even"):
        GestureGenerator(TINY)(told(15), *free())


@pytest.mark.parametrize("changed", ["text", "plan", "unit", "given", "known"])
def test_generator_hears_every_condition(changed):
    torch.manual_seed(0)
    generator, heard, (style, noise) = GestureGenerator(TINY), told(16), free()
    before = generator(heard, style, noise)
    other = heard.replace(**{changed: getattr(heard, changed) + 1.0})
    assert (generator(other, style, noise) - before).abs().max() > 1e-4
    assert (generator(heard, style + 1.0, noise) - before).abs().max() > 1e-4
    assert (generator(heard, style, noise + 1.0) - before).abs().max() > 1e-4


def test_sampling_depends_on_the_random_generator_alone():
    torch.manual_seed(0)
    generator, heard = GestureGenerator(TINY), told(16)
    first, again, other = (
        generator.sample(heard, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    torch.testing.assert_close(first, again, rtol=0, atol=0)
    assert (first - other).abs().max() > 1e-4


def test_without_plan_and_unit_it_hears_neither():
    torch.manual_seed(0)
    plain = GestureGenerator(dataclasses.replace(TINY, plan=0, unit=0))
    assert plain.unit is None
    heard = told(16)
    heard = heard.replace(unit=heard.unit[..., :0])
    other = heard.replace(plan=heard.plan + 1.0)
    style, noise = free()
    torch.testing.assert_close(plain(heard, style, noise), plain(other, style, noise))


@pytest.mark.parametrize("conditioning", ["none", "concat", "projection"])
def test_discriminator_gives_a_logit_for_every_eight_frames_and_reads_what_it_should(conditioning):
    torch.manual_seed(0)
    judge = GestureDiscriminator(TINY, DiscriminatorConfig(conditioning=conditioning, width=16))
    motion, heard = torch.randn(2, 48, 5), told(48)
    verdict = judge(motion, heard)
    assert verdict.shape == (2, 6)
    assert (judge(motion + 0.1, heard) - verdict).abs().max() > 1e-5
    others = [
        heard.replace(text=heard.text + 1.0),
        heard.replace(plan=heard.plan + 1.0),
        heard.replace(manner=1 - heard.manner),
    ]
    for other in others:
        apart = (judge(motion, other) - verdict).abs().max().item()
        assert apart == 0.0 if conditioning == "none" else apart > 1e-5


def test_spectral_normalisation_bounds_every_layer():
    torch.manual_seed(0)
    judge = GestureDiscriminator(TINY, DiscriminatorConfig(spectral=True, width=16))
    for _ in range(30):  # the power iteration converges as it is used
        judge(torch.randn(2, 48, 5), told(48))
    norms = [
        torch.linalg.matrix_norm(layer.weight.flatten(1), 2).item()
        for layer in judge.modules()
        if isinstance(layer, torch.nn.Conv1d)
    ]
    assert norms == pytest.approx([1.0] * len(norms), abs=0.02)


def test_channels_are_differences_in_time():
    motion = torch.tensor([[[0.0], [1.0], [3.0]]])
    channels = motion_channels(motion, ("position", "velocity", "acceleration"))
    # velocities 1 and 2, tripled; accelerations 1 and 1, times six; nothing before the start
    expected = torch.tensor([[[0.0, 0.0, 0.0], [1.0, 3.0, 6.0], [3.0, 6.0, 6.0]]])
    torch.testing.assert_close(channels, expected)
    assert motion_channels(motion, ("velocity",)).shape == (1, 3, 1)


def test_gradient_penalty_of_a_linear_judge_is_its_squared_weight():
    motion = torch.randn(3, 4, 2, requires_grad=True)
    weight = torch.tensor([0.6, 0.8])
    assert gradient_penalty((motion @ weight).sum(dim=1), motion).item() == pytest.approx(1.0)


def test_encoders_give_distributions():
    generator = GestureGenerator(TINY)
    mean, log_variance = generator.style(torch.tensor([0, 1]), torch.tensor([0.5, 1.5]))
    assert mean.shape == log_variance.shape == (2, TINY.style)
    assert generator.unit is not None
    mean, log_variance = generator.unit(torch.randn(7, TINY.unit_points, TINY.motion))
    assert mean.shape == log_variance.shape == (7, TINY.unit)
