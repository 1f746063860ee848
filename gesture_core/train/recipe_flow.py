"""How the flow-matching generator is trained: least squares on the directions of straight paths.

    L = L_flow + λ·L_KLD

L_flow is defined in `models.flow`. The moments t are logit-normal, which asks most often in the
middle of the way, where its end is hardest to tell (Esser et al., "Scaling Rectified Flow
Transformers for High-Resolution Image Synthesis", ICML 2024).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gesture_core.models.flow import FlowConfig, FlowGenerator, flow_loss, on_the_way
from gesture_core.models.gesture_gan import kld_loss, sample
from gesture_core.train.recipe import Batch, Descent, Sizes, draw_units


@dataclass(frozen=True)
class FlowTraining:
    """Sizes and weights of the flow-matching generator."""

    unit: int = 12
    """Length of the unit latent."""
    hidden: int = 160
    """Channels of the convolutions."""
    blocks: int = 6
    steps: int = 8
    """Steps from noise to motion when it is used."""
    rate: float = 1e-3
    weight_decay: float = 1e-3
    kld: float = 5e-4
    """Weight λ of L_KLD of the style, and of the unit posterior."""


class FlowRecipe:
    """Trains a flow-matching generator."""

    def __init__(self, config: FlowTraining, sizes: Sizes) -> None:
        self.config = config
        self.generator = FlowGenerator(
            FlowConfig(
                motion=sizes.motion,
                text=sizes.text,
                plan=sizes.plan,
                manners=sizes.manners,
                unit=config.unit,
                hidden=config.hidden,
                blocks=config.blocks,
                steps=config.steps,
            )
        )
        self.networks: dict[str, nn.Module] = {"generator": self.generator}
        self.optimisers: dict[str, torch.optim.Optimizer] = {
            "generator": torch.optim.AdamW(
                self.generator.parameters(),
                config.rate,
                (0.9, 0.98),
                weight_decay=config.weight_decay,
            )
        }

    def losses(self, batch: Batch, clips: Tensor, done: float) -> Iterator[Descent]:
        """One step on a random moment of every window's way."""
        del done
        generator, motion = self.generator, batch.motion
        style_mean, style_spread = generator.style(batch.manner, batch.energy)
        units, unit_mean, unit_spread = draw_units(generator.unit, clips, batch.part)
        heard = generator.heard(batch.told(units), sample(style_mean, style_spread))
        moment = torch.randn(len(motion), device=motion.device).sigmoid()
        place = on_the_way(torch.randn_like(motion), motion, moment)
        end = generator(place, moment, heard).float()
        flow = flow_loss(end, motion, moment)
        kld = kld_loss(style_mean, style_spread)
        if len(unit_mean):
            kld = kld + kld_loss(unit_mean, unit_spread)
        shown = {"L_flow": flow.detach(), "L_KLD": kld.detach()}
        yield Descent("generator", flow + self.config.kld * kld, shown)
