"""The adversarial recipe, which makes the default generator.

    L_G = α·L_Huber + β·L_NSGAN + γ·L_style + λ·L_KLD                                        (1)
    L_D = L_D(real, generated) + L_D(real, mismatched) + r₁·R1 + r₂·R2                        (2)

The terms are defined in `models.gesture_gan`. L_Huber compares poses and velocities. Mismatched:
real motion under another sentence's text and plan counts as false (Reed et al., ICML 2016), which
forces D to read them. The penalties are taken every few iterations (Karras et al., CVPR 2020).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor, nn

from gesture_core.models import gesture_gan as gan
from gesture_core.models.conditions import Conditions
from gesture_core.train.recipe import Batch, Descent, Sizes, draw_units

Augmentation = Literal["shift", "size", "cut", "noise"]


@dataclass(frozen=True)
class AdversarialTraining:
    """Networks and losses of the adversarial recipe; each modern choice is a switch."""

    plan: bool = True
    """The generator hears the plan."""
    unit: int = 24
    """Length of the unit latents; 0: none."""
    hidden: int = 160
    """Hidden size of each direction of the generator's GRU."""
    layers: int = 2
    discriminator: gan.DiscriminatorConfig = field(default_factory=gan.DiscriminatorConfig)
    generator_rate: float = 1e-3
    discriminator_rate: float = 4e-4
    weight_decay: float = 1e-3
    warm_up: float = 0.1
    """Share of the iterations before the discriminator joins; 1: it never does."""
    alpha: float = 10.0
    """Weight of L_Huber."""
    beta: float = 0.1
    """Weight of L_NSGAN."""
    gamma: float = 0.5
    """Weight of L_style."""
    kld: float = 5e-4
    """Weight λ of L_KLD of the style, and of the unit posterior."""
    huber_delta: float = 0.5
    style_limit: float = 0.05
    """τ of L_style."""
    mismatch: float = 0.5
    """Share of the fakes of L_D that are real motions under another text."""
    r1: float = 0.02
    """Weight of R1, the gradient penalty on real motion; 0: none."""
    r2: float = 0.0
    """Weight of R2, the gradient penalty on generated motion; 0: none."""
    penalty_every: int = 8
    """Iterations between two penalties on average; they are weighted up by as much."""
    augment: tuple[Augmentation, ...] = ("shift", "size", "noise")
    """What D sees is shifted in time, made larger or smaller, cut out in places, or blurred."""


