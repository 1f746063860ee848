"""The Seq2Seq baseline: text in, motion out frame by frame, by least squares.

A bidirectional GRU reads the text; a GRU decoder makes one pose after the other from the one
before, attending to what is said around that moment. In place of attention over the whole text it
is local and moves on with time (local-m of Luong et al., EMNLP 2015), so that the cost is linear
in the length and a minute of speech is as easy as a sentence. Our own implementation after Yoon et
al., "Robots Learn Social Skills", ICRA 2019; the losses are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from gesture_core.models.conditions import Conditions
from gesture_core.models.gesture_gan import TextEncoder, UnitEncoder

HEARD = 48
"""Length of what the text encoder says at every step."""


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Sizes of the network."""

    motion: int
    """Components of the motion code K."""
    text: int
    """Features of text and time per frame."""
    plan: int
    """Features of the plan per frame, which this model does not hear."""
    manners: int
    """Manners a speaker can have."""
    style: int = 16
    """Length of the style vector."""
    unit: int = 0
    """Length of unit latents: it has none."""
    unit_points: int = 20
    hidden: int = 200
    """Hidden size of the encoder and of the decoder."""
    layers: int = 2
    """GRU layers of each."""
    attention: int = 64
    """Length of the keys of the attention."""
    reach: int = 8
    """Steps of two frames that the attention sees before and after the one that is made."""
    dropout: float = 0.1


class Seq2SeqGenerator(nn.Module):
    """Text and style → motion code, each frame from the one before.

    The encoder runs at half the frame rate, the decoder at the whole.
    """

    unit: UnitEncoder | None = None

    def __init__(self, config: Seq2SeqConfig) -> None:
        super().__init__()
        self.config = config
        self.manner = nn.Embedding(config.manners, config.style)
        self.text = TextEncoder(config.text, HEARD)
        self.encoder = nn.GRU(
            HEARD,
            config.hidden,
            config.layers,
            batch_first=True,
            bidirectional=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )
        self.attention = LocalAttention(config.hidden, config.attention, config.reach)
        told = config.motion + config.hidden + config.style + 1
        self.enter = nn.Sequential(nn.Linear(told, config.hidden), nn.ReLU())
        self.cells = nn.ModuleList(
            nn.GRUCell(config.hidden, config.hidden) for _ in range(config.layers)
        )
        self.leave = nn.Linear(config.hidden, config.motion)

    def forward(self, told: Conditions) -> Tensor:
        """Motion codes (B, T, K); where frames are known, the next one is made from those."""
        both, last = self.encoder(self.text(told.text))
        windows = self.attention.windows(sum_of_directions(both))
        style = torch.cat([self.manner(told.manner), told.energy[:, None] - 1.0], dim=-1)
        states = list(last[: len(self.cells)])
        pose = torch.zeros_like(told.given[:, 0])  # rest
        made: list[Tensor] = []
        for frame in range(told.frames):
            heard = self.attention(states[-1], windows[frame // 2])
            flow = self.enter(torch.cat([pose, heard, style], dim=-1))
            for layer, cell in enumerate(self.cells):
                flow = states[layer] = cell(flow, states[layer])
            made.append(self.leave(flow))
            pose = torch.where(told.known[:, frame, None] > 0, told.given[:, frame], made[-1])
        return torch.stack(made, dim=1)

    def sample(self, told: Conditions, random: torch.Generator) -> Tensor:
        """Motion codes (B, T, K); the same words give the same motion, whatever `random` is."""
        del random
        return torch.where(told.known[..., None] > 0, told.given, self(told))


class LocalAttention(nn.Module):
    """Additive attention (Bahdanau et al., ICLR 2015) to the steps around a moving place."""

    def __init__(self, size: int, keys: int, reach: int) -> None:
        super().__init__()
        self.reach = reach
        self.key = nn.Linear(size, keys)
        self.query = nn.Linear(size, keys, bias=False)
        self.score = nn.Linear(keys, 1, bias=False)

    def windows(self, spoken: Tensor) -> list[Window]:
        """What lies around each of the steps (B, N, size)."""
        around = (0, 0, self.reach, self.reach)
        length = 2 * self.reach + 1
        keys = F.pad(self.key(spoken), around).unfold(1, length, 1)
        values = F.pad(spoken, around).unfold(1, length, 1)
        ends = F.pad(spoken.new_zeros(1, spoken.shape[1]), around[2:], value=-torch.inf)
        # One unbinding; a slice a step would fill a whole gradient for each of them.
        columns = (keys.unbind(1), values.unbind(1), ends.unfold(1, length, 1).unbind(1))
        return [Window(*column) for column in zip(*columns, strict=True)]

    def forward(self, state: Tensor, window: Window) -> Tensor:
        """What the decoder's state (B, size) attends to, (B, size)."""
        met = torch.tanh(window.keys + self.query(state)[:, :, None])
        score = self.score(met.transpose(1, 2)).squeeze(-1) + window.ends
        return torch.einsum("bsr,br->bs", window.values, score.softmax(dim=-1))


class Window(NamedTuple):
    """The R steps around one: `keys` and `values` (B, ·, R), `ends` (1, R) −∞ beyond the ends."""

    keys: Tensor
    values: Tensor
    ends: Tensor


def continuity_loss(motion: Tensor) -> Tensor:
    """L_continuity = E|d̂ₜ − d̂ₜ₋₁| of motions (B, T, K)."""
    return (motion[:, 1:] - motion[:, :-1]).abs().mean()


def variance_loss(motion: Tensor) -> Tensor:
    """L_variance = −E[Var over t of d̂] of motions (B, T, K): movement is rewarded.

    With a weight below that of the squared error its minimum is finite: what cannot be foreseen
    stays at rest, what can is made larger by 1 / (1 − weight / that of the squared error).
    """
    return -motion.var(dim=1, unbiased=False).mean()


def sum_of_directions(both: Tensor) -> Tensor:
    """What a bidirectional GRU says, (B, T, 2 H), with its two directions added, (B, T, H)."""
    forward, backward = both.chunk(2, dim=-1)
    return forward + backward
