"""The Progressive Transformer: glosses or text in, frames of signing and a counter out.

Our own implementation after Saunders, Camgoz & Bowden, "Progressive Transformers for End-to-End
Sign Language Production", ECCV 2020: continuous frames instead of words, a counter from 0 to 1
instead of an end mark, and their ways against drifting: noise on what is heard, foretelling the
frames to come, hearing the counter alone. Different here: every token says how long it takes, so
that the counter's step and the stretch of it that belongs to each token are known from the start;
and layers normalise before, not after.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from typing import Literal, cast

import torch
from torch import Tensor, nn

from gesture_core.models.signed import (
    MIDDLE,
    USUAL,
    Made,
    Signed,
    TokenEncoding,
    Told,
    start_and_shift,
    step_of,
)

WAVES = 8
"""Octaves of sines and cosines as which a place from 0 to 1 is told."""


@dataclass(frozen=True)
class SignTransformerConfig:
    """Sizes of the network; the defaults are those of the publication."""

    tokens: int = 0
    """Size of the vocabulary, the padding 0 counted; training sets it."""
    values: int = 0
    """Numbers K of a frame; training sets it."""
    signers: int = 1
    """Training sets it."""
    size: int = 512
    heads: int = 4
    layers: int = 2
    """Of the encoder and of the decoder."""
    inner: int = 2048
    dropout: float = 0.1
    hears: Literal["frames", "counter"] = "frames"
    """What the decoder hears of the frames before: all of them, or only how far they have come."""
    future: int = 0
    """Frames beyond the next one that are foretold as well, in training."""


class SignTransformer(nn.Module):
    """Tokens of B sentences → frames, each from all before."""

    def __init__(self, config: SignTransformerConfig) -> None:
        super().__init__()
        self.config = config
        size, layers = config.size, range(config.layers)
        self.tokens = TokenEncoding(config.tokens, config.signers, size)
        self.encoder = nn.ModuleList(_Layer(config, across=False) for _ in layers)
        self.enter = nn.Linear(config.values, size)
        self.progress = nn.Linear(2 * WAVES, size)
        self.decoder = nn.ModuleList(_Layer(config, across=True) for _ in layers)
        self.read = nn.LayerNorm(size)
        self.leave = nn.LayerNorm(size)
        self.frame = nn.Linear(size, config.values * (1 + config.future))
        self.duration = nn.Linear(size, 1)
        self.within = nn.Linear(2 * WAVES, size)
        nn.init.constant_(self.frame.bias, MIDDLE)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, told: Told, frames: Tensor, counter: Tensor) -> Made:
        """What follows true `frames` (B, T, K) with their `counter` (B, T), at every place."""
        return self._decode(self._read(told), start_and_shift(frames, counter))

    @torch.no_grad()
    def sign(self, told: Told, most: int) -> Signed:
        """At most `most` frames, made freely: own start, own counter, own end."""
        read = self._read(told)
        steps = min(most, int((1.0 / step_of(read.rate).min()).ceil()))
        counter = step_of(read.rate)[:, None] * torch.arange(1, steps + 1, device=read.rate.device)
        frames = counter.new_zeros(len(counter), steps, self.config.values)
        if self.config.hears == "counter":
            made = self._decode(read, start_and_shift(frames, counter))
            return Signed(made.frames, counter, made.attention)
        looked: list[Tensor] = []
        for step in range(steps):
            end = step + 1
            made = self._decode(read, start_and_shift(frames[:, :end], counter[:, :end]))
            frames[:, step] = made.frames[:, -1]
            looked.append(made.attention[:, -1])
        return Signed(frames, counter, torch.stack(looked, dim=1))

    def _read(self, told: Told) -> _Read:
        flow = self.tokens(told)
        order = torch.arange(flow.shape[1], device=flow.device) / 32.0
        flow = self.dropout(flow + self.progress(waves(order)))
        for layer in cast(Iterable[_Layer], self.encoder):
            flow = layer.think(layer.attend(flow, flow, told.real[:, None, None])[0])
        flow = self.read(flow)
        lengths = self.duration(flow).squeeze(-1).clamp(-4.0, 4.0).exp() * told.real
        whole = lengths.sum(dim=1, keepdim=True)
        shares = lengths / whole
        starts = shares.cumsum(dim=1) - shares
        memory = flow + self.progress(waves(starts + shares / 2))
        return _Read(memory, told.real, starts, shares, -whole.squeeze(1).log() + log(USUAL / 8.0))

    def _decode(self, read: _Read, heard: Tensor) -> Made:
        config, steps = self.config, heard.shape[1]
        counter = heard[..., -1]
        flow = self.progress(waves(counter))
        if config.hears == "frames":
            flow = flow + self.enter(heard[..., :-1])
        flow = self.dropout(flow)
        before = torch.ones(steps, steps, dtype=torch.bool, device=heard.device).tril()
        attention = flow.new_zeros(len(flow), steps, read.memory.shape[1])
        for layer in cast(Iterable[_Layer], self.decoder):
            flow, attention = layer.attend(flow, read.memory, read.real[:, None, None], before)
            flow = layer.think(flow + self.within(waves(read.place_within(attention, counter))))
        flow = self.leave(flow)
        now, *later = self.frame(flow).split(config.values, dim=-1)
        rate = read.rate[:, None].expand(-1, steps)
        return Made(now, rate, attention, tuple(enumerate(later, 1)), read.shares)


@dataclass(frozen=True)
class _Read:
    """Sentences as the decoder sees them.

    `memory` (B, N, size) of the tokens, which of them are `real`, where on the counter they start
    and what `shares` of it they take (B, N), and the `rate` (B,) at which it goes.
    """

    memory: Tensor
    real: Tensor
    starts: Tensor
    shares: Tensor
    rate: Tensor

    def place_within(self, attention: Tensor, counter: Tensor) -> Tensor:
        """How far (B, T) the token looked at has come: 0 at its start, 1 at its end."""
        start = (attention * self.starts[:, None]).sum(dim=-1)
        share = (attention * self.shares[:, None]).sum(dim=-1)
        return ((counter - start) / share.clamp_min(1e-3)).clamp(-1.0, 2.0) / 3.0


class _Layer(nn.Module):
    """Attention to itself, in a decoder also to what was read, then a network at every place."""

    def __init__(self, config: SignTransformerConfig, *, across: bool) -> None:
        super().__init__()
        self.within = Attention(config.size, config.heads)
        self.across = Attention(config.size, config.heads) if across else None
        self.network = nn.Sequential(
            nn.Linear(config.size, config.inner),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.inner, config.size),
        )
        self.norms = nn.ModuleList(nn.LayerNorm(config.size) for _ in range(2 + across))
        self.dropout = nn.Dropout(config.dropout)

    def attend(
        self, flow: Tensor, memory: Tensor, real: Tensor, before: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """`flow` (B, T, size) after looking, and where its first head looked (B, T, N)."""
        normed = self.norms[0](flow)
        added, weights = self.within(normed, normed, real if before is None else before)
        flow = flow + self.dropout(added)
        if self.across is not None:
            added, weights = self.across(self.norms[2](flow), memory, real)
            flow = flow + self.dropout(added)
        return flow, weights[:, 0]

    def think(self, flow: Tensor) -> Tensor:
        """`flow` (B, T, size) after the network at every place."""
        return flow + self.dropout(self.network(self.norms[1](flow)))


class Attention(nn.Module):
    """Scaled dot-product attention with several heads (Vaswani et al., NeurIPS 2017)."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(size, size)
        self.told = nn.Linear(size, 2 * size)
        self.leave = nn.Linear(size, size)

    def forward(self, flow: Tensor, memory: Tensor, seen: Tensor) -> tuple[Tensor, Tensor]:
        """`flow` (B, T, size) looks at `memory` (B, N, size) where `seen`; weights (B, H, T, N)."""
        query = self.query(flow).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        key, value = self.told(memory).unflatten(-1, (2, self.heads, -1)).unbind(2)
        scores = query @ key.permute(0, 2, 3, 1) / math.sqrt(query.shape[-1])
        weights = scores.masked_fill(~seen, -torch.inf).softmax(dim=-1)
        met = weights @ value.transpose(1, 2)
        return self.leave(met.transpose(1, 2).flatten(2)), weights


def waves(places: Tensor) -> Tensor:
    """Sines and cosines (..., 2 · `WAVES`) of places, the slowest half a turn from 0 to 1."""
    octaves = 2.0 ** torch.arange(WAVES, device=places.device)
    angles = places[..., None] * (math.pi * octaves)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
