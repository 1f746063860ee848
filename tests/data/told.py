"""Random conditions for networks of any sizes, so that their tests need no data."""

from __future__ import annotations

from typing import Protocol

import torch

from gesture_core.models.conditions import Conditions
from gesture_core.train.recipe import Batch


class Sized(Protocol):
    """The sizes that every network's configuration has, and `Sizes`."""

    @property
    def motion(self) -> int: ...
    @property
    def text(self) -> int: ...
    @property
    def plan(self) -> int: ...
    @property
    def manners(self) -> int: ...


def random_conditions(sizes: Sized, frames: int, batch: int = 2, unit: int = 0) -> Conditions:
    """Text, plan and units of length `unit` at random, every manner in turn, no frame known."""
    return Conditions(
        text=torch.randn(batch, frames, sizes.text),
        plan=torch.randn(batch, frames, sizes.plan),
        unit=torch.randn(batch, frames, unit),
        manner=torch.arange(batch) % sizes.manners,
        energy=torch.linspace(0.5, 1.5, batch),
        given=torch.zeros(batch, frames, sizes.motion),
        known=torch.zeros(batch, frames),
    )


def random_batch(sizes: Sized, frames: int, batch: int, units: int, given: int = 4) -> Batch:
    """Smooth random motion of some units with its first frames given."""
    told = random_conditions(sizes, frames, batch)
    motion = torch.randn(batch, frames, sizes.motion).cumsum(1) / frames**0.5
    known = torch.zeros(batch, frames)
    known[:, :given] = 1.0
    return Batch(
        motion=motion,
        text=told.text,
        plan=told.plan,
        part=torch.randint(-1, units, (batch, frames)),
        manner=told.manner,
        energy=told.energy,
        given=motion * known[..., None],
        known=known,
    )
