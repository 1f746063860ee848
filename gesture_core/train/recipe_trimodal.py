"""The plain adversarial recipe: Huber's loss and a discriminator that sees motion alone.

    L_G = α·L_Huber + β·L_NSGAN + γ·L_div + λ·L_KLD

with the weights 500, 5, 0.05 and 0.1 of the reference, its Adam, and its warm-up: the adversarial
term joins after a tenth of the training. The losses are defined in `models.trimodal` and
`models.gesture_gan`. The generator is used as it is, not averaged: set `ema: 0`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gesture_core.models.gesture_gan import (
    discriminator_loss,
    generator_loss,
    kld_loss,
    sample,
)
from gesture_core.models.trimodal import (
    TrimodalConfig,
    TrimodalDiscriminator,
    TrimodalGenerator,
    divergence_loss,
    smooth_l1_loss,
)
from gesture_core.train.recipe import Batch, Descent, Sizes


@dataclass(frozen=True)
class TrimodalTraining:
    """Sizes and weights of the plain recipe; the defaults are those of the reference."""

    text_hidden: int = 300
    """Channels of the text encoder."""
    text_layers: int = 4
    hidden: int = 300
    """Hidden size of each direction of the generator's GRU."""
    layers: int = 4
    judge_hidden: int = 64
    """Hidden size of each direction of the discriminator's GRU."""
    judge_layers: int = 4
    dropout: float = 0.3
    generator_rate: float = 5e-4
    discriminator_rate: float = 1e-4
    warm_up: float = 0.1
    """Share of the training before the discriminator joins."""
    huber: float = 500.0
    """Weight α of L_Huber."""
    huber_beta: float = 0.1
    adversarial: float = 5.0
    """Weight β of L_NSGAN."""
    divergence: float = 0.05
    """Weight γ of L_div."""
    divergence_beta: float = 0.05
    divergence_limit: float = 1000.0
    kld: float = 0.1
    """Weight λ of L_KLD of the style."""


class TrimodalRecipe:
    """Trains the plain adversarial generator."""

    def __init__(self, config: TrimodalTraining, sizes: Sizes) -> None:
        self.config = config
        sized = TrimodalConfig(
            motion=sizes.motion,
            text=sizes.text,
            plan=sizes.plan,
            manners=sizes.manners,
            text_hidden=config.text_hidden,
            text_layers=config.text_layers,
            hidden=config.hidden,
            layers=config.layers,
            judge_hidden=config.judge_hidden,
            judge_layers=config.judge_layers,
            dropout=config.dropout,
        )
        self.generator = TrimodalGenerator(sized)
        self.discriminator = TrimodalDiscriminator(sized)
        self.networks: dict[str, nn.Module] = {
            "generator": self.generator,
            "discriminator": self.discriminator,
        }
        rates = (config.generator_rate, config.discriminator_rate)
        self.optimisers: dict[str, torch.optim.Optimizer] = {
            name: torch.optim.Adam(network.parameters(), rate, (0.5, 0.999))
            for (name, network), rate in zip(self.networks.items(), rates, strict=True)
        }

    def losses(self, batch: Batch, clips: Tensor, done: float) -> Iterator[Descent]:
        """After the warm-up a step of the discriminator, and always one of the generator."""
        del clips
        config, motion, told = self.config, batch.motion, batch.told()
        mean, log_variance = self.generator.style(batch.manner, batch.energy)
        style = sample(mean, log_variance)
        other = torch.randperm(len(batch), device=motion.device)
        style_2 = sample(mean[other], log_variance[other])
        both = self.generator(told.joined(told), torch.cat([style, style_2])).float()
        made, made_2 = both.chunk(2)
        adversarial = done >= config.warm_up
        if adversarial:
            verdicts = self.discriminator(motion), self.discriminator(made.detach())
            loss = discriminator_loss(*verdicts)
            real, fake = (verdict.detach().sigmoid().mean() for verdict in verdicts)
            shown = {"L_D": loss.detach(), "D real": real, "D generated": fake}
            yield Descent("discriminator", loss, shown)
        parts = {
            "L_Huber": (config.huber, smooth_l1_loss(made, motion, config.huber_beta)),
            "L_div": (
                config.divergence,
                divergence_loss(
                    made, made_2, style, style_2, config.divergence_beta, config.divergence_limit
                ),
            ),
            "L_KLD": (config.kld, kld_loss(mean, log_variance)),
        }
        if adversarial:
            parts["L_NSGAN"] = (config.adversarial, generator_loss(self.discriminator(made)))
        total = torch.stack([weight * loss for weight, loss in parts.values()]).sum()
        yield Descent(
            "generator", total, {name: loss.detach() for name, (_, loss) in parts.items()}
        )
