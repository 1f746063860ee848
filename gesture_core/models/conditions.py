"""What every gesture generator is told, whatever network it is."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Conditions:
    """B windows of T frames as a generator hears them.

    `text` (B, T, F) words, sentences and time; `plan` (B, T, P) the plan per frame; `unit`
    (B, T, U) the latent of the recorded unit that each frame's gesture follows, 0 where there is
    none; `manner` (B,) long; `energy` (B,); `given` (B, T, K) motion codes of known frames, 0
    elsewhere; `known` (B, T) 1 where `given` holds, such as seed poses or poses a user has pinned.
    """

    text: Tensor
    plan: Tensor
    unit: Tensor
    manner: Tensor
    energy: Tensor
    given: Tensor
    known: Tensor

    def __post_init__(self) -> None:
        batch, frames = self.text.shape[:2]
        for name in ("plan", "unit", "given", "known"):
            if getattr(self, name).shape[:2] != (batch, frames):
                shape = tuple(getattr(self, name).shape)
                raise ValueError(f"{name} is {shape}, not of {batch} windows of {frames} frames")
        for name in ("manner", "energy"):
            if getattr(self, name).shape != (batch,):
                raise ValueError(f"{name} has shape {tuple(getattr(self, name).shape)}, not (B,)")

    @property
    def frames(self) -> int:
        """Frames T of a window."""
        return self.text.shape[1]

    def __len__(self) -> int:
        return len(self.text)

    def replace(self, **changes: Tensor) -> Self:
        """The same with some fields changed."""
        return type(self)(**({f.name: getattr(self, f.name) for f in fields(self)} | changes))

    def rows(self, index: Tensor | slice) -> Self:
        """Some of the windows."""
        return type(self)(*(getattr(self, field.name)[index] for field in fields(self)))

    def joined(self, other: Self) -> Self:
        """These windows followed by those of `other`."""
        return type(self)(
            *(torch.cat([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self))
        )
