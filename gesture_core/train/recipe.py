"""What the training loop asks of every way to train a gesture generator.

A recipe owns its networks and optimisers and says, batch by batch, which losses to descend; the
loop in `train.gesture` does everything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.gesture_gan import UnitEncoder, sample


@dataclass(frozen=True)
class Sizes:
    """Lengths that the data decide: of motion codes, text, plan, and the number of manners."""

    motion: int
    text: int
    plan: int
    manners: int


@dataclass(frozen=True, eq=False)
class Batch:
    """B windows of T frames of real motion with all that is known of them.

    `motion` (B, T, K) codes; `part` (B, T) long, the unit performed on each frame, −1 for none;
    the others as in `Conditions`.
    """

    motion: Tensor
    text: Tensor
    plan: Tensor
    part: Tensor
    manner: Tensor
    energy: Tensor
    given: Tensor
    known: Tensor

    def __len__(self) -> int:
        return len(self.motion)

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))

    def told(self, unit: Tensor | None = None) -> Conditions:
        """What a generator hears, with the unit latents (B, T, U) if it wants any."""
        if unit is None:
            unit = self.text.new_zeros((*self.text.shape[:2], 0))
        return Conditions(
            self.text, self.plan, unit, self.manner, self.energy, self.given, self.known
        )


class Descent(NamedTuple):
    """One step to take: the loss to descend with the optimiser of this name, and its parts.

    `shown` are scalars for the log, not part of the graph that is descended.
    """

    optimiser: str
    loss: Tensor
    shown: Mapping[str, Tensor]


class Recipe(Protocol):
    """A way to train; `networks` holds "generator", whose average is what is used in the end."""

    networks: dict[str, nn.Module]
    optimisers: dict[str, torch.optim.Optimizer]

    def losses(self, batch: Batch, clips: Tensor, done: float) -> Iterator[Descent]:
        """The steps of one iteration, in order; each is taken before the next is asked for.

        `clips` (P, points, K): every unit of the repertoire at fixed phases; `done`: the share of
        the training that lies behind, 0–1.
        """
        ...


def draw_units(encoder: UnitEncoder, clips: Tensor, part: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Latents (B, T, U) drawn for the units on every frame, and the posteriors' mean and log σ².

    Only the units that occur are encoded; frames without a unit get zeros.
    """
    used, place = torch.unique(part, return_inverse=True)
    mean, log_variance = encoder(clips[used.clamp(min=0)])
    drawn = sample(mean, log_variance) * (used >= 0)[:, None]
    real = used >= 0
    return drawn[place], mean[real], log_variance[real]