class AdversarialRecipe:
    """Generator and discriminator with their optimisers."""

    def __init__(self, config: AdversarialTraining, sizes: Sizes) -> None:
        self.config = config
        self.model = gan.GestureModelConfig(
            motion=sizes.motion,
            text=sizes.text,
            plan=sizes.plan if config.plan else 0,
            manners=sizes.manners,
            unit=config.unit,
            hidden=config.hidden,
            layers=config.layers,
        )
        self.generator = gan.GestureGenerator(self.model)
        judged = gan.GestureModelConfig(
            motion=sizes.motion, text=sizes.text, plan=sizes.plan, manners=sizes.manners
        )
        self.discriminator = gan.GestureDiscriminator(judged, config.discriminator)
        self.networks: dict[str, nn.Module] = {
            "generator": self.generator,
            "discriminator": self.discriminator,
        }
        betas = (0.5, 0.98)
        self.optimisers: dict[str, torch.optim.Optimizer] = {
            "generator": torch.optim.AdamW(
                self.generator.parameters(),
                config.generator_rate,
                betas,
                weight_decay=config.weight_decay,
            ),
            "discriminator": torch.optim.AdamW(
                self.discriminator.parameters(), config.discriminator_rate, betas
            ),
        }

    def losses(self, batch: Batch, clips: Tensor, done: float) -> Iterator[Descent]:
        """One step of the discriminator, once it has joined, and one of the generator."""
        config = self.config
        shown: dict[str, Tensor] = {}
        told, kld = self._told(batch, clips)
        mean, spread = self.generator.style(batch.manner, batch.energy)
        style = gan.sample(mean, spread)
        noise = torch.randn(len(batch), self.model.noise, device=style.device)
        few = max(len(batch) // 4, 1)  # L_style compares a part of the batch with other styles
        other, style_2 = self._restyled(told.rows(slice(few)))
        both = self.generator(
            told.joined(other), torch.cat([style, style_2]), torch.cat([noise, noise[:few]])
        ).float()
        fake = both[: len(batch)]
        judged = torch.where(batch.known[..., None] > 0, batch.motion, fake)
        adversarial = done >= config.warm_up and config.beta > 0.0
        if adversarial:
            yield self._discriminate(batch, told, judged.detach())
        shown["L_Huber"] = gan.huber_loss(_moving(fake), _moving(batch.motion), config.huber_delta)
        shown["L_style"] = gan.style_loss(
            fake[:few],
            both[len(batch) :],
            style[:few],
            style_2,
            config.style_limit,
            config.huber_delta,
        )
        shown["L_KLD"] = gan.kld_loss(mean, spread) + kld
        total = (
            config.alpha * shown["L_Huber"]
            + config.gamma * shown["L_style"]
            + config.kld * shown["L_KLD"]
        )
        if adversarial:
            seen, heard = self._seen(judged, told)
            shown["L_NSGAN"] = gan.generator_loss(self.discriminator(seen, heard))
            total = total + config.beta * shown["L_NSGAN"]
        yield Descent("generator", total, {"L_G": total, **shown})

    def _told(self, batch: Batch, clips: Tensor) -> tuple[Conditions, Tensor]:
        """What the generator hears, and the divergence of the posteriors it draws units from."""
        if self.generator.unit is None:
            return batch.told(), batch.text.new_zeros(())
        unit, mean, spread = draw_units(self.generator.unit, clips, batch.part)
        kld = gan.kld_loss(mean, spread) if len(mean) else unit.new_zeros(())
        return batch.told(unit), kld

    def _restyled(self, told: Conditions) -> tuple[Conditions, Tensor]:
        """The same in other manners and energies, with a style vector drawn for them."""
        manner = torch.randint(self.model.manners, (len(told),)).to(told.manner.device)
        energy = told.energy[torch.randperm(len(told))]
        style = gan.sample(*self.generator.style(manner, energy))
        return told.replace(manner=manner, energy=energy), style

    def _discriminate(self, batch: Batch, told: Conditions, fake: Tensor) -> Descent:
        """L_D (2) and how sure D is of real, generated and mismatched motion."""
        config, judge = self.config, self.discriminator
        # by chance and not in turn, so that a run that goes on needs no count
        penalised = torch.rand(()).item() < 1.0 / config.penalty_every
        real, heard = self._seen(batch.motion, told)
        fake, heard_fake = self._seen(fake, told)
        if penalised:
            real, fake = real.requires_grad_(config.r1 > 0), fake.requires_grad_(config.r2 > 0)
        verdict, verdict_fake = judge(real, heard), judge(fake, heard_fake)
        other = torch.roll(torch.arange(len(batch)), 1)
        wrong = heard.replace(text=heard.text[other], plan=heard.plan[other])
        verdict_wrong = judge(real.detach(), wrong)
        loss = (1.0 - config.mismatch) * gan.discriminator_loss(verdict, verdict_fake)
        loss = loss + config.mismatch * gan.discriminator_loss(verdict, verdict_wrong)
        shown = {"L_D": loss.detach()}
        if penalised and config.r1 > 0:
            shown["R1"] = gan.gradient_penalty(verdict, real)
            loss = loss + config.r1 * config.penalty_every * shown["R1"]
        if penalised and config.r2 > 0:
            shown["R2"] = gan.gradient_penalty(verdict_fake, fake)
            loss = loss + config.r2 * config.penalty_every * shown["R2"]
        named = {"real": verdict, "generated": verdict_fake, "mismatched": verdict_wrong}
        shown |= {f"D {name}": torch.sigmoid(v).mean() for name, v in named.items()}
        return Descent("discriminator", loss, shown)

    def _seen(self, motion: Tensor, told: Conditions) -> tuple[Tensor, Conditions]:
        """What D sees of a motion and hears of its text; real and generated alike."""
        return augmented(motion, told, self.config.augment)


def augmented(
    motion: Tensor, told: Conditions, augmentations: tuple[Augmentation, ...]
) -> tuple[Tensor, Conditions]:
    """Windows changed at random, so that D cannot learn the few real ones by heart.

    The changes are differentiable, so that G learns through them (Karras et al., NeurIPS 2020).
    """
    batch, frames, size = motion.shape
    device = motion.device
    if "size" in augmentations:
        motion = motion * (1.0 + 0.15 * torch.randn(batch, 1, 1, device=device))
    if "noise" in augmentations:
        motion = motion + 0.03 * torch.randn(motion.shape, device=device)
    if "cut" in augmentations:
        motion = motion * (torch.rand(batch, 1, size, device=device) > 0.05)
    if "shift" in augmentations:  # a shorter window that starts anywhere in the first frames
        start = int(torch.randint(9, ()))
        now = slice(start, start + frames - 8)
        motion = motion[:, now]
        told = told.replace(
            **{
                name: getattr(told, name)[:, now]
                for name in ("text", "plan", "unit", "given", "known")
            }
        )
    return motion, told


def _moving(motion: Tensor) -> Tensor:
    """Poses and velocities (B, T − 1, 2K): what L_Huber compares."""
    return torch.cat([motion[:, 1:], 2.0 * (motion[:, 1:] - motion[:, :-1])], dim=-1)
