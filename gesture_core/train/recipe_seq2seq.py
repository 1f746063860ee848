"""How the Seq2Seq baseline is trained: by least squares, with a reward for movement.

    L = α·E(d̂ − d)² + β·L_continuity + γ·L_variance

with the weights 250, 0.1 and 25 of the reference; the two small terms are defined in
`models.seq2seq`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gesture_core.models.seq2seq import (
    Seq2SeqConfig,
    Seq2SeqGenerator,
    continuity_loss,
    variance_loss,
)
from gesture_core.train.recipe import Batch, Descent, Sizes


@dataclass(frozen=True)
class Seq2SeqTraining:
    """Sizes and weights of the Seq2Seq baseline."""

    hidden: int = 200
    """Hidden size of the encoder and of the decoder."""
    layers: int = 2
    rate: float = 1e-3
    squared: float = 250.0
    """Weight α of the squared error."""
    continuity: float = 0.1
    """Weight β of L_continuity."""
    variance: float = 25.0
    """Weight γ of L_variance."""


class Seq2SeqRecipe:
    """Trains a Seq2Seq baseline; the decoder runs on its own poses, as it will when it is used."""

    def __init__(self, config: Seq2SeqTraining, sizes: Sizes) -> None:
        self.config = config
        self.generator = Seq2SeqGenerator(
            Seq2SeqConfig(
                motion=sizes.motion,
                text=sizes.text,
                plan=sizes.plan,
                manners=sizes.manners,
                hidden=config.hidden,
                layers=config.layers,
            )
        )
        self.networks: dict[str, nn.Module] = {"generator": self.generator}
        self.optimisers: dict[str, torch.optim.Optimizer] = {
            "generator": torch.optim.Adam(self.generator.parameters(), config.rate, (0.9, 0.999))
        }

    def losses(self, batch: Batch, clips: Tensor, done: float) -> Iterator[Descent]:
        """One step."""
        del clips, done
        config = self.config
        made = self.generator(batch.told()).float()
        parts = {
            "L_MSE": (made - batch.motion).square().mean(),
            "L_continuity": continuity_loss(made),
            "L_variance": variance_loss(made),
        }
        total = (
            config.squared * parts["L_MSE"]
            + config.continuity * parts["L_continuity"]
            + config.variance * parts["L_variance"]
        )
        yield Descent("generator", total, {name: loss.detach() for name, loss in parts.items()})
