import math

import pytest
import torch

from gesture_core.models.gesture_gan import (
    GestureDiscriminator,
    GestureGenerator,
    GestureModelConfig,
    discriminator_loss,
    generator_loss,
    huber_loss,
    kld_loss,
    sample,
    style_loss,
)

TINY = GestureModelConfig(
    motion=5, text=4, plan=3, manners=2, style=4, unit=3, unit_points=6, hidden=8, layers=1
)


def inputs(frames: int, batch: int = 2, seed: int = 4) -> list[torch.Tensor]:
    sizes = (TINY.text, TINY.plan, TINY.unit)
    told = [torch.randn(batch, frames, size) for size in sizes]
    return [
        *told,
        torch.randn(batch, TINY.style),
        torch.randn(batch, TINY.noise),
        torch.randn(batch, seed, TINY.motion),
    ]


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


@pytest.mark.parametrize(("frames", "seed"), [(48, 4), (16, 0), (130, 4)])
def test_generator_keeps_the_shape(frames, seed):
    motion = GestureGenerator(TINY)(*inputs(frames, seed=seed))
    assert motion.shape == (2, frames, TINY.motion)


def test_generator_refuses_an_odd_length():
    with pytest.raises(ValueError, match="even"):
        GestureGenerator(TINY)(*inputs(15))


@pytest.mark.parametrize("changed", range(6))
def test_generator_hears_every_input(changed):
    torch.manual_seed(0)
    generator, told = GestureGenerator(TINY), inputs(16)
    before = generator(*told)
    told[changed] = told[changed] + 1.0
    assert (generator(*told) - before).abs().max() > 1e-4


def test_discriminator_gives_a_logit_for_every_eight_frames_and_reads_text():
    torch.manual_seed(0)
    judge = GestureDiscriminator(TINY)
    motion, text, plan = torch.randn(2, 48, 5), torch.randn(2, 48, 4), torch.randn(2, 48, 3)
    manner = torch.tensor([0, 1])
    verdict = judge(motion, text, plan, manner)
    assert verdict.shape == (2, 6)
    assert (judge(motion, text + 1.0, plan, manner) - verdict).abs().max() > 1e-4
    assert (judge(motion, text, plan, 1 - manner) - verdict).abs().max() > 1e-4


def test_encoders_give_distributions():
    generator = GestureGenerator(TINY)
    mean, log_variance = generator.style(torch.tensor([0, 1]), torch.tensor([0.5, 1.5]))
    assert mean.shape == log_variance.shape == (2, TINY.style)
    mean, log_variance = generator.unit(torch.randn(7, TINY.unit_points, TINY.motion))
    assert mean.shape == log_variance.shape == (7, TINY.unit)
