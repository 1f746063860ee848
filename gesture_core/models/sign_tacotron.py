"""Tacotron for signing: glosses or text in, frames of signing and a counter out.

Our own implementation after Wang et al., "Tacotron: Towards End-to-End Speech Synthesis",
Interspeech 2017: Pre-Net and CBHG read the tokens, a GRU with additive attention makes several
frames a step through two residual GRUs, a CBHG looks over what was made. Frames of signing stand
in place of spectra, and the counter of the Progressive Transformer ends the sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gesture_core.models.cbhg import CBHG, PreNet
from gesture_core.models.signed import (
    MIDDLE,
    Made,
    Signed,
    TokenEncoding,
    Told,
    start_and_shift,
    step_of,
)


@dataclass(frozen=True)
class SignTacotronConfig:
    """Sizes of the network."""

    tokens: int = 0
    """Size of the vocabulary, the padding 0 counted; training sets it."""
    values: int = 0
    """Numbers K of a frame; training sets it."""
    signers: int = 1
    """Training sets it."""
    size: int = 256
    bank: int = 8
    """Widest convolution of the CBHG blocks."""
    step: int = 3
    """Frames made at once."""
    dropout: float = 0.5
    """Of the Pre-Nets."""


class SignTacotron(nn.Module):
    """Tokens of B sentences → frames, `step` of them from the last one before."""

    def __init__(self, config: SignTacotronConfig) -> None:
        super().__init__()
        self.config = config
        size = config.size
        self.tokens = TokenEncoding(config.tokens, config.signers, size)
        self.before = PreNet(size, size, config.dropout)
        self.encoder = CBHG(size, config.bank)
        self.enter = PreNet(config.values + 1, size, config.dropout)
        self.attend = nn.GRUCell(2 * size, size)
        self.key = nn.Linear(size, size)
        self.query = nn.Linear(size, size, bias=False)
        self.score = nn.Linear(size, 1, bias=False)
        self.join = nn.Linear(2 * size, size)
        self.cells = nn.ModuleList(nn.GRUCell(size, size) for _ in range(2))
        self.frame = nn.Linear(size, config.step * config.values)
        self.rate = nn.Linear(size, config.step)
        nn.init.constant_(self.frame.bias, MIDDLE)
        self.widen = nn.Linear(config.values, size)
        self.after = CBHG(size, config.bank)
        self.refine = nn.Linear(size, config.values)

    def forward(self, told: Told, frames: Tensor, counter: Tensor) -> Made:
        """What follows every `step`-th of true `frames` (B, T, K) with their `counter` (B, T)."""
        memory = self._encode(told)
        heard = start_and_shift(frames, counter)[:, :: self.config.step]
        state = _State.start(memory, told.real, self.key)
        steps: list[Made] = []
        for number in range(heard.shape[1]):
            step, state = self._step(heard[:, number], state)
            steps.append(step)
        length = frames.shape[1]
        draft = torch.cat([step.frames for step in steps], dim=1)[:, :length]
        rate = torch.cat([step.rate for step in steps], dim=1)[:, :length]
        attention = torch.cat([step.attention for step in steps], dim=1)[:, :length]
        return Made(self._refined(draft, counter), rate, attention, ((0, draft),))

    @torch.no_grad()
    def sign(self, told: Told, most: int) -> Signed:
        """At most `most` frames, made freely: own start, own counter, own end."""
        memory = self._encode(told)
        state = _State.start(memory, told.real, self.key)
        heard = memory.new_zeros(len(memory), self.config.values + 1)
        steps: list[Signed] = []
        while len(steps) * self.config.step < most and bool((heard[:, -1] < 1.0).any()):
            step, state = self._step(heard, state)
            counter = heard[:, -1:] + step_of(step.rate).cumsum(dim=1)
            steps.append(Signed(step.frames, counter, step.attention))
            heard = torch.cat([step.frames[:, -1], counter[:, -1:]], dim=-1)
        draft = torch.cat([step.frames for step in steps], dim=1)[:, :most]
        counter = torch.cat([step.counter for step in steps], dim=1)[:, :most]
        attention = torch.cat([step.attention for step in steps], dim=1)[:, :most]
        return Signed(self._refined(draft, counter), counter, attention)

    def _encode(self, told: Told) -> Tensor:
        return self.encoder(self.before(self.tokens(told)), told.real)

    def _step(self, heard: Tensor, state: _State) -> tuple[Made, _State]:
        """`step` frames after `heard` (B, K + 1)."""
        config = self.config
        attending = self.attend(
            torch.cat([self.enter(heard), state.context], dim=-1), state.attending
        )
        met = torch.tanh(state.keys + self.query(attending)[:, None])
        scores = self.score(met).squeeze(-1).masked_fill(~state.real, -torch.inf)
        weights = scores.softmax(dim=-1)
        context = (weights[..., None] * state.memory).sum(dim=1)
        flow = self.join(torch.cat([attending, context], dim=-1))
        cells = list(state.cells)
        for number, cell in enumerate(self.cells):
            cells[number] = cell(flow, cells[number])
            flow = flow + cells[number]
        made = Made(
            self.frame(flow).unflatten(-1, (config.step, config.values)),
            self.rate(flow),
            weights[:, None].expand(-1, config.step, -1),
        )
        following = _State(state.memory, state.keys, state.real, attending, context, tuple(cells))
        return made, following

    def _refined(self, draft: Tensor, counter: Tensor) -> Tensor:
        """The draft (B, T, K) looked over, up to where its counter (B, T) first reaches 1."""
        real = torch.nn.functional.pad(counter[:, :-1] < 1.0 - 1e-6, (1, 0), value=True)
        return draft + self.refine(self.after(self.widen(draft), real))


@dataclass(frozen=True)
class _State:
    """What the decoder knows: the sentence read, and where it is in it."""

    memory: Tensor
    keys: Tensor
    real: Tensor
    attending: Tensor
    context: Tensor
    cells: tuple[Tensor, ...]

    @classmethod
    def start(cls, memory: Tensor, real: Tensor, key: nn.Linear) -> _State:
        nothing = memory.new_zeros(len(memory), memory.shape[-1])
        return cls(memory, key(memory), real, nothing, nothing, (nothing, nothing))
