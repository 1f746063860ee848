"""What sign models are told and what they make, and what all of them have in common.

A model makes frames of K values one after the other, each from the one before, and with each a
rate: the share of the whole by which the counter moves on. The counter starts at 0; the frame at
which it reaches 1 is the last. So a model begins, counts and stops by itself.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

USUAL = 64.0
"""Frames of a usual sentence: a model that has learned nothing makes as many."""
MIDDLE = 0.5
"""Of the range 0–1 of every number of a frame: what such a model makes."""


class Told(NamedTuple):
    """B sentences: `tokens` (B, N), 0 beyond the end; `signer` (B, S) one-hot."""

    tokens: Tensor
    signer: Tensor

    @property
    def real(self) -> Tensor:
        """Which tokens (B, N) there are."""
        return self.tokens != 0


class Made(NamedTuple):
    """`frames` (B, T, K); `rate` (B, T), log of the counter's step times `USUAL`; `attention`
    (B, T, N) to the tokens; `drafts`: what else (B, T, K) is to be like the true frames, and how
    many frames later those are; `shares` (B, N) of the time that tokens take, if it says so.
    """

    frames: Tensor
    rate: Tensor
    attention: Tensor
    drafts: tuple[tuple[int, Tensor], ...] = ()
    shares: Tensor | None = None


class Signed(NamedTuple):
    """Freely made `frames` (B, T, K), their `counter` (B, T) and `attention` (B, T, N).

    The first frame at which the counter reaches 1 is the last of its sentence.
    """

    frames: Tensor
    counter: Tensor
    attention: Tensor

    @property
    def lengths(self) -> Tensor:
        """Frames (B,) until the counter reaches 1, all of them where it does not."""
        return ((self.counter < 1.0).sum(dim=1) + 1).clamp(max=self.counter.shape[1])


def start_and_shift(frames: Tensor, counter: Tensor) -> Tensor:
    """What a decoder hears (B, T, K + 1): zeros at first, then each frame before and its counter.

    `frames` (B, T, K), `counter` (B, T).
    """
    both = torch.cat([frames, counter[..., None]], dim=-1)
    return F.pad(both, (0, 0, 1, 0))[:, :-1]


def step_of(rate: Tensor) -> Tensor:
    """By how much the counter moves on for a `rate` as networks make it."""
    return rate.clamp(-4.0, 4.0).exp() / USUAL


class TokenEncoding(nn.Module):
    """Vectors (B, N, size) of tokens, the signer's added."""

    def __init__(self, tokens: int, signers: int, size: int) -> None:
        super().__init__()
        self.token = nn.Embedding(tokens, size, padding_idx=0)
        self.signer = nn.Linear(signers, size, bias=False)

    def forward(self, told: Told) -> Tensor:
        return self.token(told.tokens) + self.signer(told.signer)[:, None]
